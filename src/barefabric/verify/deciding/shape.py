"""What the shape itself takes away when things fail, whatever the routes are.

Devices that no cable connects any more to the largest part of what is left are cut off. Two
devices that are both left may still have no way between them that goes up and then down. A fabric
gives no other: spines refuse what a leaf learned from another spine (RFC 7938, 5.2).
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.verify.wiring import Failure


class Shape:
    """Cables and devices of a design with a failure taken out."""

    def __init__(self, design: Design, failure: Failure) -> None:
        self.design, self.failure = design, failure
        gone, dead = failure.devices, failure.cables
        self.cables = [
            c for c in design.cables if c.key not in dead and c.a not in gone and c.b not in gone
        ]
        self._over: dict[str, frozenset[str]] = {}

    @cached_property
    def cut_off(self) -> frozenset[str]:
        """Devices that are left and that nothing connects to the largest part of the rest.

        The largest part is the one with most switches: where every leaf is gone, a server alone is
        no smaller than a spine alone, and what is left of the fabric is the spine.
        """
        near: dict[str, list[str]] = {}
        for cable in self.cables:
            near.setdefault(cable.a, []).append(cable.b)
            near.setdefault(cable.b, []).append(cable.a)
        design, switches = self.design, self.design.switches.keys()
        every = (*design.switches, *design.servers, *design.upstreams)
        seen = set(self.failure.devices)
        parts: list[set[str]] = []
        for first in every:
            if first in seen:
                continue
            part, edge = set[str](), [first]
            while edge:
                device = edge.pop()
                if device not in part:
                    part.add(device)
                    edge += near.get(device, ())
            parts.append(part)
            seen |= part
        largest = max(parts, key=lambda part: (len(part & switches), len(part)), default=set[str]())
        return frozenset(set(every) - self.failure.devices - largest)

    @cached_property
    def _above(self) -> Mapping[str, list[str]]:
        """Devices one cable above each device, and beside it: the other leaf of a pair."""
        found: dict[str, list[str]] = {}
        for cable in self.cables:
            if cable.kind is CableKind.PEER:
                found.setdefault(cable.a, []).append(cable.b)
            found.setdefault(cable.b, []).append(cable.a)
        return found

    def over(self, device: str) -> frozenset[str]:
        """Everything that a device reaches by going up, itself included."""
        known = self._over.get(device)
        if known is None:
            seen, edge = set[str](), [device]
            while edge:
                one = edge.pop()
                if one not in seen:
                    seen.add(one)
                    edge += self._above.get(one, ())
            known = self._over[device] = frozenset(seen)
        return known

    def joined(self, device: str, others: Iterable[str]) -> bool:
        """Whether a way leads up from a device and down to one of the others."""
        mine = self.over(device)
        return any(not mine.isdisjoint(self.over(other)) for other in others)
