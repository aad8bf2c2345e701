"""Neighboring ports whose serdes share a clock: all of them run at 25G, or all at 10G and below.

The switch chip has its serdes in cores; the ports of one core take one rate. EOS is told it by
``hardware speed-group N serdes 10g`` and shuts a port down that needs the other one.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from barefabric.model.device import DeviceModel


class SpeedGroup(NamedTuple):
    """A group. ``number`` counts from 1 over the panel; ``native`` is its default rate, Gbit/s."""

    number: int
    native: int
    ports: tuple[str, ...]


@cache
def speed_groups(model: DeviceModel) -> Mapping[str, SpeedGroup]:
    """The group of each port that is in one, by the port's name; empty for most models."""
    found: dict[int, list[str]] = {}
    native: dict[int, int] = {}
    for spec in model.ports:
        if spec.speed_group:
            found.setdefault(spec.speed_group, []).append(spec.name)
            native[spec.speed_group] = serdes(spec.speeds[0])
    return {
        name: SpeedGroup(number, native[number], tuple(names))
        for number, names in found.items()
        for name in names
    }


def serdes(speed: int) -> int:
    """The rate (Gbit/s) of the serdes under a port of one lane: 1G runs at the rate of 10G."""
    return max(speed, 10)
