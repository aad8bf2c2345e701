"""Plug every cable in: keep the recorded ports, give new cables the next free ones."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError
from barefabric.ledger.panel import (
    Panel,
    Slot,
    fabric_order,
    lanes_by_name,
    panel_for,
    peer_order,
    ports_by_name,
    server_order,
)
from barefabric.model.address import dotted
from barefabric.model.cable import Cable, CableKind
from barefabric.model.device import PortSpec, Switch
from barefabric.model.ledger import Entry, Kind, Ledger, Move
from barefabric.model.shape import Shape, Want
from barefabric.topology.load import Loaded


class Patched(NamedTuple):
    """Every cable with its ports, what the ledger must hold, and what had to be re-plugged."""

    cables: tuple[Cable, ...]
    entries: Mapping[str, Entry]
    moves: tuple[Move, ...]


class _Patch:
    """The state of one patching run."""

    def __init__(
        self, loaded: Loaded, shape: Shape, ledger: Ledger, links: Mapping[str, int]
    ) -> None:
        self.loaded = loaded
        self.shape = shape
        self.links = links
        self.recorded = ledger.of(Kind.CABLE)
        self.panels = {s.name: panel_for(s.model, s.nos) for s in shape.switches.values()}
        self.done: dict[str, Cable] = {}
        self.moves: list[Move] = []
        self.wrong: dict[tuple[str, ...], Diagnostic] = {}

    def lay(self, want: Want, a_port: str, b_port: str, speed: int) -> None:
        """Record a cable whose ports are already marked as taken."""
        kind, a, b, index, _, _, _, key = want
        base = self.links.get(key)
        ends = ("", "") if base is None else (f"{dotted(base)}/31", f"{dotted(base + 1)}/31")
        self.done[key] = Cable(kind, a, a_port, b, b_port, speed, index, *ends)
        before = self.recorded.get(key)
        if before is not None and before.value != f"{a_port} {b_port}":
            reason = "the recorded ports are taken or do not exist on this model"
            self.moves.append(Move(Kind.CABLE, want.key, before.value, f"{a_port} {b_port}", reason))


def patch(loaded: Loaded, shape: Shape, ledger: Ledger, links: Mapping[str, int]) -> Patched:
    """Assign ports to all cables; ``links`` holds the even address of each numbered one.

    Order of precedence: ports of upstreams, cables laid by hand, recorded cables, then new ones:
    fabric links, peer links, servers. Raises :class:`FabricError` where ports run out or speeds
    do not meet.
    """
    run = _Patch(loaded, shape, ledger, links)
    wants = _with_hand_laid(run)
    upstream = list(_upstreams(run))
    rest = [want for want in wants if not _lay_known(run, want)]
    for want in rest:
        if want.kind is CableKind.FABRIC:
            _lay_fabric(run, want)
    for want in rest:
        if want.kind is CableKind.PEER:
            _lay_peer(run, want)
    for group in _rounds(run, [w for w in rest if w.kind is CableKind.SERVER]):
        _lay_servers(run, group)
    if run.wrong:
        raise FabricError(run.wrong.values())
    entries = {key: Entry(f"{c.a_port} {c.b_port}") for key, c in run.done.items()}
    for key, entry in run.recorded.items():
        if key not in entries:
            entries[key] = Entry(entry.value, retired=True)
    cables = (*(run.done[want.key] for want in wants), *upstream)
    return Patched(cables, entries, tuple(run.moves))


def _with_hand_laid(run: _Patch) -> list[Want]:
    """The wanted cables, with the ports that the topology's ``cables`` names for them.

    A cable laid by hand takes the place of the derived cable between the same devices; one between
    devices that the shape does not join is an error.
    """
    wants = list(run.shape.wants)
    by_ends: dict[frozenset[str], list[int]] = {}
    if run.loaded.topology.cables:
        for position, want in enumerate(wants):
            by_ends.setdefault(frozenset((want.a, want.b)), []).append(position)
    for number, cable in enumerate(run.loaded.topology.cables):
        ends = by_ends.get(frozenset((cable.a.device, cable.b.device)))
        if not ends:
            run.wrong["hand", str(number)] = Diagnostic(
                "PO007",
                f"{cable.a.device} and {cable.b.device} are not joined in this fabric, or have "
                "fewer cables between them than are laid by hand",
                (run.loaded.place("cables", number),),
                allowed="cables says which ports a derived link uses; it adds no links",
            )
            continue
        want = wants[ends[0]]
        a, b = (cable.a, cable.b) if cable.a.device == want.a else (cable.b, cable.a)
        wants[ends.pop(0)] = want._replace(a_port=a.port, b_port=b.port)
    return wants


def _upstreams(run: _Patch) -> Iterator[Cable]:
    """The cables to upstream routers, on the ports that the topology names."""
    for number, external in enumerate(run.loaded.topology.external):
        attach = external.attach
        panel = run.panels.get(attach.switch)
        if panel is None:
            continue
        spec = ports_by_name(panel.model).get(attach.port)
        place = run.loaded.place("external", number, "attach", "port")
        if spec is None:
            known = [p.name for p in panel.model.ports]
            run.wrong["external", external.name] = Diagnostic(
                "PO003", f"{attach.switch} has no port {attach.port}", (place,),
                allowed=f"{panel.model.name} has {known[0]} to {known[-1]}",
            )
            continue
        if attach.port in panel.taken:
            run.wrong["external", external.name] = Diagnostic(
                "PO004",
                f"{attach.switch} {attach.port} is already used by {panel.taken[attach.port]}",
                (place,), mend="choose another port",
            )
            continue
        panel.take(attach.port, f"external {external.name}")
        yield Cable(
            CableKind.UPSTREAM, attach.switch, attach.port, external.name, "", spec.speeds[0],
            1, attach.ours, attach.theirs,
        )


def _find(run: _Patch, device: str, name: str, speed: int) -> Slot | None:
    """The place called ``name`` on a switch, if it exists and is free."""
    panel = run.panels[device]
    spec = ports_by_name(panel.model).get(name)
    if spec is not None and (not speed or speed in spec.speeds):
        slot = Slot(name, spec, speed or spec.speeds[0], lane=False)
        return slot if panel.free(slot) else None
    lane = lanes_by_name(panel.model, panel.vendor).get(name) if speed else None
    if lane is None or (lane[0].panel, speed) not in _lane_speeds(lane[0]):
        return None
    slot = Slot(name, lane[0], speed, lane=True)
    return slot if panel.free(slot) else None


def _lane_speeds(spec: PortSpec) -> set[tuple[int, int]]:
    return {(spec.panel, each) for _, each in spec.breakouts}


def _lay_known(run: _Patch, want: Want) -> bool:
    """Lay a cable on the ports written by hand or recorded; False where that cannot be."""
    by_hand = bool(want.a_port)
    if by_hand:
        a_port, b_port = want.a_port, want.b_port
    else:
        entry = run.recorded.get(want.key)
        if entry is None:
            return False
        a_port, _, b_port = entry.value.partition(" ")
        if want.b_port and want.b_port != b_port:
            return False
    a = _find(run, want.a, a_port, want.speed)
    at_server = want.kind is CableKind.SERVER
    b = None if at_server else _find(run, want.b, b_port, 0)
    if a is None or (b is None and not at_server):
        if by_hand:
            _cannot_lay(run, want, a is None)
            return True
        return False
    speed = want.speed or _common_speed(a.spec, b.spec if b else a.spec)
    if not speed:
        return False
    run.panels[want.a].take_slot(a, want.key)
    if b is not None:
        run.panels[want.b].take_slot(b, want.key)
    run.lay(want, a_port, b_port, speed)
    return True


def _cannot_lay(run: _Patch, want: Want, at_a: bool) -> None:
    device, port = (want.a, want.a_port) if at_a else (want.b, want.b_port)
    owner = run.panels[device].taken.get(port)
    message = (
        f"{device} {port} is already used by {owner}" if owner
        else f"{device} has no port {port} that could carry this cable"
    )
    run.wrong["hand", want.key] = Diagnostic(
        "PO004" if owner else "PO003", message, (run.loaded.place("cables"),),
        mend="name a free port in cables, or leave the cable out and let it be derived",
    )


def _common_speed(a: PortSpec, b: PortSpec) -> int:
    return max(set(a.speeds) & set(b.speeds), default=0)


def _lay_fabric(run: _Patch, want: Want) -> None:
    upper, lower = run.shape.switches[want.a], run.shape.switches[want.b]
    b = run.panels[want.b].next_free(fabric_order(lower.model, lower.role, upper.role))
    if b is None:
        _no_port(run, lower, f"its uplinks to {upper.role}s")
        return
    order = fabric_order(upper.model, upper.role, lower.role)
    a = run.panels[want.a].next_free(order, b)
    if a is None:
        if run.panels[want.a].next_free(order) is None:
            _no_port(run, upper, f"its links to {lower.role}s")
        else:
            _no_common_speed(run, upper, lower, b)
        return
    run.panels[want.a].take(a.name, want.key)
    run.panels[want.b].take(b.name, want.key)
    run.lay(want, a.name, b.name, _common_speed(a, b))


def _lay_peer(run: _Patch, want: Want) -> None:
    """A peer link uses the same port on both leaves, as a person would plug it."""
    first, second = run.panels[want.a], run.panels[want.b]
    for spec in peer_order(first.model):
        slot = Slot(spec.name, spec, spec.speeds[0], lane=False)
        if first.free(slot) and second.free(slot) and not first.is_broken(spec.panel):
            first.take_slot(slot, want.key)
            second.take_slot(slot, want.key)
            run.lay(want, spec.name, spec.name, slot.speed)
            return
    _no_port(run, run.shape.switches[want.a], "the peer link of its pair")


def _rounds(run: _Patch, wants: Iterable[Want]) -> Iterator[list[Want]]:
    """Server cables in groups that should share one port name: one cable to each leaf."""
    group: list[Want] = []
    for want in wants:
        if group and (want.b != group[0].b or want.index != group[0].index):
            yield group
            group = []
        group.append(want)
    if group:
        yield group


def _lay_servers(run: _Patch, group: list[Want]) -> None:
    panels = [run.panels[want.a] for want in group]
    leaf = run.shape.switches[group[0].a]
    order = server_order(leaf.model, panels[0].vendor, group[0].speed)
    if not order:
        _wrong_nic(run, leaf, group[0])
        return
    slot = _shared_slot(panels, order)
    for want, panel in zip(group, panels, strict=True):
        mine = slot or next((s for s in order if panel.free(s)), None)
        if mine is None:
            _no_port(run, run.shape.switches[want.a], f"servers with {want.speed}G ports")
            return
        panel.take_slot(mine, want.key)
        run.lay(want, mine.name, want.b_port, want.speed)


def _shared_slot(panels: list[Panel], order: tuple[Slot, ...]) -> Slot | None:
    """The first place that is free on every leaf of the group, if their models are the same."""
    if any(panel.model is not panels[0].model for panel in panels):
        return None
    for position in range(panels[0].cursor(order), len(order)):
        slot = order[position]
        if all(panel.free(slot) for panel in panels):
            return slot
    return None


def _no_port(run: _Patch, switch: Switch, purpose: str) -> None:
    """Report, once per kind of switch and purpose, that a panel is full."""
    key = ("full", switch.type, purpose)
    kept = sum(
        entry.retired and switch.name in cable.split(" ")[:2]
        for cable, entry in run.recorded.items()
    )
    note = f"; the ledger keeps {kept} for what is gone (fabric reclaim frees them)" if kept else ""
    needed = sum(switch.name in (w.a, w.b) for w in run.shape.wants)
    run.wrong.setdefault(
        key,
        Diagnostic(
            "PO002",
            f"{switch.name} has no free port left for {purpose}: {needed} cables for "
            f"{len(switch.model.ports)} ports{note}",
            (run.loaded.place("switch_types", switch.type),),
            allowed=f"{switch.model.name}: {_panel_text(switch)}",
            mend="use a model with more ports, or spread the cables over more switches",
        ),
    )


def _panel_text(switch: Switch) -> str:
    counts: dict[int, int] = {}
    for spec in switch.model.ports:
        counts[spec.speeds[0]] = counts.get(spec.speeds[0], 0) + 1
    return ", ".join(f"{count} x {speed}G" for speed, count in counts.items())


def _no_common_speed(run: _Patch, upper: Switch, lower: Switch, port: PortSpec) -> None:
    ours = "/".join(f"{s}G" for s in port.speeds)
    run.wrong.setdefault(
        ("speed", upper.type, lower.type),
        Diagnostic(
            "PO005",
            f"{upper.role} and {lower.role} have no speed in common: {lower.name} {port.name} "
            f"runs {ours}, {upper.name} has {_panel_text(upper)}",
            (
                run.loaded.place("switch_types", lower.type),
                run.loaded.place("switch_types", upper.type),
            ),
            mend="choose models whose uplink and downlink ports share a speed",
        ),
    )


def _wrong_nic(run: _Patch, leaf: Switch, want: Want) -> None:
    kind = run.shape.servers[want.b].type
    run.wrong.setdefault(
        ("nic", leaf.type, kind),
        Diagnostic(
            "PO006",
            f"servers of type {kind} have {want.speed}G ports, and no port of {leaf.type} "
            f"({leaf.model.name}) runs at {want.speed}G",
            (run.loaded.place("server_types", kind, "nics"),),
            allowed=f"{leaf.model.name}: {_panel_text(leaf)}",
            mend="change the NIC's speed or the leaf's model",
        ),
    )
