"""The first process in the lab's kernel: file systems, modules, then the supervisor.

The machine's file system is there, read-only, with the rights of the user who runs the lab. What
has to be written lies in memory.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from barefabric.lab.inside import system
from barefabric.lab.inside.init import main as supervise
from barefabric.lab.uml.attendant import attend
from barefabric.lab.uml.kernel import load_order

MS_RDONLY = 1
FINIT_MODULE = 313
"""The system call's number on x86-64, the one architecture that user-mode Linux 6 has in Debian."""
REBOOT_POWER_OFF = 0x4321FEDC

LIMITS = {
    "net/ipv4/neigh/default/gc_thresh1": "8192",
    "net/ipv4/neigh/default/gc_thresh2": "16384",
    "net/ipv4/neigh/default/gc_thresh3": "32768",
    "net/ipv6/neigh/default/gc_thresh1": "8192",
    "net/ipv6/neigh/default/gc_thresh2": "16384",
    "net/ipv6/neigh/default/gc_thresh3": "32768",
}
"""Neighbor tables belong to the kernel as a whole: one lab of its own may have them large."""

SERIAL = "/dev/ttyS0"
COUNTS = "/dev/ttyS1"
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/run",
    "TMPDIR": "/var/tmp",  # noqa: S108  (empty, in memory, and this lab's alone)
}


def main(arguments: Sequence[str]) -> None:
    """Be process 1: ``PLAN FOLDER MODULES_DIR MODULE,MODULE``; ends by switching off."""
    plan, folder, modules, names = arguments[:4]
    try:
        _mount_all()
        lines = attend(SERIAL, COUNTS)
        if lines is None:
            return
        _load(Path(modules), names.split(","))
        _limits()
        os.environ.update(ENVIRONMENT)
        supervise([plan, folder, f"fd:{lines.requests},{lines.answers}", "uml"])
    except BaseException as fault:
        sys.stderr.write(f"the lab's first process: {type(fault).__name__}: {fault}\n")
        raise
    finally:
        switch_off()


def _mount_all() -> None:
    """Mount what a system has. ``/run`` and ``/var/tmp`` are the supervisor's to mount.

    ``/sys`` is read-only, by which systemd knows a container, where nobody waits for udev
    (https://systemd.io/CONTAINER_INTERFACE).
    """
    system.mount("proc", "/proc", "proc")
    system.mount("sysfs", "/sys", "sysfs", MS_RDONLY)
    system.tmpfs("/var/log")
    devices = Path("/dev")
    for name in ("shm", "pts"):
        (devices / name).mkdir(exist_ok=True)
    system.tmpfs(str(devices / "shm"), 0o1777)
    system.mount("devpts", str(devices / "pts"), "devpts", 0, "mode=620,ptmxmode=666")
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        link = devices / name
        if not link.is_symlink():
            link.symlink_to(f"/proc/self/fd{target}")


def _load(folder: Path, names: Sequence[str]) -> None:
    """Load modules with all they need. Nothing else is loaded on demand later."""
    libc = ctypes.CDLL(None, use_errno=True)
    dependencies = (folder / "modules.dep").read_text(encoding="utf-8")
    for path in load_order(dependencies, [name for name in names if name]):
        descriptor = os.open(folder / path, os.O_RDONLY | os.O_CLOEXEC)
        if libc.syscall(FINIT_MODULE, descriptor, b"", 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), path)
        os.close(descriptor)
    Path("/proc/sys/kernel/modprobe").write_text("", encoding="ascii")


def _limits() -> None:
    for name, value in LIMITS.items():
        Path("/proc/sys", name).write_text(value, encoding="ascii")
    Path("/proc/sys/kernel/printk").write_text("1 4 1 7", encoding="ascii")


def switch_off() -> None:
    """End the kernel, and with it everything in it (reboot(2))."""
    sys.stdout.flush()
    sys.stderr.flush()
    ctypes.CDLL(None).reboot(ctypes.c_int(REBOOT_POWER_OFF))
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
