"""A device in the format that Batfish reads for Cumulus Linux: ifupdown2, then FRR."""

from collections.abc import Iterable, Sequence

from barefabric.model.address import dotted, split
from barefabric.model.design import Announcement, AnnouncementKind

PODS = "cni0"
"""The port that pods hang on."""

Block = tuple[str, list[str]]
"""An interface and the lines that belong to it."""

SERVICES = (AnnouncementKind.POOL, AnnouncementKind.VIP, AnnouncementKind.ENDPOINT)


def sample_address(prefix: str) -> str:
    """The address of a prefix that a device is given: itself for a /32, else the first one."""
    network, length = split(prefix)
    return dotted(network if length == 32 else network + 1)


def whole_file(name: str, loopbacks: Iterable[str], blocks: Iterable[Block], routing: str) -> str:
    """The file, with the three marks by which Batfish knows the format."""
    lines = [
        name,
        "# This file describes the network interfaces",
        "auto lo",
        "iface lo inet loopback",
    ]
    lines += [f"    address {address}" for address in dict.fromkeys(loopbacks)]
    for port, body in blocks:
        lines += [f"auto {port}", f"iface {port}", *body]
    return "\n".join([*lines, "# ports.conf --", "frr version 10", routing])


def server_file(
    name: str,
    blocks: Sequence[Block],
    said: Sequence[Announcement],
    routing: str,
    loopbacks: Sequence[str] = (),
) -> str:
    """The file of a server. Service addresses lie on the loopback, pods behind a port.

    Packets for the rest of a pool that Calico announces are dropped, as its Felix drops what no
    service takes (``serviceLoopPrevention``, Calico's FelixConfiguration reference).
    """
    services = [f"{sample_address(a.prefix)}/32" for a in said if a.kind in SERVICES]
    pods = [
        f"    address {sample_address(a.prefix)}/{a.prefix.partition('/')[2]}"
        for a in said
        if a.kind is AnnouncementKind.POD
    ]
    drops = [f"ip route {a.prefix} blackhole" for a in said if a.kind is AnnouncementKind.POOL]
    every = [*blocks, (PODS, pods)] if pods else blocks
    return whole_file(name, (*loopbacks, *services), every, "\n".join([*drops, routing]))
