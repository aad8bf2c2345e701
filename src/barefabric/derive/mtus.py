"""The MTU of servers' links."""

from collections.abc import Mapping

from barefabric.model.shape import Shape
from barefabric.topology.schema import ServerType, Topology

USUAL = ServerType.model_fields["mtu"].default
"""What servers have by default."""


def rack_mtus(topology: Topology, shape: Shape) -> Mapping[str, int]:
    """The MTU of each rack that has servers: the smallest that one of their types has.

    Servers on a rack's VLAN send to one another without a router that could tell them what is too
    long for the other (RFC 1191 needs one), so they share it.
    """
    sizes = {name: kind.mtu for name, kind in topology.server_types.items()}
    return {
        rack.name: min({sizes[shape.servers[name].type] for name in rack.servers})
        for rack in shape.racks.values()
        if rack.servers
    }


def smallest(topology: Topology, mtus: Mapping[str, int]) -> int:
    """The MTU that holds wherever a rack has not its own. Without servers it fits the fabric's."""
    return min(mtus.values(), default=min(USUAL, topology.underlay.mtu))
