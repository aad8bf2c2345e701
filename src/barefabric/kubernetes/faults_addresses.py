"""Rules for a cluster's prefixes: services, pods, pools."""

from collections import Counter
from collections.abc import Callable, Iterator

from barefabric.derive.prefixes import block_length, blocks_per_node
from barefabric.derive.sessions import leaf_address
from barefabric.errors import Diagnostic
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import FAMILIES, SPOKEN, contains, family, is_ipv4, split, width
from barefabric.model.design import Design
from barefabric.model.device import Rack

LARGEST_SERVICES = 20
"""Bits of a service range at most (kubernetes/kubernetes cmd/kubeadm/app/constants/constants.go,
MaximumBitsForServiceSubnet; kube-apiserver holds it too)."""


def _services(view: ClusterView) -> Iterator[Diagnostic]:
    """Service ranges that kube-apiserver takes: one of a family, and none too large."""
    counted = Counter(map(family, view.cluster.services))
    for each in FAMILIES:
        if counted[each] > 1:
            yield Diagnostic(
                "K8S023",
                f"cluster {view.cluster.name}: services have {counted[each]} ranges of "
                f"{SPOKEN[each]}, and Kubernetes takes one",
                allowed="one range of each family",
                mend="one larger range",
            )
    for prefix in view.cluster.services:
        longest = width(prefix) - LARGEST_SERVICES
        if split(prefix)[1] < longest:
            yield Diagnostic(
                "K8S023",
                f"cluster {view.cluster.name}: services {prefix} are more than Kubernetes takes",
                allowed=f"a range of /{longest} or smaller in {SPOKEN[family(prefix)]}",
                mend=f"a /{width(prefix) - 16} has room for 65,536 services",
            )


def _pool_families(view: ClusterView) -> Iterator[Diagnostic]:
    """A service has no load-balancer address of a family that it has no cluster address of."""
    for pool in view.cluster.pools:
        for prefix in pool.prefixes:
            if family(prefix) not in view.families:
                said = SPOKEN[family(prefix)]
                yield Diagnostic(
                    "K8S024",
                    f"cluster {view.cluster.name}: pool {pool.name} {prefix} is {said}, but "
                    f"services have no {said}: nothing could be given out of it",
                    allowed=f"pools of {' and '.join(SPOKEN[each] for each in view.families)}",
                    mend=f"give pods and services {said} ranges too, or take {prefix} away",
                )


def _pods(view: ClusterView) -> Iterator[Diagnostic]:
    """Fewer blocks than nodes: the last nodes would get no pod addresses."""
    cluster = view.cluster
    for each in view.pod_families if cluster.cni == "calico" else ():
        pools = [p for p in cluster.pods if family(p) == each]
        length = block_length(cluster, pools[0])
        blocks = sum(1 << max(length - split(p)[1], 0) for p in pools)
        full, needed = blocks_per_node(cluster, each), len(cluster.nodes)
        if blocks < needed:
            yield Diagnostic(
                "K8S017",
                f"cluster {cluster.name}: the pod pool has {blocks:,} blocks of /{length}, "
                f"but the cluster {needed:,} nodes",
                allowed=f"each node needs a block at least; with full nodes {full} of them",
                mend=f"a pool of /{length - (full * needed - 1).bit_length()} has room for full "
                "nodes",
            )


def _l2_pools(view: ClusterView) -> Iterator[Diagnostic]:
    """Addresses announced by ARP must lie in the rack's prefix, beside those in use there.

    In IPv6 the same goes for neighbor discovery and the rack's other prefix.
    """
    if view.cluster.announcer != "l2" or len(view.racks) > 1:
        return
    rack = view.design.racks[view.racks[0]]
    used = tuple(_addresses(view.design, rack))
    prefixes = {"ipv4": rack.prefix, "ipv6": rack.prefix6}
    for pool in view.cluster.pools:
        for prefix in pool.prefixes:
            own = prefixes[family(prefix)]
            how = "ARP" if is_ipv4(prefix) else "neighbor discovery"
            if not rack.gateway or not contains(own, prefix):
                where = f"outside the rack's prefix {own}" if rack.gateway else "in no VLAN"
                fault, mend = f"is announced by {how}, but lies {where}", "leave out announce"
            elif taken := [address for address in used if contains(prefix, address)]:
                fault = f"holds addresses of the rack itself ({taken[0]})"
                mend = "a pool beside the addresses of servers, leaves and gateway"
            else:
                continue
            yield Diagnostic(
                "K8S019",
                f"cluster {view.cluster.name}: pool {pool.name} {prefix} {fault}",
                mend=mend,
            )


def _addresses(design: Design, rack: Rack) -> Iterator[str]:
    """What a rack's prefix is in use for: gateway, leaves, servers with both of their addresses."""
    found = [rack.gateway, rack.gateway6]
    for leaf in rack.leaves:
        found += [leaf_address(rack, design.switches[leaf], each) for each in FAMILIES]
    for name in rack.servers:
        server = design.servers[name]
        found += [server.address, server.second_address, server.address6, server.second_address6]
    yield from filter(None, found)


RULES: tuple[Callable[[ClusterView], Iterator[Diagnostic]], ...] = (
    _services,
    _pool_families,
    _pods,
    _l2_pools,
)
"""Everything that is checked, in the order in which it is reported."""
