"""The plan of AS numbers: who has which. RFC 7938 gives one to each tier, pod, pair and rack."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from barefabric.model.design import AsnPool, Design
from barefabric.model.device import Role, Server, Switch
from barefabric.plan.table import Column, Document, Row, Section, tabbed

COLUMNS = (
    Column("asn", right=True),
    Column("who"),
    Column("of"),
    Column("count", right=True),
    Column("devices"),
)
POOLS = (
    Column("pool"),
    Column("first", right=True),
    Column("last", right=True),
    Column("used", right=True),
    Column("free", right=True),
)
NAMED = 4
"""So many devices of one AS number are named; of more, the first and the last."""

_WHO = {
    Role.SUPERSPINE: "superspines",
    Role.SPINE: "spines",
    Role.LEAF: "leaves",
    Role.BORDER: "border",
}
Group = tuple[int, str, str]


def _of(switch: Switch) -> str:
    if switch.rack:
        return f"rack {switch.rack}"
    return f"pod {switch.pod}" if switch.pod else ""


def _server_group(design: Design, server: Server) -> Group:
    """The AS number of a server with whom it belongs to."""
    if not server.cluster:
        return server.asn, "hosts", ""
    scheme = design.clusters[server.cluster].node_asn
    of = f"cluster {server.cluster}"
    if scheme == "per_rack":
        of = f"{of} rack {server.rack}"
    elif scheme == "per_node":
        of = f"{of} node {server.name}"
    return server.asn, "nodes", of


@lru_cache(maxsize=4)
def groups(design: Design) -> Mapping[Group, Sequence[str]]:
    """The devices of each AS number, in the order a person counts."""
    found: dict[Group, list[str]] = {}
    for switch in design.switches.values():
        who = _WHO[switch.role]
        if switch.role is Role.LEAF:
            who = "leaf pair" if switch.peer else "leaf"
        found.setdefault((switch.asn, who, _of(switch)), []).append(switch.name)
    for (asn, *_), run in groupby(
        design.servers.values(), key=attrgetter("asn", "cluster", "rack")
    ):
        if asn:
            alike = list(run)
            names = found.setdefault(_server_group(design, alike[0]), [])
            names += map(attrgetter("name"), alike)
    for profile in design.profiles.values():
        if profile.a.local_as:
            shown = (profile.a.local_as, "leaves as shown to nodes", f"cluster {profile.cluster}")
            found.setdefault(shown, _leaves_of(design, profile.cluster))
    for upstream in design.upstreams.values():
        found.setdefault((upstream.asn, "upstream", ""), []).append(upstream.name)
    return found


def _leaves_of(design: Design, cluster: str) -> list[str]:
    """The leaves of every rack that has nodes of a cluster."""
    homes = design.nodes_by_rack[cluster]
    racks = (rack for rack in design.racks.values() if rack.name in homes)
    return [leaf for rack in racks for leaf in rack.leaves]


def _named(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return " ".join(names)
    return f"{names[0]} to {names[-1]}"


def _rows(design: Design) -> Iterator[Row]:
    for (asn, who, of), names in groups(design).items():
        yield str(asn), who, of, str(len(names)), _named(names)


def pool_use(design: Design) -> Iterator[tuple[AsnPool, int]]:
    """Each range of AS numbers with how many of it are in use."""
    taken = {asn for asn, _, _ in groups(design)}
    for pool in design.asn_pools:
        yield pool, sum(pool.first <= asn <= pool.last for asn in taken)


def _pools(design: Design) -> tuple[Section, ...]:
    rows = tuple(
        (
            pool.name,
            str(pool.first),
            str(pool.last),
            f"{used:,}",
            f"{pool.last - pool.first + 1 - used:,}",
        )
        for pool, used in pool_use(design)
    )
    return (Section("pools", "", POOLS, rows),) if rows else ()


def _summary(design: Design) -> Iterator[Section]:
    """How many AS numbers each kind of device takes."""
    counts: dict[str, list[int]] = {}
    for asn, who, _ in groups(design):
        counts.setdefault(who, []).append(asn)
    rows = tuple(
        (who, f"{len(asns):,}", str(min(asns)), str(max(asns))) for who, asns in counts.items()
    )
    columns = (Column("who"), Column("AS numbers", right=True), *POOLS[1:3])
    yield Section("AS numbers", "", columns, rows)


def document(design: Design) -> Document:
    """The plan of AS numbers of a design."""
    return Document(
        "asn-plan",
        f"AS numbers of {design.name}",
        COLUMNS,
        lambda: tabbed(_rows(design)),
        preface=_pools(design),
        summary=lambda: _summary(design),
    )
