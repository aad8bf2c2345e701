"""Contracts about routes: who reaches what by whom, exactly.

Loopbacks, rack prefixes and what single servers announce, rack by rack; then what many servers
announce at once, per cluster; then the default and what upstreams bring.
"""

from collections.abc import Iterator
from functools import lru_cache
from operator import attrgetter

from barefabric.derive.contracts.words import (
    NOUN,
    ORIGIN,
    UP,
    attaches,
    listed,
    originating,
    roles,
    spines_of,
    spoken,
    top_role,
)
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import AnnouncementKind, Design
from barefabric.model.device import Attach, Rack, Role
from barefabric.model.kubernetes import Cluster

Names = tuple[str, ...]

ANYCAST = (AnnouncementKind.POOL, AnnouncementKind.VIP, AnnouncementKind.ENDPOINT)
"""What many servers announce at once."""


def route(tail: str, sentence: str, subjects: Names, prefixes: Names, expected: Names) -> Contract:
    """A contract on next hops."""
    return Contract(f"route/{tail}", ContractKind.ROUTE, sentence, subjects, prefixes, expected)


def route_contracts(design: Design) -> Iterator[Contract]:
    """All contracts on routes inside the fabric, but for the default and external prefixes."""
    yield from _upper_loopbacks(design)
    for rack in design.racks.values():
        if rack.leaves:
            yield from _rack(design, rack)
    for cluster in design.clusters.values():
        yield from _cluster(design, cluster)


def _upper_loopbacks(design: Design) -> Iterator[Contract]:
    """Tiers that are cabled to each other reach each other's loopbacks directly."""
    found = roles(design)
    for pod in dict.fromkeys(s.pod for s in design.switches.values() if s.role is Role.SPINE):
        below = [f"@leaves:pod={pod}" if pod else "@leaves"]
        below += ["@borders"] if Role.BORDER in found and Role.SUPERSPINE not in found else []
        which = f":role=spine,pod={pod}" if pod else ":role=spine"
        of = f" of pod {pod}" if pod else ""
        yield route(
            f"spines/{pod or 'all'}",
            f"everything below the spines{of} reaches each of them directly",
            tuple(below),
            (f"@loopbacks{which}",),
            ORIGIN,
        )
    for plane in sorted({s.plane for s in design.switches.values() if s.role is Role.SUPERSPINE}):
        for one, other in (("spine", "superspine"), ("superspine", "spine")):
            yield route(
                f"planes/{plane}/{one}s",
                f"each {one} of plane {plane} reaches each of its {other}s directly",
                (f"@{one}s:plane={plane}",),
                (f"@loopbacks:role={other},plane={plane}",),
                ORIGIN,
            )
    if Role.BORDER in found:
        yield from _border_loopbacks(design)


def _border_loopbacks(design: Design) -> Iterator[Contract]:
    top = top_role(design)
    yield route(
        "borders/above",
        f"the {NOUN[top]} reach each border directly",
        (f"@{NOUN[top]}",),
        ("@loopbacks:role=border",),
        ORIGIN,
    )
    below = ["@leaves"] + (["@spines"] if top is Role.SUPERSPINE else [])
    yield route(
        "borders/elsewhere",
        "everything else reaches each border by all its uplinks",
        tuple(below),
        ("@loopbacks:role=border",),
        UP,
    )
    if top is Role.SUPERSPINE:
        yield route(
            "borders/superspines",
            "the borders reach each superspine directly",
            ("@borders",),
            ("@loopbacks:role=superspine",),
            ORIGIN,
        )


def _rack(design: Design, rack: Rack) -> Iterator[Contract]:
    prefixes = originating(design, rack)
    spines, name = spines_of(rack.pod), rack.name
    loopbacks = f"@loopbacks:rack={name}"
    if prefixes:
        yield route(
            f"{name}/spines",
            f"{spoken(rack.pod)} reach everything in rack {name} by {listed(rack.leaves)}, exactly",
            (spines,),
            tuple(prefixes),
            (f"@down:rack={name}",),
        )
    yield route(
        f"{name}/loopbacks",
        f"{spoken(rack.pod)} reach each leaf of rack {name} directly",
        (spines,),
        (loopbacks,),
        ORIGIN,
    )
    yield from _inside(design, rack, prefixes)
    yield from _elsewhere(design, rack, (*prefixes, loopbacks))


