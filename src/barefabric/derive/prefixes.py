"""Which prefixes may appear in the fabric, as filters state them."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from barefabric.derive import names
from barefabric.ledger.addresses import RACK6
from barefabric.model.address import family as family_of
from barefabric.model.address import host_route, is_ipv4, split, width
from barefabric.model.design import PrefixPlan
from barefabric.model.device import Attach
from barefabric.model.kubernetes import BLOCK6, Cluster
from barefabric.model.policy import PrefixMatch
from barefabric.topology.schema import Topology

DEFAULT = "0.0.0.0/0"
DEFAULTS = {"ipv4": DEFAULT, "ipv6": "::/0"}
"""The default route of each family."""

LABELS = {prefix: names.of_family("default", family) for family, prefix in DEFAULTS.items()}
"""What contracts call them in their ids."""

MAX_PODS = 110
"""Kubelet's default limit of pods per node (kubernetes.io, large clusters)."""

EXPECTED_SERVICES = 500
"""Load-balancer addresses a cluster is expected to use at most, where its pools hold more."""


def within(prefixes: Iterable[str], length: int, length6: int) -> tuple[PrefixMatch, ...]:
    """Everything of exactly ``length`` inside IPv4 prefixes, of ``length6`` inside IPv6 ones."""
    return tuple(
        PrefixMatch(p) if split(p)[1] == exact else PrefixMatch(p, exact, exact)
        for p in prefixes
        for exact in (length if is_ipv4(p) else length6,)
    )


def addresses_in(prefixes: Iterable[str]) -> tuple[PrefixMatch, ...]:
    """Every single address inside prefixes."""
    return within(prefixes, 32, 128)


def block_length(cluster: Cluster, prefix: str) -> int:
    """Length of the cluster's pod blocks in the family of a prefix."""
    return cluster.block_size if is_ipv4(prefix) else BLOCK6


def pod_matches(cluster: Cluster) -> tuple[PrefixMatch, ...]:
    """The cluster's pod blocks, where its CNI announces them."""
    return within(cluster.pods, cluster.block_size, BLOCK6) if cluster.cni_mode == "bgp" else ()


def service_matches(cluster: Cluster) -> tuple[PrefixMatch, ...]:
    """The cluster's load-balancer addresses as its announcer sends them.

    Calico announces each pool as a whole from every node, and single addresses of services with
    a local traffic policy; MetalLB announces single addresses (kubernetes-bgp facts, Calico
    ``serviceLoadBalancerIPs``; MetalLB ``aggregationLength`` 32).
    """
    prefixes = [p for pool in cluster.pools for p in pool.prefixes]
    if cluster.announcer == "metallb":
        return addresses_in(prefixes)
    if cluster.announcer == "calico":
        return tuple(map(PrefixMatch, prefixes)) + addresses_in(prefixes)
    return ()


def endpoint_matches(cluster: Cluster) -> tuple[PrefixMatch, ...]:
    """The API endpoint's address, where kube-vip announces it."""
    if cluster.endpoint_use != "kube-vip":
        return ()
    return (PrefixMatch(host_route(cluster.endpoint)),)


def prefix_plan(
    topology: Topology, clusters: Mapping[str, Cluster], attaches: AbstractSet[Attach]
) -> PrefixPlan:
    """The prefixes of the whole fabric, by class; ``attaches`` is how servers are connected."""
    pool = topology.addressing.servers
    routed, bridged = Attach.ROUTED in attaches, bool(attaches - {Attach.ROUTED})
    accepted = {p for e in topology.external for p in e.accept}
    return PrefixPlan(
        loopbacks=addresses_in(topology.addressing.loopbacks),
        racks=within(pool.pool, pool.per_rack, RACK6) if bridged else (),
        hosts=addresses_in(pool.pool) if routed else (),
        pods=tuple(_chain(pod_matches(c) for c in clusters.values())),
        services=tuple(_chain(service_matches(c) + endpoint_matches(c) for c in clusters.values())),
        external=tuple(map(PrefixMatch, sorted(accepted))),
    )


def _chain(parts: Iterable[tuple[PrefixMatch, ...]]) -> Iterator[PrefixMatch]:
    for part in parts:
        yield from part


def blocks_per_node(cluster: Cluster, family: str = "ipv4") -> int:
    """Pod blocks of a family that a full node needs, and one more for churn."""
    length, bits = (cluster.block_size, 32) if family == "ipv4" else (BLOCK6, 128)
    return -(-MAX_PODS // (1 << (bits - length))) + 1


def most_blocks(cluster: Cluster) -> int:
    """The most pod blocks that a full node needs in any family its pods have.

    Calico limits blocks by one number for both (IPAMConfiguration ``maxBlocksPerHost``).
    """
    return max(blocks_per_node(cluster, family) for family in set(map(family_of, cluster.pods)))


def expected_services(cluster: Cluster, family: str = "ipv4") -> int:
    """How many load-balancer routes of a family one node is expected to announce at most."""
    prefixes = [p for pool in cluster.pools for p in pool.prefixes if family_of(p) == family]
    sizes = sum(1 << (width(p) - split(p)[1]) for p in prefixes)
    aggregates = len(prefixes)
    return min(sizes, EXPECTED_SERVICES) + (aggregates if cluster.announcer == "calico" else 0)
