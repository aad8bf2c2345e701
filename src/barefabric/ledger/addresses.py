"""IPv4 addresses: loopbacks, management, rack prefixes, server addresses and link /31s."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from barefabric.errors import Diagnostic, Place
from barefabric.ledger.register import Register, assign
from barefabric.model.address import dotted, is_ipv4, number, split
from barefabric.model.cable import CableKind
from barefabric.model.design import PoolUse
from barefabric.model.device import Attach
from barefabric.model.ledger import Kind, Ledger
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.topology.schema import Topology

FIRST_SERVER = 11
"""Offset of a rack's first server: .1 is the gateway, .2 and .3 the leaves, the rest is spare."""

FIRST_MANAGED = 11
"""Offset of the first switch in the management pool: below it is room for the gateway and such."""


class Space:
    """A pool of IPv4 prefixes, handed out in units of one length."""

    def __init__(self, prefixes: Iterable[str], unit: int) -> None:
        self.prefixes = tuple(p for p in prefixes if is_ipv4(p))
        self.unit = unit
        self.blocks = tuple(split(p) for p in self.prefixes)
        self._step = 1 << (32 - unit)

    @property
    def size(self) -> int:
        """How many units the pool holds."""
        return sum(1 << (self.unit - length) for _, length in self.blocks if length <= self.unit)

    def holds(self, value: int) -> bool:
        """Whether an integer address lies in the pool, on a unit's boundary."""
        return value % self._step == 0 and any(
            (value ^ base) >> (32 - length) == 0 for base, length in self.blocks
        )

    def units(self, skip: int = 0) -> Iterator[int]:
        """Every unit's first address, in order; the first ``skip`` of each prefix come last."""
        def run(base: int, length: int, first: int, last: int) -> range:
            return range(base + first * self._step, base + last * self._step, self._step)

        sizes = [(base, length, 1 << max(self.unit - length, 0)) for base, length in self.blocks]
        yield from chain.from_iterable(run(b, n, min(skip, s), s) for b, n, s in sizes)
        yield from chain.from_iterable(run(b, n, 1, min(skip, s)) for b, n, s in sizes)


def _text_prefix(unit: int) -> Callable[[int], str]:
    return lambda value: f"{dotted(value)}/{unit}"


def _read_prefix(text: str) -> int:
    return split(text)[0]


def _run(
    kind: Kind, wanted: Iterable[str], ledger: Ledger, space: Space, skip: int,
    pins: Mapping[str, int], refused: frozenset[int] = frozenset(),
) -> Register:
    host = space.unit == 32
    fresh = (value for value in space.units(skip) if value not in refused)
    return assign(
        kind, wanted, ledger.of(kind), number if host else _read_prefix,
        dotted if host else _text_prefix(space.unit),
        lambda _, value: space.holds(value), fresh, pins,
    )


def gateway_of(topology: Topology) -> tuple[str, int]:
    """The management gateway (first address by default) and the pool's prefix length."""
    pool = topology.addressing.management
    base, length = split(pool.pool)
    return pool.gateway or dotted(base + 1), length


def allocate_loopbacks(loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]) -> tuple[Register, Space]:
    """A /32 for each switch."""
    space = Space(loaded.topology.addressing.loopbacks, 32)
    networks = frozenset(base for base, _ in space.blocks)
    return _run(Kind.LOOPBACK, shape.switches, ledger, space, 1, pins, networks), space


def allocate_management(loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]) -> tuple[Register, Space]:
    """An out-of-band address for each switch."""
    space = Space((loaded.topology.addressing.management.pool,), 32)
    base, length = space.blocks[0]
    gateway, _ = gateway_of(loaded.topology)
    refused = frozenset({base, base + (1 << (32 - length)) - 1, number(gateway)})
    return _run(Kind.MANAGEMENT, shape.switches, ledger, space, FIRST_MANAGED, pins, refused), space


def allocate_racks(loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]) -> tuple[Register, Space]:
    """A prefix for each rack that has servers."""
    servers = loaded.topology.addressing.servers
    space = Space(servers.pool, servers.per_rack)
    wanted = [rack.name for rack in shape.racks.values() if rack.servers]
    return _run(Kind.RACK, wanted, ledger, space, 0, pins), space


