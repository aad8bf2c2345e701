"""Ports that the topology names itself: of upstream routers, and of cables laid by hand."""

from collections.abc import Mapping, Sequence

from barefabric.errors import Diagnostic
from barefabric.ledger import port_faults
from barefabric.ledger.panel import find_slot
from barefabric.ledger.patching import Patching, owner_text
from barefabric.model.cable import Cable, CableKind
from barefabric.model.shape import Bundle, Want
from barefabric.topology.schema import CableEnd, ExplicitCable
from barefabric.vendors.lanes import ports_by_name


def lay_upstreams(run: Patching) -> list[Cable]:
    """The cables to upstream routers, on the ports that the topology names. Faults PO003, PO004."""
    cables = []
    for n, external in enumerate(run.loaded.topology.external):
        attach = external.attach
        panel = run.panels.get(attach.switch)
        if panel is None:
            continue
        spec = ports_by_name(panel.model).get(attach.port)
        place = run.loaded.place("external", n, "attach", "port")
        if spec is None:
            run.wrong["external", external.name] = Diagnostic(
                "PO003", f"{attach.switch} has no port {attach.port}", (place,),
                allowed=port_faults.names_of(panel.model),
            )  # fmt: skip
        elif attach.port in panel.taken:
            run.wrong["external", external.name] = Diagnostic(
                "PO004",
                f"{attach.switch} {attach.port} is already used by "
                + owner_text(panel.taken[attach.port]),
                (place,), mend="choose another port",
            )  # fmt: skip
        else:
            panel.take_port(spec, spec.speeds[0], f"external {external.name}")
            ends = (attach.switch, attach.port, external.name, "")
            addresses = (*attach.ends("ipv4"), *attach.ends("ipv6"))
            cables.append(Cable(CableKind.UPSTREAM, *ends, spec.speeds[0], 1, *addresses))
    return cables


_Place = tuple[int, int]
"""A cable: the number of its bundle in the run, and its own number there."""


def lay_by_hand(run: Patching) -> None:
    """Lay the cables that the topology's ``cables`` names on their ports.

    A cable laid by hand takes the place of a derived cable between the same devices: the one of the
    server's port it names, or the one that was recorded on these ports, or the first. Fault PO007
    for devices that the shape does not join, PO003 for a port that a server has not.
    """
    written = run.loaded.topology.cables
    if written:
        chosen = _chosen_by_hand(run, written)
        run.by_hand.update(_want(run, place).key for place in chosen)
        for place, ports in sorted(chosen.items()):
            _lay(run, place, *ports)


def _chosen_by_hand(
    run: Patching, written: Sequence[ExplicitCable]
) -> dict[_Place, tuple[str, str]]:
    """Which derived cables are laid by hand, with their ports, upper end first."""
    devices = {end.device for cable in written for end in (cable.a, cable.b)}
    run.bundles = [
        one
        for bundle in run.bundles
        for one in ((bundle,) if devices.isdisjoint(bundle.lowers) else bundle.apart())
    ]
    by_ends = _by_ends(run, devices)
    chosen: dict[_Place, tuple[str, str]] = {}
    for n, cable in sorted(enumerate(written), key=lambda one: _is_new(run, by_ends, one[1])):
        free = by_ends.get(frozenset((cable.a.device, cable.b.device)))
        if not free:
            _not_joined(run, cable, n)
            continue
        a, b = _turned(run, free, cable)
        place = next((p for p in free if _is_it(run, p, a.port, b.port)), free[0])
        bundle = run.bundles[place[0]]
        if bundle.kind is CableKind.SERVER:
            if b.port not in bundle.above.ports:
                port_faults.no_nic(run, b.device, b.port, n)
                continue
            run.bundles[place[0]] = _with_nic(bundle, place[1], b.port)
        free.remove(place)
        chosen[place] = a.port, b.port
    return chosen


def _by_ends(run: Patching, devices: set[str]) -> dict[frozenset[str], list[_Place]]:
    """The wanted cables between some devices."""
    found: dict[frozenset[str], list[_Place]] = {}
    for number, (_, (lower, *_), (uppers, *_), _, _) in enumerate(run.bundles):
        if lower in devices:
            for n, upper in enumerate(uppers):
                found.setdefault(frozenset((upper, lower)), []).append((number, n))
    return found


