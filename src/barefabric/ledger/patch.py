"""Plug every cable in: keep the recorded ports, give new cables the next free ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from barefabric.errors import FabricError
from barefabric.ledger import port_faults
from barefabric.ledger.fixed_ports import lay_by_hand, lay_upstreams, with_hand_laid
from barefabric.ledger.panel import (
    Panel,
    Slot,
    common_speed,
    fabric_ports,
    find_slot,
    peer_order,
    server_order,
)
from barefabric.ledger.patching import Patching
from barefabric.model.cable import Cable, CableKind
from barefabric.model.ledger import Entry, Ledger, Move
from barefabric.model.shape import Shape, Want
from barefabric.topology.faults import in_file_order
from barefabric.topology.load import Loaded


class Patched(NamedTuple):
    """Every cable with its ports, what the ledger must hold, and what had to be re-plugged."""

    cables: tuple[Cable, ...]
    entries: Mapping[str, Entry]
    moves: tuple[Move, ...]


def patch(
    loaded: Loaded,
    shape: Shape,
    ledger: Ledger,
    links: Mapping[str, int],
    links6: Mapping[str, int],
) -> Patched:
    """Assign ports to all cables; ``links`` and ``links6`` hold the even address of each.

    Order of precedence: ports of upstreams, cables laid by hand, recorded cables, ports kept for
    cables that are gone, then new ones: fabric links, peer links, servers. Raises
    :class:`FabricError` where ports run out, speeds do not meet, or a speed group has two rates.
    """
    run = Patching(loaded, shape, ledger, links, links6)
    upstream = lay_upstreams(run)
    wants = with_hand_laid(run)
    by_hand = [want for want in wants if want.a_port]
    for want in by_hand:
        lay_by_hand(run, want)
    rest = [want for want in wants if not want.a_port]
    if run.recorded:
        rest = [want for want in rest if not _lay_recorded(run, want)]
        run.reserve({want.key for want in wants})
    for want in rest:
        if want.kind is CableKind.FABRIC:
            _lay_fabric(run, want)
    for group in _pairs(want for want in rest if want.kind is CableKind.PEER):
        _lay_peers(run, group)
    for group in _rounds(want for want in rest if want.kind is CableKind.SERVER):
        _lay_servers(run, group)
    port_faults.mixed_rates(run)
    if run.wrong:
        raise FabricError(in_file_order(run.wrong.values()))
    cables = (*(run.done[want.key] for want in wants), *upstream)
    return Patched(cables, run.entries(), tuple(run.moves))


def _lay_recorded(run: Patching, want: Want) -> bool:
    """Lay a cable on its recorded ports; False for a new one, and where that cannot be.

    A server's port that has another name now leaves the cable in the leaf's port; one that the
    server still has stays plugged, whatever port would be derived today.
    """
    entry = run.recorded.get(want.key)
    if entry is None:
        return False
    a_port, _, b_port = entry.value.partition(" ")
    a = find_slot(run.panels[want.a], a_port, want.speed)
    if want.kind is CableKind.SERVER:
        if a is None:
            run.note_obstacle(want, want.a, a_port)
            return False
        nic = b_port if b_port == want.b_port or run.has_nic(want.b, b_port) else want.b_port
        run.panels[want.a].take_slot(a, want.key)
        run.lay(want, a_port, nic, want.speed)
        return True
    b = find_slot(run.panels[want.b], b_port, 0)
    speed = common_speed(a.spec.speeds, b.spec.speeds) if a and b else 0
    if a is None or b is None or not speed:
        run.note_obstacle(want, *((want.a, a_port) if a is None else (want.b, b_port)))
        return False
    run.panels[want.a].take_slot(a, want.key)
    run.panels[want.b].take_slot(b, want.key)
    run.lay(want, a_port, b_port, speed)
    return True


def _lay_fabric(run: Patching, want: Want) -> None:
    """The lower end's first free port that the upper end can meet, then the upper end's first."""
    upper, lower = run.shape.switches[want.a], run.shape.switches[want.b]
    over, under = run.panels[want.a], run.panels[want.b]
    above = fabric_ports(upper.model, upper.role, lower.role)
    below = fabric_ports(lower.model, lower.role, upper.role)
    b = under.next_free(below.order, above.speeds)
    if b is None:
        if not common_speed(above.speeds, below.speeds):
            port_faults.no_common_speed(run, upper, lower, below.order[0])
        else:
            port_faults.no_port(run, lower, want, f"its links to {upper.role}s")
        return
    a = over.next_free(above.order, b.speeds)
    if a is None:
        port_faults.no_port(run, upper, want, f"its links to {port_faults.plural(lower.role)}")
        return
    speed = common_speed(a.speeds, b.speeds)
    over.take_port(a, speed, want.key)
    under.take_port(b, speed, want.key)
    run.lay(want, a.name, b.name, speed)


def _pairs(wants: Iterable[Want]) -> Iterator[list[Want]]:
    """The new cables of each pair's peer link."""
    for _, group in groupby(wants, key=lambda want: (want.a, want.b)):
        yield list(group)


