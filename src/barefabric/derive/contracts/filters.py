"""Contracts about what is refused: by leaves from nodes, by borders from both sides, by spines.

Each filter has two contracts: it accepts nothing but what the plan names, decided over the whole
prefix space; and it refuses, by name, what would hurt most.
"""

from collections.abc import Iterable, Iterator

from barefabric.derive.contracts.words import attaches, defaults, over, roles
from barefabric.derive.edges import speaker_matches
from barefabric.derive.prefixes import DEFAULTS, block_length
from barefabric.derive.profiles import variants
from barefabric.model.address import host_route, split, width
from barefabric.model.address import written as written_address
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Role
from barefabric.model.policy import PrefixMatch
from barefabric.model.session import SessionKind, SessionProfile


def filter_contracts(design: Design) -> Iterator[Contract]:
    """All contracts about refused prefixes, and about what nodes are told."""
    for profile in design.profiles.values():
        if profile.kind is SessionKind.NODE:
            yield from _speakers(design, profile)
        elif profile.kind is SessionKind.HOST:
            yield from _hosts(design, profile)
        elif profile.kind is SessionKind.FABRIC:
            yield from _fabric(design, profile)
    for upstream in design.upstreams.values():
        for profile in variants(design.profiles, f"upstream-{upstream.name}"):
            end = "/ipv6" if profile.only_ipv6 else ""
            yield _only(
                f"upstream/{upstream.name}{end}",
                f"{upstream.switch} accepts from {upstream.name} only what the topology names"
                f"{over(profile)}",
                (upstream.switch,),
                profile.name,
                map(PrefixMatch, upstream.accept),
            )
    yield _links(design)


LINKS = ("links", "links6", "management")
"""Pools of networks that nobody announces."""


def _refused(
    tail: str, sentence: str, subjects: tuple[str, ...], over: str, prefixes: Iterable[str]
) -> Contract:
    return Contract(
        f"refused/{tail}",
        ContractKind.REFUSED,
        sentence,
        subjects,
        tuple(dict.fromkeys(prefixes)),
        (),
        over,
    )


def _only(
    tail: str, sentence: str, subjects: tuple[str, ...], over: str, allowed: Iterable[PrefixMatch]
) -> Contract:
    return Contract(
        f"refused/{tail}/rest",
        ContractKind.REFUSED,
        sentence,
        subjects,
        (),
        tuple(written(match) for match in allowed),
        over,
    )


def written(match: PrefixMatch) -> str:
    """An entry as prefix lists show it: ``10.64.0.0/14 ge 26 le 26``."""
    text = match.prefix
    text += f" ge {match.ge}" if match.ge else ""
    return text + (f" le {match.le}" if match.le else "")


def _first(prefix: str) -> str:
    """A host route in the middle of a prefix's beginning: its second address."""
    (base, length), bits = split(prefix), width(prefix)
    return host_route(written_address(base + (length < bits - 1), bits))


def _samples(matches: Iterable[PrefixMatch]) -> Iterator[str]:
    """One prefix that each entry permits."""
    for match in matches:
        base, length = split(match.prefix)
        address = written_address(base, width(match.prefix))
        yield f"{address}/{match.ge or match.le or length}"


def _foreign(design: Design, cluster: str) -> Iterator[str]:
    """What no node of a cluster may announce.

    A default, other clusters' pods and services, the fabric's own prefixes.
    """
    yield from defaults(design)
    for other in design.clusters.values():
        if other.name == cluster:
            continue
        for prefix in other.pods:
            yield f"{prefix.partition('/')[0]}/{block_length(other, prefix)}"
        yield from (_first(p) for pool in other.pools for p in pool.prefixes)
    yield from _samples((*design.plan.loopbacks, *design.plan.racks))
    yield from (
        host_route(address)
        for switch in design.switches.values()
        if switch.role is Role.SPINE
        for address in (switch.loopback, switch.loopback6)
        if address
    )
    yield from (
        pool.prefixes[0] for pool in design.pools if pool.name.startswith("link") and pool.prefixes
    )


