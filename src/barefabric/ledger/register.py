"""Hand out values of one kind: keep what is recorded, give what is new the next free one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.model.ledger import Entry, Kind, Move


class Register(NamedTuple):
    """What one kind has handed out, after allocation. ``short`` counts names left without."""

    kind: Kind
    values: Mapping[str, int]
    entries: Mapping[str, Entry]
    moves: tuple[Move, ...]
    short: int

    @property
    def retired(self) -> int:
        """How many entries are kept for what is gone."""
        return sum(entry.retired for entry in self.entries.values())


def assign(
    kind: Kind,
    wanted: Iterable[str],
    recorded: Mapping[str, Entry],
    read: Callable[[str], int],
    write: Callable[[int], str],
    usable: Callable[[str, int], bool],
    fresh: Iterator[int] | Callable[[str], Iterator[int]],
    pins: Mapping[str, int],
) -> Register:
    """Allocate values of one kind.

    ``usable`` says whether a recorded value may stay; one that may not becomes a move.
    ``fresh`` yields candidates in the order a person would count, for all names or per name.
    Retired entries stay reserved. No name is looked at twice, so the cost is linear.
    """
    known = {key: read(entry.value) for key, entry in recorded.items()}
    held = set(known.values()) | set(pins.values())
    values: dict[str, int] = {}
    entries: dict[str, Entry] = {}
    moves: list[Move] = []
    short = 0
    per_name = fresh if callable(fresh) else None
    for key in wanted:
        before = known.get(key)
        value = pins.get(key, before)
        if value is not None and (key in pins or usable(key, value)):
            if before is not None and before != value:
                moves.append(Move(kind, key, write(before), write(value), "it is pinned"))
        else:
            source = per_name(key) if per_name else fresh
            for value in source:  # type: ignore[union-attr]
                if value not in held:
                    break
            else:
                short += 1
                continue
            held.add(value)
            if before is not None:
                reason = "the recorded value is outside what the topology allows now"
                moves.append(Move(kind, key, write(before), write(value), reason))
        values[key] = value
        entries[key] = Entry(write(value)) if value != before else Entry(recorded[key].value)
    taken = set(values.values())
    for key, entry in recorded.items():
        if key not in values and known[key] not in taken:
            entries[key] = Entry(entry.value, retired=True)
    return Register(kind, values, entries, tuple(moves), short)
