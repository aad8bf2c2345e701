"""Calico v3.32: pools, peers, filters and the operator's installation.

Facts are from projectcalico/calico v3.32.1 (``api/pkg/apis/projectcalico/v3``, the rules beside
them in ``libcalico-go/lib/validator/v3``, ``confd/pkg/backends/calico`` and the BIRD templates of
calico-node) and from tigera/operator (``api/v1/installation_types.go``, ``pkg/controller/ippool``).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from barefabric.derive.prefixes import blocks_per_node
from barefabric.kubernetes.manifest import (
    ATTACH_LABEL,
    PASSWORD_KEY,
    RACK_LABEL,
    Manifest,
    manifest,
    object_name,
    secret_name,
    text,
)
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import is_ipv4, split
from barefabric.model.session import Session, Speaker

VERSION = "v3.32.1"
API = "projectcalico.org/v3"
NAMESPACE = "calico-system"
"""Where the operator runs calico-node; passwords are read from Secrets there."""

MAX_RESTART = "30s"
"""How long a leaf that honours graceful restart keeps routes of a restarting calico-node.

BIRD would ask for 120 s; a node that died would keep its routes that long.
"""

BLOCK_SIZE_V6 = 122
LOAD_BALANCER_BLOCK = 26
FILTER = "leaves"
ROUTE_TABLE_FULL = 2
"""Blocks a node may take, as a multiple of what a full node needs; the leaf's limit is the same."""


class Peer(NamedTuple):
    """One leaf as the nodes of one rack see it; ``name`` is the BGPPeer's."""

    name: str
    session: Session
    rack: str
    attach: str


def speaks_bgp(view: ClusterView) -> bool:
    """Whether Calico peers with the leaves."""
    return view.cluster.cni_mode == "bgp"


def peers(view: ClusterView) -> tuple[Peer, ...]:
    """One peer for each leaf, selected by its rack's nodes, from the design's sessions.

    Where a rack has bonded and routed nodes, each kind has its own peers: the leaf's address in
    the rack, and its loopback.
    """
    servers = view.design.servers
    found: dict[tuple[str, str], Session] = {}
    for session in view.of(Speaker.CALICO):
        found.setdefault((session.a, session.a_address), session)
    mixed = {leaf for leaf, _ in found if sum(a == leaf for a, _ in found) > 1}
    result = []
    for (leaf, _), session in found.items():
        server = servers[session.b]
        attach = server.attach.value if leaf in mixed else ""
        name = object_name(f"{leaf} {attach}")
        result.append(Peer(name, session, server.rack, attach))
    return tuple(result)


def bgp_peer(peer: Peer) -> Manifest:
    """A leaf as a peer of its rack's nodes.

    Calico has neither a hold time nor BFD: the leaf's lower hold time wins (``bird.cfg.template``).
    """
    session, profile = peer.session, peer.session.profile
    selector = f"{RACK_LABEL} == '{peer.rack}'"
    if peer.attach:
        selector += f" && {ATTACH_LABEL} == '{peer.attach}'"
    spec: Manifest = {
        "peerIP": session.a_address,
        "asNumber": session.a_asn,
        "nodeSelector": selector,
        "filters": [FILTER],
        "keepaliveTime": f"{profile.keepalive}s",
        "maxRestartTime": MAX_RESTART,
    }
    if profile.ttl_security:
        spec["ttlSecurity"] = profile.hops
    if profile.password:
        key = {"name": secret_name(profile.password), "key": PASSWORD_KEY}
        spec["password"] = {"secretKeyRef": key}
    return manifest(API, "BGPPeer", peer.name, spec)


def bgp_filter(view: ClusterView) -> Manifest:
    """Nothing is learned from a leaf, and nothing learned is passed on.

    The filter runs before pod addresses are aggregated into blocks: an Accept here would let
    every pod's /32 out (``bgp_processor.go``, buildExportFilter).
    """
    pods = view.cluster.pods
    families = [
        f
        for f, some in (("V4", any(map(is_ipv4, pods))), ("V6", not all(map(is_ipv4, pods))))
        if some
    ]
    spec: Manifest = {}
    for family in families:
        spec[f"export{family}"] = [{"source": "RemotePeers", "action": "Reject"}]
        spec[f"import{family}"] = [{"action": "Reject"}]
    return manifest(API, "BGPFilter", FILTER, spec)


