"""Start a lab in user-mode Linux, and say what is missing to do so."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import barefabric
from barefabric.errors import Diagnostic, OutsideError
from barefabric.lab.types import LabPlan, Missing, Started, plain
from barefabric.lab.uml.kernel import (
    Boot,
    Kernel,
    command,
    find_kernel,
    memory_folder,
    modules_for,
)
from barefabric.lab.uml.memory import memory_needed
from barefabric.lab.uml.relay import SERIALS

BOOT_SECONDS = 30
PACKAGE = "install Debian's package user-mode-linux"
ALWAYS = ("ipv6", "veth", "dummy", "netem", "unix_diag", "udp_diag")
"""What every lab has in its kernel, whatever its hosts ask for."""


def available(memory: int = 512) -> list[Missing]:
    """What this machine lacks to run a lab of ``memory`` MiB in user-mode Linux; empty if nothing.

    Neither root, nor hardware virtualization, nor namespaces are needed.
    """
    return list(_missing(memory))


def _missing(memory: int) -> Iterator[Missing]:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        yield Missing(f"Linux on x86-64; this is {sys.platform} on {platform.machine()}")
        return
    if find_kernel() is None:
        yield Missing("linux.uml with its modules in /usr/lib/uml/modules", PACKAGE)
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    if scope.is_file() and scope.read_text(encoding="ascii").strip() == "3":
        yield Missing("ptrace: kernel.yama.ptrace_scope is 3", "restart with it below 3")
    if not memory_folder(memory, _memory_folders()):
        yield Missing(
            f"{memory} MiB in a file system that is not mounted noexec, for the kernel's memory",
            "make room in /dev/shm or /tmp, or set TMPDIR",
        )


def _memory_folders() -> tuple[str, ...]:
    own = os.environ.get("TMPDIR")
    return (*((own,) if own else ()), "/dev/shm", "/tmp", "/var/tmp")  # noqa: S108  (user's own file)


def start(
    plan: LabPlan,
    folder: Path,
    *,
    memory: int | None = None,
    report: Callable[[dict[str, Any]], None] = lambda _event: None,
) -> Started:
    """Boot a kernel with the lab's supervisor in it; ``memory`` in MiB, else what the plan needs.

    Returns as soon as the control channel answers; the hosts come up after that, and say so on
    the channel. Raises :class:`OutsideError` LAB020 if the kernel does not come up.
    """
    kernel = find_kernel()
    if kernel is None:
        raise _fault("there is no user-mode kernel on this machine", PACKAGE)
    needed = memory or memory_needed(plan)
    report({"id": 0, "event": "progress", "what": "kernel", "done": 0, "of": 1})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inside").mkdir(exist_ok=True)
    write(plan, kernel, folder, needed)
    pid = _relay(folder)
    _wait(pid, folder)
    report({"id": 0, "event": "progress", "what": "kernel", "done": 1, "of": 1})
    return Started(pid, f"unix:{folder / 'control'}", "uml")


def write(plan: LabPlan, kernel: Kernel, folder: Path, memory: int) -> None:
    """Write the plan and the relay's orders into the lab's folder."""
    room = memory_folder(memory, _memory_folders())
    if not room:
        raise _fault(f"there is no room for a kernel with {memory} MiB", "free memory")
    text = json.dumps(plain(plan), separators=(",", ":"))
    (folder / "plan.json").write_text(text, encoding="utf-8")
    orders = {"command": _command(plan, kernel, folder, memory), "environment": _outside(room)}
    (folder / "uml.json").write_text(json.dumps(orders), encoding="utf-8")


def _command(plan: LabPlan, kernel: Kernel, folder: Path, memory: int) -> tuple[str, ...]:
    features = (*ALWAYS, *(need for host in plan.hosts for need in host.setup.needs))
    modules = ",".join(modules_for(features))
    arguments = (str(folder / "plan.json"), str(folder), str(kernel.modules), modules)
    boot = Boot(
        memory=memory,
        serials=SERIALS,
        folder=folder,
        init=sys.executable,
        arguments=("-S", "-m", "barefabric.lab.uml.init", *arguments),
        environment={"PYTHONPATH": str(Path(barefabric.__file__).parent.parent)},
    )
    try:
        return command(kernel, boot)
    except ValueError as fault:
        raise _fault(str(fault), "give the lab a folder with a shorter path") from fault


def _outside(room: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    return {"HOME": "/", **kept, "TMPDIR": room}


def _relay(folder: Path) -> int:
    """Start the relay, which outlives us and our terminal."""
    path = str(Path(barefabric.__file__).parent.parent)
    with (folder / "relay.log").open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-S", "-m", "barefabric.lab.uml.relay", str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
            cwd="/",
        )
    return process.pid


def _wait(pid: int, folder: Path) -> None:
    """Wait until the lab has said its first word on the channel."""
    until = time.monotonic() + BOOT_SECONDS
    path = str(folder / "control")
    while time.monotonic() < until and not _ended(pid):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(max(until - time.monotonic(), 0.1))
            try:
                caller.connect(path)
                if caller.recv(1):
                    return
            except OSError:
                pass
        time.sleep(0.05)
    raise _fault(f"the kernel did not come up: {_last_words(folder)}", f"read {folder}/console.log")


def stop(pid: int, seconds: float = 10) -> None:
    """End the lab of a relay: it lets the kernel switch itself off, else kills it.

    Returns when the relay is gone, which is after its kernel.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if _ended(pid):
                return
            time.sleep(0.02)


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        pass
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def _last_words(folder: Path) -> str:
    for name in ("console.log", "relay.log"):
        path = folder / name
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if lines := [line for line in text.splitlines() if line.strip()]:
            return " / ".join(lines[-3:])
    return "it said nothing"


def _fault(message: str, mend: str) -> OutsideError:
    return OutsideError([Diagnostic("LAB020", message, mend=mend)])
