"""The cabling plan: every cable once, in the order a technician lays them.

Rack by rack, leaf by leaf, port by port; then borders, spines and superspines in the same way. The
near end is the lower switch, or the leaf where the other end is a server.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.plan.media import ASSUMPTIONS, Distances, Media, media
from barefabric.plan.places import OUTSIDE, place
from barefabric.plan.ports import panels, short_port
from barefabric.plan.table import Column, Document, Row, Section

COLUMNS = (
    Column("rack"), Column("device"), Column("port"),
    Column("far rack"), Column("far device"), Column("far port"),
    Column("use"), Column("speed", right=True), Column("length"), Column("cable"),
    Column("label", code=True), Column("far label", code=True),
)
SUMMARY = (
    Column("rack"), Column("use"), Column("speed", right=True), Column("length"),
    Column("cable"), Column("count", right=True),
)
_LAST = (Role.BORDER, Role.SPINE, Role.SUPERSPINE)
_POSITIONS = 1 << 12


class Run(NamedTuple):
    """A cable seen from its near end."""

    cable: Cable
    device: str
    port: str
    far_device: str
    far_port: str


def run(cable: Cable) -> Run:
    """A cable with its near end first."""
    if cable.kind is CableKind.FABRIC:
        return Run(cable, cable.b, cable.b_port, cable.a, cable.a_port)
    return Run(cable, cable.a, cable.a_port, cable.b, cable.b_port)


def in_order(design: Design) -> list[Run]:
    """All cables in the order of the plan."""
    switches = design.switches
    racks = chain.from_iterable(rack.leaves for rack in design.racks.values())
    tiers = (s.name for role in _LAST for s in switches.values() if s.role is role)
    rank = {name: n * _POSITIONS for n, name in enumerate(dict.fromkeys((*racks, *tiers)))}
    panel_of = panels(switches.values())
    position = {name: panel_of[switch.type].position for name, switch in switches.items()}
    ranked = [(rank[r.device] + position[r.device](r.port), r) for r in map(run, design.cables)]
    ranked.sort(key=itemgetter(0))
    return [r for _, r in ranked]


def standing(design: Design) -> Mapping[str, str]:
    """The rack or tier of every device."""
    where = {name: place(switch) for name, switch in design.switches.items()}
    where.update({name: server.rack for name, server in design.servers.items()})
    where.update(dict.fromkeys(design.upstreams, OUTSIDE))
    return where


def _rows(design: Design) -> Iterator[Row]:
    where = standing(design)
    length_of = Distances(design).length
    shorts: dict[str, str] = {}
    for cable, device, port, far_device, far_port in in_order(design):
        near = shorts.get(port) or shorts.setdefault(port, short_port(port))
        far = shorts.get(far_port) or shorts.setdefault(far_port, short_port(far_port))
        one, other = f"{device} {near}".rstrip(), f"{far_device} {far}".rstrip()
        length = length_of(cable)
        yield (
            where[device], device, port, where[far_device], far_device, far_port,
            cable.kind, f"{cable.speed}G", length, media(length, cable.speed),
            f"{one} > {other}", f"{other} > {one}",
        )


def _summary(design: Design) -> Iterator[Section]:
    """Counts per rack for fabrics whose cables fill a book."""
    counts: dict[Row, int] = {}
    for row in _rows(design):
        key = (row[0], *row[6:10])
        counts[key] = counts.get(key, 0) + 1
    rows = tuple((*key, f"{count:,}") for key, count in counts.items())
    yield Section("Cables by rack", "", SUMMARY, rows)


def document(design: Design) -> Document:
    """The cabling plan of a design."""
    return Document(
        "cabling",
        f"Cabling of {design.name}",
        COLUMNS,
        lambda: _rows(design),
        preface=(_totals(design), _notes()),
        split=itemgetter(0),
        summary=lambda: _summary(design),
    )


def _totals(design: Design) -> Section:
    """How many cables of each kind there are."""
    length_of = Distances(design).length
    counts: dict[Media, int] = {}
    for cable in design.cables:
        kind = media(length_of(cable), cable.speed)
        counts[kind] = counts.get(kind, 0) + 1
    kinds = ", ".join(f"{counts[kind]:,} {kind}" for kind in Media if kind in counts)
    total = len(design.cables)
    return Section("", f"{total:,} cables: {kinds}. Both ends carry a label, its own end first.")


def _notes() -> Section:
    return Section("Assumptions", "\n".join(f"* {line}" for line in ASSUMPTIONS))
