"""Routes: how many a switch holds at most, and what its tables are made for.

No prefix is summarised inside the fabric, so each switch can hold each prefix once. Spines of one
AS number refuse each other's loopbacks and hold a few less; these counts do not subtract that.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from barefabric.derive.prefixes import DEFAULTS, blocks_per_node, expected_services
from barefabric.model.address import SPOKEN, family
from barefabric.model.design import Design
from barefabric.model.device import Attach, Role, Server
from barefabric.model.kubernetes import Cluster


class RouteCount(NamedTuple):
    """Routes of one family in a whole fabric by class.

    ``pods`` counts the blocks of full nodes, ``services`` load-balancer addresses and API
    endpoints as the design expects them, ``outside`` what upstreams are let announce.
    """

    loopbacks: int
    racks: int
    hosts: int
    pods: int
    services: int
    outside: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


class TableUse(NamedTuple):
    """Routes of a family against the table of one model.

    ``size`` 0 means the catalogue does not say.
    """

    role: Role
    model: str
    switches: int
    routes: int
    size: int
    family: str = "ipv4"

    @property
    def noun(self) -> str:
        """What the table holds."""
        return f"{SPOKEN[self.family]} routes"

    @property
    def share(self) -> float:
        """How full the table is, from 0; 0 where its size is unknown."""
        return self.routes / self.size if self.size else 0.0


def route_count(design: Design, of: str = "ipv4") -> RouteCount:
    """The routes of a design in one family that it carries."""
    clusters = design.clusters.values()
    accepted = {p for each in design.upstreams.values() for p in each.accept if family(p) == of}
    return RouteCount(
        loopbacks=len(design.switches),
        racks=sum(1 for rack in design.racks.values() if rack.gateway),
        hosts=sum(1 + server.uses_second for server in _routed(design)),
        pods=sum(len(c.nodes) * _blocks(c, of) for c in clusters),
        services=sum(_services(c, of) for c in clusters),
        outside=len(accepted | {DEFAULTS[of]}),
    )


def _blocks(cluster: Cluster, of: str) -> int:
    """Routes of a full node's pods in a family; none where the CNI announces none."""
    announced = cluster.cni_mode == "bgp" and any(family(p) == of for p in cluster.pods)
    return blocks_per_node(cluster, of) if announced else 0


def _services(cluster: Cluster, of: str) -> int:
    """Load-balancer routes of a cluster, and its API endpoint where a node announces it."""
    by_bgp = cluster.announcer not in ("", "l2")
    ends = cluster.endpoint_use == "kube-vip" and family(cluster.endpoint) == of
    return by_bgp * expected_services(cluster, of) + ends


def table_use(design: Design) -> tuple[TableUse, ...]:
    """Routes against table sizes, by role and model."""
    return tuple(use for of in design.underlay.families for use in _table_use(design, of))


def _table_use(design: Design, of: str) -> Iterator[TableUse]:
    total = route_count(design, of).total
    kinds = Counter(
        (s.role, s.model.name, s.model.tables.routes(of)) for s in design.switches.values()
    )
    for (role, model, size), count in kinds.items():
        yield TableUse(role, model, count, total, size, of)


def per_rack(design: Design, of: str = "ipv4") -> Mapping[str, int]:
    """How many routes each rack adds: leaves, its prefix, routed servers, pod blocks."""
    found = Counter(
        {rack.name: len(rack.leaves) + bool(rack.gateway) for rack in design.racks.values()}
    )
    for server in _routed(design):
        found[server.rack] += 1 + server.uses_second
    for name, cluster in design.clusters.items():
        each = _blocks(cluster, of)
        if each:
            for rack, nodes in design.nodes_by_rack[name].items():
                found[rack] += each * nodes
    return found


@lru_cache(maxsize=4)
def _routed(design: Design) -> tuple[Server, ...]:
    """Servers that announce addresses of their own."""
    routed = Attach.ROUTED
    return tuple(server for server in design.servers.values() if server.attach is routed)
