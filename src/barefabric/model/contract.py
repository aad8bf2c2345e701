"""Contracts: statements about the network that each judge can decide on its own."""

from enum import StrEnum
from typing import NamedTuple


class ContractKind(StrEnum):
    """What a contract states."""

    SESSION = "session"
    ROUTE = "route"
    ABSENT = "absent"
    REFUSED = "refused"
    REACH = "reach"
    SURVIVES = "survives"
    CHECK = "check"


class Contract(NamedTuple):
    """One statement. It covers ``subjects`` x ``prefixes``: each pair is one row to decide.

    ``subjects`` are device names (or session ids for ``session``). ``expected`` are the devices
    that must be the next hops, exactly (``route``), or whatever the kind's documentation in
    ``derive/contracts.py`` says. ``sentence`` says it in plain English.
    """

    id: str
    kind: ContractKind
    sentence: str
    subjects: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
