"""Plug every cable in: keep the recorded ports, give new cables the next free ones."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from barefabric.errors import FabricError
from barefabric.ledger import port_faults
from barefabric.ledger.fixed_ports import lay_by_hand, lay_upstreams
from barefabric.ledger.new_ports import Streams, new_plugs
from barefabric.ledger.panel import find_slot
from barefabric.ledger.patching import Patching, Plug
from barefabric.ledger.port_order import common_speed
from barefabric.ledger.register import Register
from barefabric.model.cable import Cable, CableKind
from barefabric.model.ledger import Entry, Ledger, Move
from barefabric.model.shape import Bundle, Shape
from barefabric.topology.faults import in_file_order
from barefabric.topology.load import Loaded


class Patched(NamedTuple):
    """Every cable with its ports, what the ledger must hold, and what had to be re-plugged."""

    cables: tuple[Cable, ...]
    entries: Mapping[str, Entry]
    moves: tuple[Move, ...]


def patch(
    loaded: Loaded, shape: Shape, ledger: Ledger, links: Register, links6: Register | None
) -> Patched:
    """Assign ports to all cables; ``links`` and ``links6`` hold the even address of each.

    Order of precedence: ports of upstreams, cables laid by hand, recorded cables, ports kept for
    cables that are gone, then new ones: fabric links, peer links, servers. Raises
    :class:`FabricError` where ports run out, speeds do not meet, or a speed group has two rates.
    """
    run = Patching(loaded, shape, ledger, links, links6)
    upstream = lay_upstreams(run)
    lay_by_hand(run)
    streams = Streams(run)
    for bundle, rest in _not_recorded(run):
        run.lay(bundle, new_plugs(run, streams, bundle, rest))
    port_faults.mixed_rates(run)
    if run.wrong:
        raise FabricError(in_file_order(run.wrong.values()))
    return Patched((*run.cables, *upstream), run.entries(), tuple(run.moves))


def _not_recorded(run: Patching) -> list[tuple[Bundle, Sequence[int]]]:
    """Lay what is recorded, keep the ports of what is gone; return the cables that are left."""
    if not run.recorded and not run.by_hand:
        return [(bundle, range(len(bundle.keys))) for bundle in run.bundles]
    left: list[tuple[Bundle, Sequence[int]]] = []
    for bundle in run.bundles:
        rest = [n for n, key in enumerate(bundle.keys) if key not in run.by_hand]
        if run.recorded:
            plugs = {n: plug for n in rest if (plug := _recorded(run, bundle, n)) is not None}
            run.lay(bundle, plugs.values())
            rest = [n for n in rest if n not in plugs]
        if rest:
            left.append((bundle, rest))
    run.reserve()
    return left


def _recorded(run: Patching, bundle: Bundle, n: int) -> Plug | None:
    """Take a cable's recorded ports; None for a new one, and where that cannot be.

    A server's port that has another name now leaves the cable in the leaf's port; one that the
    server still has stays plugged, whatever port would be derived today.
    """
    kind, lowers, (uppers, _, ports, nic_speed, _), keys, _ = bundle
    key, (device, place) = keys[n], divmod(n, len(uppers))
    lower, upper = lowers[device], uppers[place]
    entry = run.recorded.get(key)
    if entry is None:
        return None
    a_port, _, b_port = entry.value.partition(" ")
    over = run.panels[upper]
    a = find_slot(over, a_port, nic_speed)
    if kind is CableKind.SERVER:
        if a is None:
            run.note_obstacle(key, upper, a_port)
            return None
        over.take_slot(a, key)
        return n, a_port, b_port if b_port in ports else ports[place], nic_speed
    under = run.panels[lower]
    b = find_slot(under, b_port, 0)
    speed = common_speed(a.spec.speeds, b.spec.speeds) if a and b else 0
    if a is None or b is None or not speed:
        run.note_obstacle(key, *((upper, a_port) if a is None else (lower, b_port)))
        return None
    over.take_slot(a, key)
    under.take_slot(b, key)
    return n, a_port, b_port, speed
