"""The cabling plan: every cable once, in the order a technician lays them.

Rack by rack, leaf by leaf, port by port; then borders, spines and superspines in the same way. The
near end is the lower switch, or the leaf where the other end is a server.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from operator import itemgetter

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.model.record import fields
from barefabric.plan.copper import copper_ends
from barefabric.plan.media import ASSUMPTIONS, Batch, Distances, Media, batches, copper, media
from barefabric.plan.places import OUTSIDE, place
from barefabric.plan.ports import Labels, legs, panels
from barefabric.plan.runs import by_near_end
from barefabric.plan.table import Column, Document, Section

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


def order(design: Design) -> Iterable[str]:
    """Switches in the order of the plan: leaves by rack, then the tiers that are in no rack."""
    racks = chain.from_iterable(rack.leaves for rack in design.racks.values())
    tiers = (s.name for role in _LAST for s in design.switches.values() if s.role is role)
    return dict.fromkeys((*racks, *tiers))


def standing(design: Design) -> Mapping[str, str]:
    """The rack or tier of every device."""
    where = {name: place(switch) for name, switch in design.switches.items()}
    for rack in design.racks.values():
        where.update(dict.fromkeys(rack.servers, rack.name))
    where.update(dict.fromkeys(design.upstreams, OUTSIDE))
    return where


class _Plan:
    """What the lines of every switch are written from."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.where = standing(design)
        self.starts = by_near_end(design)
        self.labels = Labels()
        self.distances = Distances(design)
        self.panels = panels(design.switches.values())
        self.cables: dict[str, dict[str, str]] = {}
        for leg in legs(design):
            self.cables.setdefault(leg.switch, {})[leg.port] = Media.BREAKOUT.value
        for end in copper_ends(design):
            self.cables.setdefault(end.switch, {})[end.port] = copper(end.module).value

    def lines(self, near: str) -> str:
        """The cables that start at one switch.

        A list with a place for each port of the panel puts them in order; lanes share their cage's.
        """
        where, labels, unusual = self.where, self.labels, self.cables.get(near, {})
        here, panel = where[near], self.panels[self.design.switches[near].type]
        lines = [""] * (len(panel.ports) + 1)
        for kind, speed, cables in self.starts[near]:
            length = self.distances.length(kind, near)
            how = f"{kind.value}\t{speed}G\t{length.value}"
            usual = media(length, speed).value
            for port, far, far_port in map(_ENDS[kind], cables):
                one, other = f"{near}{labels[port]}", f"{far}{labels[far_port]}"
                cable = unusual.get(port, usual)
                lines[panel[port]] += (
                    f"{here}\t{near}\t{port}\t{where[far]}\t{far}\t{far_port}\t{how}\t{cable}"
                    f"\t{one} > {other}\t{other} > {one}\n"
                )
        return "".join(lines)


_UPPER_NEAR = fields(Cable, "a_port", "b", "b_port")
_LOWER_NEAR = fields(Cable, "b_port", "a", "a_port")
_ENDS = {kind: _LOWER_NEAR if kind is CableKind.FABRIC else _UPPER_NEAR for kind in CableKind}
"""The near port, the far device and its port, by kind of cable."""


def _lines(design: Design) -> Iterator[str]:
    return map(_Plan(design).lines, order(design))


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
        lambda: _lines(design),
        preface=(_totals(counts), notes),
        split=itemgetter(0),
        summary=lambda: _summary(counts, design),
        rows=len(design.cables),
    )
