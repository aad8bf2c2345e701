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


def allocate(loaded: Loaded, shape: Shape, ledger: Ledger) -> Numbers:
    """Number a shape. Raises :class:`FabricError` with every pool that is too small."""
    pins, wrong = read_pins(loaded, shape)
    ids = assign(
        Kind.ID, shape.switches, ledger.of(Kind.ID), int, str, lambda _, v: v > 0, count(1), {}
    )
    asns, faults = allocate_asns(loaded, shape, ledger, pins.of(Kind.ASN))
    wrong += faults
    loopbacks, loopback_space = pools.allocate_loopbacks(loaded, shape, ledger, pins.of(Kind.LOOPBACK))
    management, managed = pools.allocate_management(loaded, shape, ledger, pins.of(Kind.MANAGEMENT))
    racks, rack_space = pools.allocate_racks(loaded, shape, ledger, pins.of(Kind.RACK))
    links, link_space = pools.allocate_links(loaded, shape, ledger, pins.of(Kind.LINK))
    for key, name, space, register, spare in (
        ("loopbacks", "addressing.loopbacks", loopback_space, loopbacks, 1),
        ("management", "addressing.management", managed, management, 3),
        ("servers", "addressing.servers", rack_space, racks, 0),
        ("links", "addressing.links", link_space, links, 0),
    ):
        if register.short:
            place = loaded.place("addressing", key)
            wrong.append(pools.too_small(place, name, space, register, spare))
    nodes = pools.allocate_nodes(loaded, shape, ledger, racks.values, pins.of(Kind.NODE))
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
