"""What is plugged into a front panel, and what is still free."""

from collections.abc import Iterator, Sequence
from functools import cache

from barefabric.ledger.port_order import Slot, common_speed
from barefabric.model.device import DeviceModel, PortSpec
from barefabric.model.vendor import Vendor
from barefabric.vendors import catalogue
from barefabric.vendors.lanes import lanes_by_name, parts_at, ports_by_name
from barefabric.vendors.speed_groups import serdes


class Panel:
    """Which ports of one switch are taken, and by what."""

    __slots__ = ("_broken", "_rates", "mixed", "model", "taken", "vendor")

    def __init__(self, model: DeviceModel, vendor: Vendor) -> None:
        self.model = model
        self.vendor = vendor
        self.taken: dict[str, str] = {}
        self._broken: dict[int, int] = {}
        self._rates: dict[int, tuple[int, str]] = {}
        self.mixed: dict[int, tuple[str, str]] = {}

    def take_port(self, spec: PortSpec, speed: int, owner: str) -> None:
        """Mark a whole port as taken; its speed (Gbit/s) holds for its speed group."""
        self.taken[spec.name] = owner
        if spec.speed_group:
            self._claim(spec, speed)

    def take_slot(self, slot: Slot, owner: str) -> None:
        """Mark a place as taken; a lane breaks its port out at the lane's speed."""
        self.taken[slot.name] = owner
        if slot.lane:
            self._broken[slot.panel] = slot.speed
        elif slot.spec.speed_group:
            self._claim(slot.spec, slot.speed)

    def _claim(self, spec: PortSpec, speed: int) -> None:
        """Note the rate of a port's speed group; ``mixed`` names two ports that need two rates."""
        group, rate = spec.speed_group, serdes(speed)
        found, other = self._rates.setdefault(group, (rate, spec.name))
        if found != rate:
            self.mixed.setdefault(group, (other, spec.name))

    def free(self, slot: Slot) -> bool:
        """Whether a place is free: a lane needs its port unused or broken out alike."""
        if slot.name in self.taken:
            return False
        if not slot.lane:
            return slot.panel not in self._broken
        broken = self._broken.get(slot.panel)
        return broken == slot.speed or (broken is None and slot.spec.name not in self.taken)

    def suits(self, slot: Slot) -> bool:
        """Whether a place is free and its speed group, if it is in one, runs at its speed."""
        if not self._rates:
            return self.free(slot)
        if not self.free(slot):
            return False
        rate = self._rates.get(slot.spec.speed_group)
        return rate is None or rate[0] == serdes(slot.speed)

    def keep(self, name: str, owner: str) -> None:
        """Mark a port or a lane as taken by a cable that is gone.

        Nobody knows the speed of a lane that is gone, so its port is not broken out anew, nor used
        as a whole; lanes of it that live on keep their speed.
        """
        self.taken[name] = owner
        lane = lanes_by_name(self.model, self.vendor).get(name)
        if lane is not None and name not in ports_by_name(self.model):
            self._broken.setdefault(lane[0].panel, 0)

    def broken_by(self, name: str) -> str:
        """Who has a lane of a whole port, or the whole port of a lane; empty where nobody does."""
        lanes = lanes_by_name(self.model, self.vendor)
        spec = ports_by_name(self.model).get(name) or (lanes[name][0] if name in lanes else None)
        if spec is None:
            return ""
        taken = (self.taken.get(lane, "") for lane, (of, _) in lanes.items() if of is spec)
        return self.taken.get(spec.name, "") or next(filter(None, taken), "")

    def free_ports(self, order: Sequence[PortSpec], speeds: tuple[int, ...]) -> Iterator[PortSpec]:
        """The ports of an order that are free and run at one of some speeds, when asked for one.

        What was taken stays taken, so going on from the last one finds the first that is free.
        """
        taken, broken = self.taken, self._broken
        for spec in order:
            if spec.name in taken or spec.panel in broken:
                continue
            if common_speed(spec.speeds, speeds):
                yield spec


def shared_slots(panels: Sequence[Panel], order: Sequence[Slot]) -> Iterator[Slot]:
    """The places of an order that suit all of some panels, when asked for one.

    None where the panels are of several models. As with :meth:`Panel.free_ports`, no place that
    was passed over becomes free again.
    """
    if any(panel.model is not panels[0].model for panel in panels):
        return
    for slot in order:
        for panel in panels:
            if not panel.suits(slot):
                break
        else:
            yield slot


def find_slot(panel: Panel, name: str, speed: int) -> Slot | None:
    """The place called ``name``, if it exists, runs at ``speed`` (0 is any) and is free."""
    slot = _slot_called(panel.model, panel.vendor, name, speed)
    return slot if slot is not None and panel.free(slot) else None


@cache
def _slot_called(model: DeviceModel, vendor: Vendor, name: str, speed: int) -> Slot | None:
    """The place of that name on an empty panel."""
    spec = ports_by_name(model).get(name)
    if spec is not None and (not speed or speed in spec.speeds):
        return Slot(name, spec, speed or spec.speeds[0], lane=False)
    lane = lanes_by_name(model, vendor).get(name) if speed else None
    if lane is None or not parts_at(vendor, lane[0], name, speed):
        return None
    return Slot(name, lane[0], speed, lane=True)


def panel_for(model: DeviceModel, nos: str) -> Panel:
    """An empty panel. The network OS must be in the catalogue."""
    return Panel(model, catalogue.known(nos))
