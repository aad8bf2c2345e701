"""The shape of a fabric: every device and every cable it wants, before anything has a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.device import Rack, Server, Switch


class Want(NamedTuple):
    """A cable that must exist. ``a`` is the upper end.

    ``b_port`` is set where the lower end's port is known beforehand (a server's NIC, a cable laid
    by hand), as ``a_port`` may be.

    ``speed`` is the NIC's speed for servers and 0 where the two panels decide. ``key`` is the
    ledger's name of the cable: lower device, upper device, index.
    """

    kind: CableKind
    a: str
    b: str
    index: int  # type: ignore[assignment]  # tuple.index is not needed here
    speed: int
    a_port: str
    b_port: str
    key: str


def want(kind: CableKind, a: str, b: str, index: int, speed: int = 0, b_port: str = "") -> Want:
    """A wanted cable with its key."""
    return Want(kind, a, b, index, speed, "", b_port, f"{b} {a} {index}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Devices in the order a person counts, without numbers, and the cables they want.

    ``wants`` lists fabric cables first, then peer links, then servers, rack by rack.
    """

    switches: Mapping[str, Switch]
    racks: Mapping[str, Rack]
    servers: Mapping[str, Server]
    wants: tuple[Want, ...]
