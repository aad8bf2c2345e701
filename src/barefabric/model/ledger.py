"""The ledger: what has been handed out, by kind and name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a ledger line records. The value's form is given for each.

    ``ID`` a number; ``ASN`` an AS number; ``LOOPBACK``, ``MANAGEMENT`` and ``NODE`` an address;
    ``LINK`` a /31; ``RACK`` a prefix; ``CABLE`` two port names, upper end first. Kinds that end in
    6 are IPv6: an address, a /127, a /64.
    """

    ID = "id"
    ASN = "asn"
    LOOPBACK = "loopback"
    MANAGEMENT = "management"
    RACK = "rack"
    LINK = "link"
    NODE = "node"
    CABLE = "cable"
    LOOPBACK6 = "loopback6"
    RACK6 = "rack6"
    LINK6 = "link6"


IPV6 = (Kind.LOOPBACK6, Kind.RACK6, Kind.LINK6)
"""Kinds that a fabric has only where it carries IPv6."""


class Entry(NamedTuple):
    """One recorded value. A retired one belongs to something that is gone and is not reused."""

    value: str
    retired: bool = False


class Move(NamedTuple):
    """A recorded value that the present topology cannot keep, and why."""

    kind: Kind
    key: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class Ledger:
    """All entries, kind by kind. Empty for a fabric that was never designed."""

    entries: Mapping[Kind, Mapping[str, Entry]] = field(default_factory=dict)
    lines: Mapping[tuple[Kind, str], int] = field(default_factory=dict)

    def of(self, kind: Kind) -> Mapping[str, Entry]:
        """Entries of one kind."""
        return self.entries.get(kind, {})

    def __iter__(self) -> Iterator[tuple[Kind, str, Entry]]:
        """Every entry with its kind and key."""
        for kind, entries in self.entries.items():
            for key, entry in entries.items():
                yield kind, key, entry
