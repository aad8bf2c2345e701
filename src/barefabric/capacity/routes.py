"""Routes: how many a switch holds at most, and what its tables are made for.

No prefix is summarised inside the fabric, so each switch can hold each prefix once. Spines of one
AS number refuse each other's loopbacks and hold a few less; these counts do not subtract that.
"""

from collections import Counter
from collections.abc import Mapping
from operator import attrgetter
from typing import NamedTuple

from barefabric.derive.prefixes import blocks_per_node, expected_services
from barefabric.model.design import Design
from barefabric.model.device import Attach, Role
from barefabric.model.kubernetes import Cluster


class RouteCount(NamedTuple):
    """IPv4 routes of a whole fabric by class.

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
    """Routes against the table of one model; ``size`` 0 means the catalogue does not say."""

    role: Role
    model: str
    switches: int
    routes: int
    size: int

    @property
    def share(self) -> float:
        """How full the table is, from 0; 0 where its size is unknown."""
        return self.routes / self.size if self.size else 0.0


def route_count(design: Design) -> RouteCount:
    """The routes of a design."""
    routed = [s for s in design.servers.values() if s.attach is Attach.ROUTED]
    clusters = design.clusters.values()
    accepted = {prefix for upstream in design.upstreams.values() for prefix in upstream.accept}
    return RouteCount(
        loopbacks=len(design.switches),
        racks=sum(1 for rack in design.racks.values() if rack.gateway),
        hosts=sum(1 + server.uses_second for server in routed),
        pods=sum(len(c.nodes) * blocks_per_node(c) for c in clusters if c.cni_mode == "bgp"),
        services=sum(map(_services, clusters)),
        outside=len(accepted | {"0.0.0.0/0"}),
    )


def _services(cluster: Cluster) -> int:
    """Load-balancer routes of a cluster, and its API endpoint where a node announces it."""
    by_bgp = cluster.announcer not in ("", "l2")
    return by_bgp * expected_services(cluster) + (cluster.endpoint_use == "kube-vip")


def table_use(design: Design) -> tuple[TableUse, ...]:
    """Routes against table sizes, by role and model."""
    total = route_count(design).total
    kinds = Counter(
        (switch.role, switch.model.name, switch.model.tables.ipv4_routes)
        for switch in design.switches.values()
    )
    return tuple(
        TableUse(role, model, count, total, size) for (role, model, size), count in kinds.items()
    )


def per_rack(design: Design) -> Mapping[str, int]:
    """How many routes each rack adds: leaves, its prefix, routed servers, pod blocks."""
    found = Counter(
        {rack.name: len(rack.leaves) + bool(rack.gateway) for rack in design.racks.values()}
    )
    for server in design.servers.values():
        if server.attach is Attach.ROUTED:
            found[server.rack] += 1 + server.uses_second
    for cluster in design.clusters.values():
        if cluster.cni_mode == "bgp":
            each = blocks_per_node(cluster)
            for rack, nodes in nodes_by_rack(design, cluster).items():
                found[rack] += each * nodes
    return found


def nodes_by_rack(design: Design, cluster: Cluster) -> Counter[str]:
    """How many nodes of a cluster each rack has."""
    return Counter(map(attrgetter("rack"), map(design.servers.__getitem__, cluster.nodes)))
