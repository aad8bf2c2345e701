"""The waves as a table that fits the terminal."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from barefabric.push.answers import SwitchDiff
from barefabric.push.fold import fold
from barefabric.push.waves import Plan

SWITCHES = 30
"""Widest column of switch names; longer lists are folded, then wrapped."""


class Row(NamedTuple):
    """A row of the table of waves."""

    wave: str
    switches: str
    why: str
    lines: str


def table(plan: Plan, diffs: Mapping[str, SwitchDiff], width: int) -> Iterator[str]:
    """The waves."""
    rows = _merged(list(_rows(plan, diffs)))
    head = Row("wave", "switches", "why here", "lines")
    wave = max(len(row.wave) for row in [head, *rows]) + 2
    lines = max(len(row.lines) for row in [head, *rows])
    longest = max(len(row.switches) for row in [head, *rows])
    switches = min(SWITCHES, longest) + 2
    why = min(width - 2 - wave - switches - lines - 2, max(len(r.why) for r in [head, *rows]))
    for row in [head, *rows]:
        cells = zip_longest(
            [row.wave],
            textwrap.wrap(row.switches, switches - 2, break_on_hyphens=False),
            textwrap.wrap(row.why, why),
            [row.lines],
            fillvalue="",
        )
        for a, b, c, d in cells:
            yield f"  {a:<{wave}}{b:<{switches}}{c:<{why}}  {d}"


def _rows(plan: Plan, diffs: Mapping[str, SwitchDiff]) -> Iterator[Row]:
    """One row for each reason of a wave."""
    for wave in plan.waves:
        by_reason: dict[str, list[str]] = {}
        for step in wave.steps:
            by_reason.setdefault(step.reason, []).append(step.switch)
        number = f"{wave.number:,}"
        for reason, names in by_reason.items():
            yield Row(number, _names(names), reason, counts([diffs[name] for name in names]))
            number = ""


def _names(names: Sequence[str]) -> str:
    """The names as they are where there is room, else folded."""
    plain = "  ".join(names)
    return plain if len(plain) <= SWITCHES else "  ".join(fold(names))


def counts(diffs: Sequence[SwitchDiff]) -> str:
    """``+12 -0 each``, or the sum where they differ."""
    different = {(each.diff.added, each.diff.removed) for each in diffs}
    added = sum(each.diff.added for each in diffs)
    removed = sum(each.diff.removed for each in diffs)
    if len(diffs) == 1:
        return f"+{added:,} -{removed:,}"
    if len(different) == 1:
        one = different.pop()
        return f"+{one[0]:,} -{one[1]:,} each"
    return f"+{added:,} -{removed:,} in all"


def _merged(rows: Sequence[Row]) -> list[Row]:
    """Runs of more than three waves of one switch with the same reason and counts as one row."""
    found: list[Row] = []
    for (why, lines), group in groupby(rows, key=lambda row: (row.why, row.lines)):
        same = list(group)
        if len(same) <= 3 or any(not row.wave or " " in row.switches for row in same):
            found += same
            continue
        names = _names([row.switches for row in same])
        found.append(Row(f"{same[0].wave}-{same[-1].wave}", names, why, f"{lines} each"))
    return found
