"""Where ports sit on a switch's front panel, broken-out lanes included."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import DeviceModel, Switch
from barefabric.plan.runs import PortRun, cabled_kinds

_LANE = re.compile(r"[/:s]\d+$")


class Panel(dict[str, int]):
    """The front panel of a model: port names to positions from 0, top left to bottom right.

    A lane of a broken-out cage (``Ethernet1/3``, ``swp1s2``) has the position of its cage; a port
    that the model does not have comes after all others.
    """

    def __init__(self, model: DeviceModel) -> None:
        super().__init__((port.name, n) for n, port in enumerate(model.ports))
        self.ports = model.ports
        self.speeds = {port.name: port.speeds for port in model.ports}
        self._cages = {_LANE.sub("", port.name): n for n, port in enumerate(model.ports)}

    def cage(self, name: str) -> str:
        """The port that a name belongs to: itself, or the cage of a lane."""
        at = self[name]
        return self.ports[at].name if at < len(self.ports) else name

    def __missing__(self, name: str) -> int:
        self[name] = self._cages.get(_LANE.sub("", name), len(self.ports))
        return self[name]


def panels(switches: Iterable[Switch]) -> Mapping[str, Panel]:
    """The front panel of each switch type, made once."""
    made: dict[str, Panel] = {}
    for switch in switches:
        if switch.type not in made:
            made[switch.type] = Panel(switch.model)
    return made


class Leg(NamedTuple):
    """A server link on a lane of a broken-out port. ``speed`` is in Gbit/s."""

    switch: str
    port: str
    cage: str
    speed: int


@lru_cache(maxsize=4)
def legs(design: Design) -> tuple[Leg, ...]:
    """All links that run on lanes of broken-out ports."""
    return tuple(_legs(design))


def _legs(design: Design) -> Iterator[Leg]:
    panel_of = panels(design.switches.values())
    panel = {switch.name: panel_of[switch.type] for switch in design.switches.values()}
    if not any(_on_lanes(panel[name], mine) for name, mine in cabled_kinds(design)):
        return
    found: list[Leg] = []
    split: set[tuple[str, str]] = set()
    for kind, leaf, port, _, _, speed, *_ in design.cables:
        if kind is CableKind.SERVER and speed not in panel[leaf].speeds.get(port, ()):
            found.append(Leg(leaf, port, panel[leaf].cage(port), speed))
            if port not in panel[leaf].speeds:
                split.add((leaf, found[-1].cage))
    # The first lane of EOS is called like its port: it is a lane where another one is in use.
    for kind, leaf, port, _, _, speed, *_ in design.cables if split else ():
        if kind is CableKind.SERVER and (leaf, port) in split:
            found.append(Leg(leaf, port, port, speed))
    yield from dict.fromkeys(found)


def _on_lanes(panel: Panel, mine: Iterable[PortRun]) -> bool:
    """Whether any server is on a lane: a port that does not run at its speed as a whole."""
    return any(
        run.speed not in panel.speeds.get(port, ())
        for run in mine
        if run.kind is CableKind.SERVER
        for port in run.ports
    )


class Labels(dict[str, str]):
    """Ports as they follow their device on a label: `` Eth49/1`` for ``Ethernet49/1``.

    Nothing follows where the port is unknown.
    """

    def __missing__(self, port: str) -> str:
        short = f"Eth{port[8:]}" if port.startswith("Ethernet") else port
        self[port] = f" {short}" if port else ""
        return self[port]
