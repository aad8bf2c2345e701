"""Ports of a model by name, and the parts of a port that is broken out, as each OS names them."""

import re
from collections.abc import Iterator
from functools import cache

from barefabric.model.device import DeviceModel, PortSpec
from barefabric.model.vendor import Vendor
from barefabric.vendors.cages import LANES_OF


def lane_names(vendor: Vendor, spec: PortSpec, count: int, speed: int) -> Iterator[str]:
    """The names of ``count`` parts of a port at ``speed`` Gbit/s each; none where the OS has none.

    Linux and NX-OS count the parts: swp49s0, swp49s1. EOS and SONiC name a part by its first
    electrical lane: two times 50G of a 100G port is Ethernet49/1 and Ethernet49/3, on SONiC
    Ethernet192 and Ethernet194, because its lanes are counted over the panel.
    """
    if not vendor.breakout_name:
        return
    first = vendor.breakout_first
    step = electrical_lanes(spec, speed) if vendor.breakout_by_lanes else 1
    if vendor.running_lanes:
        digits = re.search(r"\d+$", spec.name)
        first = int(digits[0]) if digits else 0
    for part in range(count):
        yield vendor.breakout_name.format(panel=spec.panel, lane=first + part * step)


def electrical_lanes(spec: PortSpec, speed: int) -> int:
    """How many electrical lanes a part takes, at the rate the port's lanes have at full speed."""
    rate = spec.speeds[0] // LANES_OF.get(spec.form, 1)
    return max(speed // rate, 1) if rate else 1


def parts_at(vendor: Vendor, spec: PortSpec, name: str, speed: int) -> int:
    """Into how many parts of ``speed`` a port is broken out if ``name`` is one of them, else 0."""
    return next(
        (
            count
            for count, each in spec.breakouts
            if each == speed and name in lane_names(vendor, spec, count, each)
        ),
        0,
    )


@cache
def ports_by_name(model: DeviceModel) -> dict[str, PortSpec]:
    """A model's ports by name."""
    return {spec.name: spec for spec in model.ports}


@cache
def lanes_by_name(model: DeviceModel, vendor: Vendor) -> dict[str, tuple[PortSpec, int]]:
    """Names of all possible lanes with their port and speed (the first breakout that fits)."""
    found: dict[str, tuple[PortSpec, int]] = {}
    for spec in model.ports:
        for count, each in spec.breakouts:
            for name in lane_names(vendor, spec, count, each):
                found.setdefault(name, (spec, each))
    return found
