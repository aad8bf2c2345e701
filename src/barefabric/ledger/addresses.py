"""Addresses: loopbacks, management, rack prefixes, server addresses and links.

Each family has registers of its own, so that a fabric takes IPv6 up without moving anything. A
server's IPv6 address lies as far into its rack's prefix as its IPv4 address does, and needs no
number of its own.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from barefabric.errors import Diagnostic, Place
from barefabric.ledger.register import Group, Notation, Register, assign
from barefabric.ledger.space import Space, networks
from barefabric.model.address import (
    BITS,
    bare,
    colons,
    dotted,
    dotted_all,
    number,
    split,
    written_all,
)
from barefabric.model.cable import CableKind
from barefabric.model.device import Attach
from barefabric.model.ledger import Entry, Kind, Ledger, Move
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.topology.roster import Roster
from barefabric.topology.schema import Topology

HOST = 32

RACK6 = 64
"""Length of a rack's IPv6 prefix: what hosts on a link take for granted (RFC 7421)."""

LINK = {"ipv4": 31, "ipv6": 127}
"""Length of a link's prefix in each family (RFC 3021, RFC 6164)."""

FIRST_LEAF = 2
"""Offset of a rack's first leaf; the gateway has .1."""

FIRST_SERVER = 11
"""Offset of a rack's first server: .1 is the gateway, .2 and .3 the leaves, the rest is spare."""

FIRST_MANAGED = 11
"""Offset of the first switch in the management pool: below it is room for the gateway and such."""


ADDRESSES = Notation(number, dotted_all)
ADDRESSES6 = Notation(number, partial(map, colons))


def _notation(space: Space) -> Notation:
    if space.unit == space.bits:
        return ADDRESSES if space.bits == HOST else ADDRESSES6
    end = f"/{space.unit}"
    return Notation(_network, lambda values: written_all(values, space.bits, end))


def _network(prefix: str) -> int:
    return number(bare(prefix))


def _run(
    kind: Kind,
    wanted: Collection[str],
    ledger: Ledger,
    space: Space,
    skip: int,
    pins: Mapping[str, int],
) -> Register:
    return assign(
        kind,
        [Group(wanted, space.units(skip), space.holds)],
        ledger.of(kind),
        _notation(space),
        pins,
    )


def gateway_of(topology: Topology) -> tuple[str, int]:
    """The management gateway (first address by default) and the pool's prefix length."""
    pool = topology.addressing.management
    base, length = split(pool.pool)
    return pool.gateway or dotted(base + 1), length


def allocate_loopbacks(
    loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]
) -> tuple[Register, Space]:
    """A /32 for each switch. The first address of a prefix is not handed out."""
    prefixes = loaded.topology.addressing.loopbacks
    space = Space(prefixes, HOST, networks(prefixes))
    return _run(Kind.LOOPBACK, shape.switches, ledger, space, 1, pins), space


def allocate_loopbacks6(loaded: Loaded, shape: Shape, ledger: Ledger) -> tuple[Register, Space]:
    """A /128 for each switch. The first address of a prefix belongs to all routers (RFC 4291)."""
    prefixes = loaded.topology.addressing.loopbacks
    space = Space(prefixes, BITS["ipv6"], networks(prefixes, "ipv6"), of="ipv6")
    return _run(Kind.LOOPBACK6, shape.switches, ledger, space, 1, {}), space


def allocate_management(
    loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]
) -> tuple[Register, Space]:
    """An out-of-band address for each switch: a host of the network, and not its gateway."""
    pool = loaded.topology.addressing.management.pool
    base, length = split(pool)
    gateway, _ = gateway_of(loaded.topology)
    refused = frozenset({base, base + (1 << (HOST - length)) - 1, number(gateway)})
    space = Space((pool,), HOST, refused)
    return _run(Kind.MANAGEMENT, shape.switches, ledger, space, FIRST_MANAGED, pins), space


def allocate_racks(
    loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]
) -> tuple[Register, Space]:
    """A prefix for each rack that has servers."""
    servers = loaded.topology.addressing.servers
    space = Space(servers.pool, servers.per_rack)
    wanted = [rack.name for rack in shape.racks.values() if rack.servers]
    register = _run(Kind.RACK, wanted, ledger, space, 0, pins)
    return _relengthened(register, ledger, f"/{servers.per_rack}"), space


def allocate_racks6(loaded: Loaded, shape: Shape, ledger: Ledger) -> tuple[Register, Space]:
    """A /64 for each rack that has servers."""
    space = Space(loaded.topology.addressing.servers.pool, RACK6, of="ipv6")
    wanted = [rack.name for rack in shape.racks.values() if rack.servers]
    return _run(Kind.RACK6, wanted, ledger, space, 0, {}), space


def _relengthened(register: Register, ledger: Ledger, length: str) -> Register:
    """A register in which a prefix that stays in place with another length has moved, too."""
    recorded = ledger.of(register.kind)
    entries, moves = dict(register.entries), list(register.moves)
    for key in register.values:
        before = recorded.get(key)
        if before is None or entries[key] != before or before.value.endswith(length):
            continue
        entries[key] = Entry(before.value.partition("/")[0] + length)
        reason = "addressing.servers.per_rack is another length now"
        moves.append(Move(register.kind, key, before.value, entries[key].value, reason))
    return register._replace(entries=entries, moves=tuple(moves))


