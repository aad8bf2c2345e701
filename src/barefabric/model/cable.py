"""Cables and the logical links that run over them."""

from enum import StrEnum
from typing import NamedTuple


class CableKind(StrEnum):
    """What a cable joins."""

    FABRIC = "fabric"
    PEER = "peer"
    SERVER = "server"
    UPSTREAM = "upstream"


class Cable(NamedTuple):
    """One cable. ``a`` is the upper end (spine over leaf, leaf over server, ours over upstream).

    ``speed`` is in Gbit/s. Addresses carry a prefix length and are empty on unnumbered and on
    layer-2 links; those that end in 6 are IPv6. ``index`` tells parallel cables of the same two
    devices apart, from 1.
    """

    kind: CableKind
    a: str
    a_port: str
    b: str
    b_port: str
    speed: int
    index: int = 1  # type: ignore[assignment]  # tuple.index is not needed here
    a_address: str = ""
    b_address: str = ""
    a_address6: str = ""
    b_address6: str = ""

    @property
    def key(self) -> str:
        """The stable name: lower device, upper device, index."""
        return f"{self.b} {self.a} {self.index}"
