"""The bill of materials: switches, cables and transceivers, in total and place by place."""

from collections import Counter
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.plan.media import ASSUMPTIONS, MODULES, Batch, Media, batches
from barefabric.plan.places import place
from barefabric.plan.table import Column, Document, Row, Section, tabbed

COLUMNS = (
    Column("where"),
    Column("item"),
    Column("what"),
    Column("use"),
    Column("length"),
    Column("count", right=True),
    Column("watts each", right=True),
    Column("watts", right=True),
)
TOTAL = "total"
_ORDER = ("switch", "cable", "transceiver")


class Item(NamedTuple):
    """Something to buy. ``watts`` is 0 where it takes none or it is unknown."""

    item: str
    what: str
    use: str
    length: str = ""
    watts: int = 0


Bill = Mapping[str, Counter[Item]]


def bill_of(design: Design) -> Bill:
    """What to buy for each place, racks first; the total is not among the places."""
    bill: dict[str, Counter[Item]] = {rack: Counter() for rack in design.racks}
    for switch in design.switches.values():
        model = switch.model
        item = Item("switch", f"{model.nos} {model.name}", switch.role, "", model.watts)
        bill.setdefault(place(switch), Counter())[item] += 1
    for batch, count in batches(design).items():
        for item, each in _items(batch):
            bill[batch.where][item] += each * count
    return bill


def _items(batch: Batch) -> Iterator[tuple[Item, int]]:
    """What one cable takes: itself, and transceivers where it has none of its own."""
    if batch.media is Media.MODULE:
        yield Item("cable", f"{batch.speed}G {Media.COPPER}", batch.kind, batch.length), 1
        yield Item("transceiver", f"{batch.speed}G SFP for RJ45", batch.kind, batch.length), 1
        return
    if batch.media is not Media.OPTICAL:
        yield Item("cable", f"{batch.speed}G {batch.media}", batch.kind, batch.length), 1
        return
    yield Item("cable", f"fibre for {batch.speed}G", batch.kind, batch.length), 1
    module = f"{batch.speed}G {MODULES.get(batch.speed, '')}".rstrip()
    ours = 1 if batch.kind is CableKind.UPSTREAM else 2
    yield Item("transceiver", module, batch.kind, batch.length), ours


def _rows(bill: Bill) -> Iterator[Row]:
    total: Counter[Item] = Counter()
    for counts in bill.values():
        total.update(counts)
    for where, counts in ({TOTAL: total} | dict(bill)).items():
        for item, count in sorted(counts.items(), key=lambda pair: _ORDER.index(pair[0].item)):
            each = str(item.watts) if item.watts else ""
            watts = str(item.watts * count) if item.watts else ""
            yield where, item.item, item.what, item.use, item.length, str(count), each, watts


def _summary(bill: Bill) -> Iterator[Section]:
    """Only the total: the rest is in the CSV."""
    rows = tuple(row[1:] for row in _rows(bill) if row[0] == TOTAL)
    yield Section(TOTAL, "", COLUMNS[1:], rows)


def _power(design: Design) -> str:
    """A sentence on the switches' power, with the models whose power is unknown."""
    models = {s.model.name: s.model.watts for s in design.switches.values()}
    known = sum(s.model.watts for s in design.switches.values())
    unknown = ", ".join(sorted(name for name, watts in models.items() if not watts))
    if not known:
        return f"Power is not known: no figure for {unknown} in the catalogue."
    says = f"The switches take {known:,} W, typical by their data sheets"
    return f"{says}; {unknown} not counted, no figure is known." if unknown else f"{says}."


def document(design: Design) -> Document:
    """The bill of materials of a design."""
    bill = bill_of(design)
    notes = Section("assumptions", "\n".join(f"* {line}" for line in ASSUMPTIONS))
    return Document(
        "bill-of-materials",
        f"Bill of materials of {design.name}",
        COLUMNS,
        lambda: tabbed(_rows(bill)),
        preface=(Section("", _power(design)), notes),
        split=itemgetter(0),
        summary=lambda: _summary(bill),
    )
