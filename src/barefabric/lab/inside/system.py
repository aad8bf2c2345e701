"""System calls that Python 3.11 lacks: namespaces and mounts (unshare(2), setns(2), mount(2))."""

import ctypes
import os
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWNET = 0x40000000

MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Mount something. Raises :class:`OSError` with the target as its file name."""
    _checked(
        _libc.mount(
            source.encode(), target.encode(), kind.encode() or None, flags, data.encode() or None
        ),
        target,
    )


def tmpfs(target: str, mode: int = 0o755) -> None:
    """An empty file system in memory at ``target``."""
    mount("tmpfs", target, "tmpfs", 0, f"mode={mode:o}")


def bind(source: str, target: str) -> None:
    """Show ``source`` at ``target`` too; both exist, and are both folders or both files."""
    mount(source, target, "", MS_BIND | MS_REC)


def keep_mounts_private() -> None:
    """No mount of this namespace is seen outside it, and the other way round."""
    mount("none", "/", "", MS_REC | MS_PRIVATE)


def unshare(flags: int) -> None:
    """Leave namespaces that are shared with the parent."""
    _checked(_libc.unshare(flags), "unshare")


def setns(path: str | Path, kind: int) -> None:
    """Enter a namespace: for ``CLONE_NEWNET`` this thread alone."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _checked(_libc.setns(descriptor, kind), str(path))
    finally:
        os.close(descriptor)


def sethostname(name: str) -> None:
    """Set the name of this host."""
    raw = name.encode()
    _checked(_libc.sethostname(raw, len(raw)), name)
