"""The address plan: every prefix and every address, what it is for, and the pool it comes from."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import itemgetter

from barefabric.model.address import amount, contains
from barefabric.model.design import Design, PoolUse
from barefabric.plan.addresses import Entry, elsewhere, entries, span
from barefabric.plan.table import Column, Document, Row, Section

COLUMNS = (
    Column("address", code=True),
    Column("what"),
    Column("device"),
    Column("interface"),
    Column("pool"),
)
POOLS = (
    Column("pool"),
    Column("prefixes", code=True),
    Column("handed out as"),
    Column("used", right=True),
    Column("kept for what is gone", right=True),
    Column("free", right=True),
    Column("use", right=True),
)
RACKS = (
    Column("rack"),
    Column("prefix", code=True),
    Column("gateway", code=True),
    Column("vlan", right=True),
    Column("servers", right=True),
)
RACKS6 = (Column("IPv6 prefix", code=True), Column("IPv6 gateway", code=True))
ELSEWHERE = "outside the pools"


def _rows(design: Design) -> Iterator[Row]:
    """Every entry, pool by pool, by address within a pool.

    All entries are sorted once; a pool's prefix is then a slice between two bisections.
    """
    lines = sorted(entries(design), key=itemgetter(0))
    keys = [line[0] for line in lines]
    claimed: list[tuple[int, int]] = []
    for pool in design.pools:
        name = (pool.name,)
        for prefix in pool.prefixes:
            first, last = span(prefix)
            start, end = bisect_left(keys, first), bisect_right(keys, last)
            claimed.append((start, end))
            for _, row in lines[start:end]:
                yield row + name
    yield from _unclaimed(lines, claimed)
    yield from elsewhere(design)


def _unclaimed(lines: list[Entry], claimed: list[tuple[int, int]]) -> Iterator[Row]:
    """What lies in no pool, because it is pinned or recorded from an earlier pool."""
    at = 0
    for start, end in sorted(claimed):
        for _, row in lines[at:start]:
            yield (*row, ELSEWHERE)
        at = max(at, end)
    for _, row in lines[at:]:
        yield (*row, ELSEWHERE)


def never_handed_out(design: Design, pool: PoolUse) -> int:
    """Network addresses; in the management pool the broadcast address and the gateway too."""
    if pool.name in ("loopbacks", "loopbacks6"):
        return len(pool.prefixes)
    if pool.name != "management":
        return 0
    return 2 + any(contains(prefix, design.management_gateway) for prefix in pool.prefixes)


def _use(design: Design, pool: PoolUse) -> Row:
    """A pool as a line of the table of pools."""
    taken = pool.used + pool.retired
    size = max(pool.size - never_handed_out(design, pool), 0)
    return (
        pool.name,
        " ".join(pool.prefixes),
        f"/{pool.unit}",
        f"{pool.used:,}",
        f"{pool.retired:,}" if pool.retired else "",
        amount(size - taken),
        f"{100 * taken / size:.0f} %" if size else "",
    )


def _summary(design: Design) -> Iterator[Section]:
    """The racks' prefixes; single addresses are too many."""
    both = any(rack.prefix6 for rack in design.racks.values())
    rows = tuple(
        (
            r.name, r.prefix, r.gateway, *((r.prefix6, r.gateway6) if both else ()),
            str(r.vlan or ""), str(len(r.servers)),
        )
        for r in design.racks.values()
    )  # fmt: skip
    yield Section("racks", "", (*RACKS[:3], *(RACKS6 if both else ()), *RACKS[3:]), rows)


def document(design: Design) -> Document:
    """The address plan of a design."""
    pools = Section("pools", "", POOLS, tuple(_use(design, pool) for pool in design.pools))
    return Document(
        "ip-plan",
        f"Addresses of {design.name}",
        COLUMNS,
        lambda: _rows(design),
        preface=(pools,),
        split=itemgetter(4),
        shown=4,
        summary=lambda: _summary(design),
    )
