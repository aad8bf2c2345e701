"""Calico's address pools, and what its operator installs.

Facts are from projectcalico/calico v3.32.1 (``api/pkg/apis/projectcalico/v3/ippool.go``) and from
tigera/operator (``api/v1/installation_types.go``, ``pkg/controller/ippool``).
"""

from collections.abc import Iterator

from barefabric.derive.prefixes import block_length, most_blocks
from barefabric.kubernetes.manifest import Manifest, manifest, object_name
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import contains, is_ipv4, split
from barefabric.model.kubernetes import BLOCK6

API = "projectcalico.org/v3"
OPERATED = {"app.kubernetes.io/managed-by": "tigera-operator"}
LOAD_BALANCER_BLOCK = 26
HEADROOM = 2
"""Blocks a node may take, as a multiple of what a full node needs; the leaf's limit is the same."""

UNIQUE_LOCAL = "fc00::/7"
"""IPv6 addresses that no network outside routes (RFC 4193)."""


def pod_pool_name(prefix: str) -> str:
    """The name of a pod pool. It holds the prefix, which can never change (nor can a pool's)."""
    return f"pods-{object_name(prefix)}"


def hidden(prefix: str) -> bool:
    """Whether pods of a pool leave the cluster with their node's address.

    IPv6 pods with addresses that the world routes keep them. The operator's own default is NAT for
    IPv4 and none for IPv6 (``pkg/controller/ippool/defaults.go``), which would leave pods with
    unique local addresses without a way out.
    """
    return is_ipv4(prefix) or contains(UNIQUE_LOCAL, prefix)


def pod_pools(view: ClusterView) -> Iterator[Manifest]:
    """Pools of pod addresses. Both modes are written: the default would be IPIP Always.

    The operator makes them too, from its Installation; it goes on with pools that have its label,
    and complains of others.
    """
    for prefix in view.cluster.pods:
        spec: Manifest = {
            "cidr": prefix,
            "blockSize": block_length(view.cluster, prefix),
            "ipipMode": "Never",
            "vxlanMode": "Never" if view.cni_speaks_bgp else "Always",
            "natOutgoing": hidden(prefix),
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
            length = split(prefix)[1]
            smallest = LOAD_BALANCER_BLOCK if is_ipv4(prefix) else BLOCK6
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

    It has a file of its own: calicoctl v3.32 does not know its kind, and refuses a file with it
    altogether (``calicoctl/calicoctl/resourcemgr``).

    A node can't take more blocks than the leaf's max-prefix lets it announce. Blocks of the two
    families are counted apart, each against this one number (``libcalico-go/lib/ipam/ipam.go``,
    autoAssign).
    """
    spec: Manifest = {"strictAffinity": True, "autoAllocateBlocks": True}
    if view.cni_speaks_bgp:
        spec["maxBlocksPerHost"] = blocks_per_host(view)
    return manifest(API, "IPAMConfiguration", "default", spec)


def blocks_per_host(view: ClusterView) -> int:
    """The most blocks that a node may take, where leaves count what it announces."""
    return HEADROOM * most_blocks(view.cluster)


def installation(view: ClusterView) -> Iterator[Manifest]:
    """What the operator installs. Pod pools are repeated here, because it makes them first.

    The node address is the one that kubelet registered: a second address on the same interface
    can't be taken for it, and a new rack changes nothing here. Left out for IPv6, it would be the
    first one found (``pkg/controller/installation/core_controller.go``); left out for IPv4 where
    pods have none, the router id becomes a hash of the node's name (``pkg/render/node.go``).
    """
    pools: list[Manifest] = [
        {
            "name": pod_pool_name(prefix),
            "cidr": prefix,
            "blockSize": block_length(view.cluster, prefix),
            "encapsulation": "None" if view.cni_speaks_bgp else "VXLAN",
            "natOutgoing": "Enabled" if hidden(prefix) else "Disabled",
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
            **{
                f"nodeAddressAutodetection{each.removeprefix('ip').upper()}": {
                    "kubernetes": "NodeInternalIP"
                }
                for each in view.pod_families
            },
            "ipPools": pools,
        },
    })  # fmt: skip
    yield manifest("operator.tigera.io/v1", "APIServer", "default", {})
