"""Check that a fabric is of a size that anyone builds, before its names are made."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic
from barefabric.topology.names import count_range
from barefabric.topology.roster import Keys

if TYPE_CHECKING:
    from barefabric.topology.document import Document
    from barefabric.topology.schema import RackGroup, Topology

MOST_SWITCHES = 20_000
MOST_SERVERS = 400_000


def check(document: "Document", topology: "Topology") -> Iterator[Diagnostic]:
    """At most one fault, IN067, at the rack or pod where the fabric grows too large."""
    switches, servers = 0, 0
    for index, pod in enumerate(topology.pods):
        switches += count_range(pod.name) * pod.spines.count
        if switches > MOST_SWITCHES:
            yield _fault(document, ("pods", index), switches, "switches", MOST_SWITCHES)
            return
    for group, times, keys in _groups(topology):
        racks = times * count_range(group.name)
        entries = group.servers.values()
        switches += racks * group.leaves.count
        servers += racks * sum(one if isinstance(one, int) else len(one) for one in entries)
        if switches > MOST_SWITCHES:
            yield _fault(document, keys, switches, "switches", MOST_SWITCHES)
            return
        if servers > MOST_SERVERS:
            yield _fault(document, keys, servers, "servers", MOST_SERVERS)
            return


def _fault(document: "Document", keys: Keys, count: int, what: str, most: int) -> Diagnostic:
    message = f"the fabric has {count:,} {what} up to here"
    place = document.place(*keys, "name")
    return Diagnostic("IN067", message, (place,), f"a fabric has at most {most:,} {what}")


def _groups(topology: "Topology") -> Iterator[tuple["RackGroup", int, Keys]]:
    """Every group of racks, how many times it is there, and its path."""
    for index, group in enumerate(topology.racks):
        yield group, 1, ("racks", index)
    for index, pod in enumerate(topology.pods):
        for position, group in enumerate(pod.racks):
            yield group, count_range(pod.name), ("pods", index, "racks", position)
