"""Which servers stand for the others where a fabric is too large for Batfish as a whole."""

from dataclasses import replace
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Server

MOST = 200
"""Devices up to which all of them are shown to Batfish."""


class Sample(NamedTuple):
    """The part of a design that is judged, and what was left out, in words (empty: nothing)."""

    design: Design
    said: str


def sample(design: Design, most: int = MOST) -> Sample:
    """All switches and, beyond ``most`` devices, the first server of each kind in each rack.

    What Batfish computes grows with routes, and servers of one kind in one rack differ in nothing
    but their addresses.
    """
    devices = len(design.switches) + len(design.servers)
    if devices <= most:
        return Sample(design, "")
    kept: dict[tuple[str, ...], Server] = {}
    for server in design.servers.values():
        kind = (server.rack, server.type, server.cluster, str(server.control_plane))
        kept.setdefault(kind, server)
    servers = {server.name: server for server in kept.values()}
    gone = design.servers.keys() - servers.keys()
    said = (
        f"{len(design.switches):,} switches, and {len(servers):,} of {len(design.servers):,} "
        "servers: the first of each kind in each rack"
    )
    return Sample(_without(design, servers, frozenset(gone)), said)


def _without(design: Design, servers: dict[str, Server], gone: frozenset[str]) -> Design:
    return replace(
        design,
        servers=servers,
        racks={
            name: replace(rack, servers=tuple(s for s in rack.servers if s not in gone))
            for name, rack in design.racks.items()
        },
        cables=tuple(c for c in design.cables if c.kind is not CableKind.SERVER or c.b not in gone),
        sessions=tuple(s for s in design.sessions if s.b not in gone),
        announcements=tuple(a for a in design.announcements if a.server not in gone),
    )
