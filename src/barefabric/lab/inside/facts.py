"""What the lab's kernels and daemons say at this moment."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from barefabric.lab.inside import daemons
from barefabric.lab.inside.lab import Lab
from barefabric.lab.types import Host, Part

KINDS = ("routes", "sessions", "bfd", "bonds", "received")


def facts(
    lab: Lab, kinds: tuple[str, ...], hosts: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Facts of the given kinds, host by host; ``faults`` names who did not answer.

    Several hosts are asked at once, since daemons and the kernel take their time.
    """
    wanted = [h for h in lab.plan.hosts if not hosts or h.name in hosts]
    with ThreadPoolExecutor(4) as pool:
        for host, told in zip(
            wanted, pool.map(lambda host: _of(lab, host, kinds), wanted), strict=True
        ):
            yield host.name, told


def _of(lab: Lab, host: Host, kinds: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {"faults": []}
    if "routes" in kinds:
        found["routes"] = routes(host.name, found["faults"])
    if "bonds" in kinds:
        found["bonds"] = _bonds(lab, host)
    for part in host.parts:
        for kind in ("sessions", "bfd"):
            if kind in kinds:
                found.setdefault(kind, {})[part.name] = _asked(lab, host, part, kind, found)
        if "received" in kinds and part.daemon == "gobgp":
            try:
                found.setdefault("received", {})[part.name] = daemons.received(
                    lab.places, host, part
                )
            except daemons.SilentError as fault:
                found["faults"].append(f"{part.name or host.name}: {fault}")
    return found


def _asked(
    lab: Lab, host: Host, part: Part, kind: str, found: dict[str, Any]
) -> list[dict[str, Any]]:
    place = lab.places.of(host.name, part.name)
    try:
        if kind == "bfd":
            return daemons.bfd(part, place)
        return daemons.sessions(lab.places, host, part, place)
    except daemons.SilentError as fault:
        found["faults"].append(f"{part.name or host.name}: {fault}")
        return []


def routes(host: str, faults: list[str]) -> list[dict[str, Any]]:
    """The kernel's routes of IPv4, as ``ip -j route`` has them: the main and the local table."""
    found: list[dict[str, Any]] = []
    for table in ("main", "local"):
        argv = ("ip", "-j", "-4", "-n", host, "route", "show", "table", table)
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode:
            faults.append(f"ip: {done.stderr.strip()}")
        found += json.loads(done.stdout or "[]")
    return [route for route in found if route.get("type") != "broadcast"]


def _bonds(lab: Lab, host: Host) -> dict[str, str]:
    """What the kernel says of each bond (``/proc/net/bonding``)."""
    done = lab.places.run(
        host.name, ("sh", "-c", "cd /proc/net/bonding 2>/dev/null && head -n 200 -v -- *")
    )
    found: dict[str, str] = {}
    name = ""
    for line in done.stdout.splitlines():
        if line.startswith("==> "):
            name = line[4:-4]
            found[name] = ""
        elif name:
            found[name] += line + "\n"
    return found
