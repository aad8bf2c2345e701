"""Contracts about sessions: each one that the shape calls for is there and comes up.

They are counted from cables, pairs and servers, not from the list of sessions: a session that is
missing from the list breaks its contract.
"""

from collections.abc import Iterator, Mapping

from barefabric.derive.contracts.words import (
    NOUN,
    UP,
    listed,
    over,
    roles,
    top_role,
    verb,
)
from barefabric.derive.profiles import variants
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design, ServerKind
from barefabric.model.device import Attach, Rack, Role
from barefabric.model.session import SessionKind, SessionProfile, Speaker


def session_contracts(design: Design) -> Iterator[Contract]:
    """All contracts about sessions, rack by rack."""
    yield from _upper_tiers(design)
    profiles = [p for p in design.profiles.values() if p.kind is SessionKind.NODE]
    by_cluster: dict[str, list[SessionProfile]] = {}
    for profile in profiles:
        by_cluster.setdefault(profile.cluster, []).append(profile)
    for rack in design.racks.values():
        if rack.leaves:
            yield from _rack(design, rack, by_cluster)
    for upstream in design.upstreams.values():
        yield from _each(
            design,
            f"upstream-{upstream.name}",
            f"upstream/{upstream.name}",
            f"{upstream.switch} has its session with upstream {upstream.name}, and it is up",
            (upstream.switch,),
            (upstream.name,),
        )


def _contract(
    tail: str, sentence: str, subjects: tuple[str, ...], expected: tuple[str, ...], name: str
) -> Contract:
    return Contract(f"session/{tail}", ContractKind.SESSION, sentence, subjects, (), expected, name)


def _each(
    design: Design,
    name: str,
    tail: str,
    sentence: str,
    subjects: tuple[str, ...],
    expected: tuple[str, ...],
) -> Iterator[Contract]:
    """A contract for the sessions of a kind, and one for those over IPv6 where they are others."""
    for profile in variants(design.profiles, name):
        end = "/ipv6" if profile.only_ipv6 else ""
        said = f"{sentence}{over(profile)}"
        yield _contract(f"{tail}{end}", said, subjects, expected, profile.name)


def _upper_tiers(design: Design) -> Iterator[Contract]:
    found = roles(design)
    if Role.SUPERSPINE in found:
        for pod in dict.fromkeys(s.pod for s in design.switches.values() if s.role is Role.SPINE):
            of = f" of pod {pod}" if pod else ""
            yield from _each(
                design,
                "fabric-spine",
                f"superspines/{pod or 'spines'}",
                f"every cable between the spines{of} and the superspines carries a session",
                (f"@spines:pod={pod}" if pod else "@spines",),
                UP,
            )
    if Role.BORDER in found:
        above = NOUN[top_role(design)]
        yield from _each(
            design,
            "fabric-border",
            "borders",
            f"every cable between the borders and the {above} carries a session",
            ("@borders",),
            UP,
        )


def _rack(
    design: Design, rack: Rack, by_cluster: Mapping[str, list[SessionProfile]]
) -> Iterator[Contract]:
    leaves = listed(rack.leaves)
    has = verb(rack.leaves, "has", "have")
    yield from _each(
        design,
        "fabric-leaf",
        f"fabric/{rack.name}",
        f"{leaves} {has} a session with a spine on every uplink",
        rack.leaves,
        UP,
    )
    for name in rack.leaves:
        leaf = design.switches[name]
        if leaf.peer and leaf.index < design.switches[leaf.peer].index:
            yield from _each(
                design,
                "pair",
                f"pair/{name}",
                f"{name} and {leaf.peer} have their iBGP session over the peer link",
                (name,),
                (leaf.peer,),
            )
    kinds = design.kinds_by_rack[rack.name]
    if any(kind.attach is Attach.ROUTED for kind in kinds):
        yield from _each(
            design,
            "host",
            f"host/{rack.name}",
            f"{leaves} {has} a session with each routed server of rack {rack.name}, on every cable",
            rack.leaves,
            (f"@servers:rack={rack.name},attach=routed",),
        )
    for cluster in dict.fromkeys(kind.cluster for kind in kinds if kind.cluster):
        for profile in by_cluster.get(cluster, ()):
            yield from _speakers(rack, profile, [k for k in kinds if k.cluster == cluster])


def _speakers(rack: Rack, profile: SessionProfile, kinds: list[ServerKind]) -> Iterator[Contract]:
    routed = profile.hops > 1
    control = profile.b.speaker is Speaker.KUBE_VIP
    if not any(
        (k.attach is Attach.ROUTED) == routed and (k.control_plane or not control) for k in kinds
    ):
        return
    group = f"@servers:rack={rack.name},cluster={profile.cluster},"
    group += "attach=routed" if routed else "attach!=routed"
    what = "control-plane node" if control else "node"
    yield _contract(
        f"{profile.name}/{rack.name}",
        f"{listed(rack.leaves)} {verb(rack.leaves, 'has', 'have')} a session with "
        f"{profile.b.speaker} on each {what} of cluster {profile.cluster} in rack {rack.name}"
        f"{over(profile)}",
        rack.leaves,
        (group + (",control=yes" if control else ""),),
        profile.name,
    )
