"""Which cluster a server belongs to, and whether it runs the control plane."""

from collections.abc import Callable, Iterable, Sequence

from barefabric.topology import schema
from barefabric.topology.names import expand_range

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


Memberships = Callable[[Sequence[str], str, str, str], Iterable[tuple[str, bool]]]


def memberships(topology: schema.Topology) -> Memberships:
    """Return a function of (names, type, rack, pod), for servers of one type in one rack.

    It gives for each name the cluster's name, and control plane or not. Unless some selector names
    servers, they are all alike, and are looked at once.
    """
    tests = [
        (c.name, selects(c.servers), selects(c.control_plane.servers) if c.control_plane else None)
        for c in topology.clusters
    ]

    def find(name: str, kind: str, rack: str, pod: str) -> tuple[str, bool]:
        for cluster, member, control in tests:
            if member(name, kind, rack, pod):
                return cluster, control is not None and control(name, kind, rack, pod)
        return "", False

    selectors = [c.servers for c in topology.clusters]
    selectors += [c.control_plane.servers for c in topology.clusters if c.control_plane]
    if any(selector.names for selector in selectors):
        return lambda names, kind, rack, pod: [find(name, kind, rack, pod) for name in names]
    return lambda names, kind, rack, pod: [find("", kind, rack, pod)] * len(names)
