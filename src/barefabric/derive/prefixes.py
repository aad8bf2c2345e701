"""Which prefixes may appear in the fabric, as filters state them."""

from collections.abc import Iterable, Iterator, Mapping

from barefabric.model.address import is_ipv4, split
from barefabric.model.design import PrefixPlan
from barefabric.model.device import Attach, Server
from barefabric.model.kubernetes import Cluster
from barefabric.model.policy import PrefixMatch
from barefabric.topology.schema import Topology

DEFAULT = "0.0.0.0/0"
MAX_PODS = 110
"""Kubelet's default limit of pods per node (kubernetes.io, large clusters)."""

EXPECTED_SERVICES = 500
"""Load-balancer addresses a cluster is expected to use at most, where its pools hold more."""


def within(prefixes: Iterable[str], length: int) -> tuple[PrefixMatch, ...]:
    """Everything of exactly ``length`` inside IPv4 prefixes."""
    return tuple(
        PrefixMatch(p) if split(p)[1] == length else PrefixMatch(p, length, length)
        for p in prefixes
        if is_ipv4(p)
    )


def pod_matches(cluster: Cluster) -> tuple[PrefixMatch, ...]:
    """The cluster's pod blocks, where its CNI announces them."""
    return within(cluster.pods, cluster.block_size) if cluster.cni_mode == "bgp" else ()


def service_matches(cluster: Cluster) -> tuple[PrefixMatch, ...]:
    """The cluster's load-balancer addresses as its announcer sends them.

    Calico announces each pool as a whole from every node, and single addresses of services with
    a local traffic policy; MetalLB announces single addresses (kubernetes-bgp facts, Calico
    ``serviceLoadBalancerIPs``; MetalLB ``aggregationLength`` 32).
    """
    prefixes = [p for pool in cluster.pools for p in pool.prefixes]
    if cluster.announcer == "metallb":
        return within(prefixes, 32)
    if cluster.announcer == "calico":
        return tuple(PrefixMatch(p) for p in prefixes if is_ipv4(p)) + within(prefixes, 32)
    return ()


def endpoint_matches(cluster: Cluster) -> tuple[PrefixMatch, ...]:
    """The API endpoint's address, where kube-vip announces it."""
    return (PrefixMatch(f"{cluster.endpoint}/32"),) if cluster.endpoint_use == "kube-vip" else ()


def prefix_plan(
    topology: Topology, clusters: Mapping[str, Cluster], servers: Mapping[str, Server]
) -> PrefixPlan:
    """The prefixes of the whole fabric, by class."""
    pool = topology.addressing.servers
    routed = any(s.attach is Attach.ROUTED for s in servers.values())
    bridged = any(s.attach is not Attach.ROUTED for s in servers.values())
    accepted = {p for e in topology.external for p in e.accept}
    return PrefixPlan(
        loopbacks=within(topology.addressing.loopbacks, 32),
        racks=within(pool.pool, pool.per_rack) if bridged else (),
        hosts=within(pool.pool, 32) if routed else (),
        pods=tuple(_chain(pod_matches(c) for c in clusters.values())),
        services=tuple(_chain(service_matches(c) + endpoint_matches(c) for c in clusters.values())),
        external=tuple(PrefixMatch(p) for p in sorted(accepted) if is_ipv4(p)),
    )


def _chain(parts: Iterable[tuple[PrefixMatch, ...]]) -> Iterator[PrefixMatch]:
    for part in parts:
        yield from part


def blocks_per_node(cluster: Cluster) -> int:
    """Pod blocks a full node needs, and one more for churn."""
    per_block = 1 << (32 - cluster.block_size)
    return -(-MAX_PODS // per_block) + 1


def expected_services(cluster: Cluster) -> int:
    """How many load-balancer routes one node is expected to announce at most."""
    sizes = sum(
        1 << (32 - split(p)[1]) for pool in cluster.pools for p in pool.prefixes if is_ipv4(p)
    )
    aggregates = sum(len(pool.prefixes) for pool in cluster.pools)
    return min(sizes, EXPECTED_SERVICES) + (aggregates if cluster.announcer == "calico" else 0)
