"""Hosts as namespaces: each has a network of its own, each part of it mounts and a name of its own.

A part is pinned by a process that sleeps. Beside it lies a folder with the part's files::

    <folder>/inside/<host>/<part or "self">/run, log, tmp, etc/frr, ...
"""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from barefabric.lab.inside import system
from barefabric.lab.types import Host, Installed, Part

SELF = "self"
"""The folder of the part that is the host itself."""
PRIVATE = {"log": "/var/log/frr", "tmp": "/var/tmp", "run": "/run"}  # noqa: S108  (private here)
"""Folders that each part has of its own, beside those under ``/etc`` that it has files in.

``/run`` comes last: the lab's own folder lies there, and is hidden by it."""


class Place(NamedTuple):
    """Where a part runs: the process that pins it, and its folder as the supervisor sees it."""

    pid: int
    folder: Path

    def enter(self) -> tuple[str, ...]:
        """The words before a command that is to run there."""
        return ("nsenter", "-t", str(self.pid), "-m", "-u", "-n", "--")


class Places:
    """The places of all parts, by ``host`` or ``host/part``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.places: dict[str, Place] = {}
        self.hosts: dict[str, Host] = {}

    def add(self, host: Host) -> None:
        """Make the namespaces of a host and install its files."""
        self.hosts[host.name] = host
        parts = host.parts or (Part("", "", (), ()),)
        for part in parts:
            folder = self.root / host.name / (part.name or SELF)
            _install(folder, part.files)
            network = self.places[host.name].pid if part.name else 0
            pid = _pin(host.name, folder, network)
            self.places[_key(host, part)] = Place(pid, folder)
            if not part.name:
                name = Path("/run/netns") / host.name
                name.touch()
                system.bind(f"/proc/{pid}/ns/net", str(name))

    def of(self, host: str, part: str = "") -> Place:
        """Where a part runs. Raises :class:`KeyError` for a name that is not in this lab."""
        return self.places[f"{host}/{part}" if part else host]

    def parts(self) -> Iterator[tuple[Host, Part, Place]]:
        """All parts of all hosts, the host itself first."""
        for host in self.hosts.values():
            for part in host.parts:
                yield host, part, self.places[_key(host, part)]

    def run(
        self, where: str, argv: tuple[str, ...], *, text: str = "", seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a part and wait for it."""
        return subprocess.run(
            (*self.places[where].enter(), *argv),
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            errors="replace",
        )


def _key(host: Host, part: Part) -> str:
    return f"{host.name}/{part.name}" if part.name else host.name


def _pin(name: str, folder: Path, network_of: int) -> int:
    """Start the process that pins a part: in a network of its own, or in that of another one."""
    ready, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(ready)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            _furnish(name, folder, network_of)
            os.write(done, b"ok")
            os.close(done)
            devnull = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(devnull, stream)
            os.closerange(3, 1024)
            os.execvp("sleep", ("sleep", "infinity"))  # noqa: S606
        except BaseException as fault:  # noqa: BLE001  (a child that must not go on)
            sys.stderr.write(f"{name}: {fault}\n")
            sys.stderr.flush()
            os._exit(1)
    os.close(done)
    with os.fdopen(ready, "rb") as pipe:
        if pipe.read(2) != b"ok":
            raise OSError(f"{name}: its namespaces could not be made")
    return pid


def _furnish(name: str, folder: Path, network_of: int) -> None:
    """What a part has of its own: mounts, name, network."""
    if network_of:
        system.setns(f"/proc/{network_of}/ns/net", system.CLONE_NEWNET)
        system.unshare(system.CLONE_NEWNS | system.CLONE_NEWUTS)
    else:
        system.unshare(system.CLONE_NEWNET | system.CLONE_NEWNS | system.CLONE_NEWUTS)
    system.keep_mounts_private()
    system.sethostname(name)
    system.mount("sysfs", "/sys", "sysfs")
    for configured in sorted((folder / "etc").iterdir()):
        system.bind(str(configured), f"/etc/{configured.name}")
    for own, target in PRIVATE.items():
        if Path(target).is_dir():
            system.bind(str(folder / own), target)


def _install(folder: Path, files: tuple[Installed, ...]) -> None:
    """Lay a part's files down, with their owners.

    A file whose folder is not on this machine is of no use to any program here; it lies in the
    part's folder all the same.
    """
    users = _users()
    for own in PRIVATE:
        (folder / own).mkdir(parents=True, exist_ok=True)
    (folder / "tmp" / "frr").mkdir(exist_ok=True)
    (folder / "etc").mkdir(exist_ok=True)
    for daemon in ("frr", "bird"):
        (folder / "run" / daemon).mkdir(exist_ok=True)
        _give(folder / "run" / daemon, users, daemon)
    for path in (folder / "log", folder / "tmp" / "frr"):
        _give(path, users, "frr")
    for file in files:
        target = _target(folder, file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
        target.chmod(file.mode)
        _give(target, users, file.owner)
        if file.owner != "root":
            _give(target.parent, users, file.owner)


def _target(folder: Path, path: str) -> Path:
    """Where a file lies in a part's folder: under ``etc`` or ``run``, else aside."""
    parts = Path(path).parts
    if len(parts) > 3 and parts[1] == "etc" and Path("/", *parts[1:3]).is_dir():
        return folder.joinpath(*parts[1:])
    if len(parts) > 2 and parts[1] == "run":
        return folder.joinpath(*parts[1:])
    return folder / "aside" / path.lstrip("/")


def _users() -> Mapping[str, tuple[int, int]]:
    return {entry.pw_name: (entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}


def _give(path: Path, users: Mapping[str, tuple[int, int]], owner: str) -> None:
    if owner in users:
        os.chown(path, *users[owner])
