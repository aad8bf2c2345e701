"""Power: what the switches of each rack draw, as far as their models say."""

from typing import NamedTuple

from barefabric.model.design import Design
from barefabric.plan.places import place


class Power(NamedTuple):
    """Typical watts of the switches in one place; ``unknown`` counts those without a figure."""

    where: str
    switches: int
    watts: int
    unknown: int


def power(design: Design) -> tuple[Power, ...]:
    """Watts by rack and tier, racks first. Servers are not counted: their draw is not known."""
    found = {rack: Power(rack, 0, 0, 0) for rack in design.racks}
    for switch in design.switches.values():
        where = place(switch)
        so_far = found.get(where, Power(where, 0, 0, 0))
        watts = switch.model.watts
        found[where] = Power(
            where, so_far.switches + 1, so_far.watts + watts, so_far.unknown + (not watts)
        )
    return tuple(found.values())
