"""Checks of ports: they exist, run at the cable's speed, and have one cable each."""

from functools import cache

from barefabric.model.design import Design
from barefabric.model.device import DeviceModel
from barefabric.vendors import catalogue
from barefabric.vendors.lanes import lane_names
from barefabric.verify.checks.tally import Tally


@cache
def _places(model: DeviceModel) -> frozenset[tuple[str, int]]:
    """Every port name of a model with every speed it can run at, lanes of breakouts included."""
    vendor = catalogue.known(model.nos)
    found = {(port.name, speed) for port in model.ports for speed in port.speeds}
    for port in model.ports:
        for count, speed in port.breakouts:
            found.update((name, speed) for name in lane_names(vendor, port, count, speed))
    return frozenset(found)


def check_ports(design: Design, tally: Tally) -> None:
    """Every end of every cable."""
    for name, cables in design.cables_by_device.items():
        ends = [(c.a_port if c.a == name else c.b_port, c.speed) for c in cables]
        tally.count("ports", len(ends))
        ports = {port for port, _ in ends}
        if len(ports) != len(ends):
            _twice(name, [port for port, _ in ends], tally)
        switch = design.switches.get(name)
        if switch is None:
            _nics(design, name, len(ends), tally)
            continue
        for port, speed in set(ends) - _places(switch.model):
            known = any(port == place for place, _ in _places(switch.model))
            what = f"does not run at {speed}G" if known else "does not exist"
            tally.fault(
                "ports",
                f"{name} {port} {what} on a {switch.model.name}",
                "the cable was written by hand, or the model changed under a ledger",
                "choose another port under `cables:`, or release it in the ledger",
            )


def _twice(name: str, ports: list[str], tally: Tally) -> None:
    for port in sorted({port for port in ports if ports.count(port) > 1}):
        tally.fault(
            "ports",
            f"{name} {port} has {ports.count(port)} cables",
            "two cables claim one port",
            "move one of them under `cables:`",
        )


def _nics(design: Design, name: str, cables: int, tally: Tally) -> None:
    if cables > design.servers[name].nics:
        tally.fault(
            "ports",
            f"{name} has {cables} cables and {design.servers[name].nics} ports",
            "more cables than the server type has ports",
            "raise `nics:`, or remove a cable",
        )
