"""What a lab is made of, as plain values that travel as JSON.

The planner writes them, the supervisor inside the lab reads them. Standard library only: the
supervisor may run where nothing else is installed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A line of a rendered file that the lab installs otherwise, and why.

    ``after`` is empty where the line is left out; ``line`` counts from 1.
    """

    file: str
    line: int
    before: str
    after: str
    why: str


class Installed(NamedTuple):
    """A file of a host. ``source`` is its path in the build, empty for one of the lab's own.

    ``owner`` is a user name of the machine; where it has none, the file belongs to root.
    """

    path: str
    text: str
    source: str = ""
    owner: str = "root"
    mode: int = 0o644


class Program(NamedTuple):
    """A program of a host. One with ``once`` must end well before the next one starts."""

    name: str
    argv: tuple[str, ...]
    once: bool = False
    needs: tuple[str, ...] = ()


class Setup(NamedTuple):
    """What brings the interfaces of a host up, in this order.

    ``sysctls`` are written before the first link exists. ``ip`` and ``late`` are lines for
    ``ip -batch``, ``bridge`` for ``bridge -batch`` between them, ``nft`` for ``nft -f``.
    ``reader`` says who read the interfaces' file; ``needs`` names features of the kernel;
    ``remarks`` say what differs from the file, in plain words.
    """

    sysctls: tuple[tuple[str, str], ...] = ()
    ip: tuple[str, ...] = ()
    bridge: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    nft: str = ""
    programs: tuple[Program, ...] = ()
    reader: str = ""
    needs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Part(NamedTuple):
    """A set of programs with files of its own in a host's network, as a container has them.

    Its name is empty for the host itself, else ``metallb`` or ``calico``. ``daemon`` says how it
    is asked for its state: ``frr``, ``bird`` or ``gobgp``.
    """

    name: str
    daemon: str
    files: tuple[Installed, ...]
    programs: tuple[Program, ...]


class Host(NamedTuple):
    """A switch, a server or a router outside. ``stand_in`` names the network OS it stands for."""

    name: str
    kind: str
    stand_in: str
    setup: Setup
    parts: tuple[Part, ...]
    changes: tuple[Change, ...] = ()
    remarks: tuple[str, ...] = ()


class Link(NamedTuple):
    """A cable: a pair of virtual Ethernet ports. ``key`` is the cable's in the design."""

    key: str
    kind: str
    a: str
    a_port: str
    b: str
    b_port: str


class LabPlan(NamedTuple):
    """A whole lab. ``digest`` is that of the build it was made from."""

    name: str
    fabric: str
    topology: str
    build: str
    digest: str
    hosts: tuple[Host, ...]
    links: tuple[Link, ...]


class Missing(NamedTuple):
    """Something that a lab needs and this machine lacks, and how to mend that."""

    what: str
    mend: str = ""


class Started(NamedTuple):
    """A lab that was started. When ``pid`` ends, the lab ends. ``how``: namespaces or uml."""

    pid: int
    channel: str
    how: str


def plain(value: Any) -> Any:
    """A value as what JSON has: named tuples become objects, other tuples lists."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def read_plan(document: Mapping[str, Any]) -> LabPlan:
    """The plan that :func:`plain` made this document of."""
    hosts = tuple(_host(entry) for entry in document["hosts"])
    links = tuple(Link(**entry) for entry in document["links"])
    return LabPlan(**{**document, "hosts": hosts, "links": links})


def _host(entry: Mapping[str, Any]) -> Host:
    fields = {
        "setup": _setup(entry["setup"]),
        "parts": tuple(_part(part) for part in entry["parts"]),
        "changes": tuple(Change(**change) for change in entry["changes"]),
        "remarks": tuple(entry["remarks"]),
    }
    return Host(**{**entry, **fields})


def _setup(entry: Mapping[str, Any]) -> Setup:
    fields = {name: tuple(entry[name]) for name in ("ip", "bridge", "late", "needs", "remarks")}
    sysctls = tuple((name, value) for name, value in entry["sysctls"])
    return Setup(**{**entry, **fields, "sysctls": sysctls, "programs": _programs(entry)})


def _part(entry: Mapping[str, Any]) -> Part:
    files = tuple(Installed(**file) for file in entry["files"])
    return Part(entry["name"], entry["daemon"], files, _programs(entry))


def _programs(entry: Mapping[str, Any]) -> tuple[Program, ...]:
    return tuple(
        Program(p["name"], tuple(p["argv"]), p["once"], tuple(p["needs"]))
        for p in entry["programs"]
    )
