"""Which devices a topology's shape joins by cables: tier to tier, pair to pair, rack to server."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, groupby
from zlib import crc32

from barefabric.model.cable import CableKind
from barefabric.model.device import Attach, Rack, Role, Server, Switch
from barefabric.model.shape import Above, Bundle, above
from barefabric.topology import schema

Ends = tuple[CableKind, tuple[str, ...], Above]
"""Devices that are alike, and where the cables of each of them go."""


def cables(
    topology: schema.Topology,
    switches: Mapping[str, Switch],
    racks: Mapping[str, Rack],
    servers: Mapping[str, Server],
) -> Iterator[Bundle]:
    """Every cable: those between tiers, then peer links, then those of servers, rack by rack."""
    return _bundles(
        chain(
            _fabric_cables(topology, switches),
            _peer_cables(topology, switches),
            *(_server_cables(topology, rack, servers) for rack in racks.values()),
        )
    )


def _bundles(every: Iterable[Ends]) -> Iterator[Bundle]:
    """The cables with their keys, in the order of all."""
    first = 0
    for kind, lowers, ups in every:
        if ups.uppers:
            keys = tuple([lower + end for lower in lowers for end in ups.ends])
            yield Bundle(kind, lowers, ups, keys, first)
            first += len(keys)


def _fabric_cables(topology: schema.Topology, switches: Mapping[str, Switch]) -> Iterator[Ends]:
    """Cables between tiers: each lower switch in order, to each switch above it in order."""
    by_role: dict[tuple[Role, str], list[Switch]] = {}
    for switch in switches.values():
        by_role.setdefault((switch.role, switch.pod), []).append(switch)
    has_top = (Role.SUPERSPINE, "") in by_role

    @cache
    def ups(role: Role, pod: str, plane: int) -> Above:
        links = range(1, topology.underlay.links_per_spine + 1)
        uppers = (s for s in by_role.get((role, pod), ()) if plane in (0, s.plane))
        return above([(upper.name, index) for upper in uppers for index in links])

    for lower in switches.values():
        if lower.role is Role.SPINE:
            yield CableKind.FABRIC, (lower.name,), ups(Role.SUPERSPINE, "", lower.plane)
        elif lower.role is Role.BORDER and has_top:
            yield CableKind.FABRIC, (lower.name,), ups(Role.SUPERSPINE, "", 0)
        elif lower.role is not Role.SUPERSPINE:
            yield CableKind.FABRIC, (lower.name,), ups(Role.SPINE, lower.pod, 0)


def _peer_cables(topology: schema.Topology, switches: Mapping[str, Switch]) -> Iterator[Ends]:
    """The peer link of each pair; the first leaf is its upper end."""
    for switch in switches.values():
        if switch.peer and switch.index % 2 == 1:
            links = range(1, topology.underlay.peer_links + 1)
            yield CableKind.PEER, (switch.peer,), above([(switch.name, index) for index in links])


def _server_cables(
    topology: schema.Topology, rack: Rack, servers: Mapping[str, Server]
) -> Iterator[Ends]:
    """A server's cables: NIC k goes to leaf k of the rack, starting over when leaves run out."""
    if not rack.leaves:
        return
    width = len(rack.leaves)

    @cache
    def ups(kind: str, first: int) -> Above:
        made = topology.server_types[kind]
        ports = nic_names(made)
        leaves = [(rack.leaves[(first + n) % width], n // width + 1) for n in range(len(ports))]
        return above(leaves, ports, made.nics.speed)

    def alike(name: str) -> tuple[str, int]:
        server = servers[name]
        return server.type, _turn(name) % width if server.attach is Attach.SINGLE else 0

    for (kind, first), names in groupby(rack.servers, key=alike):
        yield CableKind.SERVER, tuple(names), ups(kind, first)


def _turn(name: str) -> int:
    """Which leaf a server with one link takes: by the number in its name, so growth moves none."""
    digits = name[len(name.rstrip("0123456789")) :]
    return int(digits) - 1 if digits else crc32(name.encode())


def nic_names(kind: schema.ServerType) -> tuple[str, ...]:
    """NIC names of a kind of server; ``eno1``, ``eno2``, … unless the topology gives them."""
    if kind.attach is Attach.SINGLE:
        return (kind.interfaces or ("eno1",))[:1]
    return kind.interfaces or tuple(f"eno{n}" for n in range(1, kind.nics.count + 1))
