"""What a cluster's README says around kubeadm."""

from barefabric.kubernetes import nodes
from barefabric.kubernetes.readme_text import code
from barefabric.kubernetes.view import ClusterView
from barefabric.model.device import Attach


def forwarding(view: ClusterView) -> list[str]:
    """What kubeadm asks of a node, in each family (its ``app/preflight/checks.go``, addIPv4Checks).

    Routed servers have it in their own ``sysctl.conf``.
    """
    if all(way is Attach.ROUTED for way in view.attaches):
        return []
    both = "ipv6" in view.families
    packets = "packets of both families" if both else "packets"
    which = " that has no `sysctl.conf` of its own" if view.routed else ""
    keys = "ipv4.ip_forward ipv6.conf.all.forwarding" if both else "ipv4.ip_forward"
    return [
        f"kubeadm wants nodes to forward {packets}. On each node{which}:",
        *code(
            f"printf 'net.%s = 1\\n' {keys} > /etc/sysctl.d/90-barefabric.conf",
            "sysctl --system",
        ),
    ]


def notes(view: ClusterView) -> list[str]:
    """What in kubeadm.yaml needs a word, or a hand, before it is used."""
    lines = []
    if view.several_pod_pools:
        lines += [
            (
                "kubeadm takes one pod range of a family, and this cluster has more, so its "
                "`podSubnet` is left out: Calico gives out the addresses of pods, and kube-proxy "
                f"knows pods by their interfaces (`{nodes.POD_INTERFACES}...`) instead. A cluster "
                "that was made with one range needs the same in the ConfigMap `kube-proxy` of the "
                "namespace `kube-system`, and kube-proxy restarted, before a pool is added: until "
                "then services see pods of the new pool under their node's address."
            ),
            "",
        ]
    if view.lacks_endpoint:
        lines += [
            (
                "The topology gives the API no endpoint, and kubeadm joins no second control-plane "
                f"node without one: `kubeadm.yaml` says {view.first.name}'s own address. Nodes "
                "lose the API while that node is down."
            ),
            "",
        ]
    if view.cluster.etcd == "external":
        lines += [
            (
                "etcd is yours, and the topology does not say where: kubeadm refuses "
                "`kubeadm.yaml` until `etcd.external` has endpoints, `caFile`, `certFile` and "
                "`keyFile`. Fill them in on a copy."
            ),
            "",
        ]
    return lines


def node_list(view: ClusterView) -> str:
    """How to list nodes with the addresses they registered; a wide list has the first one alone."""
    if len(view.families) < 2:
        return "kubectl get nodes -o wide   # INTERNAL-IP as in kubelet-arguments.txt"
    return (
        "kubectl get nodes -o custom-columns="
        "'NAME:.metadata.name,IPS:.status.addresses[?(@.type==\"InternalIP\")].address'"
        "   # both, as in kubelet-arguments.txt"
    )
