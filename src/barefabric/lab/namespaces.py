"""A lab in namespaces of this machine's kernel: one process outside, everything else below it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import barefabric
from barefabric.lab.state import PLAN, SOCKET, State, born
from barefabric.lab.types import Started

LOG = "supervisor.log"
_children: "dict[int, subprocess.Popen[bytes]]" = {}
"""Labs that this very process started: somebody has to take note of their end."""


def start(folder: Path) -> Started:
    """Start the supervisor on the plan in ``folder``.

    It has namespaces of its own for mounts, processes, networks, names and IPC, and a session of
    its own, so that the terminal's Ctrl-C goes to the command alone. With the process that is
    returned everything ends (``unshare --kill-child``).
    """
    source = Path(barefabric.__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    argv = (
        "unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child",
        "--mount-proc", sys.executable, "-m", "barefabric.lab.inside",
        str(folder / PLAN), str(folder), f"unix:{folder / SOCKET}", "namespaces",
    )  # fmt: skip
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
    _children[process.pid] = process
    return Started(process.pid, f"unix:{folder / SOCKET}", "namespaces")


def stop(state: State, seconds: float = 5) -> None:
    """End a lab's process, first by asking, then by force; returns when it is gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        target = init_of(state.started.pid) if number == signal.SIGTERM else state.started.pid
        if not target or born(state.started.pid) != state.born:
            break
        try:
            os.kill(target, number)
        except ProcessLookupError:
            break
        until = time.monotonic() + seconds
        while time.monotonic() < until and born(state.started.pid) == state.born:
            reap(state.started.pid)
            time.sleep(0.02)
    reap(state.started.pid)


def reap(pid: int) -> None:
    """Take note of a process's end, where it is a child of our own."""
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]


def init_of(pid: int) -> int:
    """Process 1 of the lab, as seen from outside; 0 where it is gone."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    return int(children[0]) if children else 0


def enter(pid: int, part: int) -> tuple[str, ...]:
    """The words before a command that is to run in a part of the lab, with this terminal.

    ``part`` is the process that pins it, as the lab counts processes.
    """
    init = init_of(pid)
    return (
        "nsenter", "-t", str(init), "-m", "-p", "-n", "-i", "--",
        "nsenter", "-t", str(part), "-m", "-u", "-n", "--",
    )  # fmt: skip
