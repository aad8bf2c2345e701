"""Settle every choice a cluster leaves open."""

from collections.abc import Mapping

from barefabric.derive.mtus import USUAL
from barefabric.model.address import is_ipv4
from barefabric.model.kubernetes import Cluster, Pool
from barefabric.model.shape import Shape
from barefabric.topology import schema
from barefabric.topology.resolve import cni_mode

VXLAN_OVERHEAD = 50
"""Bytes VXLAN adds over IPv4 (RFC 7348: inner Ethernet, IPv4, UDP and VXLAN headers)."""

VXLAN_OVERHEAD6 = 70
"""The same over IPv6, where Calico sends IPv6 pods (felix ``int_dataplane.go``: 50 and 70)."""


def resolve_clusters(
    topology: schema.Topology, shape: Shape, asns: Mapping[str, int], mtus: Mapping[str, int]
) -> dict[str, Cluster]:
    """Clusters with their nodes and with all defaults written out; ``mtus`` are those of racks."""
    nodes: dict[str, list[str]] = {c.name: [] for c in topology.clusters}
    control: dict[str, list[str]] = {c.name: [] for c in topology.clusters}
    for server in shape.servers.values():
        if server.cluster:
            nodes[server.cluster].append(server.name)
            if server.control_plane:
                control[server.cluster].append(server.name)
    found = {}
    for c in topology.clusters:
        mtu = min({mtus[shape.servers[n].rack] for n in nodes[c.name]}, default=USUAL)
        found[c.name] = _resolve(topology, c, nodes[c.name], control[c.name], asns, mtu)
    return found


def _resolve(
    topology: schema.Topology,
    cluster: schema.Cluster,
    nodes: list[str],
    control: list[str],
    asns: Mapping[str, int],
    mtu: int,
) -> Cluster:
    """One cluster; ``mtu`` is the smallest of its nodes' links."""
    balancer, plane = cluster.load_balancer, cluster.control_plane
    endpoint = plane.endpoint if plane else None
    mode = cni_mode(cluster.cni)
    return Cluster(
        name=cluster.name,
        version=cluster.kubernetes,
        nodes=tuple(nodes),
        control_plane=tuple(control),
        etcd=plane.etcd if plane else "stacked",
        pods=cluster.pods,
        services=cluster.services,
        cni=cluster.cni.use,
        cni_mode=mode,
        block_size=cluster.cni.block_size,
        node_asn=cluster.cni.node_asn,
        asn=asns.get(f"cluster {cluster.name}", 0),
        load_balancer=balancer.use if balancer else "",
        announcer=_announcer(cluster, mode),
        pools=tuple(
            Pool(name, pool.addresses, pool.announce_to)
            for name, pool in sorted((balancer.pools if balancer else {}).items())
        ),
        endpoint=endpoint.address if endpoint else "",
        endpoint_use=endpoint.use if endpoint else "",
        password=cluster.password or topology.underlay.password,
        mtu=mtu - (_overhead(cluster) if mode == "vxlan" else 0),
    )


def _overhead(cluster: schema.Cluster) -> int:
    """What VXLAN takes of a pod's MTU: an interface has one for both families."""
    return VXLAN_OVERHEAD if all(map(is_ipv4, cluster.pods)) else VXLAN_OVERHEAD6


def _announcer(cluster: schema.Cluster, mode: str) -> str:
    """Who announces service addresses: by default the CNI where it speaks BGP."""
    balancer = cluster.load_balancer
    if balancer is None:
        return ""
    if balancer.announce in ("metallb", "l2"):
        return balancer.announce
    if balancer.announce == "cni" or mode != "vxlan":
        return cluster.cni.use
    return balancer.use
