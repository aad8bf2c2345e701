"""What one more rack takes of everything that can run out."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from barefabric.capacity.routes import per_rack
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Rack, Role


class RackNeeds(NamedTuple):
    """The needs of a rack. ``spine_ports`` is per spine; ``uplink`` is the uplinks' Gbit/s.

    ``links`` counts /31s; ``blocks`` is for nodes whose cluster announces pod blocks.
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


def rack_needs(design: Design) -> RackNeeds:
    """The needs of the most demanding of the present racks, resource by resource."""
    racks = design.racks.values()
    ports, links, uplink = _cables(design)
    leaf_asns = (len({design.switches[leaf].asn for leaf in rack.leaves}) for rack in racks)
    return RackNeeds(
        leaves=_most(len(rack.leaves) for rack in racks),
        servers=_most(len(rack.servers) for rack in racks),
        spine_ports=_most(ports.values()),
        uplink=uplink,
        links=_most(links.values()),
        prefixes=_most(int(bool(rack.prefix)) for rack in racks),
        leaf_asns=_most(leaf_asns),
        node_asns=_most(_node_asns(design, rack) for rack in racks),
        routes=_most(per_rack(design).values()),
    )


def _most(counts: Iterable[int]) -> int:
    return max(counts, default=0)


def _cables(design: Design) -> tuple[Counter[tuple[str, str]], Counter[str], int]:
    """Cables by rack and spine, /31s by rack, and the fastest uplink of a leaf."""
    rack_of = {s.name: s.rack for s in design.switches.values() if s.role is Role.LEAF}
    ports: Counter[tuple[str, str]] = Counter()
    links: Counter[str] = Counter()
    speeds = {0}
    for cable in design.cables:
        if cable.kind is CableKind.FABRIC and cable.b in rack_of:
            ports[rack_of[cable.b], cable.a] += 1
            links[rack_of[cable.b]] += bool(cable.a_address)
            speeds.add(cable.speed)
        elif cable.a_address and cable.kind is CableKind.SERVER:
            links[rack_of[cable.a]] += 1
    for pair in design.pairs.values():
        links[rack_of.get(pair.first, "")] += 2
    return ports, links, max(speeds)


def _node_asns(design: Design, rack: Rack) -> int:
    """How many AS numbers a rack brings along because its cluster gives them per rack or node."""
    found = set()
    for name in rack.servers:
        server = design.servers[name]
        cluster = design.clusters.get(server.cluster)
        if cluster is not None and cluster.node_asn != "per_cluster":
            found.add(server.asn)
    return len(found)
