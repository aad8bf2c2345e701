"""What each switch carries: ports taken and Gbit/s, by what they are used for.

One pass over all cables serves everything else in this package. Switches that are cabled alike have
one load together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Switch
from barefabric.plan.ports import Panel, panels
from barefabric.plan.runs import PortRun, cabled_kinds, port_runs
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


def _count(design: Design) -> Mapping[str, Load]:
    """The load of every switch; those that are cabled alike share one."""
    panel_of = panels(design.switches.values())
    cabled = port_runs(design)
    alike = {
        id(mine): _load(panel_of[design.switches[name].type], mine)
        for name, mine in cabled_kinds(design)
    }
    return {name: alike[id(mine)] for name, mine in cabled.items()}


def _load(panel: Panel, cabled: Iterable[PortRun]) -> Load:
    ports: dict[int, Use] = {}
    gbits: Counter[Use] = Counter()
    for kind, upper, speed, names in cabled:
        use = (UPPER_USE if upper else LOWER_USE)[kind]
        ports.update((panel[name], use) for name in names)
        gbits[use] += len(names) * speed
    return Load(panel, ports, gbits)


@lru_cache(maxsize=4)
def loads(design: Design) -> Mapping[str, Load]:
    """The load of every switch."""
    return _count(design)


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