def bgp_configuration(view: ClusterView) -> Manifest:
    """The cluster's BGP: no mesh, the cluster's ASN where there is one, the pools it announces."""
    cluster = view.cluster
    spec: Manifest = {"nodeToNodeMeshEnabled": False}
    if cluster.asn:
        spec["asNumber"] = cluster.asn
    if cluster.announcer == "calico":
        prefixes = [p for pool in cluster.pools for p in pool.prefixes]
        spec["serviceLoadBalancerIPs"] = [{"cidr": prefix} for prefix in prefixes]
    return manifest(API, "BGPConfiguration", "default", spec)


def pod_pool_name(prefix: str) -> str:
    """The name of a pod pool. It holds the prefix, which can never change (nor can a pool's)."""
    return f"pods-{object_name(prefix)}"


def block_size(view: ClusterView, prefix: str) -> int:
    """The prefix length of a node's block in this pool."""
    return view.cluster.block_size if is_ipv4(prefix) else BLOCK_SIZE_V6


def pod_pools(view: ClusterView) -> Iterator[Manifest]:
    """Pools of pod addresses. Both modes are written: the default would be IPIP Always."""
    vxlan = "Never" if speaks_bgp(view) else "Always"
    for prefix in view.cluster.pods:
        yield manifest(API, "IPPool", pod_pool_name(prefix), {
            "cidr": prefix,
            "blockSize": block_size(view, prefix),
            "ipipMode": "Never",
            "vxlanMode": vxlan,
            "natOutgoing": True,
            "nodeSelector": "all()",
            "allowedUses": ["Workload", "Tunnel"],
            "assignmentMode": "Automatic",
        })  # fmt: skip


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
    if speaks_bgp(view):
        spec["maxBlocksPerHost"] = ROUTE_TABLE_FULL * blocks_per_node(view.cluster)
    return manifest(API, "IPAMConfiguration", "default", spec)


def secret_access(passwords: Sequence[str]) -> Iterator[Manifest]:
    """What lets calico-node read the sessions' passwords, and no other Secret."""
    rbac, name = "rbac.authorization.k8s.io/v1", "barefabric-bgp-passwords"
    role = manifest(rbac, "Role", name, namespace=NAMESPACE)
    role["rules"] = [{
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": [secret_name(password) for password in passwords],
        "verbs": ["get", "list", "watch"],
    }]  # fmt: skip
    binding = manifest(rbac, "RoleBinding", name, namespace=NAMESPACE)
    binding["roleRef"] = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    account = {"kind": "ServiceAccount", "name": "calico-node", "namespace": NAMESPACE}
    binding["subjects"] = [account]
    yield role
    yield binding


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
            "encapsulation": "None" if speaks_bgp(view) else "VXLAN",
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
            "bgp": "Enabled" if speaks_bgp(view) else "Disabled",
            "linuxDataplane": "Iptables",
            "mtu": view.cluster.mtu,
            "nodeAddressAutodetectionV4": {"kubernetes": "NodeInternalIP"},
            "ipPools": pools,
        },
    })  # fmt: skip
    yield manifest("operator.tigera.io/v1", "APIServer", "default", {})


def files(view: ClusterView) -> Iterator[tuple[str, str]]:
    """Calico's files by path, in the order in which they are applied."""
    yield "calico/installation.yaml", text(installation(view), [
        f"What Calico's operator ({VERSION}) installs. Apply it once the operator runs.",
    ])  # fmt: skip
    pools = [*pod_pools(view), *service_pools(view), ipam(view)]
    yield "calico/ippools.yaml", text(pools)
    if not speaks_bgp(view):
        return
    passwords = tuple(dict.fromkeys(p.session.profile.password for p in peers(view)))
    if any(passwords):
        yield "calico/rbac.yaml", text(secret_access([p for p in passwords if p]))
    yield "calico/peers.yaml", text([bgp_filter(view), *map(bgp_peer, peers(view))], [
        "The leaves. Apply this before bgp.yaml: without peers and without mesh, pods are cut off.",
    ])  # fmt: skip
    yield "calico/bgp.yaml", text([bgp_configuration(view)])
