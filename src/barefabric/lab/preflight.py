"""What a lab needs of this machine: programs, kernel features, neighbor tables, memory."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from barefabric.lab.plan import needs
from barefabric.lab.types import LabPlan, Missing

ALWAYS = ("ip", "nsenter", "unshare", "sleep")
PACKAGES = {
    "vtysh": "frr", "bird": "bird2", "gobgpd": "gobgpd", "gobgp": "gobgpd", "ip": "iproute2",
    "bridge": "iproute2", "nsenter": "util-linux", "unshare": "util-linux", "nft": "nftables",
    "sleep": "coreutils", "ifup": "ifupdown2", "linux.uml": "user-mode-linux",
}  # fmt: skip
"""Debian's packages, to say how a missing program is had."""
LINK_KINDS = {
    "bonding": "bond", "8021q": "vlan link lo id 5", "bridge": "bridge", "vrf": "vrf table 5",
    "vlan_filtering": "bridge vlan_filtering 1",
    "macvlan": "macvlan link lo mode private", "dummy": "dummy",
}  # fmt: skip
"""How ``ip link add`` is asked whether the kernel has a feature."""
MEGABYTES = {"frr": 32, "bird": 2, "gobgp": 20, "": 1}
"""Memory of a part by its kind, measured: proportional share, all daemons of the part together."""
PER_LINK = 2
"""Entries in each neighbor table for one link: one at each end."""
SPARE = 24
"""Entries of the neighbor tables that are left to the rest of the machine."""


def path_of(program: str) -> str:
    """Where a program is; daemons and root's programs are often off a user's path."""
    if program.startswith("/"):
        return program if os.access(program, os.X_OK) else ""
    paths = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    return shutil.which(program, path=paths) or ""


def installed(programs: Iterable[str] = ("gobgpd", "gobgp")) -> frozenset[str]:
    """Those of the programs that this machine has."""
    return frozenset(program for program in programs if path_of(program))


def missing_programs(plan: LabPlan) -> Iterator[Missing]:
    """Programs that the plan's hosts run and this machine lacks, each once."""
    wanted = needs(plan)
    for program in (*ALWAYS, *wanted):
        if not path_of(program):
            package = PACKAGES.get(program, "frr" if "/frr/" in program else "")
            count = f" ({wanted[program]} hosts run it)" if wanted[program] else ""
            how = f"apt-get install {package}" if package else ""
            yield Missing(f"there is no {program}{count}", how)


def missing_rights() -> Iterator[Missing]:
    """What namespaces take: root, in effect the right to make them."""
    done = subprocess.run(
        ("unshare", "--mount", "--net", "--pid", "--fork", "true"), capture_output=True, check=False
    ) if path_of("unshare") else None  # fmt: skip
    if done is not None and done.returncode:
        yield Missing("namespaces cannot be made by this user", "run it as root (sudo)")


def missing_features(plan: LabPlan) -> Iterator[Missing]:
    """Features of the kernel that the plan needs and this kernel lacks."""
    wanted: dict[str, list[str]] = {}
    for host in plan.hosts:
        for feature in host.setup.needs:
            wanted.setdefault(feature, []).append(host.name)
    for feature, hosts in wanted.items():
        kind = LINK_KINDS.get(feature)
        if kind is not None and not _has_kind(kind):
            yield Missing(
                f"this kernel has no {feature}, which {len(hosts)} hosts need"
                f" ({', '.join(hosts[:3])}{', ...' if len(hosts) > 3 else ''})",
                "--how uml: a user-mode kernel that has it",
            )


def _has_kind(kind: str) -> bool:
    """Whether the kernel makes such a link, tried in a network that is thrown away."""
    name, _, rest = kind.partition(" ")
    words = rest.split()
    below = words[:2] if words[:1] == ["link"] else []
    options = words[2:] if below else words
    done = subprocess.run(
        ("unshare", "--net", "ip", "link", "add", *below, "name", "try0", "type", name, *options),
        capture_output=True,
        text=True,
        check=False,
    )
    refused = ("Unknown device type", "Operation not supported", "not supported")
    return not any(words in done.stderr for words in refused)


def missing_neighbors(plan: LabPlan) -> Iterator[Missing]:
    """Room in the kernel's neighbor tables, which all namespaces share.

    Every link takes an entry at each end: of IPv6 where it is unnumbered, and of IPv4 in any
    case (FRR enters 169.254.0.1 for an unnumbered neighbor). One with addresses of IPv6 takes two
    of them, since routes lead to the neighbor's link-local address and sessions to the other.
    """
    for family in ("ipv4", "ipv6"):
        each = PER_LINK * (2 if family == "ipv6" and _has_addresses(plan) else 1)
        wanted = each * len(plan.links) + SPARE
        path = Path(f"/proc/sys/net/{family}/neigh/default/gc_thresh3")
        try:
            room = int(path.read_text())
        except (OSError, ValueError):
            continue
        if wanted > room:
            yield Missing(
                f"{len(plan.links):,} links need {wanted:,} entries in the kernel's {family}"
                f" neighbor table, which holds {room:,}: at most {(room - SPARE) // each:,}"
                " links",
                f"sysctl -w net.{family}.neigh.default.gc_thresh3={_round_up(wanted)}",
            )


def _has_addresses(plan: LabPlan) -> bool:
    """Whether links have addresses of IPv6: files with a /127 (RFC 6164) say so."""
    return any("/127" in f.text for host in plan.hosts for part in host.parts for f in part.files)


def _round_up(number: int) -> int:
    """The next power of two."""
    return 1 << (number - 1).bit_length()


def memory_wanted(plan: LabPlan) -> int:
    """Megabytes that a lab takes, by what was measured for each kind of part."""
    return sum(MEGABYTES[part.daemon] for host in plan.hosts for part in host.parts) + 20


def missing_memory(plan: LabPlan) -> Iterator[Missing]:
    """Memory that is not there."""
    wanted, there = memory_wanted(plan), memory_there()
    if there and wanted > there:
        yield Missing(f"{len(plan.hosts)} hosts take about {wanted:,} MB, {there:,} MB are free",
                      "a smaller topology")  # fmt: skip


def memory_there() -> int:
    """Megabytes that are available (``MemAvailable``); 0 where the kernel does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    found = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    return found[0] // 1024 if found else 0


def missing(plan: LabPlan) -> list[Missing]:
    """Everything that keeps this plan from coming up in namespaces here."""
    rights = list(missing_rights())
    features = [] if rights else list(missing_features(plan))
    return [
        *rights,
        *missing_programs(plan),
        *features,
        *missing_neighbors(plan),
        *missing_memory(plan),
    ]
