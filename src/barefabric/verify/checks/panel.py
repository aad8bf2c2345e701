"""Checks of ports: they exist, run at the cable's speed, and have one cable each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import DeviceModel, Switch
from barefabric.model.record import fields
from barefabric.vendors import catalogue
from barefabric.vendors.lanes import lane_names
from barefabric.verify.cabling import Cabling
from barefabric.verify.checks.tally import Fault, Tally


@cache
def _places(model: DeviceModel) -> frozenset[tuple[str, int]]:
    """Every port name of a model with every speed it can run at, lanes of breakouts included."""
    vendor = catalogue.known(model.nos)
    found = {(port.name, speed) for port in model.ports for speed in port.speeds}
    for port in model.ports:
        for count, speed in port.breakouts:
            found.update((name, speed) for name in lane_names(vendor, port, count, speed))
    return frozenset(found)


def check_ports(cabling: Cabling, tally: Tally) -> None:
    """Every end of every cable.

    Most switches of a model have the same ports in use: each such panel is looked at once, and
    again for each device only where something is wrong with it.
    """
    design, sound = cabling.design, dict[tuple[object, ...], bool]()
    by_device = design.cables_by_device
    tally.count("ports", sum(map(len, by_device.values())))
    for name, switch in design.switches.items():
        ends = map(_ENDS, by_device[name])
        ports = tuple([port if a == name else below for a, port, below in ends])
        speeds = tuple(map(_SPEED, by_device[name]))
        panel = (switch.model, ports, speeds)
        if panel not in sound:
            sound[panel] = not any(True for _ in _faults(switch, ports, speeds))
        for fault in () if sound[panel] else _faults(switch, ports, speeds):
            tally.fault("ports", *fault)
    for name in _odd_servers(cabling):
        for fault in _of_server(design, name):
            tally.fault("ports", *fault)


_SPEED = fields(Cable, "speed")


_ENDS = fields(Cable, "a", "a_port", "b_port")
_BELOW = fields(Cable, "b", "b_port")


def _faults(switch: Switch, ports: Sequence[str], speeds: Sequence[int]) -> Iterator[Fault]:
    """What is wrong with the ports of a switch that are in use."""
    yield from _twice(switch.name, ports)
    places = _places(switch.model)
    for port, speed in set(zip(ports, speeds, strict=True)) - places:
        known = any(port == place for place, _ in places)
        what = f"does not run at {speed}G" if known else "does not exist"
        yield Fault(
            f"{switch.name} {port} {what} on a {switch.model.name}",
            "the cable was written by hand, or the model changed under a ledger",
            "choose another port under `cables:`, or release it in the ledger",
        )


def _odd_servers(cabling: Cabling) -> list[str]:
    """Servers with two cables at a port, or with more cables than ports."""
    servers, cables = cabling.design.servers, cabling.by_kind[CableKind.SERVER]
    ends = list(map(_BELOW, cables))
    odd = {name for name, server in servers.items() if cabling.above[name] > server.nics}
    if len(set(ends)) < len(ends):
        odd |= {name for (name, _), count in Counter(ends).items() if count > 1}
    return [name for name in servers if name in odd] if odd else []


def _of_server(design: Design, name: str) -> Iterator[Fault]:
    """What is wrong with the ports of a server that are in use."""
    ports, nics = (
        [cable.b_port for cable in design.cables_by_device[name]],
        design.servers[name].nics,
    )
    yield from _twice(name, ports)
    if len(ports) > nics:
        yield Fault(
            f"{name} has {len(ports)} cables and {nics} ports",
            "more cables than the server type has ports",
            "raise `nics:`, or remove a cable",
        )


def _twice(name: str, ports: Sequence[str]) -> Iterator[Fault]:
    if len(set(ports)) == len(ports):
        return
    for port in sorted({port for port in ports if ports.count(port) > 1}):
        yield Fault(
            f"{name} {port} has {ports.count(port)} cables",
            "two cables claim one port",
            "move one of them under `cables:`",
        )
