"""Number everything a shape needs: what is recorded stays, what is new takes the next free value."""

from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError
from barefabric.ledger import addresses as pools
from barefabric.ledger.asns import allocate_asns, switch_key
from barefabric.ledger.patch import patch
from barefabric.ledger.register import Register, assign
from barefabric.model.address import number, split
from barefabric.model.ledger import Kind, Ledger
from barefabric.model.numbers import Numbers
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.topology.schema import Topology


class _Pins(NamedTuple):
    """The topology's pins, by kind."""

    asns: dict[str, int]
    loopbacks: dict[str, int]
    management: dict[str, int]
    racks: dict[str, int]
    nodes: dict[str, int]
    links: dict[str, int]


def _pins(topology: Topology, shape: Shape) -> _Pins:
    pins = _Pins({}, {}, {}, {}, {}, {})
    for name, pin in topology.pins.items():
        switch = shape.switches.get(name)
        if pin.asn is not None:
            pins.asns[switch_key(switch) if switch else name] = pin.asn
        if pin.loopback:
            pins.loopbacks[name] = number(pin.loopback)
        if pin.management:
            pins.management[name] = number(pin.management)
        if pin.address:
            pins.nodes[name] = number(pin.address)
        if pin.prefix:
            book = pins.racks if name in shape.racks else pins.links
            book[name] = split(pin.prefix)[0]
    return pins


def _unknown_pins(loaded: Loaded, shape: Shape) -> list[Diagnostic]:
    known = {*shape.switches, *shape.racks, *shape.servers}
    cables = {want.key for want in shape.wants} if loaded.topology.pins else set()
    return [
        Diagnostic(
            "LE008", f'pins: nothing in this fabric is called "{name}"',
            (loaded.place("pins", name),),
            allowed='a switch, a rack, a server, or a link as "leaf spine 1"',
        )
        for name in loaded.topology.pins
        if name not in known and name not in cables
    ]


def allocate(loaded: Loaded, shape: Shape, ledger: Ledger) -> Numbers:
    """Number a shape. Raises :class:`FabricError` with every pool that is too small."""
    pins = _pins(loaded.topology, shape)
    wrong = _unknown_pins(loaded, shape)
    ids = assign(
        Kind.ID, shape.switches, ledger.of(Kind.ID), int, str, lambda _, v: v > 0, count(1), {}
    )
    asns, faults = allocate_asns(loaded, shape, ledger, pins.asns)
    wrong += faults
    loopbacks, loopback_space = pools.allocate_loopbacks(loaded, shape, ledger, pins.loopbacks)
    management, managed = pools.allocate_management(loaded, shape, ledger, pins.management)
    racks, rack_space = pools.allocate_racks(loaded, shape, ledger, pins.racks)
    links, link_space = pools.allocate_links(loaded, shape, ledger, pins.links)
    for key, name, space, register, spare in (
        ("loopbacks", "addressing.loopbacks", loopback_space, loopbacks, 1),
        ("management", "addressing.management", managed, management, 3),
        ("servers", "addressing.servers", rack_space, racks, 0),
        ("links", "addressing.links", link_space, links, 0),
    ):
        if register.short:
            place = loaded.place("addressing", key)
            wrong.append(pools.too_small(place, name, space, register, spare))
    nodes = pools.allocate_nodes(loaded, shape, ledger, racks.values, pins.nodes)
    if nodes.short:
        wrong += pools.rack_too_small(loaded, shape, nodes)
    if wrong:
        raise FabricError(wrong)
    patched = patch(loaded, shape, ledger, links.values)
    registers = (ids, asns, loopbacks, management, racks, links, nodes)
    return Numbers(
        ids.values, asns.values, loopbacks.values, management.values, racks.values, links.values,
        nodes.values, patched.cables,
        (
            pools.pool_use("loopbacks", loopback_space, loopbacks),
            pools.pool_use("links", link_space, links),
            pools.pool_use("servers", rack_space, racks),
            pools.pool_use("management", managed, management),
        ),
        _ledger(registers, patched.entries),
        (*(move for register in registers for move in register.moves), *patched.moves),
    )


def _ledger(registers: tuple[Register, ...], cables: Mapping[str, object]) -> Ledger:
    entries = {register.kind: register.entries for register in registers}
    return Ledger({**entries, Kind.CABLE: cables})  # type: ignore[dict-item]
