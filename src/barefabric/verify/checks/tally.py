"""Rows and faults of checks, counted while the design passes by."""

from collections import Counter
from typing import NamedTuple

KEPT = 12
"""Faults of one check that are kept word for word; all are counted."""


class Fault(NamedTuple):
    """One row of a check that does not hold."""

    line: str
    cause: str = ""
    mend: str = ""


class Tally:
    """What checks counted. ``notes`` are not faults: they are shown and change no verdict."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.faults: dict[str, list[Fault]] = {}
        self.notes: list[str] = []

    def count(self, check: str, rows: int = 1) -> None:
        """Rows that were looked at."""
        self.rows[check] += rows

    def fault(self, check: str, line: str, cause: str = "", mend: str = "") -> None:
        """A row that does not hold. It must have been counted as well."""
        self.failed[check] += 1
        kept = self.faults.setdefault(check, [])
        if len(kept) < KEPT:
            kept.append(Fault(line, cause, mend))
