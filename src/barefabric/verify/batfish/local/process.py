"""Processes that outlive the command: started apart, known by number and beginning."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

GRACE = 15.0
"""Seconds that a process has to end by itself."""


def begin(command: Sequence[str], folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, with its output in a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            list(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def mark(pid: int) -> str:
    """When a process began, as this system says it; empty where it does not run.

    Numbers of processes are used again, number and beginning together are not. On Linux: field 22
    of ``/proc/PID/stat`` (proc_pid_stat(5)) with the id of the boot; elsewhere what ``ps`` says.
    """
    if pid <= 0:
        return ""
    proc = Path("/proc")
    if (proc / "self" / "stat").exists():
        return _mark_of_linux(proc, pid)
    asked = subprocess.run(
        ["ps", "-o", "lstart=,state=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    text = asked.stdout.strip()
    return "" if asked.returncode or text.endswith("Z") else text.rpartition(" ")[0]


def _mark_of_linux(proc: Path, pid: int) -> str:
    try:
        # The name of the program is in brackets and may hold anything.
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    ended = fields[0] in ("Z", "X")
    return "" if ended else f"{boot} {fields[19]}"


def runs(pid: int, began: str) -> bool:
    """Whether this very process still runs."""
    return bool(began) and mark(pid) == began


def end(pid: int, began: str, grace: float = GRACE) -> bool:
    """End a process, the hard way after ``grace`` seconds. False where it still runs."""
    for sign, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        if not runs(pid, began):
            return True
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, sign)
        limit = time.monotonic() + seconds
        while runs(pid, began) and time.monotonic() < limit:
            time.sleep(0.05)
    return not runs(pid, began)
