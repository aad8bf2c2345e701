"""The names that a topology stands for, of pods, racks, switches and servers, and their places.

Names only. Devices, ports and cables are made by ``expand``.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from barefabric.topology.names import Suggestions, range_names

if TYPE_CHECKING:
    from barefabric.topology.schema import Pod, RackGroup, Tier, Topology

Keys = tuple[str | int, ...]


class NamedRack(NamedTuple):
    """A rack by its own name. ``keys`` is the path of the group it is written in."""

    name: str
    pod: str
    group: "RackGroup"
    keys: Keys


class NamedPod(NamedTuple):
    """A pod by its own name. ``keys`` is the path of the pod or range it is written in."""

    name: str
    pod: "Pod"
    keys: Keys


class Roster:
    """The names of one topology, computed once and on demand."""

    def __init__(self, topology: "Topology") -> None:
        self.topology = topology
        self.suggestions = Suggestions()

    @cached_property
    def pods(self) -> list[NamedPod]:
        """Every pod."""
        return [
            NamedPod(name, pod, ("pods", index))
            for index, pod in enumerate(self.topology.pods)
            for name in range_names(pod.name)
        ]

    @cached_property
    def racks(self) -> list[NamedRack]:
        """Every rack, in the order written."""
        return [*_racks(self.topology.racks, "", ("racks",)), *self._pod_racks()]

    def _pod_racks(self) -> Iterator[NamedRack]:
        for named in self.pods:
            yield from _racks(named.pod.racks, named.name, (*named.keys, "racks"))

    @cached_property
    def rack_names(self) -> dict[str, None]:
        """The names of all racks, in order."""
        return {rack.name: None for rack in self.racks}

    def tiers(self) -> Iterator[tuple[str, "Tier", Keys]]:
        """Rows of switches outside racks: the prefix of their names, the row, its path."""
        topology = self.topology
        if topology.superspines:
            yield "superspine", topology.superspines, ("superspines",)
        if topology.spines:
            yield "spine", topology.spines, ("spines",)
        for named in self.pods:
            yield f"{named.name}-spine", named.pod.spines, (*named.keys, "spines")
        if topology.borders:
            yield "border", topology.borders, ("borders",)

    def switches(self) -> Iterator[tuple[str, Keys]]:
        """Every switch's name with the path of the row it is written in."""
        for stem, tier, keys in self.tiers():
            yield from ((name, keys) for name in tier_names(tier, stem))
        for rack in self.racks:
            keys = (*rack.keys, "leaves")
            for name in tier_names(rack.group.leaves, f"{rack.name}-leaf"):
                yield name, keys

    def servers(self) -> Iterator[tuple[str, str, NamedRack]]:
        """Every server's name with its type and rack."""
        for rack in self.racks:
            for kind, entry in rack.group.servers.items():
                for name in server_names(entry, f"{rack.name}-{kind}"):
                    yield name, kind, rack

    @cached_property
    def switch_names(self) -> dict[str, None]:
        """The names of all switches, in order."""
        return {name: None for name, _ in self.switches()}

    @cached_property
    def server_names(self) -> dict[str, tuple[str, NamedRack]]:
        """Type and rack of every server by its name. Large: asked for only where names are used."""
        return {name: (kind, rack) for name, kind, rack in self.servers()}


def _racks(groups: tuple["RackGroup", ...], pod: str, keys: Keys) -> Iterator[NamedRack]:
    for index, group in enumerate(groups):
        for name in range_names(group.name):
            yield NamedRack(name, pod, group, (*keys, index))


def tier_names(tier: "Tier", stem: str) -> tuple[str, ...]:
    """The names of a row: its own, or the stem with a number from 1."""
    return tier.names or tuple(f"{stem}{index}" for index in range(1, tier.count + 1))


def server_names(entry: int | tuple[str, ...], stem: str) -> tuple[str, ...]:
    """The names of a rack's servers of one type."""
    if isinstance(entry, tuple):
        return entry
    return tuple(f"{stem}{index}" for index in range(1, entry + 1))
