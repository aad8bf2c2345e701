"""Ports that the topology names itself: of upstream routers, and of cables laid by hand."""

from barefabric.errors import Diagnostic
from barefabric.ledger import port_faults
from barefabric.ledger.panel import find_slot, ports_by_name
from barefabric.ledger.patching import Patching, owner_text
from barefabric.model.cable import Cable, CableKind
from barefabric.model.shape import Want
from barefabric.topology.schema import ExplicitCable


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


def with_hand_laid(run: Patching) -> list[Want]:
    """The wanted cables, with the ports that the topology's ``cables`` names for them.

    A cable laid by hand takes the place of a derived cable between the same devices: the one of the
    server's port it names, or the one that was recorded on these ports, or the first. Fault PO007
    for devices that the shape does not join, PO003 for a port that a server has not.
    """
    wants = list(run.shape.wants)
    written = run.loaded.topology.cables
    if not written:
        return wants
    by_ends: dict[frozenset[str], list[int]] = {}
    of_server: dict[tuple[str, str], int] = {}
    for position, want in enumerate(wants):
        by_ends.setdefault(frozenset((want.a, want.b)), []).append(position)
        if want.kind is CableKind.SERVER:
            of_server[want.b, want.b_port] = position
    for n, cable in enumerate(written):
        free = by_ends.get(frozenset((cable.a.device, cable.b.device)))
        if not free:
            _not_joined(run, cable, n)
            continue
        upper = wants[free[0]].a
        a, b = (cable.a, cable.b) if cable.a.device == upper else (cable.b, cable.a)
        position = _chosen(run, wants, free, a.port, b.port)
        if wants[position].kind is CableKind.SERVER:
            if (b.device, b.port) not in of_server:
                port_faults.no_nic(run, b.device, b.port, n)
                continue
            _exchange_nics(wants, of_server, position, b.port)
        free.remove(position)
        wants[position] = wants[position]._replace(a_port=a.port, b_port=b.port)
    return wants


def _chosen(run: Patching, wants: list[Want], free: list[int], a_port: str, b_port: str) -> int:
    """Which of several cables between two devices is meant."""
    for position in free:
        want = wants[position]
        entry = run.recorded.get(want.key)
        if want.b_port == b_port or (entry is not None and entry.value == f"{a_port} {b_port}"):
            return position
    return free[0]


def _exchange_nics(
    wants: list[Want], of_server: dict[tuple[str, str], int], position: int, nic: str
) -> None:
    """Give a server's cable the port named by hand; the cable that had it takes the other's."""
    mine = wants[position]
    other = of_server[mine.b, nic]
    if other == position:
        return
    wants[other] = wants[other]._replace(b_port=mine.b_port)
    of_server[mine.b, mine.b_port], of_server[mine.b, nic] = other, position


def _not_joined(run: Patching, cable: ExplicitCable, n: int) -> None:
    run.wrong["hand", str(n)] = Diagnostic(
        "PO007",
        f"{cable.a.device} and {cable.b.device} are not joined in this fabric, or have fewer "
        "cables between them than are laid by hand",
        (run.loaded.place("cables", n),),
        allowed="cables says which ports a derived link uses; it adds no links",
    )


def lay_by_hand(run: Patching, want: Want) -> None:
    """Lay a cable on the ports that the topology names. Faults PO003, PO004, PO005."""
    a = find_slot(run.panels[want.a], want.a_port, want.speed)
    if a is None:
        _cannot_lay(run, want, want.a, want.a_port)
        return
    if want.kind is CableKind.SERVER:
        run.panels[want.a].take_slot(a, want.key)
        run.lay(want, want.a_port, want.b_port, want.speed)
        return
    b = find_slot(run.panels[want.b], want.b_port, 0)
    if b is None:
        _cannot_lay(run, want, want.b, want.b_port)
        return
    speed = max(set(a.spec.speeds) & set(b.spec.speeds), default=0)
    if not speed:
        upper, lower = run.shape.switches[want.a], run.shape.switches[want.b]
        port_faults.no_common_speed(run, upper, lower, b.spec, _place_of(run, want))
        return
    run.panels[want.a].take_slot(a, want.key)
    run.panels[want.b].take_slot(b, want.key)
    run.lay(want, want.a_port, want.b_port, speed)


def _place_of(run: Patching, want: Want) -> int:
    """Which entry of the topology's ``cables`` a cable stands in."""
    ends = {(want.a, want.a_port), (want.b, want.b_port)}
    for n, cable in enumerate(run.loaded.topology.cables):
        if {(cable.a.device, cable.a.port), (cable.b.device, cable.b.port)} == ends:
            return n
    return 0


def _cannot_lay(run: Patching, want: Want, device: str, port: str) -> None:
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
        (run.loaded.place("cables", _place_of(run, want)),),
        allowed="" if used else port_faults.names_of(panel.model),
        mend="name a free port in cables, or leave the cable out and let it be derived",
    )
