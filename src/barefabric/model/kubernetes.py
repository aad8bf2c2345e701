"""What a design knows of a Kubernetes cluster."""

from dataclasses import dataclass
from typing import NamedTuple

BLOCK6 = 122
"""Length of Calico's IPv6 pod blocks (IPPool ``blockSize``, 122 by default)."""


class Pool(NamedTuple):
    """A pool of load-balancer addresses. ``announce_to`` names the upstreams that learn it."""

    name: str
    prefixes: tuple[str, ...]
    announce_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, with every choice made.

    ``cni`` is the component (``calico``); ``cni_mode`` is ``bgp`` or ``vxlan``.
    ``announcer`` is who announces load-balancer addresses: ``calico``, ``metallb`` or ``l2``.
    ``endpoint`` is the API address and ``endpoint_use`` what serves it (``kube-vip`` or empty).
    ``asns`` maps a rack (``per_rack``) or a node (``per_node``) to its ASN; ``asn`` is the one of
    ``per_cluster`` and 0 otherwise. ``password`` names a secret.
    """

    name: str
    version: str
    nodes: tuple[str, ...]
    control_plane: tuple[str, ...]
    etcd: str
    pods: tuple[str, ...]
    services: tuple[str, ...]
    cni: str
    cni_mode: str
    block_size: int
    node_asn: str
    asn: int
    load_balancer: str
    announcer: str
    pools: tuple[Pool, ...]
    endpoint: str = ""
    endpoint_use: str = ""
    password: str = ""
    mtu: int = 0

    @property
    def announcing(self) -> tuple[str, ...]:
        """Nodes that announce load-balancer addresses.

        MetalLB leaves out nodes that kubeadm labels as control plane
        (node.kubernetes.io/exclude-from-external-load-balancers; speaker/bgp_controller.go), unless
        it is told to ignore the label: so it is where nobody says which nodes those are, or where
        all of them are. Calico heeds that label only with the value "true", which kubeadm does not
        give it (confd/pkg/backends/calico/client.go).
        """
        if self.announcer not in ("metallb", "l2"):
            return self.nodes
        control = set(self.control_plane)
        return tuple(node for node in self.nodes if node not in control) or self.nodes
