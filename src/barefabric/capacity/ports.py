"""Ports: how many each switch has, how many are used for what, and how many are left."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from barefabric.capacity.load import Load, Use, loads
from barefabric.model.design import Design
from barefabric.model.device import DeviceModel, PortSpec, Role


class Block(NamedTuple):
    """A run of equal ports of a model: ``48 x 25G``. ``first`` is the position of the first."""

    group: str
    speed: int
    size: int
    first: int


class BlockUse(NamedTuple):
    """A block of one switch: how many ports of it are used for what."""

    block: Block
    used: Mapping[Use, int]

    @property
    def taken(self) -> int:
        """How many ports are used."""
        return sum(self.used.values())

    @property
    def free(self) -> int:
        """How many ports are not."""
        return self.block.size - self.taken


class Span(NamedTuple):
    """The least and the most of something over several switches."""

    least: int
    most: int

    def __str__(self) -> str:
        """``4`` where all are alike, else ``2-4``."""
        return str(self.most) if self.least == self.most else f"{self.least}-{self.most}"


@dataclass(frozen=True, slots=True)
class TierPorts:
    """A block over all switches of one role and model; ``count`` is its ports on one switch."""

    role: Role
    model: str
    switches: int
    group: str
    speed: int
    count: int
    used: Mapping[Use, Span]
    free: Span

    @property
    def text(self) -> str:
        """``8 x 100G: 2 up, 2 peer, 4 free``."""
        uses = [f"{span} {use}" for use, span in self.used.items()]
        if len(uses) == 1 and self.group != "uplink":
            uses = [f"{next(iter(self.used.values()))} used"]
        return f"{self.count} x {self.speed}G: {', '.join([*uses, f'{self.free} free'])}"


def blocks(model: DeviceModel) -> tuple[Block, ...]:
    """The runs of equal ports of a model, in panel order."""
    found: list[Block] = []
    first = 0

    def kind(port: PortSpec) -> tuple[str, int]:
        return port.group, port.speeds[0]

    for (group, speed), run in groupby(model.ports, key=kind):
        count = len(list(run))
        found.append(Block(group, speed, count, first))
        first += count
    return tuple(found)


def _uses(load: Load, parts: tuple[Block, ...], at: list[int]) -> tuple[BlockUse, ...]:
    """Count a switch's ports by block and use; ``at`` is the block of each panel position."""
    counts = Counter(zip(map(at.__getitem__, load.ports), load.ports.values(), strict=True))
    return tuple(
        BlockUse(part, {use: counts[number, use] for use in Use if (number, use) in counts})
        for number, part in enumerate(parts)
    )


@lru_cache(maxsize=4)
def port_use(design: Design) -> Mapping[str, tuple[BlockUse, ...]]:
    """The use of every switch's ports, block by block; switches of one load share it."""
    models = {switch.type: switch.model for switch in design.switches.values()}
    parts = {kind: blocks(model) for kind, model in models.items()}
    at = {
        kind: [n for n, part in enumerate(its) for _ in range(part.size)] + [len(its)]
        for kind, its in parts.items()
    }
    load = loads(design)
    kinds = {id(load[s.name]): s.type for s in design.switches.values()}
    alike = {id(each): each for each in load.values()}
    used = {n: _uses(each, parts[kinds[n]], at[kinds[n]]) for n, each in alike.items()}
    return {name: used[id(each)] for name, each in load.items()}


def tier_ports(design: Design) -> tuple[TierPorts, ...]:
    """The use of ports by tier: leaves first, as a person asks."""
    tiers: dict[tuple[Role, str], list[tuple[BlockUse, ...]]] = {}
    for name, uses in port_use(design).items():
        switch = design.switches[name]
        tiers.setdefault((switch.role, switch.model.name), []).append(uses)
    order = (Role.LEAF, Role.SPINE, Role.SUPERSPINE, Role.BORDER)
    return tuple(
        tier
        for role in order
        for (its, model), members in tiers.items()
        if its is role
        for tier in _tier(role, model, members)
    )


def _span(numbers: Iterable[int]) -> Span:
    found = set(numbers)
    return Span(min(found), max(found))


def _tier(role: Role, model: str, members: list[tuple[BlockUse, ...]]) -> Iterator[TierPorts]:
    different = {id(uses): uses for uses in members}.values()
    for column in zip(*different, strict=True):
        block = column[0].block
        spans = {use: _span(part.used.get(use, 0) for part in column) for use in Use}
        free = _span(part.free for part in column)
        used = {use: span for use, span in spans.items() if span.most}
        yield TierPorts(role, model, len(members), block.group, block.speed, block.size, used, free)
