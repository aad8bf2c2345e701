"""A cluster as its manifests see it: the design, the cluster, and its sessions by speaker."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.model.address import FAMILIES, family, is_ipv4
from barefabric.model.design import Design
from barefabric.model.device import Attach, Server
from barefabric.model.kubernetes import Cluster
from barefabric.model.session import Session, SessionKind, Speaker


class ClusterView(NamedTuple):
    """``sessions`` are those of leaves with the cluster's nodes, in the design's order."""

    design: Design
    cluster: Cluster
    sessions: Mapping[Speaker, tuple[Session, ...]]

    def of(self, speaker: Speaker) -> tuple[Session, ...]:
        """Sessions of one kind of speaker."""
        return self.sessions.get(speaker, ())

    @property
    def cni_speaks_bgp(self) -> bool:
        """Whether Calico peers with the leaves."""
        return self.cluster.cni == "calico" and self.cluster.cni_mode == "bgp"

    @property
    def routed(self) -> bool:
        """Whether any node is a routed server, with a routing daemon of its own."""
        return Attach.ROUTED in self.attaches

    @property
    def attaches(self) -> tuple[Attach, ...]:
        """How the nodes are connected, each way once."""
        servers = self.design.servers
        return tuple(dict.fromkeys(servers[node].attach for node in self.cluster.nodes))

    @property
    def families(self) -> tuple[str, ...]:
        """The cluster's address families, that of its API first.

        It is the one that services name first: kube-apiserver starts with no other advertise
        address (kubernetes/kubernetes cmd/kube-apiserver/app/options/validation.go,
        validatePublicIPServiceClusterIPRangeIPFamilies).
        """
        return tuple(dict.fromkeys(map(family, self.cluster.services)))

    @property
    def pod_families(self) -> tuple[str, ...]:
        """The families that pods have addresses of."""
        held = set(map(family, self.cluster.pods))
        return tuple(each for each in FAMILIES if each in held)

    def node_ips(self, server: Server) -> tuple[str, ...]:
        """A node's addresses, one of each of the cluster's families, that of the API first."""
        own = {"ipv4": server.address, "ipv6": server.address6}
        return tuple(own[each] for each in self.families)

    @property
    def racks(self) -> tuple[str, ...]:
        """Racks that hold a node, in the design's order."""
        servers = self.design.servers
        return tuple(dict.fromkeys(servers[node].rack for node in self.cluster.nodes))


def router_id(server: Server, session: Session) -> str:
    """The BGP identifier of a speaker: its IPv4 address, on sessions of both families.

    An identifier has four octets (RFC 4271 section 4.2, RFC 6286), and FRR takes one for all
    sessions of a node (metallb/metallb ``internal/config/validation.go``, peersCanRunOnSameNode).
    """
    if is_ipv4(session.b_address):
        return session.b_address
    return server.address if session.b_address == server.address6 else server.second_address


def node_sessions(design: Design, nodes: Iterable[str]) -> Iterator[Session]:
    """Sessions of leaves with the Kubernetes speakers on these servers."""
    for node in nodes:
        for session in design.sessions_by_device[node]:
            if session.profile.kind is SessionKind.NODE:
                yield session


def cluster_view(design: Design, cluster: Cluster) -> ClusterView:
    """Collect what a cluster's manifests are made of."""
    sessions: dict[Speaker, list[Session]] = {}
    for session in node_sessions(design, cluster.nodes):
        sessions.setdefault(session.profile.b.speaker, []).append(session)
    return ClusterView(design, cluster, {k: tuple(v) for k, v in sessions.items()})
