"""The order in which a person would plug cables into a front panel."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from barefabric.model.device import DeviceModel, PortSpec, Role
from barefabric.model.vendor import Vendor
from barefabric.vendors.lanes import lane_names


class Slot:
    """A place for a plug: a whole port, or one lane of a port that is broken out."""

    __slots__ = ("lane", "name", "panel", "spec", "speed")

    def __init__(self, name: str, spec: PortSpec, speed: int, lane: bool) -> None:
        self.name = name
        self.spec = spec
        self.panel = spec.panel
        self.speed = speed
        self.lane = lane


@cache
def _halves(model: DeviceModel) -> tuple[tuple[PortSpec, ...], tuple[PortSpec, ...]]:
    """A leaf's panel as (ports for servers, ports for uplinks).

    Where the model has no uplink ports, the last quarter of the fastest among those that are for
    both are uplinks.
    """
    up = tuple(p for p in model.ports if p.group == "uplink")
    both = tuple(p for p in model.ports if p.group not in ("uplink", "downlink"))
    if not up and both:
        fastest = max(p.speeds[0] for p in both)
        fast = [p for p in both if p.speeds[0] == fastest]
        up = tuple(fast[len(fast) - max(len(fast) // 4, 2) :])
    uplinks = set(up)
    return tuple(p for p in model.ports if p not in uplinks), up


@cache
def common_speed(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """The fastest speed (Gbit/s) that two ports share, 0 where they share none."""
    return max(set(a) & set(b), default=0)


class FabricPorts(NamedTuple):
    """Ports of a switch towards another tier, best first, and all their speeds (Gbit/s)."""

    order: tuple[PortSpec, ...]
    speeds: tuple[int, ...]


@cache
def fabric_ports(model: DeviceModel, role: Role, towards: Role) -> FabricPorts:
    """The ports of a switch towards another tier.

    A leaf's uplinks rise through its uplink ports. A spine's leaves rise from port 1, its
    superspines and borders come from the far end, so that racks stay contiguous as they grow.
    """
    order = _fabric_order(model, role, towards)
    return FabricPorts(order, tuple({speed: None for spec in order for speed in spec.speeds}))


def _fabric_order(model: DeviceModel, role: Role, towards: Role) -> tuple[PortSpec, ...]:
    if role is Role.LEAF:
        down, up = _halves(model)
        return (*up, *reversed(down))
    fastest = max(p.speeds[0] for p in model.ports)
    ports = tuple(p for p in model.ports if p.speeds[0] == fastest)
    slower = tuple(p for p in model.ports if p.speeds[0] != fastest)
    up_first = tuple(p for p in ports if p.group == "uplink")
    if role is Role.BORDER:
        return (*up_first, *(p for p in ports if p.group != "uplink"), *slower)
    if towards in (Role.SUPERSPINE, Role.BORDER):
        return tuple(reversed(ports))
    return ports


@cache
def peer_order(model: DeviceModel) -> tuple[Slot, ...]:
    """Places for the peer link: the last uplink ports, then the last of the others."""
    down, up = _halves(model)
    ports = (*reversed(up), *reversed(down))
    return tuple(Slot(spec.name, spec, spec.speeds[0], lane=False) for spec in ports)


@cache
def server_order(model: DeviceModel, vendor: Vendor, speed: int) -> tuple[Slot, ...]:
    """Places for a server's NIC of ``speed`` Gbit/s, best first.

    Native ports first, then faster uplink ports from the far end, then ports that can run slower,
    then lanes of ports that can be broken out.
    """
    down, up = _halves(model)
    back = tuple(reversed(up))

    def whole(ports: Iterable[PortSpec], native: bool) -> Iterator[Slot]:
        for spec in ports:
            if speed in spec.speeds and (spec.speeds[0] == speed) is native:
                yield Slot(spec.name, spec, speed, lane=False)

    def lanes(ports: Iterable[PortSpec]) -> Iterator[Slot]:
        for spec in ports:
            for count, each in spec.breakouts:
                if each == speed:
                    for name in lane_names(vendor, spec, count, each):
                        yield Slot(name, spec, speed, lane=True)

    return (
        *whole(down, True),
        *whole(back, True),
        *whole(down, False),
        *lanes(down),
        *lanes(back),
        *whole(back, False),
    )
