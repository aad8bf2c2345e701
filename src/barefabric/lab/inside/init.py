"""Process 1: makes the lab's own file systems, starts the supervisor, reaps what is left behind."""

import ctypes
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from barefabric.lab.inside import system
from barefabric.lab.inside.supervisor import Supervisor

LAB = "inside"
"""The folder for hosts' files, in memory, within the lab's folder."""
POWER_OFF = 0x4321FEDC
"""LINUX_REBOOT_CMD_POWER_OFF, reboot(2)."""


def main(arguments: list[str]) -> None:
    """Run a lab until it is told to end or the supervisor dies; then everything dies with us."""
    plan, folder, channel, within = arguments
    furnish(Path(folder))
    child = os.fork()
    if child == 0:
        os._exit(Supervisor(Path(plan), Path(folder), channel, within).run())
    status = _wait_for(child)
    if within == "uml":
        os.sync()
        ctypes.CDLL(None).reboot(POWER_OFF)
    sys.exit(status)


def furnish(folder: Path) -> None:
    """Private mounts: nothing of the lab is seen outside it.

    ``/run`` is empty and in memory, but for the lab's own folder.
    """
    system.keep_mounts_private()
    here = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    system.tmpfs("/run")
    folder.mkdir(parents=True, exist_ok=True)
    system.bind(f"/proc/self/fd/{here}", str(folder))
    os.close(here)
    Path("/run/netns").mkdir()
    Path("/run/frr").mkdir()
    Path("/run/bird").mkdir()
    system.tmpfs("/var/tmp", 0o1777)  # noqa: S108  (it is private here)
    inside = folder / LAB
    inside.mkdir(exist_ok=True)
    system.tmpfs(str(inside))


def _wait_for(child: int) -> int:
    """Reap until one child ends; pass signals on to it."""

    def forward(number: int, _: FrameType | None) -> None:
        os.kill(child, number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return 1
        if ended == child:
            return os.waitstatus_to_exitcode(status) & 0xFF
