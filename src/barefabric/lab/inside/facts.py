"""What the lab's kernels and daemons say at this moment."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from barefabric.lab.inside import daemons
from barefabric.lab.inside.lab import Lab
from barefabric.lab.types import Host, Part

TABLES = "route show table main\nroute show table local\n"
NOTHING = 4294967295
"""The metric of the route that Linux has for IPv6 where there is none."""
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
        if "received" in kinds and part.daemon == "gobgp" and host.kind == "upstream":
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
    """The kernel's routes, as ``ip -j route`` has them: the main and the local tables.

    Those of IPv6 have a ``family``. Of link-local addresses only the host's own are told.
    """
    ipv4 = [r for r in _routes(host, "-4", faults) if r.get("type") != "broadcast"]
    return ipv4 + [
        {**route, "family": "ipv6"}
        for route in _routes(host, "-6", faults)
        if route.get("type") not in ("multicast", "anycast")
        and not str(route["dst"]).startswith("ff")
        and (route.get("type") == "local" or not str(route["dst"]).startswith("fe80:"))
        and route.get("metric") != NOTHING
    ]


def _routes(host: str, family: str, faults: list[str]) -> list[dict[str, Any]]:
    """Both tables by one process; each is a JSON list of its own."""
    argv = ("ip", "-j", family, "-n", host, "-batch", "-")
    done = subprocess.run(argv, input=TABLES, capture_output=True, text=True, check=False)
    if done.returncode:
        faults.append(f"ip: {done.stderr.strip()}")
    decoder, rest = json.JSONDecoder(), done.stdout.strip()
    found: list[dict[str, Any]] = []
    while rest:
        some, end = decoder.raw_decode(rest)
        found += some
        rest = rest[end:].strip()
    return found


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