def _want(run: Patching, place: _Place) -> Want:
    number, n = place
    return run.bundles[number].want(n)


def _turned(run: Patching, free: list[_Place], cable: ExplicitCable) -> tuple[CableEnd, CableEnd]:
    """The ends of a cable laid by hand, the upper one first."""
    upper = _want(run, free[0]).a
    return (cable.a, cable.b) if cable.a.device == upper else (cable.b, cable.a)


def _is_it(run: Patching, place: _Place, a_port: str, b_port: str) -> bool:
    """Whether a wanted cable is the one laid by hand: by its server's port, or as recorded."""
    want = _want(run, place)
    entry = run.recorded.get(want.key)
    return want.b_port == b_port or (entry is not None and entry.value == f"{a_port} {b_port}")


def _is_new(
    run: Patching, by_ends: Mapping[frozenset[str], list[_Place]], cable: ExplicitCable
) -> bool:
    """Whether no cable is known to be this one. Such cables choose last, whatever their order."""
    free = by_ends.get(frozenset((cable.a.device, cable.b.device)))
    if not run.recorded or not free:
        return False
    a, b = _turned(run, free, cable)
    return not any(_is_it(run, place, a.port, b.port) for place in free)


def _with_nic(bundle: Bundle, n: int, nic: str) -> Bundle:
    """Give a server's cable the port named by hand; the cable that had it takes the other's."""
    ports = list(bundle.above.ports)
    other = ports.index(nic)
    ports[n], ports[other] = ports[other], ports[n]
    return bundle._replace(above=bundle.above._replace(ports=tuple(ports)))


def _not_joined(run: Patching, cable: ExplicitCable, n: int) -> None:
    run.wrong["hand", str(n)] = Diagnostic(
        "PO007",
        f"{cable.a.device} and {cable.b.device} are not joined in this fabric, or have fewer "
        "cables between them than are laid by hand",
        (run.loaded.place("cables", n),),
        allowed="cables says which ports a derived link uses; it adds no links",
    )


def _lay(run: Patching, place: _Place, a_port: str, b_port: str) -> None:
    """Lay a cable on the ports that the topology names. Faults PO003, PO004, PO005."""
    bundle, n = run.bundles[place[0]], place[1]
    want = bundle.want(n)
    ends = {(want.a, a_port), (want.b, want.b_port or b_port)}
    over = run.panels[want.a]
    a = find_slot(over, a_port, want.speed)
    if a is None:
        _cannot_lay(run, want, want.a, a_port, ends)
        return
    if want.kind is CableKind.SERVER:
        over.take_slot(a, want.key)
        run.lay(bundle, [(n, a_port, want.b_port, want.speed)])
        return
    under = run.panels[want.b]
    b = find_slot(under, b_port, 0)
    if b is None:
        _cannot_lay(run, want, want.b, b_port, ends)
        return
    speed = max(set(a.spec.speeds) & set(b.spec.speeds), default=0)
    if not speed:
        upper, lower = run.shape.switches[want.a], run.shape.switches[want.b]
        port_faults.no_common_speed(run, upper, lower, b.spec, _entry_of(run, ends))
        return
    over.take_slot(a, want.key)
    under.take_slot(b, want.key)
    run.lay(bundle, [(n, a_port, b_port, speed)])


def _entry_of(run: Patching, ends: set[tuple[str, str]]) -> int:
    """Which entry of the topology's ``cables`` has these ends."""
    for n, cable in enumerate(run.loaded.topology.cables):
        if {(cable.a.device, cable.a.port), (cable.b.device, cable.b.port)} == ends:
            return n
    return 0


def _cannot_lay(
    run: Patching, want: Want, device: str, port: str, ends: set[tuple[str, str]]
) -> None:
    panel = run.panels[device]
    used = panel.taken.get(port) or panel.broken_by(port)
    if used:
        message = f"{device} {port} is already used by {owner_text(used)}"
    elif port in ports_by_name(panel.model):
        message = f"{device} {port} does not run at {want.speed}G"
    else:
        message = f"{device} has no port {port}"
    run.wrong["hand", want.key] = Diagnostic(
        "PO004" if used else "PO003",
        message,
        (run.loaded.place("cables", _entry_of(run, ends)),),
        allowed="" if used else port_faults.names_of(panel.model),
        mend="name a free port in cables, or leave the cable out and let it be derived",
    )