def _lay_peers(run: Patching, group: list[Want]) -> None:
    """A peer link uses the same ports on both leaves, as a person would plug it.

    Its cables make one port channel, so all of them have one speed.
    """
    first, second = run.panels[group[0].a], run.panels[group[0].b]
    slots = [Slot(p.name, p, p.speeds[0], lane=False) for p in peer_order(first.model)]
    free = [slot for slot in slots if first.free(slot) and second.free(slot)]
    speed = _peer_speed(run, group[0]) or next(
        (s.speed for s in free if sum(o.speed == s.speed for o in free) >= len(group)), 0
    )
    alike = [slot for slot in free if slot.speed == speed]
    if len(alike) < len(group):
        port_faults.no_port(
            run, run.shape.switches[group[0].a], group[0], "the peer link of its pair"
        )
        return
    for want, slot in zip(group, alike, strict=False):
        first.take_slot(slot, want.key)
        second.take_slot(slot, want.key)
        run.lay(want, slot.name, slot.name, slot.speed)


def _peer_speed(run: Patching, want: Want) -> int:
    """The speed of the cables that a peer link has already; 0 where it has none."""
    most = run.loaded.topology.underlay.peer_links
    keys = (f"{want.b} {want.a} {n}" for n in range(1, most + 1))
    return next((run.done[key].speed for key in keys if key in run.done), 0)


def _rounds(wants: Iterable[Want]) -> Iterator[list[Want]]:
    """Server cables in groups that should share one port name: one cable to each leaf."""
    group: list[Want] = []
    for want in wants:
        if group and (want.b != group[0].b or want.index != group[0].index):
            yield group
            group = []
        group.append(want)
    if group:
        yield group


def _lay_servers(run: Patching, group: list[Want]) -> None:
    panels = [run.panels[want.a] for want in group]
    leaf = run.shape.switches[group[0].a]
    order = server_order(leaf.model, panels[0].vendor, group[0].speed)
    if not order:
        port_faults.wrong_nic(run, leaf, group[0])
        return
    slot = _shared_slot(panels, order)
    for want, panel in zip(group, panels, strict=True):
        mine = slot or next((s for s in order if panel.suits(s)), None)
        if mine is None:
            port_faults.no_port(
                run, run.shape.switches[want.a], want, f"servers with {want.speed}G ports"
            )
            return
        panel.take_slot(mine, want.key)
        run.lay(want, mine.name, want.b_port, want.speed)


def _shared_slot(panels: Sequence[Panel], order: Sequence[Slot]) -> Slot | None:
    """The first place that is free on every leaf of the group, if their models are the same."""
    if any(panel.model is not panels[0].model for panel in panels):
        return None
    first, *others = panels
    for position in range(first.cursor(order), len(order)):
        slot = order[position]
        if first.suits(slot) and all(panel.suits(slot) for panel in others):
            return slot
    return None
