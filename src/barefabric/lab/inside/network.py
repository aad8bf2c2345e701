"""Links and interfaces of hosts, by ``ip -batch`` and its like: few processes for many commands."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from barefabric.lab.inside import system
from barefabric.lab.inside.hosts import Places
from barefabric.lab.types import Host, Link

AT_ONCE = 200
"""Cables that are laid by one process."""


class SetupError(Exception):
    """A host's interfaces could not be brought up; the text says which command failed."""


def write_sysctls(host: Host) -> list[str]:
    """Write a host's sysctls in its network; those that it does not have.

    To be called in a thread of its own, which stays in the host's network.
    """
    absent = []
    for name, value in host.setup.sysctls:
        path = Path("/proc/sys", *name.split("."))
        try:
            path.write_text(value, encoding="ascii")
        except FileNotFoundError:
            absent.append(name)
        except OSError as fault:
            raise SetupError(f"{host.name}: sysctl {name}={value}: {fault.strerror}") from fault
    return absent


def enter(host: str) -> None:
    """Move this thread into a host's network."""
    system.setns(f"/run/netns/{host}", system.CLONE_NEWNET)


def lay_cables(links: Iterable[Link]) -> None:
    """Make the pairs of ports, both ends in place at once.

    ``ip`` keeps a file open for every network that a batch names, so a batch stays well below the
    1,024 files that a process may have open.
    """
    lines = [
        f"link add name {link.a_port} netns {link.a} type veth"
        f" peer name {link.b_port} netns {link.b}"
        for link in links
    ]
    for start in range(0, len(lines), AT_ONCE):
        batch("the cables", ("ip",), lines[start : start + AT_ONCE])


def batch(where: str, program: tuple[str, ...], lines: Iterable[str]) -> None:
    """Run lines through ``ip -batch`` or ``bridge -batch``; the first fault ends it."""
    every = list(lines)
    if not every:
        return
    done = subprocess.run(
        (*program, "-batch", "-"),
        input="\n".join(every) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"{where}: {_blamed(every, done.stderr)}")


def _blamed(lines: list[str], said: str) -> str:
    """The fault with the line it is about: ``Command failed -:3``."""
    text = " ".join(said.split())
    _, mark, tail = text.rpartition("-:")
    if mark and tail.split()[0].isdigit():
        number = int(tail.split()[0])
        if 0 < number <= len(lines):
            return f"{lines[number - 1]}: {text}"
    return text or "it failed and said nothing"


def bring_up(places: Places, host: Host) -> None:
    """A host's interfaces, as its setup says."""
    setup, name = host.setup, host.name
    batch(name, ("ip", "-n", name), ("link set lo up", *setup.ip))
    batch(name, ("bridge", "-n", name), setup.bridge)
    batch(name, ("ip", "-n", name), setup.late)
    if setup.nft:
        done = places.run(name, ("nft", "-f", "-"), text=setup.nft)
        if done.returncode:
            raise SetupError(f"{name}: nft: {done.stderr.strip()}")


def remarks_of(absent: dict[str, list[str]]) -> list[str]:
    """What this kernel does not let a lab set: one sentence for each set of hosts."""
    hosts: dict[str, list[str]] = {}
    for host, names in absent.items():
        for name in names:
            hosts.setdefault(name, []).append(host)
    together: dict[tuple[str, ...], list[str]] = {}
    for name, some in hosts.items():
        together.setdefault(tuple(some), []).append(name)
    return [
        f"left out, because this kernel has them for the whole machine or not at all"
        f" ({len(some)} hosts): sysctls {', '.join(sorted(names))}"
        for some, names in together.items()
    ]
