"""Write many names in little room: ``r1-leaf1 r2-leaf1 r3-leaf1`` as ``r[1-3]-leaf1``.

The notation is the one topologies use for ranges.
"""

import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"(\d+)")
SHORTEST_RUN = 3


def fold(names: Sequence[str]) -> list[str]:
    """The names in order, runs of at least three that differ in one number folded."""
    shapes: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for name in names:
        parts = tuple(_NUMBER.split(name))
        shapes.setdefault(parts[::2], []).append(parts)
    return [text for shape in shapes.values() for text in _fold_shape(shape)]


def _fold_shape(parts: Sequence[tuple[str, ...]]) -> list[str]:
    """Names that differ in their numbers alone, folded over the number that gives the fewest."""
    folded = [_fold_at(parts, place) for place in range(1, len(parts[0]), 2)]
    return min(folded, key=len, default=["".join(part) for part in parts])


def _fold_at(parts: Iterable[tuple[str, ...]], place: int) -> list[str]:
    """Fold over the number at one place of the split names."""
    groups: dict[tuple[object, ...], list[tuple[str, ...]]] = {}
    for part in parts:
        key = (part[:place], part[place + 1 :])
        groups.setdefault(key, []).append(part)
    return [text for group in groups.values() for text in _runs(group, place)]


def _runs(group: Sequence[tuple[str, ...]], place: int) -> list[str]:
    """One text for each run of numbers that follow one another."""
    found: list[str] = []
    start = 0
    for end in range(1, len(group) + 1):
        if end < len(group) and _follows(group[start : end + 1], place):
            continue
        found += _run(group[start:end], place)
        start = end
    return found


def _follows(run: Sequence[tuple[str, ...]], place: int) -> bool:
    """Whether the last number continues the run; one with leading zeros keeps its width."""
    first, before, last = run[0][place], run[-2][place], run[-1][place]
    padded = first.startswith("0") and len(first) != len(last)
    return int(last) == int(before) + 1 and not padded


def _run(run: Sequence[tuple[str, ...]], place: int) -> list[str]:
    """A run as a range, or name by name where it is short."""
    if len(run) < SHORTEST_RUN:
        return ["".join(part) for part in run]
    first, last = run[0], run[-1]
    span = f"[{first[place]}-{last[place]}]"
    return ["".join((*first[:place], span, *first[place + 1 :]))]
