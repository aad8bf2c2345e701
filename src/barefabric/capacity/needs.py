"""What one more rack takes of everything that can run out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import compress
from typing import NamedTuple

from barefabric.capacity.routes import per_rack
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.model.record import fields
from barefabric.plan.runs import A, cable_runs


class RackNeeds(NamedTuple):
    """The needs of a rack. ``spine_ports`` is per spine; ``uplink`` is the uplinks' Gbit/s.

    ``links`` counts /31s, ``links6`` /127s, ``routes6`` routes of IPv6; 0 without IPv6.
    """

    leaves: int
    servers: int
    spine_ports: int
    uplink: int
    links: int
    prefixes: int
    leaf_asns: int
    node_asns: int
    routes: int
    links6: int = 0
    routes6: int = 0


def rack_needs(design: Design) -> RackNeeds:
    """The needs of the most demanding of the present racks, resource by resource."""
    racks = design.racks.values()
    ports, links, uplink = _cables(design)
    both = "ipv6" in design.underlay.families
    leaf_asns = (len({design.switches[leaf].asn for leaf in rack.leaves}) for rack in racks)
    return RackNeeds(
        leaves=_most(len(rack.leaves) for rack in racks),
        servers=_most(len(rack.servers) for rack in racks),
        spine_ports=_most(ports.values()),
        uplink=uplink,
        links=_most(links.values()),
        prefixes=_most(int(bool(rack.prefix)) for rack in racks),
        leaf_asns=_most(leaf_asns),
        node_asns=_most(_node_asns(design)),
        routes=_most(per_rack(design).values()),
        links6=_most(_links6(design).values()) if both else 0,
        routes6=_most(per_rack(design, "ipv6").values()) if both else 0,
    )


def _most(counts: Iterable[int]) -> int:
    return max(counts, default=0)


def _cables(design: Design) -> tuple[Counter[tuple[str, str]], Counter[str], int]:
    """Cables by rack and spine, /31s by rack, and the fastest uplink of a leaf."""
    rack_of = {s.name: s.rack for s in design.switches.values() if s.role is Role.LEAF}
    ports: Counter[tuple[str, str]] = Counter()
    links: Counter[str] = Counter()
    fastest = 0
    for kind, speed, cables in cable_runs(design):
        if kind is CableKind.FABRIC:
            own = [cable for cable in cables if cable.b in rack_of]
            racks = [rack_of[cable.b] for cable in own]
            ports.update(zip(racks, map(A, own), strict=True))
            links.update(compress(racks, map(_ADDRESS, own)))
            fastest = max(fastest, speed if own else 0)
        elif kind is CableKind.SERVER:
            links.update(rack_of[cable.a] for cable in compress(cables, map(_ADDRESS, cables)))
    for pair in design.pairs.values():
        links[rack_of.get(pair.first, "")] += 2
    return ports, links, fastest


_ADDRESS = fields(Cable, "a_address")


def _links6(design: Design) -> Counter[str]:
    """/127s by rack: numbered cables of its leaves, and the pair's iBGP."""
    rack_of = {s.name: s.rack for s in design.switches.values() if s.role is Role.LEAF}
    links = Counter(
        rack_of.get(cable.b) or rack_of.get(cable.a, "")
        for cable in design.cables
        if cable.a_address6 and cable.kind is not CableKind.UPSTREAM
    )
    links.update(rack_of.get(pair.first, "") for pair in design.pairs.values() if pair.routing6[0])
    links.pop("", None)
    return links


def _node_asns(design: Design) -> Iterator[int]:
    """How many AS numbers each rack brings along where clusters number racks or nodes."""
    growing = {c.name for c in design.clusters.values() if c.node_asn != "per_cluster"}
    if growing:
        servers = design.servers
        for rack in design.racks.values():
            mine = [servers[name] for name in rack.servers]
            yield len({server.asn for server in mine if server.cluster in growing})
