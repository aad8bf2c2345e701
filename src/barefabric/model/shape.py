"""The shape of a fabric: every device and every cable it wants, before anything has a number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.device import Rack, Server, Switch


class Want(NamedTuple):
    """One cable that must exist. ``a`` is the upper end.

    ``b_port`` is set where the lower end's port is known beforehand: a server's NIC. ``speed`` is
    that of the NIC for servers, and 0 where the two panels decide. ``key`` is the ledger's name of
    the cable: lower device, upper device, index.
    """

    kind: CableKind
    a: str
    b: str
    index: int  # type: ignore[assignment]  # tuple.index is not needed here
    speed: int
    b_port: str
    key: str


class Above(NamedTuple):
    """Where the cables of a device go. Equal devices share one of these.

    For each cable its upper device, its index among those to this device, the lower end's port
    (empty where the panels decide), and what its key ends in.
    """

    uppers: tuple[str, ...]
    indexes: tuple[int, ...]
    ports: tuple[str, ...]
    speed: int
    ends: tuple[str, ...]


def above(ups: Sequence[tuple[str, int]], ports: Sequence[str] = (), speed: int = 0) -> Above:
    """Where cables go, from pairs of upper device and index."""
    return Above(
        tuple(upper for upper, _ in ups),
        tuple(index for _, index in ups),
        tuple(ports) or ("",) * len(ups),
        speed,
        tuple(f" {upper} {index}" for upper, index in ups),
    )


class Bundle(NamedTuple):
    """All cables of one kind that a device must have to devices above it.

    ``first`` is the place of the first of them among all cables of the shape. A large fabric has
    ten times as many cables as bundles.
    """

    kind: CableKind
    lower: str
    above: Above
    keys: tuple[str, ...]
    first: int

    def want(self, number: int) -> Want:
        """One of its cables."""
        uppers, indexes, ports, speed, _ = self.above
        upper, index, port = uppers[number], indexes[number], ports[number]
        return Want(self.kind, upper, self.lower, index, speed, port, self.keys[number])

    def wants(self) -> Iterator[Want]:
        """Its cables."""
        return map(self.want, range(len(self.keys)))


@dataclass(frozen=True, slots=True)
class Shape:
    """Devices in the order a person counts, without numbers, and the cables they want.

    ``bundles`` lists fabric cables first, then peer links, then servers, rack by rack.
    """

    switches: Mapping[str, Switch]
    racks: Mapping[str, Rack]
    servers: Mapping[str, Server]
    bundles: tuple[Bundle, ...]

    def wants(self) -> Iterator[Want]:
        """Every cable that must exist."""
        for bundle in self.bundles:
            yield from bundle.wants()
