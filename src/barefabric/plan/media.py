"""Which cable joins two ports: by how far apart they stand, and how fast they run.

No floor plan is known, so classes of distance stand for lengths. Passive copper (DAC) does within
a rack: IEEE 802.3 allows 5 m for 100GBASE-CR4 (clause 92) and 3 m for 25GBASE-CR-S (clause 110).
Active optical cables (AOC) do within a row: they are sold up to 30 m. Beyond that it is fibre with
a transceiver at each end.
"""

from collections.abc import Mapping
from enum import StrEnum

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role

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
    DAC = "DAC"
    AOC = "AOC"
    OPTICAL = "optical"


MODULES: Mapping[int, str] = {
    1: "SFP", 10: "SFP+", 25: "SFP28", 40: "QSFP+", 50: "SFP56", 100: "QSFP28", 200: "QSFP56",
    400: "QSFP-DD", 800: "OSFP",
}
"""Form factor of a transceiver by the speed it runs at, Gbit/s."""

ASSUMPTIONS = (
    "No floor plan is known. A pod, or a fabric without pods, of up to "
    f"{ROW_RACKS} racks is taken to stand in one row together with its spines and borders; one of a "
    "single rack stands in that rack; a larger one is spread across the room.",
    "Same rack: copper cable with fixed ends (DAC), up to 3 m. Same row: active optical cable "
    "(AOC), up to 30 m. Across: fibre and one transceiver at each end.",
    "An upstream router counts as across; the transceiver at its end is its owner's.",
    "Out-of-band management takes one more copper cable per switch, which is not listed.",
)


class Distances:
    """Length classes of a design's cables."""

    def __init__(self, design: Design) -> None:
        racks: dict[str, int] = {}
        for rack in design.racks.values():
            racks[rack.pod] = racks.get(rack.pod, 0) + 1
        self._spread = {pod: _spread(count) for pod, count in racks.items()}
        self._pod = {s.name: s.pod for s in design.switches.values()}
        self._top = {s.name for s in design.switches.values() if s.role is Role.SUPERSPINE}

    def length(self, cable: Cable) -> Length:
        """The length class of a cable."""
        if cable.kind is CableKind.SERVER or cable.kind is CableKind.PEER:
            return Length.RACK
        if cable.kind is CableKind.UPSTREAM or cable.a in self._top:
            return Length.ACROSS
        return self._spread.get(self._pod[cable.b], Length.ROW)


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
