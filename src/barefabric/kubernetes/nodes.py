"""What a cluster's nodes are told about themselves: labels, ASNs, addresses, kubeadm's settings."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

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
from barefabric.render.yaml import Value, dump, scalars, stream

ASN_ANNOTATION = "projectcalico.org/ASNumber"
"""Where calico-node takes its ASN from, before the cluster's (libcalico-go resources/node.go)."""

API_PORT = 6443
KUBEADM = "kubeadm.k8s.io/v1beta4"

POD_INTERFACES = "cali"
"""How the node's ends of pods' interfaces begin (Felix ``interfacePrefix``, its default)."""

EXTERNAL_ETCD: dict[str, Value] = {"endpoints": [], "caFile": "", "certFile": "", "keyFile": ""}
"""An etcd that the topology does not describe. kubeadm refuses it until endpoints are named: left
out, it would make a stacked one."""

_STAND_IN = "stand-in"
"""A node's name or addresses, for a text in which those are put later."""


def labels(rack: str) -> dict[str, str]:
    """The labels of a rack's nodes, in order of their names."""
    return {RACK_LABEL: rack, ZONE_LABEL: rack}


def node(view: ClusterView, rack: str, asn: int, name: str) -> Manifest:
    """A Node object with nothing but labels and, where nodes differ in it, the ASN.

    Calico's annotations of addresses are calico-node's own: it writes what it detects, which is
    what kubelet registered (``node/pkg/lifecycle/startup/autodetection``, kubernetes-internal-ip).
    """
    own = view.cni_speaks_bgp and not view.cluster.asn
    annotations = {ASN_ANNOTATION: str(asn)} if own else None
    return manifest("v1", "Node", name, labels=labels(rack), annotations=annotations)


def node_texts(view: ClusterView) -> Iterator[str]:
    """Node objects as text.

    Those of one rack and AS number differ in nothing but their names, so they are written once,
    with a stand-in for the name.
    """
    for (rack, asn), run in groupby(view.servers, key=attrgetter("rack", "asn")):
        before, _, after = dump(node(view, rack, asn, _STAND_IN)).partition(_STAND_IN)
        for name in scalars([node_name(server.name) for server in run]):
            yield f"{before}{name}{after}"


def kubelet_arguments(rack: str, addresses: Iterable[str]) -> dict[str, str]:
    """What kubelet must be started with, so that the node registers as the design has it.

    Where a cluster has both families, a node has an address of each (kubernetes.io, "Dual-stack
    support with kubeadm").
    """
    pairs = ",".join(f"{key}={value}" for key, value in labels(rack).items())
    return {"node-ip": ",".join(addresses), "node-labels": pairs}


def command_lines(view: ClusterView) -> Iterator[str]:
    """The arguments of each kubelet behind its node's name. Those of a rack differ in addresses."""
    for rack, run in groupby(view.servers, key=attrgetter("rack")):
        servers = list(run)
        arguments = kubelet_arguments(rack, [_STAND_IN]).items()
        line = " ".join(f"--{name}={value}" for name, value in arguments)
        before, _, after = line.partition(_STAND_IN)
        for server, addresses in zip(servers, view.node_ips(servers), strict=True):
            yield f"{node_name(server.name)} {before}{','.join(addresses)}{after}\n"


def init_configuration(view: ClusterView) -> Iterator[Manifest]:
    """Settings for ``kubeadm init`` on the first control-plane node (kubeadm.k8s.io/v1beta4)."""
    first = view.first
    (addresses,) = view.node_ips([first])
    arguments = kubelet_arguments(first.rack, addresses).items()
    yield {
        "apiVersion": KUBEADM,
        "kind": "InitConfiguration",
        "localAPIEndpoint": {"advertiseAddress": addresses[0], "bindPort": API_PORT},
        "nodeRegistration": {
            "name": node_name(first.name),
            "kubeletExtraArgs": [{"name": n, "value": v} for n, v in arguments],
        },
    }
    yield cluster_configuration(view, addresses[0])
    if view.several_pod_pools:
        yield {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "detectLocalMode": "InterfaceNamePrefix",
            "detectLocal": {"interfaceNamePrefix": POD_INTERFACES},
        }


def cluster_configuration(view: ClusterView, first: str) -> Manifest:
    """What kubeadm is told of the cluster. ``first`` is the first node's address.

    ``podSubnet`` takes one range of a family (kubernetes/kubernetes
    cmd/kubeadm/app/apis/kubeadm/validation, ValidateIPNetFromString), and so does kube-proxy's
    ``clusterCIDR``, by which it knows packets of pods. Where a family has more, kubeadm is told
    none: nobody but Calico gives out pod addresses, and kube-proxy goes by the interfaces of pods
    (cmd/kube-proxy/app/server_linux.go, getLocalDetectors).

    kubeadm joins no second control-plane node without a ``controlPlaneEndpoint``
    (cmd/kubeadm/app/cmd/phases/join/preflight.go).
    """
    cluster = view.cluster
    whole: Manifest = {
        "apiVersion": KUBEADM,
        "kind": "ClusterConfiguration",
        "clusterName": cluster.name,
        "kubernetesVersion": f"stable-{cluster.version.removeprefix('v')}",
    }
    if cluster.endpoint:
        whole["controlPlaneEndpoint"] = f"{bracketed(cluster.endpoint)}:{API_PORT}"
        whole["apiServer"] = {"certSANs": [cluster.endpoint]}
    elif view.lacks_endpoint:
        whole["controlPlaneEndpoint"] = f"{bracketed(first)}:{API_PORT}"
    if cluster.etcd == "external":
        whole["etcd"] = {"external": dict(EXTERNAL_ETCD)}
    pods = sorted(cluster.pods, key=lambda prefix: view.families.index(family(prefix)))
    whole["networking"] = {
        **({} if view.several_pod_pools else {"podSubnet": ",".join(pods)}),
        "serviceSubnet": ",".join(cluster.services),
    }
    allocate = {"name": "allocate-node-cidrs", "value": "false"}
    whole["controllerManager"] = {"extraArgs": [allocate]}
    return whole


def files(view: ClusterView) -> Iterator[tuple[str, str]]:
    """Files about nodes, by path."""
    yield "kubeadm.yaml", text(init_configuration(view), [
        "For kubeadm init --config. The CNI hands out pod blocks, the controller manager must not.",
    ])  # fmt: skip
    yield "kubelet-arguments.txt", "".join(command_lines(view))
    yield "nodes.yaml", stream(node_texts(view), [
        "Labels and ASNs of nodes that have joined: kubectl apply --server-side -f nodes.yaml",
        "Not in kustomization.yaml: a Node applied before its kubelet joins would be an empty one.",
    ])  # fmt: skip
