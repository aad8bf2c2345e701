"""Calico v3.32: peers, filters, and which of its files there are.

Facts are from projectcalico/calico v3.32.1 (``api/pkg/apis/projectcalico/v3``, the rules beside
them in ``libcalico-go/lib/validator/v3``, ``confd/pkg/backends/calico`` and the BIRD templates of
calico-node) and from tigera/operator (``api/v1/installation_types.go``, ``pkg/controller/ippool``).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from barefabric.kubernetes import calico_ipam
from barefabric.kubernetes.calico_ipam import API
from barefabric.kubernetes.manifest import (
    PASSWORD_KEY,
    RACK_LABEL,
    Manifest,
    manifest,
    secret_name,
    session_name,
    text,
)
from barefabric.kubernetes.view import ClusterView
from barefabric.model.session import Session, Speaker

VERSION = "v3.32.1"
NAMESPACE = "calico-system"
"""Where the operator runs calico-node; passwords are read from Secrets there."""

MAX_RESTART = "30s"
"""How long a leaf that honours graceful restart keeps routes of a restarting calico-node.

BIRD would ask for 120 s; a node that died would keep its routes that long.
"""

FILTER = "leaves"


class Peer(NamedTuple):
    """One leaf as the nodes of one rack see it in one family; ``name`` is the BGPPeer's."""

    name: str
    session: Session
    rack: str


def peers(view: ClusterView) -> tuple[Peer, ...]:
    """One peer for each leaf and family, selected by its rack's nodes, from the design's sessions.

    calico-node runs BIRD once for each family, and gives each the peers of its own
    (``confd/etc/calico/confd/templates/bird.cfg.template`` and ``bird6.cfg.template``).
    """
    servers = view.design.servers
    return tuple(
        Peer(session_name(end.leaf, end.address), first, servers[first.b].rack)
        for end, (first, *_) in view.by_leaf.items()
        if end.speaker is Speaker.CALICO
    )


def bgp_peer(peer: Peer) -> Manifest:
    """A leaf as a peer of its rack's nodes.

    Calico has neither a hold time nor BFD: the leaf's lower hold time wins (``bird.cfg.template``).
    """
    session, profile = peer.session, peer.session.profile
    spec: Manifest = {
        "peerIP": session.a_address,
        "asNumber": session.a_asn,
        "nodeSelector": f"{RACK_LABEL} == '{peer.rack}'",
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
    spec: Manifest = {}
    for each in view.pod_families:
        version = each.removeprefix("ip").upper()
        spec[f"export{version}"] = [{"source": "RemotePeers", "action": "Reject"}]
        spec[f"import{version}"] = [{"action": "Reject"}]
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


def files(view: ClusterView) -> Iterator[tuple[str, str]]:
    """Calico's files by path, in the order in which they are applied."""
    yield "calico/installation.yaml", text(calico_ipam.installation(view), [
        f"What Calico's operator ({VERSION}) installs. Apply it once the operator runs.",
    ])  # fmt: skip
    pools = [*calico_ipam.pod_pools(view), *calico_ipam.service_pools(view)]
    yield "calico/ippools.yaml", text(pools)
    yield "calico/ipam.yaml", text([calico_ipam.ipam(view)])
    if not view.cni_speaks_bgp:
        return
    leaves = peers(view)
    passwords = tuple(dict.fromkeys(peer.session.profile.password for peer in leaves))
    if any(passwords):
        yield "calico/rbac.yaml", text(secret_access([p for p in passwords if p]))
    yield "calico/peers.yaml", text([bgp_filter(view), *map(bgp_peer, leaves)], [
        "The leaves. Apply this before bgp.yaml: without peers and without mesh, pods are cut off.",
    ])  # fmt: skip
    yield "calico/bgp.yaml", text([bgp_configuration(view)])
