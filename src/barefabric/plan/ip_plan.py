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
AT_A_TIME = 512
"""Entries that become one text: few enough to stay in the processor's cache."""

_KEY = itemgetter(0)


def _lines(design: Design) -> Iterator[str]:
    """Every entry, pool by pool, by address within a pool.

    All entries are sorted once; a pool's prefix is then a slice between two bisections.
    """
    found = sorted(entries(design), key=_KEY)
    claimed: list[tuple[int, int]] = []
    for pool in design.pools:
        for prefix in pool.prefixes:
            first, last = span(prefix)
            start, end = bisect_left(found, first, key=_KEY), bisect_right(found, last, key=_KEY)
            claimed.append((start, end))
            yield from _of_pool(pool.name, found, start, end)
    yield from _unclaimed(found, claimed)
    for home, lines in elsewhere(design):
        yield _in_pool(home, lines)


def _of_pool(name: str, found: list[Entry], start: int, end: int) -> Iterator[str]:
    """Some of the entries, some hundred at a time, with the pool that they are of."""
    for at in range(start, end, AT_A_TIME):
        lines = map(itemgetter(1), found[at : min(at + AT_A_TIME, end)])
        yield _in_pool(name, "".join(lines))


def _in_pool(name: str, lines: str) -> str:
    """Lines with a last cell more."""
    return lines.replace("\n", f"\t{name}\n")


def _unclaimed(found: list[Entry], claimed: list[tuple[int, int]]) -> Iterator[str]:
    """What lies in no pool, because it is pinned or recorded from an earlier pool."""
    at = 0
    for start, end in sorted(claimed):
        yield from _of_pool(ELSEWHERE, found, at, start)
        at = max(at, end)
    yield from _of_pool(ELSEWHERE, found, at, len(found))


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
        lambda: _lines(design),
        preface=(pools,),
        split=itemgetter(4),
        shown=4,
        summary=lambda: _summary(design),
    )
