"""The cabling plan: every cable once, in the order a technician lays them.

Rack by rack, leaf by leaf, port by port; then borders, spines and superspines in the same way. The
near end is the lower switch, or the leaf where the other end is a server.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from operator import itemgetter

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.plan.media import ASSUMPTIONS, Batch, Distances, Length, Media, batches, media
from barefabric.plan.places import OUTSIDE, place
from barefabric.plan.ports import Shorts, legs, panels
from barefabric.plan.table import Column, Document, Row, Section

COLUMNS = (
    Column("rack"),
    Column("device"),
    Column("port"),
    Column("far rack"),
    Column("far device"),
    Column("far port"),
    Column("use"),
    Column("speed", right=True),
    Column("length"),
    Column("cable"),
    Column("label", code=True),
    Column("far label", code=True),
)
SUMMARY = (
    Column("rack"),
    Column("use"),
    Column("speed", right=True),
    Column("length"),
    Column("cable"),
    Column("count", right=True),
)
_LAST = (Role.BORDER, Role.SPINE, Role.SUPERSPINE)
_POSITIONS = 1 << 16
"""More than any switch has ports, so that rank and port make one sort key."""


def ranks(design: Design) -> Mapping[str, int]:
    """Switches in the order of the plan: leaves by rack, then the tiers that are in no rack."""
    racks = chain.from_iterable(rack.leaves for rack in design.racks.values())
    tiers = (s.name for role in _LAST for s in design.switches.values() if s.role is role)
    return {name: rank for rank, name in enumerate(dict.fromkeys((*racks, *tiers)))}


def standing(design: Design) -> Mapping[str, str]:
    """The rack or tier of every device."""
    where = {name: place(switch) for name, switch in design.switches.items()}
    where.update((name, server.rack) for name, server in design.servers.items())
    where.update(dict.fromkeys(design.upstreams, OUTSIDE))
    return where


class _Runs(dict[tuple[CableKind, str, int], tuple[str, Length, Media]]):
    """Speed, length and medium of the cables of one kind and speed that start at one switch."""

    def __init__(self, distances: Distances) -> None:
        super().__init__()
        self.distances = distances

    def __missing__(self, run: tuple[CableKind, str, int]) -> tuple[str, Length, Media]:
        kind, near, speed = run
        length = self.distances.length(kind, near)
        self[run] = f"{speed}G", length, media(length, speed)
        return self[run]


def _keyed(design: Design) -> Iterator[tuple[int, Row]]:
    """Rows with their sort key. This runs once for each cable, so it only looks things up."""
    where, rank, shorts = standing(design), ranks(design), Shorts()
    panel_of = panels(design.switches.values())
    near_side = {
        s.name: (rank[s.name] * _POSITIONS, panel_of[s.type]) for s in design.switches.values()
    }
    runs = _Runs(Distances(design))
    lanes = {(leg.switch, leg.port) for leg in legs(design)}
    fabric = CableKind.FABRIC
    for kind, upper, upper_port, lower, lower_port, speed, *_ in design.cables:
        if kind is fabric:
            near, port, far, far_port = lower, lower_port, upper, upper_port
        else:
            near, port, far, far_port = upper, upper_port, lower, lower_port
        base, panel = near_side[near]
        one, other = f"{near} {shorts[port]}", f"{far} {shorts[far_port]}".rstrip()
        gbits, length, cable = runs[kind, near, speed]
        if lanes and (near, port) in lanes:
            cable = Media.BREAKOUT
        yield (
            base + panel[port],
            (
                where[near],
                near,
                port,
                where[far],
                far,
                far_port,
                kind,
                gbits,
                length,
                cable,
                f"{one} > {other}",
                f"{other} > {one}",
            ),
        )


def _rows(design: Design) -> Iterator[Row]:
    return map(itemgetter(1), sorted(_keyed(design), key=itemgetter(0)))


def _summary(counts: Mapping[Batch, int], design: Design) -> Iterator[Section]:
    """Counts place by place, for fabrics whose cables fill a book."""
    order = {where: n for n, where in enumerate(design.racks)}
    rows = tuple(
        (b.where, b.kind, f"{b.speed}G", b.length, b.media, f"{count:,}")
        for b, count in sorted(
            counts.items(), key=lambda item: order.get(item[0].where, len(order))
        )
    )
    yield Section("cables by rack", "", SUMMARY, rows)


def _totals(counts: Mapping[Batch, int]) -> Section:
    """How many cables of each kind there are."""
    by_media: Counter[Media] = Counter()
    for batch, count in counts.items():
        by_media[batch.media] += count
    kinds = ", ".join(f"{by_media[kind]:,} {kind}" for kind in Media if kind in by_media)
    text = (
        f"{by_media.total():,} cables: {kinds}. Each end carries a label that names its own port "
        "first."
    )
    if Media.BREAKOUT in by_media:
        text += " The legs of a breakout cable have a line each."
    return Section("", text)


def document(design: Design) -> Document:
    """The cabling plan of a design."""
    counts = batches(design)
    notes = Section("assumptions", "\n".join(f"* {line}" for line in ASSUMPTIONS))
    return Document(
        "cabling",
        f"Cabling of {design.name}",
        COLUMNS,
        lambda: _rows(design),
        preface=(_totals(counts), notes),
        split=itemgetter(0),
        summary=lambda: _summary(counts, design),
    )
