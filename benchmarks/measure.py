"""Runs commands and takes down what they cost."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRATCH = HERE / ".scratch"
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own in it)


def _work() -> Path:
    """The folder of inputs and outputs: in a file system in memory, where one has room for them.

    What a disk's file system takes for 84,000 new folders is no property of a tool, and it varies:
    ext4 does not hand out again what was deleted seconds ago, and searches on, folder by folder.
    """
    try:
        room = shutil.disk_usage(MEMORY).free if os.access(MEMORY, os.W_OK) else 0
    except OSError:
        room = 0
    return MEMORY / f"barefabric-bench-{os.getuid()}" if room > 6e9 else SCRATCH


WORK = _work()

# A run that takes longer, in seconds, is not repeated.
LONG_RUN = 60.0


@dataclass(frozen=True)
class Run:
    """One run. Seconds, and bytes of peak memory. `problem` says why there are no figures."""

    cpu: float = 0.0
    wall: float = 0.0
    memory: int = 0
    problem: str = ""


def measure(commands: list[list[str | Path]], folder: Path, timeout: float) -> Run:
    """Runs the commands one after the other in `folder`, for `timeout` seconds altogether."""
    cpu, memory, begin = 0.0, 0, time.monotonic()
    # Peers keep state in the home folder.
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(SCRATCH),
        "LC_ALL": "C.UTF-8",
    }
    with (folder / "output.log").open("wb") as log:
        for command in commands:
            left = timeout - (time.monotonic() - begin)
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            late = threading.Event()
            timer = threading.Timer(max(left, 0.0), stop, (process.pid, late))
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu += usage.ru_utime + usage.ru_stime
            memory = max(memory, usage.ru_maxrss * 1024)
            if late.is_set():
                return Run(problem=f"did not finish in {timeout:,.0f} s")
            if process.returncode:
                return Run(problem=f"failed with exit status {process.returncode}")
    return Run(cpu, time.monotonic() - begin, memory)


def stop(pid: int, late: threading.Event) -> None:
    """Ends a process that ran too long, and its children, which are in its session."""
    late.set()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def clear() -> None:
    """Takes away what was written into memory."""
    if WORK != SCRATCH:
        shutil.rmtree(WORK, ignore_errors=True)


def count(folder: Path) -> tuple[int, int]:
    """Files under the folder, and lines in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.read_bytes().count(b"\n") for path in files)
