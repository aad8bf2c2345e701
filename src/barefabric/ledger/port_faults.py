"""What is wrong where cables cannot be plugged in, each kind of fault once."""

from collections.abc import Iterator

from barefabric.errors import Diagnostic, Place
from barefabric.ledger.patching import Patching
from barefabric.ledger.port_order import FabricPorts, common_speed
from barefabric.model.device import DeviceModel, PortSpec, Switch
from barefabric.model.shape import Bundle, Want
from barefabric.vendors.speed_groups import speed_groups


def plural(role: str) -> str:
    """``leaves``, ``spines``."""
    return "leaves" if role == "leaf" else f"{role}s"


def names_of(model: DeviceModel) -> str:
    """``7050SX3-48YC8 has Ethernet1 to Ethernet56/1``."""
    return f"{model.name} has {model.ports[0].name} to {model.ports[-1].name}"


def described(model: DeviceModel) -> str:
    """``7050SX3-48YC8: 48 x 25G, 8 x 100G``; ports written out have no other name."""
    panel = panel_text(model)
    return panel if model.name.replace(" + ", ", ") == panel else f"{model.name}: {panel}"


def panel_text(model: DeviceModel) -> str:
    """``48 x 25G, 8 x 100G``."""
    counts: dict[int, int] = {}
    for spec in model.ports:
        counts[spec.speeds[0]] = counts.get(spec.speeds[0], 0) + 1
    return ", ".join(f"{count} x {speed}G" for speed, count in counts.items())


def no_port(run: Patching, switch: Switch, want: Want, purpose: str) -> None:
    """Report, once per kind of switch and purpose, that a panel is full (PO002)."""
    key = ("full", switch.type, purpose)
    if key in run.wrong:
        return
    kept = sum(switch.name in cable.split(" ")[:2] for cable in run.kept)
    note = f"; the ledger keeps {kept} for what is gone (fabric reclaim frees them)" if kept else ""
    mine = [w for w in run.shape.wants() if switch.name in (w.a, w.b)]
    alike = sum(w.kind is want.kind and w.speed == want.speed for w in mine)
    run.wrong[key] = Diagnostic(
        "PO002",
        f"{switch.name} has no free port left for {purpose}: {alike} of its {len(mine)} "
        f"cables{note}",
        (run.loaded.place("switch_types", switch.type),),
        allowed=f"its ports: {described(switch.model)}",
        mend="use a model with more ports, or spread the cables over more switches",
    )


def no_lower_port(
    run: Patching, bundle: Bundle, n: int, above: FabricPorts, below: FabricPorts
) -> None:
    """Report a cable between switches for which the lower one has no port (PO002, PO005)."""
    want = bundle.want(n)
    upper, lower = run.shape.switches[want.a], run.shape.switches[want.b]
    if not common_speed(above.speeds, below.speeds):
        no_common_speed(run, upper, lower, below.order[0])
    else:
        no_port(run, lower, want, f"its links to {upper.role}s")


def no_common_speed(
    run: Patching, upper: Switch, lower: Switch, port: PortSpec, by_hand: int | None = None
) -> None:
    """Report that two kinds of switch cannot be joined (PO005); ``by_hand`` is a cable's entry."""
    ours = "/".join(f"{s}G" for s in port.speeds)
    places = (
        (_hardware(run, lower.type), _hardware(run, upper.type))
        if by_hand is None
        else (run.loaded.place("cables", by_hand),)
    )
    run.wrong.setdefault(
        ("speed", upper.type, lower.type, str(by_hand)),
        Diagnostic(
            "PO005",
            f"{upper.role} and {lower.role} have no speed in common: {lower.name} {port.name} "
            f"runs {ours}, {upper.name} has {panel_text(upper.model)}",
            tuple(dict.fromkeys(places)),
            mend="choose models whose uplink and downlink ports share a speed"
            if by_hand is None else "name two ports that share a speed",
        ),
    )  # fmt: skip


def _hardware(run: Patching, kind: str) -> Place:
    """Where a kind of switch is given its ports: the model, or ports written out."""
    written = run.loaded.written("switch_types", kind, "ports")
    return run.loaded.place("switch_types", kind, "ports" if written else "model")


def wrong_nic(run: Patching, leaf: Switch, want: Want) -> None:
    """Report, once per kind of leaf and of server, that no port has the NIC's speed (PO006)."""
    kind = run.shape.servers[want.b].type
    run.wrong.setdefault(
        ("nic", leaf.type, kind),
        Diagnostic(
            "PO006",
            f"servers of type {kind} have {want.speed}G ports, and no port of {leaf.type} "
            f"({leaf.model.name}) runs at {want.speed}G",
            (run.loaded.place("server_types", kind, "nics"),),
            allowed=f"its ports: {described(leaf.model)}",
            mend="change the NIC's speed or the leaf's model",
        ),
    )


def no_nic(run: Patching, server: str, port: str, by_hand: int) -> None:
    """Report a cable laid by hand to a port that a server has not (PO003)."""
    known = [want.b_port for want in run.shape.wants() if want.b == server]
    run.wrong["hand", str(by_hand)] = Diagnostic(
        "PO003",
        f"{server} has no port {port}",
        (run.loaded.place("cables", by_hand),),
        allowed=f"{server} has {', '.join(known)}",
    )


def mixed_rates(run: Patching) -> None:
    """Report speed groups that would need two rates, once per kind of switch (PO014).

    New servers never cause one; cables laid by hand, upstreams and old ledgers can.
    """
    for name, panel in run.panels.items():
        for port, other in panel.mixed.values():
            switch = run.shape.switches[name]
            group = speed_groups(switch.model)[port]
            run.wrong.setdefault(
                ("mixed", switch.type),
                Diagnostic(
                    "PO014",
                    f"{name} {port} and {other} need two rates, and ports {group.ports[0]} to "
                    f"{group.ports[-1]} of a {switch.model.name} have one: "
                    "25G, or 10G and below",
                    tuple(_laid_on(run, name, {port, other})) or (_hardware(run, switch.type),),
                    mend="give one of the two a port of another group in cables",
                ),
            )


def _laid_on(run: Patching, switch: str, ports: set[str]) -> Iterator[Place]:
    """Where the topology itself names one of these ports."""
    topology = run.loaded.topology
    for n, cable in enumerate(topology.cables):
        if any(end.device == switch and end.port in ports for end in (cable.a, cable.b)):
            yield run.loaded.place("cables", n)
    for n, external in enumerate(topology.external):
        if external.attach.switch == switch and external.attach.port in ports:
            yield run.loaded.place("external", n, "attach", "port")
