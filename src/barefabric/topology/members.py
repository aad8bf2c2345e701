"""Which cluster a server belongs to, and whether it runs the control plane."""

from collections.abc import Callable

from barefabric.topology import schema
from barefabric.topology.names import expand_range

Lookup = Callable[[str, str, str, str], str]
Flag = Callable[[str, str, str, str], bool]


def selects(selector: schema.ServerSelector) -> Flag:
    """A test of (name, type, rack, pod); every key that is given must match."""
    racks = {name for rack in selector.racks for name in expand_range(rack)}
    names = {name for written in selector.names for name in expand_range(written)}
    types, pods = set(selector.types), set(selector.pods)
    lists_alternatives = bool(names) and bool(types or racks)

    def test(name: str, kind: str, rack: str, pod: str) -> bool:
        if lists_alternatives and name in names:
            return True
        return (
            (not types or kind in types)
            and (not racks or rack in racks)
            and (not pods or pod in pods)
            and (not names or lists_alternatives or name in names)
        )

    return test


def memberships(topology: schema.Topology) -> tuple[Lookup, Flag]:
    """Return two functions of (name, type, rack, pod): the cluster's name, and control plane."""
    tests = [(c.name, selects(c.servers)) for c in topology.clusters]
    planes = [
        (c.name, selects(c.control_plane.servers))
        for c in topology.clusters
        if c.control_plane is not None
    ]

    def cluster_of(name: str, kind: str, rack: str, pod: str) -> str:
        return next((c for c, test in tests if test(name, kind, rack, pod)), "")

    def control(name: str, kind: str, rack: str, pod: str) -> bool:
        mine = cluster_of(name, kind, rack, pod)
        return any(c == mine and test(name, kind, rack, pod) for c, test in planes)

    return cluster_of, control
