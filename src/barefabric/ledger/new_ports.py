"""Ports of new cables: fabric links, peer links, servers, as a person would plug them in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from barefabric.ledger import port_faults
from barefabric.ledger.panel import Panel, shared_slots
from barefabric.ledger.patching import Patching, Plug
from barefabric.ledger.port_order import Slot, common_speed, fabric_ports, peer_order, server_order
from barefabric.model.cable import CableKind
from barefabric.model.device import PortSpec
from barefabric.model.shape import Above, Bundle


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


def new_plugs(
    run: Patching, streams: Streams, bundle: Bundle, rest: Sequence[int]
) -> Iterator[Plug]:
    """Take the next free ports for some cables of a bundle. Faults PO002, PO005, PO006."""
    if bundle.kind is CableKind.FABRIC:
        return _fabric(run, streams, bundle, rest)
    if bundle.kind is CableKind.PEER:
        return _peers(run, bundle, rest)
    return _servers(run, streams, bundle, rest)


def _fabric(run: Patching, streams: Streams, bundle: Bundle, rest: Sequence[int]) -> Iterator[Plug]:
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


def _peers(run: Patching, bundle: Bundle, rest: Sequence[int]) -> Iterator[Plug]:
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


def _servers(
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
