"""The fabric as a networkx graph, for questions of paths and cuts.

Made for notebooks and fabrics of some hundred switches: maximum flow takes longer than linear.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from barefabric.model.cable import CableKind
from barefabric.model.design import Design

if TYPE_CHECKING:
    import networkx as nx

    Cables = nx.MultiGraph[str]
    Capacities = nx.DiGraph[str]


def graph(design: Design, *, servers: bool = True) -> "Cables":
    """Devices and cables. Nodes have ``role`` and ``rack``, edges ``kind`` and ``speed`` (Gbit/s).

    Parallel cables are parallel edges.
    """
    import networkx as nx

    made: Cables = nx.MultiGraph(name=design.name)
    for switch in design.switches.values():
        made.add_node(switch.name, role=switch.role.value, rack=switch.rack)
    if servers:
        for server in design.servers.values():
            made.add_node(server.name, role="server", rack=server.rack)
    for upstream in design.upstreams.values():
        made.add_node(upstream.name, role="upstream", rack="")
    for cable in design.cables:
        if servers or cable.kind is not CableKind.SERVER:
            made.add_edge(cable.a, cable.b, kind=cable.kind.value, speed=cable.speed)
    return made


def _capacities(design: Design, dead: Collection[str]) -> "Capacities":
    """Gbit/s between switches in both directions, over fabric links alone."""
    import networkx as nx

    made: Capacities = nx.DiGraph()
    for cable in design.cables:
        if cable.kind is not CableKind.FABRIC or cable.a in dead or cable.b in dead:
            continue
        for one, other in ((cable.a, cable.b), (cable.b, cable.a)):
            if made.has_edge(one, other):
                made[one][other]["capacity"] += cable.speed
            else:
                made.add_edge(one, other, capacity=cable.speed)
    return made


def between(
    design: Design, some: Collection[str], others: Collection[str], dead: Collection[str] = ()
) -> int:
    """Gbit/s that two groups of racks can exchange at most, with the devices ``dead`` gone.

    That is the smallest cut between their leaves (max-flow min-cut). Peer links do not count.
    Raises ``KeyError`` for a rack that does not exist.
    """
    import networkx as nx

    capacities = _capacities(design, dead)
    for end, racks in (("from", some), ("to", others)):
        capacities.add_node(end)
        for rack in racks:
            for leaf in design.racks[rack].leaves:
                # Without a capacity an edge carries any amount.
                pair = (end, leaf) if end == "from" else (leaf, end)
                if leaf in capacities:
                    capacities.add_edge(*pair)
    return int(nx.maximum_flow_value(capacities, "from", "to"))


def bisection(design: Design, dead: Collection[str] = ()) -> int:
    """Gbit/s between the first half of the racks and the rest; 0 for fewer than two racks."""
    racks = list(design.racks)
    half = len(racks) // 2
    return between(design, racks[:half], racks[half:], dead) if half else 0
