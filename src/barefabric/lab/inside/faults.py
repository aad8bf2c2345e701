"""Faults that a lab can be given, each with what undoes it."""

import os
import signal
from pathlib import Path

from barefabric.lab.inside import network
from barefabric.lab.inside.lab import Lab, Undo
from barefabric.lab.inside.programs import read_pid
from barefabric.lab.types import Link

TABLE = "fabric_lab_fault"


def cut(lab: Lab, keys: list[str]) -> Undo:
    """Take links down at both ends, as a pulled cable does: carrier is gone at once."""
    links = _links(lab, keys)
    _both_ends(links, "down")
    return lambda: _restore(lab, links)


def isolate(lab: Lab, device: str) -> Undo:
    """Take every link of a device down: it is gone, as with its power."""
    links = [link for link in lab.plan.links if device in (link.a, link.b)]
    _both_ends(links, "down")
    return lambda: _restore(lab, links)


def _both_ends(links: list[Link], state: str) -> None:
    by_host: dict[str, list[str]] = {}
    for link in links:
        by_host.setdefault(link.a, []).append(f"link set {link.a_port} {state}")
        by_host.setdefault(link.b, []).append(f"link set {link.b_port} {state}")
    for host, lines in by_host.items():
        network.batch(host, ("ip", "-n", host), lines)


def _restore(lab: Lab, links: list[Link]) -> None:
    """Links up again, with what the kernel forgot when they went down.

    Addresses stay, those of IPv6 by a sysctl; static routes over a link are lost with it.
    """
    _both_ends(links, "up")
    touched = {link.a: link.a_port for link in links} | {link.b: link.b_port for link in links}
    for host in touched:
        routes = [
            line.replace("route add", "route replace", 1)
            for line in lab.places.hosts[host].setup.late
            if line.startswith("route add")
        ]
        network.batch(host, ("ip", "-n", host), routes)


def silence(lab: Lab, keys: list[str], ways: str) -> Undo:
    """Drop what arrives over links, while carrier stays: at both ends, or only at the lower one."""
    links = _links(lab, keys)
    ends = [(link.b, link.b_port) for link in links]
    senders = [(link.a, link.a_port) for link in links]
    if ways == "both":
        ends, senders = [*ends, *senders], [*senders, *ends]
    if lab.within == "uml":
        return _lose(lab, senders)
    by_host: dict[str, list[str]] = {}
    for host, port in ends:
        by_host.setdefault(host, []).append(port)
    for host, ports in by_host.items():
        _nft(lab, host, _deaf(ports))
    return lambda: _hear(lab, list(by_host))


def _lose(lab: Lab, senders: list[tuple[str, str]]) -> Undo:
    """Lose everything that ports send, by netem: user-mode Linux has no table ``netdev``."""

    def at_each(*words: str) -> None:
        for host, port in senders:
            done = lab.places.run(host, ("tc", "qdisc", words[0], "dev", port, "root", *words[1:]))
            if done.returncode:
                raise network.SetupError(f"{host}: tc: {done.stderr.strip()}")

    at_each("replace", "netem", "loss", "100%")
    return lambda: at_each("del")


def deafen(lab: Lab, device: str) -> Undo:
    """A device dies without carrier going down: nothing that arrives at it or from it is heard."""
    keys = [link.key for link in lab.plan.links if device in (link.a, link.b)]
    return silence(lab, keys, "both")


def _deaf(ports: list[str]) -> str:
    chains = "".join(
        f'chain in{n} {{ type filter hook ingress device "{port}" priority 0; policy drop; }}; '
        for n, port in enumerate(ports)
    )
    return f"table netdev {TABLE} {{ {chains} }}"


def _hear(lab: Lab, hosts: list[str]) -> None:
    for host in hosts:
        _nft(lab, host, f"delete table netdev {TABLE}")


def _nft(lab: Lab, host: str, text: str) -> None:
    done = lab.places.run(host, ("nft", "-f", "-"), text=text + "\n")
    if done.returncode:
        raise network.SetupError(f"{host}: nft: {done.stderr.strip()}")


def _links(lab: Lab, keys: list[str]) -> list[Link]:
    wanted = set(keys)
    found = [link for link in lab.plan.links if link.key in wanted]
    if len(found) != len(wanted):
        raise network.SetupError(f"there is no link {', '.join(wanted - {x.key for x in found})}")
    return found


def kill(lab: Lab, where: str) -> Undo:
    """Kill all daemons of a host or of a part of one; undone by starting them again."""
    place = lab.places.places[where]
    for name in ("frr", "bird"):
        for file in (place.folder / "run" / name).glob("*.pid"):
            _kill(read_pid(file))
            file.unlink(missing_ok=True)
    for (host, _), process in list(lab.programs.staying.items()):
        if host == where:
            process.kill()
            process.wait()
    host, _, name = where.partition("/")
    part = next(p for p in lab.places.hosts[host].parts if p.name == name)
    return lambda: lab.programs.start_part(lab.places.hosts[host], part)


def _kill(pid: int) -> None:
    if pid > 1 and Path(f"/proc/{pid}").exists():
        os.kill(pid, signal.SIGKILL)
