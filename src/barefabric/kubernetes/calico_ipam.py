"""Calico's address pools, and what its operator installs.

Facts are from projectcalico/calico v3.32.1 (``api/pkg/apis/projectcalico/v3/ippool.go``) and from
tigera/operator (``api/v1/installation_types.go``, ``pkg/controller/ippool``).
"""

from collections.abc import Iterator

from barefabric.derive.prefixes import blocks_per_node
from barefabric.kubernetes.manifest import Manifest, manifest, object_name
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import is_ipv4, split

API = "projectcalico.org/v3"
OPERATED = {"app.kubernetes.io/managed-by": "tigera-operator"}
BLOCK_SIZE_V6 = 122
LOAD_BALANCER_BLOCK = 26
HEADROOM = 2
"""Blocks a node may take, as a multiple of what a full node needs; the leaf's limit is the same."""


def pod_pool_name(prefix: str) -> str:
    """The name of a pod pool. It holds the prefix, which can never change (nor can a pool's)."""
    return f"pods-{object_name(prefix)}"


def block_size(view: ClusterView, prefix: str) -> int:
    """The prefix length of a node's block in this pool."""
    return view.cluster.block_size if is_ipv4(prefix) else BLOCK_SIZE_V6


def pod_pools(view: ClusterView) -> Iterator[Manifest]:
    """Pools of pod addresses. Both modes are written: the default would be IPIP Always.

    The operator makes them too, from its Installation; it goes on with pools that have its label,
    and complains of others.
    """
    for prefix in view.cluster.pods:
        spec: Manifest = {
            "cidr": prefix,
            "blockSize": block_size(view, prefix),
            "ipipMode": "Never",
            "vxlanMode": "Never" if view.cni_speaks_bgp else "Always",
            "natOutgoing": True,
            "nodeSelector": "all()",
            "allowedUses": ["Workload", "Tunnel"],
            "assignmentMode": "Automatic",
        }
        yield manifest(API, "IPPool", pod_pool_name(prefix), spec, labels=OPERATED)


def service_pools(view: ClusterView) -> Iterator[Manifest]:
    """Pools of load-balancer addresses, where Calico allocates them (Calico 3.30 and newer)."""
    if view.cluster.load_balancer != "calico":
        return
    for pool in view.cluster.pools:
        for prefix in pool.prefixes:
            length = split(prefix)[1] if is_ipv4(prefix) else int(prefix.partition("/")[2])
            smallest = LOAD_BALANCER_BLOCK if is_ipv4(prefix) else BLOCK_SIZE_V6
            name = object_name(f"{pool.name} {prefix}")
            yield manifest(API, "IPPool", name, {
                "cidr": prefix,
                "blockSize": max(smallest, length),
                "ipipMode": "Never",
                "vxlanMode": "Never",
                "natOutgoing": False,
                "nodeSelector": "all()",
                "allowedUses": ["LoadBalancer"],
                "assignmentMode": "Automatic",
                "disableBGPExport": False,
            })  # fmt: skip


def ipam(view: ClusterView) -> Manifest:
    """No borrowed addresses: a block stays on its node, so leaves accept whole blocks only.

    A node can't take more blocks than the leaf's max-prefix lets it announce.
    """
    spec: Manifest = {"strictAffinity": True, "autoAllocateBlocks": True}
    if view.cni_speaks_bgp:
        spec["maxBlocksPerHost"] = HEADROOM * blocks_per_node(view.cluster)
    return manifest(API, "IPAMConfiguration", "default", spec)


def installation(view: ClusterView) -> Iterator[Manifest]:
    """What the operator installs. Pod pools are repeated here, because it makes them first.

    The node address is the one that kubelet registered: a second address on the same interface
    can't be taken for it, and a new rack changes nothing here.
    """
    pools: list[Manifest] = [
        {
            "name": pod_pool_name(prefix),
            "cidr": prefix,
            "blockSize": block_size(view, prefix),
            "encapsulation": "None" if view.cni_speaks_bgp else "VXLAN",
            "natOutgoing": "Enabled",
            "nodeSelector": "all()",
            "allowedUses": ["Workload", "Tunnel"],
            "assignmentMode": "Automatic",
        }
        for prefix in view.cluster.pods
    ]
    yield manifest("operator.tigera.io/v1", "Installation", "default", {
        "variant": "Calico",
        "calicoNetwork": {
            "bgp": "Enabled" if view.cni_speaks_bgp else "Disabled",
            "linuxDataplane": "Iptables",
            "mtu": view.cluster.mtu,
            "nodeAddressAutodetectionV4": {"kubernetes": "NodeInternalIP"},
            "ipPools": pools,
        },
    })  # fmt: skip
    yield manifest("operator.tigera.io/v1", "APIServer", "default", {})
