"""The README of a cluster: what to apply in which order, with this cluster's own values."""

from collections.abc import Iterator

from barefabric.kubernetes import calico, kube_vip, metallb
from barefabric.kubernetes.manifest import bracketed
from barefabric.kubernetes.readme_checks import checks, failures
from barefabric.kubernetes.readme_steps import steps
from barefabric.kubernetes.readme_text import asked_by, code
from barefabric.kubernetes.view import ClusterView


def readme(view: ClusterView, paths: list[str]) -> str:
    """The whole text. ``paths`` are the component files that exist."""
    sections = [_head(view), steps(view, paths), checks(view), failures(view), _later(view)]
    return "\n".join(line for section in sections for line in section) + "\n"


def _head(view: ClusterView) -> Iterator[str]:
    cluster, design = view.cluster, view.design
    many = len(view.racks)
    racks = ", ".join(view.racks[:6]) + (", ..." if many > 6 else "")
    yield f"# Cluster {cluster.name}"
    yield ""
    yield f"Part of fabric {design.name}. Written by `fabric design`: changes made here are lost."
    yield ""
    yield f"* {len(cluster.nodes):,} nodes in {many:,} rack{'' if many == 1 else 's'} ({racks})"
    if cluster.control_plane:
        yield f"* control plane: {', '.join(cluster.control_plane[:9])}; etcd {cluster.etcd}"
    if cluster.endpoint:
        endpoint = f"{bracketed(cluster.endpoint)}:{kube_vip.API_PORT}"
        served = "announced by kube-vip" if cluster.endpoint_use == "kube-vip" else "served by you"
        yield f"* API endpoint: {endpoint}, {served}"
    yield f"* pods {', '.join(cluster.pods)}, services {', '.join(cluster.services)}"
    yield f"* network: Calico {calico.VERSION}, {_network(view)}"
    yield from _services(view)
    yield ""


def _network(view: ClusterView) -> str:
    cluster = view.cluster
    if not view.cni_speaks_bgp:
        return f"VXLAN between nodes, no BGP of its own, pod MTU {cluster.mtu:,}"
    asn = f"AS {cluster.asn}" if cluster.asn else f"an AS {cluster.node_asn.replace('_', ' ')}"
    return f"BGP with the leaves ({asn}), no overlay, pod MTU {cluster.mtu:,}"


def _services(view: ClusterView) -> Iterator[str]:
    cluster = view.cluster
    if not cluster.load_balancer:
        return
    allocator = {"metallb": f"MetalLB {metallb.VERSION}", "calico": "Calico"}[cluster.load_balancer]
    how = {
        "calico": "Calico announces them",
        "metallb": "MetalLB announces them",
        "l2": f"MetalLB answers {asked_by(view)} for them",
    }[cluster.announcer]
    pools = "; ".join(f"{pool.name} {', '.join(pool.prefixes)}" for pool in cluster.pools)
    yield f"* load-balancer addresses ({pools or 'no pool'}): {allocator} allocates, {how}"


def _later(view: ClusterView) -> Iterator[str]:
    yield ""
    yield "## After a change of the topology"
    yield ""
    yield "Push the switches first: a leaf must know a node before the node dials it."
    yield from code(
        "kubectl diff --server-side -k .",
        "kubectl apply --server-side -k .",
        "kubectl apply --server-side -f nodes.yaml   # when nodes were added and have joined",
    )
    yield "What the kustomization leaves out:"
    yield ""
    yield "* `nodes.yaml`: a Node applied before its kubelet joins would be an empty one."
    yield (
        "* `calico/installation.yaml`: it changes with the pod pools and the MTU only. It comes "
        "before the rest then, as the operator deletes pools of its own that are not in it: "
        "`kubectl apply --server-side --force-conflicts -f calico/installation.yaml` (the operator "
        "has filled it in, and kubectl would refuse to change that)."
    )
    if view.cluster.load_balancer == "metallb":
        yield (
            "* `metallb/values.yaml`: for `helm upgrade`, when the announcer or the control plane "
            "was changed."
        )
