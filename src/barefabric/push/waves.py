"""The plan of a push: waves in order, each switch with the reason why it stands there.

What holds in every wave: a server with two leaves keeps one, a switch with two neighbors above
keeps one, borders go one at a time. What cannot hold, because there is only one of something, is
counted and said.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.push.graph import Graph, graph
from barefabric.push.order import waves_in_order
from barefabric.push.reasons import Reasons


class Step(NamedTuple):
    """One switch of a wave and why it is there."""

    switch: str
    reason: str


class Wave(NamedTuple):
    """Switches that change at the same time. ``number`` counts from 1.

    ``dark`` are the servers without a path to other racks meanwhile, because they have no second
    one.
    """

    number: int
    steps: tuple[Step, ...]
    dark: tuple[str, ...]


class Plan(NamedTuple):
    """All waves. ``unchanged`` counts the switches that take no part.

    ``servers`` counts all servers, ``dark`` those that lose their path in some wave.
    """

    waves: tuple[Wave, ...]
    unchanged: int
    servers: int
    dark: int

    def wave_of(self) -> dict[str, int]:
        """The number of the wave of each switch that changes."""
        return {step.switch: wave.number for wave in self.waves for step in wave.steps}


def plan_waves(design: Design, changed: Collection[str]) -> Plan:
    """Order the switches that change. Names the design does not know are left out.

    Time grows with the number of cables. The order depends on the design alone, not on the order
    of ``changed``.
    """
    known = {name for name in changed if name in design.switches}
    links = graph(design)
    order = waves_in_order(design, links, known)
    reasons = Reasons(design, links, order)
    waves: list[Wave] = []
    dark: set[str] = set()
    for number, names in enumerate(order, 1):
        cut = dark_servers(design, links, names)
        dark.update(cut)
        steps = tuple(Step(name, reasons.of(name)) for name in names)
        waves.append(Wave(number, steps, cut))
    unchanged = len(design.switches) - len(known)
    return Plan(tuple(waves), unchanged, len(design.servers), len(dark))


def dark_servers(design: Design, links: Graph, wave: Iterable[str]) -> tuple[str, ...]:
    """The servers whose every leaf is in the wave or has lost all its spines to it.

    A leaf without spines still forwards over the peer link, as long as its peer has a spine.
    """
    down = set(wave)
    stranded = {
        leaf
        for name in down
        for leaf in links.below[name]
        if design.switches[leaf].role is Role.LEAF and _no_way_up(design, links, leaf, down)
    }
    lost = stranded | {name for name in down if design.switches[name].role is Role.LEAF}
    groups = {legs: None for leaf in lost for legs in links.legs_of_leaf.get(leaf, ())}
    return tuple(server for legs in groups if lost.issuperset(legs) for server in links.legs[legs])


def _no_way_up(design: Design, links: Graph, leaf: str, down: set[str]) -> bool:
    """Whether neither the leaf nor its peer has a spine left."""
    if any(spine not in down for spine in links.above[leaf]):
        return False
    peer = design.switches[leaf].peer
    return not peer or all(spine in down for spine in links.above[peer])
