"""The kernel, its modules, and the line it is started with.

Debian's package ``user-mode-linux`` has the program ``linux.uml`` and its modules under
``/usr/lib/uml/modules/<version>``; ``linux.uml --help`` describes the parameters.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PROGRAMS = ("linux.uml", "linux-uml", "linux")
MODULES = (Path("/usr/lib/uml/modules"), Path("/lib/modules"))

WANTED = {
    "ipv6": "ipv6",
    "veth": "veth",
    "bonding": "bonding",
    "8021q": "8021q",
    "bridge": "bridge",
    "vlan_filtering": "bridge",
    "vrf": "vrf",
    "macvlan": "macvlan",
    "nf_tables": "nf_tables",
    "dummy": "dummy",
    "netem": "sch_netem",
    "unix_diag": "unix_diag",
    "udp_diag": "udp_diag",
}
"""Features that a lab asks for, and the module that brings each."""

LONGEST_LINE = 2048
"""COMMAND_LINE_SIZE of user-mode Linux (arch/um/include/asm/setup.h is at least this)."""


class Kernel(NamedTuple):
    """A kernel program and the folder of its modules, with ``modules.dep``."""

    program: str
    version: str
    modules: Path


def find_kernel(
    programs: Iterable[str] = PROGRAMS, folders: Iterable[Path] = MODULES
) -> Kernel | None:
    """The first user-mode kernel on the PATH whose modules are there, else nothing."""
    for name in programs:
        program = shutil.which(name)
        version = _version(program) if program else ""
        for folder in folders if version else ():
            if (folder / version / "modules.dep").is_file():
                return Kernel(program or "", version, folder / version)
    return None


def _version(program: str) -> str:
    """What the program says of itself: one line, such as ``6.1.176``. Empty if it says nothing."""
    try:
        done = subprocess.run(
            (program, "--version"), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = done.stdout.split()
    return words[0] if done.returncode == 0 and words and words[0][0].isdigit() else ""


def load_order(dependencies: str, names: Iterable[str]) -> tuple[str, ...]:
    """Module files in the order to load them, each once: what a module needs before it.

    ``dependencies`` is the text of ``modules.dep``, whose lines name a module's needs last to
    first (modules.dep(5)). Raises :class:`KeyError` for a module that is not in it.
    """
    needs: dict[str, tuple[str, list[str]]] = {}
    for line in dependencies.splitlines():
        path, _, rest = line.partition(":")
        needs[Path(path).stem.replace("-", "_")] = (path, rest.split())
    order: dict[str, None] = {}
    for name in names:
        path, before = needs[name.replace("-", "_")]
        order.update(dict.fromkeys(reversed(before)))
        order[path] = None
    return tuple(order)


def modules_for(features: Iterable[str]) -> tuple[str, ...]:
    """The modules that bring these features; those the kernel has built in are left out."""
    return tuple(dict.fromkeys(WANTED[name] for name in features if name in WANTED))


class Boot(NamedTuple):
    """What a kernel is started with. ``memory`` is in MiB.

    ``serials`` are the file descriptors of its serial lines, ``/dev/ttyS0`` first.
    """

    memory: int
    serials: tuple[int, ...]
    folder: Path
    init: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def command(kernel: Kernel, boot: Boot) -> tuple[str, ...]:
    """The kernel's program with its parameters.

    What the kernel does not know and has a ``=`` becomes the environment of the first process;
    what follows ``--`` its arguments (Documentation/admin-guide/kernel-parameters.rst).
    Raises :class:`ValueError` for a line that the kernel would cut off.
    """
    words = (
        kernel.program,
        f"mem={boot.memory}M",
        "rootfstype=hostfs",
        "hostfs=/",
        "ro",
        "quiet",
        "panic=1",
        "noreboot",
        f"uml_dir={boot.folder}",
        "umid=uml",
        "con=null",
        "con0=fd:0,fd:1",
        *(f"ssl{number}=fd:{descriptor}" for number, descriptor in enumerate(boot.serials)),
        f"init={boot.init}",
        *(f"{name}={value}" for name, value in boot.environment.items()),
        "--",
        *boot.arguments,
    )
    if len(" ".join(words[1:])) >= LONGEST_LINE:
        raise ValueError(f"the kernel's line would be longer than {LONGEST_LINE} characters")
    if any(" " in word for word in words):
        raise ValueError("a path with a space cannot be given to the kernel")
    return words


NO_EXEC = os.ST_NOEXEC


def memory_folder(needed: int, candidates: Sequence[str]) -> str:
    """Where the kernel's memory may lie: the first folder with room for ``needed`` MiB.

    It is a file there, deleted as soon as it is open, and mapped as executable: a file system
    mounted ``noexec`` will not do. Containers often have 64 MiB in ``/dev/shm``. Empty if none.
    """
    for folder in candidates:
        if not os.access(folder, os.W_OK | os.X_OK):
            continue
        state = os.statvfs(folder)
        room = state.f_bavail * state.f_frsize >> 20
        if room > needed and not state.f_flag & NO_EXEC:
            return folder
    return ""
