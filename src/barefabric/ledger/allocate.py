"""Number all that a shape needs: what is recorded stays, what is new takes the next free value."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError
from barefabric.ledger import addresses as pools
from barefabric.ledger.asns import allocate_asns
from barefabric.ledger.patch import patch
from barefabric.ledger.pins import FIELDS, Pins, outside, read_pins
from barefabric.ledger.register import NUMBERS, Group, Register, assign
from barefabric.ledger.space import Space, pool_use, too_small
from barefabric.model.address import dotted
from barefabric.model.ledger import IPV6, Entry, Kind, Ledger
from barefabric.model.numbers import Numbers
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded


class _Pool(NamedTuple):
    """A pool of ``addressing`` with what it handed out.

    ``unusable`` is how many units of any prefix are never handed out.
    """

    name: str
    register: Register
    space: Space
    unusable: int


def allocate(loaded: Loaded, shape: Shape, ledger: Ledger) -> Numbers:
    """Number a shape.

    Raises :class:`FabricError` with every pool that is too small (AD005, AD006, AS001), every AS
    number that is not ours (AS002), every pin that cannot be (LE008, LE011 to LE013), and where
    cables cannot be plugged (PO002 to PO007).
    """
    pins, wrong = read_pins(loaded, shape)
    if wrong:
        raise FabricError(wrong)
    counting = Group(shape.switches, count(1), lambda value: value > 0)
    ids = assign(Kind.ID, [counting], ledger.of(Kind.ID), NUMBERS, {})
    asns, wrong = allocate_asns(loaded, shape, ledger, pins.of(Kind.ASN))
    held = _pools(loaded, shape, ledger, pins)
    registers = {pool.register.kind: pool.register for pool in held}
    racks = registers[Kind.RACK].values
    nodes = pools.allocate_nodes(loaded, shape, ledger, racks, pins.of(Kind.NODE))
    wrong += [
        too_small(loaded, pool.name, pool.space, pool.register, pool.unusable)
        for pool in held
        if pool.register.short
    ]
    if nodes.short and not registers[Kind.RACK].short:
        wrong += pools.rack_too_small(loaded, shape, nodes)
    wrong += _outside(loaded, shape, pins, held, racks)
    if wrong:
        raise FabricError(wrong)
    gone = () if Kind.LOOPBACK6 in registers else pools.retired6(ledger)
    return _numbers(loaded, shape, ledger, (ids, asns, *registers.values(), nodes, *gone), held)


def _pools(loaded: Loaded, shape: Shape, ledger: Ledger, pins: Pins) -> tuple[_Pool, ...]:
    """The pools of ``addressing``, handed out."""
    managed = pools.allocate_management(loaded, shape, ledger, pins.of(Kind.MANAGEMENT))
    return (
        _Pool(
            "loopbacks", *pools.allocate_loopbacks(loaded, shape, ledger, pins.of(Kind.LOOPBACK)), 1
        ),
        _Pool("links", *pools.allocate_links(loaded, shape, ledger, pins.of(Kind.LINK)), 0),
        _Pool("servers", *pools.allocate_racks(loaded, shape, ledger, pins.of(Kind.RACK)), 0),
        _Pool("management", *managed, len(managed[1].refused)),
        *(_pools6(loaded, shape, ledger) if "ipv6" in loaded.topology.underlay.families else ()),
    )


def _pools6(loaded: Loaded, shape: Shape, ledger: Ledger) -> tuple[_Pool, ...]:
    """The same pools in IPv6; management ports have IPv4 only."""
    return (
        _Pool("loopbacks", *pools.allocate_loopbacks6(loaded, shape, ledger), 1),
        _Pool("links", *pools.allocate_links6(loaded, shape, ledger), 0),
        _Pool("servers", *pools.allocate_racks6(loaded, shape, ledger), 0),
    )


def _outside(
    loaded: Loaded,
    shape: Shape,
    pins: Pins,
    held: tuple[_Pool, ...],
    racks: Mapping[str, int],
) -> Iterator[Diagnostic]:
    """Pinned values that no filter of the fabric would let pass, because no pool holds them."""
    for pool in held:
        kind = pool.register.kind
        for key, value in pins.of(kind).items():
            if not pool.space.holds(value):
                name = pins.writers[kind, key]
                text = getattr(loaded.topology.pins[name], FIELDS[kind])
                mend = "add a prefix to the pool that holds it"
                yield outside(loaded, name, FIELDS[kind], text, f"addressing.{pool.name}", mend)
    for key, value in pins.of(Kind.NODE).items():
        rack = shape.racks[shape.servers[key].rack]
        base, room = racks.get(rack.name), pools.node_room(loaded, len(rack.leaves))
        if base is not None and value - base not in room:
            text = loaded.topology.pins[key].address
            span = f"{dotted(base + room.start)} to {dotted(base + room.stop - 1)}"
            mend = f"servers of rack {rack.name} can have {span}"
            yield outside(loaded, key, FIELDS[Kind.NODE], text, f"rack {rack.name}", mend)


def _given_up(ledger: Ledger) -> dict[Kind, Mapping[str, Entry]]:
    """The IPv6 numbers of a ledger, as they are kept while the fabric carries no IPv6."""
    return {
        kind: {key: Entry(entry.value, retired=True) for key, entry in ledger.of(kind).items()}
        for kind in IPV6
        if ledger.of(kind)
    }


def _numbers(
    loaded: Loaded,
    shape: Shape,
    ledger: Ledger,
    registers: tuple[Register, ...],
    held: tuple[_Pool, ...],
) -> Numbers:
    """Everything handed out, the cables plugged, and the ledger that remembers it."""
    values = {register.kind: register.values for register in registers}
    by_kind = {register.kind: register for register in registers}
    patched = patch(loaded, shape, ledger, by_kind[Kind.LINK], by_kind.get(Kind.LINK6))
    entries = {**_given_up(ledger), **{r.kind: r.entries for r in registers}}
    uses = [
        pool_use(pool.name if pool.space.bits == 32 else f"{pool.name}6", pool.space, pool.register)
        for pool in held
    ]
    return Numbers(
        ids=values[Kind.ID],
        asns=values[Kind.ASN],
        loopbacks=values[Kind.LOOPBACK],
        management=values[Kind.MANAGEMENT],
        racks=values[Kind.RACK],
        links=values[Kind.LINK],
        nodes=values[Kind.NODE],
        cables=patched.cables,
        pools=tuple(uses),
        ledger=Ledger({**entries, Kind.CABLE: patched.entries}),
        moves=(*(move for r in registers for move in r.moves), *patched.moves),
        loopbacks6=values.get(Kind.LOOPBACK6, {}),
        racks6=values.get(Kind.RACK6, {}),
        links6=values.get(Kind.LINK6, {}),
    )
