"""Which cable joins two ports: by how far apart they stand, and how fast they run.

No floor plan is known, so classes of distance stand for lengths. Passive copper (DAC) does within
a rack: IEEE 802.3 allows 5 m for 100GBASE-CR4 (clause 92) and 3 m for 25GBASE-CR-S (clause 110).
Active optical cables (AOC) do within a row: they are sold up to 30 m. Beyond that it is fibre with
a transceiver at each end.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role, Switch
from barefabric.plan.copper import copper_ends
from barefabric.plan.places import place
from barefabric.plan.ports import legs
from barefabric.plan.runs import cable_runs

ROW_RACKS = 16
"""Most racks that one row is taken to hold."""


class Length(StrEnum):
    """How far apart the two ends stand."""

    RACK = "same rack"
    ROW = "same row"
    ACROSS = "across"


class Media(StrEnum):
    """What to buy."""

    COPPER = "copper"
    MODULE = "copper with SFP"
    DAC = "DAC"
    AOC = "AOC"
    OPTICAL = "optical"
    BREAKOUT = "DAC breakout"


MODULES: Mapping[int, str] = {
    1: "SFP",
    10: "SFP+",
    25: "SFP28",
    40: "QSFP+",
    50: "SFP56",
    100: "QSFP28",
    200: "QSFP56",
    400: "QSFP-DD",
    800: "OSFP",
}
"""Form factor of a transceiver by the speed it runs at, Gbit/s."""

ASSUMPTIONS = (
    (
        f"No floor plan is known. A pod, or a fabric without pods, of up to {ROW_RACKS} racks is "
        "taken to stand in one row together with its spines and borders; one of a single rack "
        "stands in that rack; a larger one is spread across the room."
    ),
    (
        "Same rack: copper cable with fixed ends (DAC), up to 3 m. Same row: active optical cable "
        "(AOC), up to 30 m. Across: fibre and one transceiver at each end."
    ),
    "An upstream router counts as across; the transceiver at its end is its owner's.",
    "Out-of-band management takes one more copper cable per switch, which is not listed.",
)


class Distances:
    """Length classes of a design's cables.

    The uplinks of one switch all have the same: ``uplinks`` holds it by switch.
    """

    def __init__(self, design: Design) -> None:
        racks = Counter(rack.pod for rack in design.racks.values())
        spread = {pod: _spread(count) for pod, count in racks.items()}
        switches = design.switches.values()
        self._five_stage = any(switch.role is Role.SUPERSPINE for switch in switches)
        self.uplinks = {s.name: self._uplink(s, spread) for s in switches}

    def _uplink(self, switch: Switch, spread: Mapping[str, Length]) -> Length:
        if self._five_stage and switch.role is not Role.LEAF:
            return Length.ACROSS
        return spread.get(switch.pod, Length.ROW)

    def length(self, kind: CableKind, near: str) -> Length:
        """The length class of a cable by its kind and its near end."""
        if kind is CableKind.FABRIC:
            return self.uplinks[near]
        return Length.ACROSS if kind is CableKind.UPSTREAM else Length.RACK


def _spread(racks: int) -> Length:
    """How far leaves are from their spines where a pod has so many racks."""
    if racks == 1:
        return Length.RACK
    return Length.ROW if racks <= ROW_RACKS else Length.ACROSS


def media(length: Length, speed: int) -> Media:
    """The kind of cable for a distance and a speed in Gbit/s."""
    if length is Length.RACK:
        return Media.COPPER if speed <= 1 else Media.DAC
    return Media.AOC if length is Length.ROW and speed >= 10 else Media.OPTICAL


def copper(module: bool) -> Media:
    """What a cable of twisted pairs is called; ``module``: its switch has no socket for it."""
    return Media.MODULE if module else Media.COPPER


class Batch(NamedTuple):
    """Equal cables that start at one place."""

    where: str
    kind: CableKind
    speed: int
    length: Length
    media: Media


@lru_cache(maxsize=4)
def batches(design: Design) -> Mapping[Batch, int]:
    """How many cables of each kind start at each place; the legs of a breakout are one cable."""
    length = Distances(design).length
    where = {name: place(switch) for name, switch in design.switches.items()}
    found: Counter[Batch] = Counter()
    for run in cable_runs(design):
        for near, count in Counter(run.near).items():
            reach = length(run.kind, near)
            kind = Batch(where[near], run.kind, run.speed, reach, media(reach, run.speed))
            found[kind] += count
    found.update(_breakouts(design, where))
    for end in copper_ends(design):
        reach = length(end.kind, end.switch)
        usual = Batch(where[end.switch], end.kind, end.speed, reach, media(reach, end.speed))
        found[usual] -= 1
        found[usual._replace(media=copper(end.module))] += 1
    return +found


def _breakouts(design: Design, where: Mapping[str, str]) -> Counter[Batch]:
    """What broken-out ports change: their legs are no cables, each cage takes one."""
    found: Counter[Batch] = Counter()
    cages = set()
    for leg in legs(design):
        alone = Batch(
            where[leg.switch],
            CableKind.SERVER,
            leg.speed,
            Length.RACK,
            media(Length.RACK, leg.speed),
        )
        found[alone] -= 1
        if (leg.switch, leg.cage) not in cages:
            cages.add((leg.switch, leg.cage))
            found[alone._replace(media=Media.BREAKOUT)] += 1
    return found
