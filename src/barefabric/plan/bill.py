"""The bill of materials: switches, cables and transceivers, in total and place by place."""

from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.plan.cabling import run, standing
from barefabric.plan.media import ASSUMPTIONS, MODULES, Distances, Length, Media, media
from barefabric.plan.table import Column, Document, Row, Section

COLUMNS = (
    Column("where"), Column("item"), Column("what"), Column("use"), Column("length"),
    Column("count", right=True), Column("watts each", right=True), Column("watts", right=True),
)
TOTAL = "total"


class Item(NamedTuple):
    """Something to buy. ``watts`` is 0 where it takes none or it is unknown."""

    item: str
    what: str
    use: str
    length: str = ""
    watts: int = 0


class Cables(NamedTuple):
    """Equal cables of one place."""

    where: str
    kind: CableKind
    speed: int
    length: Length


Bill = dict[str, dict[Item, int]]


def bill_of(design: Design) -> Bill:
    """What to buy for each place, switches first; the total is not among the places."""
    bill: Bill = {}
    where = standing(design)
    for switch in design.switches.values():
        model = switch.model
        item = Item("switch", f"{model.nos} {model.name}", switch.role, "", model.watts)
        _add(bill, where[switch.name], item, 1)
    for cables, count in _cables(design).items():
        for item, each in _items(cables):
            _add(bill, cables.where, item, each * count)
    order = dict.fromkeys(rack for rack in design.racks if rack in bill)
    return {place: bill[place] for place in (*order, *(p for p in bill if p not in order))}


def _add(bill: Bill, where: str, item: Item, count: int) -> None:
    counts = bill.setdefault(where, {})
    counts[item] = counts.get(item, 0) + count


def _cables(design: Design) -> dict[Cables, int]:
    """How many cables of each kind start at each place. One pass over all cables."""
    where = standing(design)
    length_of = Distances(design).length
    counts: dict[tuple[str, CableKind, int, Length], int] = {}
    for cable in design.cables:
        near = cable.b if cable.kind is CableKind.FABRIC else cable.a
        key = (where[near], cable.kind, cable.speed, length_of(cable))
        counts[key] = counts.get(key, 0) + 1
    return {Cables(*key): count for key, count in counts.items()}


def _items(cables: Cables) -> Iterator[tuple[Item, int]]:
    """What one cable takes: itself, and transceivers where it has none of its own."""
    kind = media(cables.length, cables.speed)
    what = "fibre, duplex or MPO" if kind is Media.OPTICAL else f"{cables.speed}G {kind}"
    yield Item("cable", what, cables.kind, cables.length), 1
    if kind is Media.OPTICAL:
        module = f"{cables.speed}G {MODULES.get(cables.speed, '')}".rstrip()
        ours = 1 if cables.kind is CableKind.UPSTREAM else 2
        yield Item("transceiver", module, cables.kind, cables.length), ours


def _total(bill: Bill) -> dict[Item, int]:
    total: dict[Item, int] = {}
    for counts in bill.values():
        for item, count in counts.items():
            total[item] = total.get(item, 0) + count
    return dict(sorted(total.items(), key=lambda pair: _ORDER[pair[0].item]))


_ORDER = {"switch": 0, "cable": 1, "transceiver": 2}


def _rows(design: Design) -> Iterator[Row]:
    bill = bill_of(design)
    for where, counts in ({TOTAL: _total(bill)} | bill).items():
        for item, count in sorted(counts.items(), key=lambda pair: _ORDER[pair[0].item]):
            each = str(item.watts) if item.watts else ""
            watts = str(item.watts * count) if item.watts else ""
            yield where, item.item, item.what, item.use, item.length, str(count), each, watts


def _summary(design: Design) -> Iterator[Section]:
    """Only the total: the rest is in the CSV."""
    rows = tuple(row for row in _rows(design) if row[0] == TOTAL)
    yield Section(TOTAL, "", COLUMNS, rows)


def _power(design: Design) -> str:
    """A sentence on the switches' power, with the models whose power is unknown."""
    models = {s.model.name: s.model.watts for s in design.switches.values()}
    known = sum(s.model.watts for s in design.switches.values())
    unknown = sorted(name for name, watts in models.items() if not watts)
    says = f"Switches take {known:,} W (typical, from the data sheets)" if known else ""
    if unknown and known:
        return f"{says}, without {', '.join(unknown)}: not known."
    return f"{says}." if known else f"Power is not known for {', '.join(unknown)}."


def document(design: Design) -> Document:
    """The bill of materials of a design."""
    notes = "\n".join(f"* {line}" for line in ASSUMPTIONS)
    return Document(
        "bill-of-materials",
        f"Bill of materials of {design.name}",
        COLUMNS,
        lambda: _rows(design),
        preface=(Section("", _power(design)), Section("Assumptions", notes)),
        split=itemgetter(0),
        summary=lambda: _summary(design),
    )
