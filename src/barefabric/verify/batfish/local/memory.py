"""How much memory a service gets.

Half of what the machine has (or its control group may use), at least 1 GiB and at most 12 GiB, and
never more than four fifths of what is free now. Batfish needs under 1 GiB for 20 devices, 3 GiB for
100 with failures, some 6 GiB for the 250 that are tried with failures at most.
"""

from pathlib import Path

from barefabric.verify.batfish.local.faults import outside

LEAST = 1024
MOST = 12 * 1024
_MEMINFO = Path("/proc/meminfo")
_LIMIT = Path("/sys/fs/cgroup/memory.max")


def heap(total: int, available: int) -> int:
    """The heap for a machine with so many MiB. Raises BF076 where even the least does not fit."""
    chosen = min(max(total // 2, LEAST), MOST, available * 4 // 5)
    if chosen < LEAST:
        raise outside(
            "BF076",
            f"Batfish needs {LEAST:,} MiB of memory; {available:,} MiB are free",
            mend="end something else, or choose: --memory 800m",
        )
    return chosen


def machine() -> tuple[int, int]:
    """Memory in MiB: what there is, and what is free, as /proc/meminfo and cgroups v2 say."""
    try:
        rows = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines())
        total, free = (int(rows[key].split()[0]) >> 10 for key in ("MemTotal", "MemAvailable"))
    except (OSError, ValueError, KeyError):
        total = free = _total_elsewhere()
    limit = _group_limit()
    return (min(total, limit), min(free, limit)) if limit else (total, free)


def _group_limit() -> int:
    """The limit of the control group in MiB; 0 for none."""
    try:
        return int(_LIMIT.read_text()) >> 20
    except (OSError, ValueError):
        return 0


def _total_elsewhere() -> int:
    """Memory in MiB where there is no /proc: POSIX's sysconf; 4 GiB where that does not know."""
    import os

    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    except (ValueError, OSError):
        return 4096


def parse(text: str) -> int:
    """MiB from ``6g``, ``800m`` or a number of MiB; 0 for what is none of these."""
    number, unit = (text[:-1], text[-1].lower()) if text[-1:].isalpha() else (text, "m")
    if not number.isdecimal() or unit not in ("m", "g"):
        return 0
    return int(number) * (1024 if unit == "g" else 1)
