"""Names of the parts of a port that is broken out, as each network OS gives them."""

import re
from collections.abc import Iterator

from barefabric.model.device import PortSpec
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
