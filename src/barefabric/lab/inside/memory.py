"""What the lab's processes cost: proportional memory and CPU time."""

import contextlib
import os
from pathlib import Path


def memory() -> dict[str, float]:
    """``megabytes`` (PSS of all processes of the lab), ``processes``, ``cpu`` seconds so far."""
    total = ticks = count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                ticks += _ticks(entry)
                total += _pss(entry)
                count += 1
    per_second = os.sysconf("SC_CLK_TCK")
    return {"megabytes": total / 1024, "processes": count, "cpu": ticks / per_second}


def _pss(process: Path) -> int:
    for line in (process / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _ticks(process: Path) -> int:
    """User and system time: fields 14 and 15 of ``stat``, counted after the name."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
