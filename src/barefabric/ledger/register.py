"""Hand out values of one kind: keep what is recorded, give what is new the next free one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.model.ledger import Entry, Kind, Move


class Notation(NamedTuple):
    """How values of a kind are written, and read back."""

    read: Callable[[str], int]
    write: Callable[[int], str]


NUMBERS = Notation(int, str)


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


def assign(
    kind: Kind,
    wanted: Iterable[str],
    recorded: Mapping[str, Entry],
    notation: Notation,
    usable: Callable[[str, int], bool],
    fresh: Iterator[int] | Callable[[str], Iterator[int]],
    pins: Mapping[str, int],
) -> Register:
    """Allocate values of one kind.

    ``usable`` says whether a recorded value may stay; one that may not becomes a move, unless it
    was retired: what did not exist has not moved. ``fresh`` yields candidates in the order a
    person would count, for all names or per name. Retired entries stay reserved; a pin takes its
    value from whoever has it. No name is looked at twice, so the cost is linear.
    """
    known = {key: notation.read(entry.value) for key, entry in recorded.items()}
    holders = _holders(recorded, known)
    holders.update((value, key) for key, value in pins.items())
    values: dict[str, int] = {}
    entries: dict[str, Entry] = {}
    moves: list[Move] = []
    short = 0
    per_name = fresh if callable(fresh) else None
    for key in wanted:
        before = known.get(key)
        value = pins.get(key, before)
        holder = key if value is None else holders[value]
        if value is None or (key not in pins and (holder != key or not usable(key, value))):
            source = per_name(key) if per_name else fresh
            for value in source:  # type: ignore[union-attr]
                if value not in holders:
                    break
            else:
                short += 1
                continue
            holders[value] = key
        values[key] = value
        if value == before and not recorded[key].retired:
            entries[key] = recorded[key]
            continue
        entries[key] = Entry(notation.write(value))
        if before is not None and value != before and not recorded[key].retired:
            reason = _reason(key, holder, key in pins)
            moves.append(Move(kind, key, recorded[key].value, entries[key].value, reason))
    reserved = _retire(entries, recorded, known, values)
    return Register(kind, values, entries, tuple(moves), reserved, short)


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
    taken = set(values.values())
    reserved: dict[int, None] = {}
    for key, entry in recorded.items():
        if key not in values and known[key] not in taken:
            entries[key] = entry if entry.retired else Entry(entry.value, retired=True)
            reserved[known[key]] = None
    return tuple(reserved)