def _inside(design: Design, rack: Rack, prefixes: list[str]) -> Iterator[Contract]:
    """What the rack's own leaves and hosts know of the rack."""
    name, loopbacks = rack.name, f"@loopbacks:rack={rack.name}"
    single = tuple(p for p in prefixes if p.startswith("@"))
    if single:
        yield route(
            f"{name}/own",
            f"{listed(rack.leaves)} reach what a server of rack {name} announces by that server",
            rack.leaves,
            single,
            ORIGIN,
        )
    if len(rack.leaves) > 1:
        paired = all(design.switches[leaf].peer for leaf in rack.leaves)
        yield route(
            f"{name}/peer",
            f"{listed(rack.leaves)} reach each other "
            + ("over the peer link" if paired else "by the spines"),
            rack.leaves,
            (loopbacks,),
            ("@peer",) if paired else UP,
        )
    if Attach.ROUTED in attaches(design, rack):
        yield route(
            f"{name}/hosts",
            f"each routed server of rack {name} reaches each of its leaves directly",
            (f"@servers:rack={name},attach=routed",),
            (loopbacks,),
            ORIGIN,
        )


def _elsewhere(design: Design, rack: Rack, prefixes: Names) -> Iterator[Contract]:
    """What the rest of the fabric knows of the rack."""
    found, name = roles(design), rack.name
    others = []
    if len(design.racks) > 1:
        others.append(f"@leaves:rack!={name}")
    if Role.BORDER in found:
        others.append("@borders")
    if Role.SUPERSPINE in found and rack.pod:
        others.append(f"@spines:pod!={rack.pod}")
    if others:
        yield route(
            f"{name}/elsewhere",
            f"everything outside rack {name} and not above it reaches it by all its uplinks",
            tuple(others),
            prefixes,
            UP,
        )
    if Role.SUPERSPINE in found:
        yield route(
            f"{name}/superspines",
            f"each superspine reaches rack {name} by every spine of "
            f"{'pod ' + rack.pod if rack.pod else 'the fabric'} it is cabled to",
            ("@superspines",),
            prefixes,
            (f"@down:pod={rack.pod}",),
        )


@lru_cache(maxsize=8)
def anycast(design: Design) -> dict[str, list[tuple[str, AnnouncementKind]]]:
    """What the nodes of each cluster announce together, in order."""
    clusters = {name: p.cluster for name, p in design.profiles.items()}
    found: dict[str, dict[tuple[str, AnnouncementKind], None]] = {}
    of_many = (each for each in design.announcements if each.kind in ANYCAST)
    for profile, prefix, kind in dict.fromkeys(
        map(attrgetter("profile", "prefix", "kind"), of_many)
    ):
        found.setdefault(clusters.get(profile, ""), {})[prefix, kind] = None
    return {cluster: list(prefixes) for cluster, prefixes in found.items()}


def _cluster(design: Design, cluster: Cluster) -> Iterator[Contract]:
    """What many nodes announce: services, and by the control plane the API endpoint."""
    offered = anycast(design).get(cluster.name, [])
    all_announce = len(cluster.announcing) == len(cluster.nodes)
    services = "serves" if all_announce else "announces"
    for tail, what, key in (
        ("services", "its load-balancer addresses", services),
        ("endpoint", "its API endpoint", "controls"),
    ):
        prefixes = tuple(
            prefix
            for prefix, kind in offered
            if (kind is AnnouncementKind.ENDPOINT) == (key == "controls")
        )
        if prefixes:
            yield from _anycast(design, cluster.name, tail, what, key, prefixes)


_WHOSE = {"serves": "nodes", "announces": "announcing nodes", "controls": "control-plane nodes"}
"""Whose addresses a selector's key is about."""


def _anycast(
    design: Design, name: str, tail: str, what: str, key: str, prefixes: Names
) -> Iterator[Contract]:
    serving, missing = f"{key}={name}", f"{key}!={name}"
    nodes = f"the {_WHOSE[key]} of {name}"
    found = roles(design)
    yield route(
        f"{name}/{tail}/own",
        f"leaves with {nodes} reach {what} by every such node of their rack",
        (f"@leaves:{serving}",),
        prefixes,
        ("@local",),
    )
    yield route(
        f"{name}/{tail}/spines",
        f"spines above {nodes} reach {what} by every leaf that has some",
        (f"@spines:{serving}",),
        prefixes,
        (f"@down:{serving}",),
    )
    others = [f"@leaves:{missing}"] + (["@borders"] if Role.BORDER in found else [])
    if Role.SUPERSPINE in found:
        others.append(f"@spines:{missing}")
        yield route(
            f"{name}/{tail}/superspines",
            f"superspines reach {what} by every spine above {nodes}",
            ("@superspines",),
            prefixes,
            (f"@down:{serving}",),
        )
    yield route(
        f"{name}/{tail}/elsewhere",
        f"everything else reaches {what} by all its uplinks",
        tuple(others),
        prefixes,
        UP,
    )