def _speakers(design: Design, profile: SessionProfile) -> Iterator[Contract]:
    cluster, speaker = profile.cluster, profile.b.speaker
    leaves = (f"@leaves:serves={cluster}",)
    allowed = speaker_matches(design, profile)
    yield _refused(
        profile.name,
        f"from {speaker} on nodes of {cluster}, leaves refuse a default, other clusters' prefixes "
        "and everything of the fabric itself",
        leaves,
        profile.name,
        _foreign(design, cluster),
    )
    yield _only(
        profile.name,
        f"from {speaker} on nodes of {cluster}, leaves accept only what the plan gives it",
        leaves,
        profile.name,
        allowed,
    )
    yield Contract(
        f"absent/{profile.name}",
        ContractKind.ABSENT,
        f"leaves tell {speaker} on nodes of {cluster} nothing",
        leaves,
        ("@all",),
        (),
        profile.name,
    )


def _hosts(design: Design, profile: SessionProfile) -> Iterator[Contract]:
    racks = [name for name, rack in design.racks.items() if Attach.ROUTED in attaches(design, rack)]
    leaves = tuple(f"@leaves:rack={rack}" for rack in racks)
    yield _refused(
        profile.name,
        "from routed servers, leaves refuse a default, pods and services, and the fabric's "
        "own loopbacks",
        leaves,
        profile.name,
        _not_hosts(design, racks),
    )
    yield Contract(
        f"refused/{profile.name}/rest",
        ContractKind.REFUSED,
        "from each routed server, leaves accept only its own addresses",
        leaves,
        (),
        ("@own",),
        profile.name,
    )
    for rack in racks if profile is variants(design.profiles, "host")[0] else ():
        yield Contract(
            f"absent/{profile.name}/{rack}",
            ContractKind.ABSENT,
            f"routed servers of rack {rack} know a default and their leaves, and nothing else",
            (f"@servers:rack={rack},attach=routed",),
            ("@all",),
            (*defaults(design), f"@loopbacks:rack={rack}"),
        )


def _not_hosts(design: Design, racks: Iterable[str]) -> Iterator[str]:
    """What no routed server may announce."""
    yield from defaults(design)
    yield from _samples((*design.plan.loopbacks, *design.plan.pods, *design.plan.services))
    for rack in racks:
        for leaf in design.racks[rack].leaves:
            switch = design.switches[leaf]
            yield from (host_route(a) for a in (switch.loopback, switch.loopback6) if a)


def _fabric(design: Design, profile: SessionProfile) -> Iterator[Contract]:
    """Upper tiers take the fabric's prefixes from below; a default only from borders."""
    plan = design.plan
    fabric = (*plan.loopbacks, *plan.racks, *plan.hosts, *plan.pods, *plan.services)
    lower = profile.name.removeprefix("fabric-")
    end = "6" if profile.only_ipv6 else ""
    default = tuple(DEFAULTS[family] for family in profile.families)
    top = "superspines" if Role.SUPERSPINE in roles(design) else "spines"
    tier = lower.removesuffix("6")
    upper = "superspines" if tier == "spine" else top if tier == "border" else "spines"
    if tier == "border":
        yield _refused(
            f"borders/default{end}",
            "borders refuse any default of the fabric, so that the upstream's always comes back",
            ("@borders",),
            profile.name,
            default,
        )
        fabric = (*fabric, *map(PrefixMatch, defaults(design)), *plan.external)
    else:
        yield _refused(
            f"{upper}/default{end}",
            f"{upper} refuse a default from below",
            (f"@{upper}",),
            profile.name,
            default,
        )
    yield _only(
        f"{upper}/{lower}",
        f"{upper} accept from {tier} switches only the fabric's prefixes{over(profile)}",
        (f"@{upper}",),
        profile.name,
        dict.fromkeys(fabric),
    )


def _links(design: Design) -> Contract:
    prefixes = tuple(p for pool in design.pools if pool.name in LINKS for p in pool.prefixes)
    return Contract(
        "absent/links",
        ContractKind.ABSENT,
        "no device announces a link network or a management network",
        (),
        prefixes,
    )
