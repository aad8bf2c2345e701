"""Capacity in tables: Markdown for notebooks and pages."""

from collections.abc import Callable, Iterable, Sequence

from barefabric.capacity.addresses import Fill, asns, pod_rooms, pools
from barefabric.capacity.bandwidth import Ratio, losses, rack_ratios, switch_ratios
from barefabric.capacity.growth import growth
from barefabric.capacity.ports import tier_ports
from barefabric.capacity.power import power
from barefabric.capacity.routes import RouteCount, route_count, table_use
from barefabric.capacity.shapes import largest
from barefabric.capacity.summary import devices
from barefabric.model.address import SPOKEN, amount
from barefabric.model.design import Design
from barefabric.plan.table import Column, Row, markdown_table

LONGEST = 40
"""Longest table shown whole; of a longer one only the first rows are."""


def _table(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    every = list(rows)
    lines = list(markdown_table(columns, every[:LONGEST]))
    if len(every) > LONGEST:
        lines += ["", f"{len(every) - LONGEST:,} more rows."]
    return "\n".join(lines) if every else "None."


def _alike(rows: Iterable[Row]) -> Iterable[Row]:
    """Rows that differ in their first cell alone become one: ``r1 and 47 more``."""
    names: dict[Row, list[str]] = {}
    for row in rows:
        names.setdefault(row[1:], []).append(row[0])
    for rest, its in names.items():
        yield its[0] if len(its) == 1 else f"{its[0]} and {len(its) - 1:,} more", *rest


def _right(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, right=True) for name in names)


def devices_line(design: Design) -> str:
    """The fabric's name and what it has."""
    counts = " · ".join(f"{count.number:,} {count.noun}" for count in devices(design))
    return f"**{design.name}**: {counts}"


def ports_table(design: Design) -> str:
    """Ports by tier and block."""
    columns = (Column("tier"), Column("model"), *_right("switches"), Column("ports of each"))
    return _table(columns, ((t.role, t.model, str(t.switches), t.text) for t in tier_ports(design)))


def _fills(fills: Iterable[Fill]) -> Iterable[Row]:
    for fill in fills:
        yield (
            fill.name,
            " ".join(fill.prefixes),
            fill.unit,
            f"{fill.used:,}",
            f"{fill.held:,}",
            amount(fill.free),
            f"{fill.share:.0%}",
        )


def addresses_table(design: Design) -> str:
    """The fabric's address pools, and the pod addresses of its clusters."""
    columns = (
        Column("pool"),
        Column("prefixes", code=True),
        Column("in units of"),
        *_right("used", "held", "free", "full"),
    )
    rooms = (
        (
            f"pods of {r.cluster}",
            " ".join(r.prefixes),
            f"/{r.block_size}",
            f"{r.nodes:,}",
            "0",
            amount(r.blocks - r.nodes),
            f"{r.nodes / r.blocks:.0%}" if r.blocks else "",
        )
        for r in pod_rooms(design)
    )
    return _table(columns, [*_fills(pools(design)), *rooms])


def asns_table(design: Design) -> str:
    """The ranges of AS numbers."""
    columns = (
        Column("range"),
        Column("numbers"),
        Column("in units of"),
        *_right("used", "held", "free", "full"),
    )
    return _table(columns, _fills(asns(design)))


def routes_table(design: Design) -> str:
    """Routes that a switch of each model holds at most, by class, and its table's size."""
    counts = {of: route_count(design, of) for of in design.underlay.families}
    both = len(counts) > 1
    columns = (
        Column("tier"),
        Column("model"),
        *((Column("routes"),) if both else ()),
        *_right("switches", *RouteCount._fields, "total", "table"),
    )
    return _table(
        columns,
        (
            (
                use.role,
                use.model,
                *((SPOKEN[use.family],) if both else ()),
                str(use.switches),
                *(f"{n:,}" for n in (*counts[use.family], counts[use.family].total)),
                f"{use.size:,}" if use.size else "not known",
            )
            for use in table_use(design)
        ),
    )


def _ratio_rows(ratios: Iterable[Ratio], name: Callable[[Ratio], str]) -> Iterable[Row]:
    for ratio in ratios:
        yield name(ratio), f"{ratio.down:,}", f"{ratio.up:,}", f"{ratio.ratio:.2f} : 1"


def oversubscription_table(design: Design) -> str:
    """Gbit/s below and above every rack, and every spine under superspines."""
    columns = (Column("of"), *_right("Gbit/s below", "Gbit/s above", "ratio"))
    racks = _ratio_rows(rack_ratios(design), lambda ratio: f"rack {ratio.name}")
    spines = (ratio for ratio in switch_ratios(design) if ratio.role == "spine")
    return _table(columns, _alike([*racks, *_ratio_rows(spines, lambda ratio: ratio.name)]))


def growth_table(design: Design) -> str:
    """Everything that runs out, with the number of racks at which it does; the first one binds."""
    columns = (*_right("racks"), Column("what runs out"), Column("why"))
    return _table(columns, ((f"{x.racks:,}", x.resource, x.why) for x in growth(design)))


def largest_table(design: Design) -> str:
    """The largest fabric of this shape and of its larger relatives."""
    columns = (
        Column("growing by"),
        *_right("racks", "servers", "leaves", "spines", "pods"),
        *_right("superspines", "leaf oversubscription"),
        Column("stopped by"),
    )
    return _table(
        columns,
        (
            (
                x.shape,
                f"{x.racks:,}",
                f"{x.servers:,}",
                f"{x.leaves:,}",
                f"{x.spines:,}",
                f"{x.pods:,}",
                f"{x.superspines:,}",
                f"{x.oversubscription:.2f} : 1",
                f"{x.bound.resource} ({x.bound.why})",
            )
            for x in largest(design)
        ),
    )


def losses_table(design: Design) -> str:
    """What the worst death of each kind of switch leaves."""
    columns = (
        Column("dead"),
        Column("suffers most"),
        *_right("Gbit/s before", "after", "left"),
        *_right("servers cut off", "alike"),
    )
    return _table(
        columns,
        (
            (
                x.device,
                x.scope,
                f"{x.before:,}",
                f"{x.after:,}",
                f"{x.share:.0%}",
                f"{x.cut_off:,}",
                f"{x.alike:,}",
            )
            for x in losses(design)
        ),
    )


def power_table(design: Design) -> str:
    """Watts by place."""
    columns = (Column("where"), *_right("switches", "watts", "of unknown power"))
    rows = ((x.where, str(x.switches), f"{x.watts:,}", str(x.unknown)) for x in power(design))
    return _table(columns, _alike(rows))