def link_keys(topology: Topology, shape: Shape) -> list[str]:
    """Names of all /31s: numbered fabric cables, two for each pair, links of routed servers."""
    numbered = topology.underlay.links == "numbered"
    keys: list[str] = []
    for kind, _, _, held, _ in shape.bundles if numbered else ():
        if kind is CableKind.FABRIC:
            keys += held
    for switch in shape.switches.values():
        if switch.peer and switch.index % 2 == 1:
            keys += [f"{switch.peer} {switch.name} control", f"{switch.peer} {switch.name} routing"]
    for kind, lowers, _, held, _ in shape.bundles if numbered else ():
        if kind is CableKind.SERVER and shape.servers[lowers[0]].attach is Attach.ROUTED:
            keys += held
    return keys


def allocate_links(
    loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]
) -> tuple[Register, Space]:
    """A /31 for each numbered link (RFC 3021)."""
    space = Space(loaded.topology.addressing.links, LINK["ipv4"])
    return _run(Kind.LINK, link_keys(loaded.topology, shape), ledger, space, 0, pins), space


def allocate_links6(loaded: Loaded, shape: Shape, ledger: Ledger) -> tuple[Register, Space]:
    """A /127 for each numbered link (RFC 6164); the control session of a pair needs none."""
    space = Space(loaded.topology.addressing.links, LINK["ipv6"], of="ipv6")
    wanted = [k for k in link_keys(loaded.topology, shape) if not k.endswith(" control")]
    return _run(Kind.LINK6, wanted, ledger, space, 0, {}), space


def retired6(ledger: Ledger) -> Iterator[Register]:
    """What the ledger has of IPv6 in a fabric that carries none any more: all of it is kept."""
    for kind, unit in (
        (Kind.LOOPBACK6, BITS["ipv6"]),
        (Kind.LINK6, LINK["ipv6"]),
        (Kind.RACK6, RACK6),
    ):
        if ledger.of(kind):
            yield _run(kind, (), ledger, Space((), unit, of="ipv6"), 0, {})


def node_room(loaded: Loaded, leaves: int) -> range:
    """Offsets in a rack's prefix that a server may have: above the leaves, below the upper half.

    The last offset of the lower half is left out: its counterpart is the broadcast address.
    """
    half = 1 << (31 - loaded.topology.addressing.servers.per_rack)
    return range(FIRST_LEAF + leaves, half - 1)


def allocate_nodes(
    loaded: Loaded, shape: Shape, ledger: Ledger, racks: Mapping[str, int], pins: Mapping[str, int]
) -> Register:
    """An address for each server in its rack's prefix; the upper half holds second addresses."""
    groups = []
    for rack in shape.racks.values():
        base = racks.get(rack.name)
        if base is not None:
            room = node_room(loaded, len(rack.leaves))
            stream = range(base + FIRST_SERVER, base + room.stop)
            groups.append(Group(rack.servers, iter(stream), _offset_in(base, room)))
    return assign(Kind.NODE, groups, ledger.of(Kind.NODE), ADDRESSES, pins)


def _offset_in(base: int, room: range) -> Callable[[int], bool]:
    """Whether an address is as far above a base as a range says."""
    return lambda value: value - base in room


def rack_too_small(loaded: Loaded, shape: Shape, register: Register) -> Sequence[Diagnostic]:
    """Racks with more servers than their prefix has room for (AD006), in one diagnostic."""
    per_rack = loaded.topology.addressing.servers.per_rack
    room = max(node_room(loaded, 0).stop - FIRST_SERVER, 0)
    full = [r for r in shape.racks.values() if any(s not in register.values for s in r.servers)]
    rack = max(full, key=lambda r: len(r.servers))
    lacking = max(sum(s not in register.values for s in r.servers) for r in full)
    kept = len(rack.servers) <= room
    length = 31 - max(room + lacking + FIRST_SERVER, 1).bit_length()
    more = f" ({len(full):,} racks are too full)" if len(full) > 1 else ""
    gone = "; the ledger keeps addresses for servers that are gone" if kept else ""
    return [
        Diagnostic(
            "AD006",
            f"rack {rack.name} has {len(rack.servers):,} servers, but a /{per_rack} per rack has "
            f"room for {room:,}{more}{gone}",
            _places(loaded, rack.name),
            allowed=f"servers take addresses from .{FIRST_SERVER} up; as many are reserved in the "
            "upper half",
            mend=("fabric reclaim frees what is kept; or " if kept else "")
            + f"set addressing.servers.per_rack to {length} on a new fabric; on one in use, split "
            "the rack",
        )
    ]


def _places(loaded: Loaded, rack: str) -> tuple[Place, ...]:
    """Where a rack's servers are written, and the length of its prefix if that is."""
    named = next(found for found in Roster(loaded.topology).racks if found.name == rack)
    servers = loaded.place(*named.keys, "servers")
    length = ("addressing", "servers", "per_rack")
    return (servers, loaded.place(*length)) if loaded.written(*length) else (servers,)
