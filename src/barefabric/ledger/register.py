"""Hand out values of one kind: keep what is recorded, give what is new the next free one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import filterfalse
from typing import NamedTuple

from barefabric.model.ledger import Entry, Kind, Move
from barefabric.model.record import record


class Notation(NamedTuple):
    """How values of a kind are read, and many of them written."""

    read: Callable[[str], int]
    write: Callable[[Iterable[int]], Iterable[str]]


NUMBERS = Notation(int, partial(map, str))


class Register(NamedTuple):
    """What one kind has handed out, after allocation.

    ``reserved`` are the values of retired entries. ``short`` counts names left without a value.
    """

    kind: Kind
    values: Mapping[str, int]
    entries: Mapping[str, Entry]
    moves: tuple[Move, ...]
    reserved: tuple[int, ...]
    short: int

    @property
    def retired(self) -> int:
        """How many entries are kept for what is gone."""
        return len(self.reserved)


class Group(NamedTuple):
    """Names that take new values from one stream, in the order a person would count.

    ``usable`` says whether a recorded value may stay.
    """

    names: Collection[str]
    fresh: Iterator[int]
    usable: Callable[[int], bool]


class _Known(NamedTuple):
    """What is recorded and pinned, as integers, and who may keep each of these values."""

    values: Mapping[str, int]
    pins: Mapping[str, int]
    holders: Mapping[int, str]


def assign(
    kind: Kind,
    groups: Iterable[Group],
    recorded: Mapping[str, Entry],
    notation: Notation,
    pins: Mapping[str, int],
) -> Register:
    """Allocate values of one kind.

    A recorded value that may not stay becomes a move, unless it was retired: what did not exist has
    not moved. Retired entries stay reserved; a pin takes its value from whoever has it. No name is
    looked at twice, so the cost is linear.
    """
    numbers = {key: notation.read(entry.value) for key, entry in recorded.items()}
    holders = _holders(recorded, numbers)
    holders.update((value, key) for key, value in pins.items())
    known = _Known(numbers, pins, holders)
    taken = set(holders)
    values: dict[str, int] = {}
    short = 0
    for names, fresh, usable in groups:
        free = filterfalse(taken.__contains__, fresh)
        if holders:
            found = _chosen(names, free, usable, known)
        else:
            found = dict(zip(names, free, strict=False))
        short += len(names) - len(found)
        taken.update(found.values())
        values.update(found)
    entries, moves = _entries(kind, values, recorded, notation, known)
    reserved = _retire(entries, recorded, numbers, values)
    return Register(kind, values, entries, tuple(moves), reserved, short)


def _chosen(
    names: Iterable[str], free: Iterator[int], usable: Callable[[int], bool], known: _Known
) -> dict[str, int]:
    """A value for each name while there are some: pinned, else recorded, else new."""
    recorded, pins, holders = known
    found: dict[str, int] = {}
    for key in names:
        value = pins.get(key)
        if value is None:
            value = recorded.get(key)
            if value is None or holders[value] != key or not usable(value):
                value = next(free, None)
                if value is None:
                    continue
        found[key] = value
    return found


def _entries(
    kind: Kind,
    values: Mapping[str, int],
    recorded: Mapping[str, Entry],
    notation: Notation,
    known: _Known,
) -> tuple[dict[str, Entry], list[Move]]:
    """What the ledger must hold of values, and which of them moved."""
    entries: dict[str, Entry] = {}
    moves: list[Move] = []
    for (key, value), text in zip(values.items(), notation.write(values.values()), strict=True):
        entry = recorded.get(key) if recorded else None
        if entry is None or entry.retired:
            entries[key] = record(Entry, (text, False))
            continue
        before = known.values[key]
        entries[key] = entry if value == before else Entry(text)
        if value != before:
            reason = _reason(key, known.holders[before], key in known.pins)
            moves.append(Move(kind, key, entry.value, text, reason))
    return entries, moves


def _holders(recorded: Mapping[str, Entry], known: Mapping[str, int]) -> dict[int, str]:
    """Who may keep each recorded value: what lives before what is gone, else the first of them.

    A merge of two branches can leave one value with several names of which all but one are gone.
    """
    holders: dict[int, str] = {}
    for key, value in known.items():
        first = holders.setdefault(value, key)
        if first is not key and recorded[first].retired and not recorded[key].retired:
            holders[value] = key
    return holders


def _reason(key: str, holder: str, is_pinned: bool) -> str:
    """Why a recorded value cannot stay."""
    if is_pinned:
        return "it is pinned"
    if holder != key:
        return f"{holder} is pinned to it"
    return "the recorded value is outside what the topology allows now"


def _retire(
    entries: dict[str, Entry],
    recorded: Mapping[str, Entry],
    known: Mapping[str, int],
    values: Mapping[str, int],
) -> tuple[int, ...]:
    """Keep what is gone, unless something else lives at its value now; return those values."""
    if not recorded:
        return ()
    taken = set(values.values())
    reserved: dict[int, None] = {}
    for key, entry in recorded.items():
        if key not in values and known[key] not in taken:
            entries[key] = entry if entry.retired else Entry(entry.value, retired=True)
            reserved[known[key]] = None
    return tuple(reserved)
