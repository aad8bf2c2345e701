"""The waves as a table that fits the terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from barefabric.push.answers import SwitchDiff
from barefabric.push.fold import fold
from barefabric.push.waves import Plan

LONGEST_RUN = 3
"""Runs of this many equal waves are still shown one by one."""

MOST_NAMES = 12
"""Longer lists of names that do not fold are cut; the JSON document has all."""

SWITCHES = 30
"""Widest column of switch names; longer lists are folded, then wrapped."""


class Row(NamedTuple):
    """A row: waves from ``first`` to ``last`` (0 where the wave's number stands above already)."""

    first: int
    last: int
    names: tuple[str, ...]
    why: str
    lines: str

    def cells(self) -> tuple[str, str, str, str]:
        """The texts of the four columns."""
        span = f"{self.first:,}" if self.first == self.last else f"{self.first:,}-{self.last:,}"
        return span if self.first else "", _names(self.names), self.why, self.lines


HEAD = ("wave", "switches", "why here", "lines")


def table(plan: Plan, diffs: Mapping[str, SwitchDiff], width: int) -> Iterator[str]:
    """The lines of the table. Names and reasons that are too long go on below themselves."""
    rows = [HEAD, *(row.cells() for row in _merged(list(_rows(plan, diffs))))]
    longest = [max(map(len, column)) for column in zip(*rows, strict=True)]
    switches = min(SWITCHES, longest[1])
    why = min(longest[2], width - 2 - longest[0] - 2 - switches - 2 - 2 - longest[3])
    for row in rows:
        cells = zip_longest(
            [row[0]],
            textwrap.wrap(row[1], switches, break_on_hyphens=False),
            textwrap.wrap(row[2], why),
            [row[3]],
            fillvalue="",
        )
        for wave, names, reason, lines in cells:
            cut = f"{wave:<{longest[0]}}  {names:<{switches}}  {reason:<{why}}  {lines}"
            yield f"  {cut}".rstrip()


def _rows(plan: Plan, diffs: Mapping[str, SwitchDiff]) -> Iterator[Row]:
    """One row for each reason of a wave."""
    for wave in plan.waves:
        by_reason: dict[str, list[str]] = {}
        for step in wave.steps:
            by_reason.setdefault(step.reason, []).append(step.switch)
        number = wave.number
        for reason, names in by_reason.items():
            lines = counts([diffs[name] for name in names])
            yield Row(number, number, tuple(names), reason, lines)
            number = 0


def _merged(rows: Sequence[Row]) -> Iterator[Row]:
    """Runs of more than three waves with the same reason and counts become one row."""
    for _, group in groupby(rows, key=lambda row: (row.why, row.lines, len(row.names))):
        same = list(group)
        if len(same) <= LONGEST_RUN or any(not row.first for row in same):
            yield from same
            continue
        names = tuple(name for row in same for name in row.names)
        lines = same[0].lines.removesuffix(" each")
        yield Row(same[0].first, same[-1].last, names, same[0].why, f"{lines} each")


def _names(names: Sequence[str]) -> str:
    """The names as they are where there is room, else folded."""
    plain = "  ".join(names)
    if len(plain) <= SWITCHES:
        return plain
    folded = fold(names)
    if len(folded) <= MOST_NAMES:
        return "  ".join(folded)
    return "  ".join(folded[: MOST_NAMES - 2]) + f"  and {len(folded) - MOST_NAMES + 2:,} more"


def counts(diffs: Sequence[SwitchDiff]) -> str:
    """``+12 -0 each``, or the sum where they differ."""
    different = {(each.diff.added, each.diff.removed) for each in diffs}
    if len(diffs) > 1 and len(different) == 1:
        one = different.pop()
        return f"+{one[0]:,} -{one[1]:,} each"
    added = sum(each.diff.added for each in diffs)
    removed = sum(each.diff.removed for each in diffs)
    return f"+{added:,} -{removed:,}{' in all' if len(diffs) > 1 else ''}"
