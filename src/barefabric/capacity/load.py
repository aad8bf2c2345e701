"""What each switch carries: ports taken and Gbit/s, by what they are used for.

One pass over all cables serves everything else in this package.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from weakref import ref

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Switch
from barefabric.plan.ports import Panel, panels
from barefabric.vendors.catalogue import vendor


class Use(StrEnum):
    """What a switch port is used for."""

    UP = "up"
    DOWN = "down"
    PEER = "peer"
    SERVER = "server"
    OUTSIDE = "outside"


class Load(NamedTuple):
    """A switch's load: the use of each taken port by panel position, and Gbit/s by use."""

    panel: Panel
    ports: dict[int, Use]
    gbits: Counter[Use]


UPPER_USE: Mapping[CableKind, Use] = {
    CableKind.FABRIC: Use.DOWN,
    CableKind.PEER: Use.PEER,
    CableKind.SERVER: Use.SERVER,
    CableKind.UPSTREAM: Use.OUTSIDE,
}
"""What a cable is to its upper end."""

LOWER_USE: Mapping[CableKind, Use] = {CableKind.FABRIC: Use.UP, CableKind.PEER: Use.PEER}
"""What a cable is to its lower end, where that is a switch of ours."""

_A_END, _B_END = itemgetter(1, 2), itemgetter(3, 4)


def _count(design: Design) -> Mapping[str, Load]:
    panel_of = panels(design.switches.values())
    loads = {s.name: Load(panel_of[s.type], {}, Counter()) for s in design.switches.values()}
    for (kind, speed), run in groupby(design.cables, key=itemgetter(0, 5)):
        cables = list(run)
        for use, end in ((UPPER_USE[kind], _A_END), (LOWER_USE.get(kind), _B_END)):
            if use is None:
                continue
            for switch, port in map(end, cables):
                panel, ports, _ = loads[switch]
                ports[panel[port]] = use
            for switch, count in Counter(map(itemgetter(0), map(end, cables))).items():
                loads[switch].gbits[use] += count * speed
    return loads


_latest: list[tuple[ref[Design], Mapping[str, Load]]] = []


def loads(design: Design) -> Mapping[str, Load]:
    """The load of every switch. The last design asked about is remembered, by identity."""
    if _latest and _latest[0][0]() is design:
        return _latest[0][1]
    counted = _count(design)
    _latest[:] = [(ref(design), counted)]
    return counted


class Room(NamedTuple):
    """Ports of a switch that run at a speed: how many there are and how many are free."""

    ports: int
    free: int


def room(load: Load, speed: int) -> Room:
    """The ports of a switch that can run at ``speed`` Gbit/s."""
    fits = [n for n, port in enumerate(load.panel.ports) if speed in port.speeds]
    return Room(len(fits), sum(n not in load.ports for n in fits))


def path_width(design: Design, switch: Switch) -> int:
    """Over how many equal paths a switch spreads; 0 where nothing is known."""
    nos = vendor(switch.nos)
    widths = (design.underlay.ecmp, switch.model.tables.ecmp, nos.max_ecmp if nos else 0)
    return min((width for width in widths if width), default=0)
