"""Cables and ports in runs of one kind and speed, so that what a run shares is looked up once.

Both are found in single passes in the order of the cables: the cables of one spine lie far apart in
memory, and going through them device by device takes three times as long.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.record import fields

A, B = fields(Cable, "a"), fields(Cable, "b")
"""The two devices of a cable."""

_A_PORT = fields(Cable, "a", "a_port")
_B_PORT = fields(Cable, "b", "b_port")
_KIND_AND_SPEED = fields(Cable, "kind", "speed")
_BOTH_OURS = (CableKind.FABRIC, CableKind.PEER)


class CableRun(NamedTuple):
    """Cables of one kind and speed (Gbit/s) that follow each other in the design."""

    kind: CableKind
    speed: int
    cables: Sequence[Cable]

    @property
    def near(self) -> Iterator[str]:
        """The near end of each: the lower switch, or the leaf where the other is a server."""
        return map(B if self.kind is CableKind.FABRIC else A, self.cables)


@lru_cache(maxsize=4)
def cable_runs(design: Design) -> tuple[CableRun, ...]:
    """All cables, in their order."""
    return tuple(
        CableRun(kind, speed, list(run))
        for (kind, speed), run in groupby(design.cables, key=_KIND_AND_SPEED)
    )


def by_near_end(design: Design) -> Mapping[str, Sequence[CableRun]]:
    """The cables that start at each switch."""
    found: dict[str, list[CableRun]] = {name: [] for name in design.switches}
    for run in cable_runs(design):
        starts: dict[str, list[Cable]] = defaultdict(list)
        for near, cable in zip(run.near, run.cables, strict=True):
            starts[near].append(cable)
        for near, cables in starts.items():
            found[near].append(CableRun(run.kind, run.speed, cables))
    return found


class PortRun(NamedTuple):
    """Ports of a switch whose cables have one kind and speed (Gbit/s), in the cables' order.

    ``upper`` says that the switch is these cables' upper end.
    """

    kind: CableKind
    upper: bool
    speed: int
    ports: tuple[str, ...]


@lru_cache(maxsize=4)
def port_runs(design: Design) -> Mapping[str, tuple[PortRun, ...]]:
    """The ports of every switch that have a cable.

    Switches of one type that are cabled alike have the very same value: most leaves of a fabric do,
    and what follows from it need be worked out for one of them only.
    """
    found: dict[str, list[PortRun]] = {name: [] for name in design.switches}
    for kind, speed, cables in cable_runs(design):
        for name, ports in _ports(map(_A_PORT, cables)):
            found[name].append(PortRun(kind, True, speed, ports))
        if kind in _BOTH_OURS:
            for name, ports in _ports(map(_B_PORT, cables)):
                found[name].append(PortRun(kind, False, speed, ports))
    alike: dict[tuple[str, tuple[PortRun, ...]], tuple[PortRun, ...]] = {}
    return {
        name: alike.setdefault((design.switches[name].type, tuple(mine)), tuple(mine))
        for name, mine in found.items()
    }


def _ports(ends: Iterable[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Devices with their ports."""
    found: dict[str, list[str]] = defaultdict(list)
    for device, port in ends:
        found[device].append(port)
    for device, ports in found.items():
        yield device, tuple(ports)


def cabled_kinds(design: Design) -> Iterable[tuple[str, tuple[PortRun, ...]]]:
    """The ways in which switches are cabled, each once, with a switch that is."""
    return {id(mine): (name, mine) for name, mine in port_runs(design).items()}.values()
