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
    """All cables of one kind that alike devices must have to the same devices above them.

    ``lowers`` are one switch, or servers of one type that stand side by side in a rack. Cables are
    counted from 0, device by device. ``first`` is the place of the first one among all cables of
    the shape.
    """

    kind: CableKind
    lowers: tuple[str, ...]
    above: Above
    keys: tuple[str, ...]
    first: int

    def want(self, number: int) -> Want:
        """One of its cables."""
        uppers, indexes, ports, speed, _ = self.above
        device, n = divmod(number, len(uppers))
        ends = (uppers[n], self.lowers[device])
        return Want(self.kind, *ends, indexes[n], speed, ports[n], self.keys[number])

    def apart(self) -> "Iterator[Bundle]":
        """The same cables, in one bundle for each device."""
        width = len(self.above.uppers)
        for start, lower in zip(range(0, len(self.keys), width), self.lowers, strict=True):
            keys = self.keys[start : start + width]
            yield Bundle(self.kind, (lower,), self.above, keys, self.first + start)


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
            yield from map(bundle.want, range(len(bundle.keys)))
