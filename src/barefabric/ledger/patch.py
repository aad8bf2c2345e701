"""Plug every cable in: keep the recorded ports, give new cables the next free ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from barefabric.errors import FabricError
from barefabric.ledger import port_faults
from barefabric.ledger.fixed_ports import lay_by_hand, lay_upstreams
from barefabric.ledger.panel import (
    Panel,
    Slot,
    common_speed,
    fabric_ports,
    find_slot,
    peer_order,
    server_order,
    shared_slots,
)
from barefabric.ledger.patching import Patching, Plug
from barefabric.ledger.register import Register
from barefabric.model.cable import Cable, CableKind
from barefabric.model.device import PortSpec
from barefabric.model.ledger import Entry, Ledger, Move
from barefabric.model.shape import Above, Bundle, Shape
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
        run.lay(bundle, _NEW[bundle.kind](run, streams, bundle, rest))
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


class _Round(NamedTuple):
    """New cables of a server that should share one port name: one to each leaf.

    ``order`` are the places for its NIC, ``shared`` those that all the leaves have free.
    """

    places: tuple[int, ...]
    panels: tuple[Panel, ...]
    order: tuple[Slot, ...]
    shared: Iterator[Slot]


_Free = tuple[Panel, Iterator[PortSpec]]


class Streams:
    """Free places on the panels above, for all devices whose cables go to the same ones."""

    def __init__(self, run: Patching) -> None:
        self._run = run
        self._ports: dict[tuple[int, int, tuple[int, ...]], list[_Free]] = {}
        self._rounds: dict[tuple[int, tuple[int, ...]], list[_Round]] = {}

    def ports(self, ups: Above, order: Sequence[PortSpec], speeds: tuple[int, ...]) -> list[_Free]:
        """For each cable the upper panel with its free ports."""
        key = (id(ups), id(order), speeds)
        found = self._ports.get(key)
        if found is None:
            panels = [self._run.panels[upper] for upper in ups.uppers]
            free = {id(panel): panel.free_ports(order, speeds) for panel in panels}
            found = self._ports[key] = [(panel, free[id(panel)]) for panel in panels]
        return found

    def rounds(self, ups: Above, places: tuple[int, ...]) -> list[_Round]:
        """Some cables of a server, by port name."""
        found = self._rounds.get((id(ups), places))
        if found is None:
            groups = (tuple(group) for _, group in groupby(places, key=ups.indexes.__getitem__))
            found = self._rounds[id(ups), places] = [self._round(ups, group) for group in groups]
        return found

    def _round(self, ups: Above, places: tuple[int, ...]) -> _Round:
        panels = tuple(self._run.panels[ups.uppers[n]] for n in places)
        order = server_order(panels[0].model, panels[0].vendor, ups.speed)
        return _Round(places, panels, order, shared_slots(panels, order))


def _new_fabric(
    run: Patching, streams: Streams, bundle: Bundle, rest: Sequence[int]
) -> Iterator[Plug]:
    """The lower end's first free port that the upper end can meet, then the upper end's first."""
    ups, keys, (name, *_) = bundle.above, bundle.keys, bundle.lowers
    switches, under = run.shape.switches, run.panels[name]
    upper, lower = switches[ups.uppers[0]], switches[name]  # the other uppers are like the first
    above = fabric_ports(upper.model, upper.role, lower.role)
    below = fabric_ports(lower.model, lower.role, upper.role)
    free = under.free_ports(below.order, above.speeds)
    b, speeds = next(free, None), None
    for n in rest:
        if b is None:
            port_faults.no_lower_port(run, bundle, n, above, below)
            return
        if speeds is not b.speeds:  # most often the ports of a panel are alike
            speeds = b.speeds
            overs = streams.ports(ups, above.order, speeds)
        over, free_above = overs[n]
        a = next(free_above, None)
        if a is None:
            purpose = f"its links to {port_faults.plural(lower.role)}"
            port_faults.no_port(run, switches[ups.uppers[n]], bundle.want(n), purpose)
            continue
        speed = common_speed(a.speeds, b.speeds)
        over.take_port(a, speed, keys[n])
        under.take_port(b, speed, keys[n])
        yield n, a.name, b.name, speed
        b = next(free, None)


def _new_peers(
    run: Patching, _streams: Streams, bundle: Bundle, rest: Sequence[int]
) -> Iterator[Plug]:
    """A peer link uses the same ports on both leaves, as a person would plug it.

    Its cables make one port channel, so all of them have one speed.
    """
    upper = run.shape.switches[bundle.above.uppers[0]]
    first, second = run.panels[upper.name], run.panels[bundle.lowers[0]]
    laid = run.cables[bundle.first : bundle.first + len(bundle.keys)]
    speed = next((cable.speed for cable in laid if cable.speed), 0)
    alike = _alike(peer_order(first.model), (first, second), speed, len(rest))
    if not alike:
        port_faults.no_port(run, upper, bundle.want(rest[0]), "the peer link of its pair")
        return
    for n, slot in zip(rest, alike, strict=True):
        first.take_slot(slot, bundle.keys[n])
        second.take_slot(slot, bundle.keys[n])
        yield n, slot.name, slot.name, slot.speed


def _alike(order: Iterable[Slot], panels: Iterable[Panel], speed: int, count: int) -> list[Slot]:
    """The first so many places of one speed (0 is any) that are free on some panels, or none.

    Of several speeds the one that comes first in the order and has enough of them.
    """
    found: dict[int, list[Slot]] = {}
    for slot in order:
        if speed in (0, slot.speed) and all(panel.free(slot) for panel in panels):
            found.setdefault(slot.speed, []).append(slot)
            if len(next(iter(found.values()))) == count:
                break
    return next((slots[:count] for slots in found.values() if len(slots) >= count), [])


def _new_servers(
    run: Patching, streams: Streams, bundle: Bundle, rest: Sequence[int]
) -> Iterator[Plug]:
    """The first place that is free on every leaf; where there is none, the first on each."""
    (uppers, _, ports, speed, _), keys, width = bundle.above, bundle.keys, len(bundle.above.uppers)
    for start, places in _by_server(rest, width):
        for each, panels, order, shared in streams.rounds(bundle.above, places):
            if not order:
                leaf = run.shape.switches[uppers[each[0]]]
                port_faults.wrong_nic(run, leaf, bundle.want(start + each[0]))
                continue
            slot = next(shared, None)
            for n, panel in zip(each, panels, strict=True):
                mine = slot or next((s for s in order if panel.suits(s)), None)
                if mine is None:
                    leaf, purpose = run.shape.switches[uppers[n]], f"servers with {speed}G ports"
                    port_faults.no_port(run, leaf, bundle.want(start + n), purpose)
                    break
                panel.take_slot(mine, keys[start + n])
                yield start + n, mine.name, ports[n], speed


def _by_server(rest: Sequence[int], width: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """For each server the number of its first cable, and which of its cables are new."""
    if isinstance(rest, range):  # all of them
        places = tuple(range(width))
        yield from ((start, places) for start in range(0, len(rest), width))
        return
    for device, numbers in groupby(rest, key=lambda n: n // width):
        yield device * width, tuple(n % width for n in numbers)


_NEW: dict[CableKind, Callable[[Patching, Streams, Bundle, Sequence[int]], Iterator[Plug]]] = {
    CableKind.FABRIC: _new_fabric,
    CableKind.PEER: _new_peers,
    CableKind.SERVER: _new_servers,
}
