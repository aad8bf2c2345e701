"""Where ports sit on a switch's front panel, broken-out lanes included."""

import re
from collections.abc import Iterable, Mapping

from barefabric.model.device import DeviceModel, Switch

_LANE = re.compile(r"[/:s]\d+$")


class Panel:
    """The front panel of a device model: port names to positions from 0, top left to bottom right.

    A lane of a broken-out cage (``Ethernet1/3``, ``swp1s2``) has the position of its cage.
    """

    def __init__(self, model: DeviceModel) -> None:
        self.ports = model.ports
        self._positions = {port.name: n for n, port in enumerate(model.ports)}
        self._stems = {_LANE.sub("", port.name): n for n, port in enumerate(model.ports)}

    def position(self, name: str) -> int:
        """The position of a port; one that the model does not have comes after all others."""
        found = self._positions.get(name)
        if found is None:
            found = self._stems.get(_LANE.sub("", name), len(self.ports))
            self._positions[name] = found
        return found


def panels(switches: Iterable[Switch]) -> Mapping[str, Panel]:
    """The front panel of each switch type, made once."""
    made: dict[str, Panel] = {}
    for switch in switches:
        if switch.type not in made:
            made[switch.type] = Panel(switch.model)
    return made


def short_port(name: str) -> str:
    """A port's name as it fits a label: ``Ethernet49/1`` becomes ``Eth49/1``."""
    return f"Eth{name[8:]}" if name.startswith("Ethernet") else name
