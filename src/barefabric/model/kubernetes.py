"""What a design knows of a Kubernetes cluster."""

from dataclasses import dataclass
from typing import NamedTuple


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
