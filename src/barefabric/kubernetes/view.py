"""A cluster as its manifests see it: the design, the cluster, and its sessions by speaker."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from barefabric.model.address import FAMILIES, family, is_ipv4
from barefabric.model.design import Design
from barefabric.model.device import Attach, Server
from barefabric.model.kubernetes import Cluster
from barefabric.model.record import fields
from barefabric.model.session import Session, SessionKind, Speaker

_LEAF_END = fields(Session, "a", "a_address")


class LeafEnd(NamedTuple):
    """A leaf and the address that it shows to one kind of speaker."""

    leaf: str
    address: str
    speaker: Speaker


@dataclass(frozen=True, eq=False)
class ClusterView:
    """A cluster of a design. What takes a pass over its nodes or sessions is found once, if asked.

    Compared by identity, as the design is.
    """

    design: Design
    cluster: Cluster

    @cached_property
    def sessions(self) -> Mapping[Speaker, Sequence[Session]]:
        """Sessions of leaves with the cluster's nodes by speaker, in the design's order."""
        return _node_sessions(self.design).get(self.cluster.name, {})

    @cached_property
    def by_leaf(self) -> Mapping[LeafEnd, Sequence[Session]]:
        """The same by what they have in common at the leaf: one profile, and what the leaf shows.

        A leaf has one address of a family towards all nodes: a rack's servers are all routed or
        none is (PO012).
        """
        found: dict[LeafEnd, list[Session]] = {}
        for speaker, sessions in self.sessions.items():
            ends: dict[tuple[str, str], list[Session]] = defaultdict(list)
            for end, session in zip(map(_LEAF_END, sessions), sessions, strict=True):
                ends[end].append(session)
            found.update((LeafEnd(*end, speaker), same) for end, same in ends.items())
        return found

    @cached_property
    def servers(self) -> Sequence[Server]:
        """The nodes."""
        return [self.design.servers[node] for node in self.cluster.nodes]

    def of(self, speaker: Speaker) -> Sequence[Session]:
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

    @cached_property
    def attaches(self) -> Sequence[Attach]:
        """How the nodes are connected, each way once."""
        # Looked up by identity: an enum's own hash is a function in Python, and nodes are many.
        ways = {id(way): way for way in map(attrgetter("attach"), self.servers)}
        return tuple(ways.values())

    @cached_property
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

    def node_ips(self, servers: Sequence[Server]) -> Sequence[tuple[str, ...]]:
        """The addresses of nodes, one of each of the cluster's families, that of the API first."""
        own = [map(_NODE_ADDRESS[each], servers) for each in self.families]
        return list(zip(*own, strict=True))

    @property
    def several_pod_pools(self) -> bool:
        """Whether pods have more than one pool of a family, which kubeadm has no word for."""
        return len(self.cluster.pods) > len(self.pod_families)

    @property
    def first(self) -> Server:
        """The node that ``kubeadm init`` runs on."""
        return self.design.servers[(self.cluster.control_plane or self.cluster.nodes)[0]]

    @property
    def lacks_endpoint(self) -> bool:
        """Whether several control-plane nodes share no address of the API."""
        return len(self.cluster.control_plane) > 1 and not self.cluster.endpoint

    @property
    def only_control_plane(self) -> bool:
        """Whether there is no other node: kubeadm keeps pods off those of the control plane."""
        cluster = self.cluster
        return len(cluster.nodes) == len(cluster.control_plane or cluster.nodes[:1])

    @property
    def racks(self) -> Sequence[str]:
        """Racks that hold a node, in the design's order."""
        return tuple(self.design.nodes_by_rack[self.cluster.name])


_NODE_ADDRESS = {"ipv4": attrgetter("address"), "ipv6": attrgetter("address6")}


def router_id(server: Server, session: Session) -> str:
    """The BGP identifier of a speaker: its IPv4 address, on sessions of both families.

    An identifier has four octets (RFC 4271 section 4.2, RFC 6286), and FRR takes one for all
    sessions of a node (metallb/metallb ``internal/config/validation.go``, peersCanRunOnSameNode).
    """
    if is_ipv4(session.b_address):
        return session.b_address
    return server.address if session.b_address == server.address6 else server.second_address


@lru_cache(maxsize=4)
def _node_sessions(design: Design) -> Mapping[str, Mapping[Speaker, Sequence[Session]]]:
    """Sessions of leaves with the speakers on nodes, by cluster and speaker."""
    found: dict[str, dict[Speaker, list[Session]]] = {}
    for profile, run in groupby(design.sessions, key=fields(Session, "profile")):
        if profile.kind is SessionKind.NODE:
            found.setdefault(profile.cluster, {}).setdefault(profile.b.speaker, []).extend(run)
    return found


def cluster_view(design: Design, cluster: Cluster) -> ClusterView:
    """What a cluster's manifests are made of."""
    return ClusterView(design, cluster)
