"""What a cluster's nodes are told about themselves: labels, ASNs, addresses, kubeadm's settings."""

from collections.abc import Iterable, Iterator

from barefabric.kubernetes.manifest import (
    RACK_LABEL,
    ZONE_LABEL,
    Manifest,
    bracketed,
    manifest,
    node_name,
    text,
)
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import family
from barefabric.model.device import Server
from barefabric.render.yaml import dump, scalar, stream

ASN_ANNOTATION = "projectcalico.org/ASNumber"
"""Where calico-node takes its ASN from, before the cluster's (libcalico-go resources/node.go)."""

API_PORT = 6443

_STAND_IN = "stand-in"
"""A node's name, for a text in which names are put later."""


def labels(server: Server) -> dict[str, str]:
    """The labels of a node, in order of their names."""
    return {
        RACK_LABEL: server.rack,
        ZONE_LABEL: server.rack,
    }


def node(view: ClusterView, server: Server) -> Manifest:
    """A Node object with nothing but labels and, where nodes differ in it, the ASN.

    Calico's annotations of addresses are calico-node's own: it writes what it detects, which is
    what kubelet registered (``node/pkg/lifecycle/startup/autodetection``, kubernetes-internal-ip).
    """
    own = view.cni_speaks_bgp and not view.cluster.asn
    annotations = {ASN_ANNOTATION: str(server.asn)} if own else None
    return manifest(
        "v1", "Node", node_name(server.name), labels=labels(server), annotations=annotations
    )


def node_texts(view: ClusterView, servers: Iterable[Server]) -> Iterator[str]:
    """Node objects as text.

    Those of one rack differ in nothing but their names, so each kind is written once, with a
    stand-in for the name.
    """
    frames: dict[tuple[str, int], tuple[str, str]] = {}
    for server in servers:
        kind = server.rack, server.asn
        if kind not in frames:
            text = dump(node(view, server._replace(name=_STAND_IN)))
            before, _, after = text.partition(_STAND_IN)
            frames[kind] = before, after
        before, after = frames[kind]
        yield f"{before}{scalar(node_name(server.name))}{after}"


def kubelet_arguments(view: ClusterView, server: Server) -> dict[str, str]:
    """What kubelet must be started with, so that the node registers as the design has it.

    Where a cluster has both families, a node has an address of each (kubernetes.io, "Dual-stack
    support with kubeadm").
    """
    pairs = ",".join(f"{key}={value}" for key, value in labels(server).items())
    return {"node-ip": ",".join(view.node_ips(server)), "node-labels": pairs}


def _command_line(view: ClusterView, server: Server) -> str:
    arguments = kubelet_arguments(view, server).items()
    return " ".join(f"--{name}={value}" for name, value in arguments)


def init_configuration(view: ClusterView) -> Iterator[Manifest]:
    """Settings for ``kubeadm init`` on the first control-plane node (kubeadm.k8s.io/v1beta4)."""
    cluster, api = view.cluster, "kubeadm.k8s.io/v1beta4"
    first = view.design.servers[(cluster.control_plane or cluster.nodes)[0]]
    arguments = kubelet_arguments(view, first).items()
    yield {
        "apiVersion": api,
        "kind": "InitConfiguration",
        "localAPIEndpoint": {"advertiseAddress": view.node_ips(first)[0], "bindPort": API_PORT},
        "nodeRegistration": {
            "name": node_name(first.name),
            "kubeletExtraArgs": [{"name": n, "value": v} for n, v in arguments],
        },
    }
    whole: Manifest = {
        "apiVersion": api,
        "kind": "ClusterConfiguration",
        "clusterName": cluster.name,
        "kubernetesVersion": f"stable-{cluster.version.removeprefix('v')}",
    }
    if cluster.endpoint:
        whole["controlPlaneEndpoint"] = f"{bracketed(cluster.endpoint)}:{API_PORT}"
        whole["apiServer"] = {"certSANs": [cluster.endpoint]}
    whole["networking"] = {
        "podSubnet": ",".join(sorted(cluster.pods, key=lambda p: view.families.index(family(p)))),
        "serviceSubnet": ",".join(cluster.services),
    }
    allocate = {"name": "allocate-node-cidrs", "value": "false"}
    whole["controllerManager"] = {"extraArgs": [allocate]}
    yield whole


def files(view: ClusterView) -> Iterator[tuple[str, str]]:
    """Files about nodes, by path."""
    servers = [view.design.servers[name] for name in view.cluster.nodes]
    yield "kubeadm.yaml", text(init_configuration(view), [
        "For kubeadm init --config. The CNI hands out pod blocks, the controller manager must not.",
    ])  # fmt: skip
    lines = (f"{node_name(server.name)} {_command_line(view, server)}\n" for server in servers)
    yield "kubelet-arguments.txt", "".join(lines)
    yield "nodes.yaml", stream(node_texts(view, servers), [
        "Labels and ASNs of nodes that have joined: kubectl apply --server-side -f nodes.yaml",
        "Not in kustomization.yaml: a Node applied before its kubelet joins would be an empty one.",
    ])  # fmt: skip