def link_keys(topology: Topology, shape: Shape) -> list[str]:
    """Names of all /31s: numbered fabric cables, two for each pair, links of routed servers."""
    numbered = topology.underlay.links == "numbered"
    keys = [w.key for w in shape.wants if numbered and w.kind is CableKind.FABRIC]
    for switch in shape.switches.values():
        if switch.peer and switch.index % 2 == 1:
            keys += [f"{switch.peer} {switch.name} control", f"{switch.peer} {switch.name} routing"]
    if numbered:
        keys += [
            want.key
            for want in shape.wants
            if want.kind is CableKind.SERVER and shape.servers[want.b].attach is Attach.ROUTED
        ]
    return keys


def allocate_links(loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]) -> tuple[Register, Space]:
    """A /31 for each numbered link (RFC 3021)."""
    space = Space(loaded.topology.addressing.links, 31)
    return _run(Kind.LINK, link_keys(loaded.topology, shape), ledger, space, 0, pins), space


def allocate_nodes(
    loaded: Loaded, shape: Shape, ledger: Ledger, racks: Mapping[str, int], pins: Mapping[str, int]
) -> Register:
    """An address for each server in its rack's prefix; the upper half holds second addresses."""
    half = 1 << (31 - loaded.topology.addressing.servers.per_rack)
    home = {name: racks[s.rack] for name, s in shape.servers.items() if s.rack in racks}
    streams = {base: iter(range(base + FIRST_SERVER, base + half - 1)) for base in racks.values()}

    def usable(key: str, value: int) -> bool:
        return FIRST_SERVER <= value - home[key] < half - 1

    return assign(
        Kind.NODE, home, ledger.of(Kind.NODE), number, dotted, usable,
        lambda key: streams[home[key]], pins,
    )


def pool_use(name: str, space: Space, register: Register) -> PoolUse:
    """How full a pool is."""
    return PoolUse(
        name, space.prefixes, space.unit, len(register.values), register.retired, space.size
    )


def too_small(place: Place, name: str, space: Space, register: Register, spare: int) -> Diagnostic:
    """A pool that cannot hold what is asked of it; ``spare`` units of it are not for use."""
    needed = len(register.values) + register.short
    kept = f", {register.retired:,} are kept for what is gone" if register.retired else ""
    total = needed + register.retired + spare
    length = space.unit - max(total - 1, 0).bit_length()
    unit = "addresses" if space.unit == 32 else f"prefixes of /{space.unit}"
    return Diagnostic(
        "AD005",
        f"{name} {', '.join(space.prefixes) or '(empty)'} is too small: it holds "
        f"{max(space.size - spare, 0):,} {unit}, {needed:,} are needed now{kept}",
        (place,),
        mend=f"the smallest prefix that would do is a /{length}; a second prefix also works: "
        f"{name}: [{', '.join((*space.prefixes, '...'))}]",
    )


def rack_too_small(loaded: Loaded, shape: Shape, register: Register) -> Sequence[Diagnostic]:
    """Racks with more servers than their prefix has room for, in one diagnostic."""
    per_rack = loaded.topology.addressing.servers.per_rack
    room = (1 << (31 - per_rack)) - 1 - FIRST_SERVER
    full = [r for r in shape.racks.values() if any(s not in register.values for s in r.servers)]
    most = max(len(rack.servers) for rack in full)
    length = 31 - (most + FIRST_SERVER).bit_length()
    return [
        Diagnostic(
            "AD006",
            f"rack {full[0].name} has {most} servers, but a /{per_rack} per rack has room for "
            f"{max(room, 0)}" + (f" ({len(full)} racks are too full)" if len(full) > 1 else ""),
            (loaded.place("addressing", "servers"),),
            allowed="servers take addresses from .11 up; as many are reserved in the upper half",
            mend=f"set addressing.servers.per_rack to {length} on a new fabric; on one in use, "
            "split the rack",
        )
    ]
