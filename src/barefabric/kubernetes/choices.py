"""Which components go together. Checked on the topology, before anything is numbered.

Each fault names both ways out. What may announce beside what is MetalLB's and Calico's own
documentation (metallb.universe.tf/configuration/calico, docs.tigera.io advertise-service-ips): a
router knows a BGP neighbor by its source address, so each speaker needs an address of its own.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic, Place
from barefabric.topology.load import Loaded
from barefabric.topology.members import selects
from barefabric.topology.roster import Roster

if TYPE_CHECKING:
    from barefabric.topology.schema import Cluster, LoadBalancer

Rule = Callable[["Chosen"], Iterator[Diagnostic]]

OLDEST_RELEASE = (1, 31)


class Chosen:
    """One cluster's choices, and where they stand in the file."""

    def __init__(self, loaded: Loaded, index: int) -> None:
        self.loaded = loaded
        self.cluster: Cluster = loaded.topology.clusters[index]
        self.keys: tuple[str | int, ...] = ("clusters", index)

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.cluster.name

    @property
    def cni_speaks_bgp(self) -> bool:
        """Whether the network plugin peers with the leaves."""
        return self.cluster.cni.mode != "vxlan"

    def place(self, *keys: str | int) -> Place:
        """Where a key of the cluster stands."""
        return self.loaded.place(*self.keys, *keys)

    def balancer(self) -> Iterator["LoadBalancer"]:
        """The load balancer, if there is one."""
        if self.cluster.load_balancer is not None:
            yield self.cluster.load_balancer

    def announce_place(self) -> Place:
        """Where it is said who announces; where it is not said, who allocates."""
        said = self.loaded.written(*self.keys, "load_balancer", "announce")
        return self.place("load_balancer", "announce" if said else "use")


def check(loaded: Loaded) -> list[Diagnostic]:
    """Every pair of components that can't work together, and settings they would refuse."""
    chosen = [Chosen(loaded, index) for index in range(len(loaded.topology.clusters))]
    return [found for one in chosen for rule in RULES for found in rule(one)]


def unsupported(loaded: Loaded) -> list[Diagnostic]:
    """Clusters whose components cannot be generated yet: one diagnostic each."""
    return [
        Diagnostic(
            "K8S090",
            f"cluster {cluster.name}: manifests for Cilium cannot be written yet; "
            "the topology itself is sound",
            (loaded.place("clusters", index, "cni"),),
            allowed="cni: calico",
            mend="cni: calico",
        )
        for index, cluster in enumerate(loaded.topology.clusters)
        if cluster.cni.use == "cilium"
    ]


def _allocator(one: Chosen) -> Iterator[Diagnostic]:
    for balancer in one.balancer():
        if balancer.use not in ("metallb", one.cluster.cni.use):
            yield Diagnostic(
                "K8S002",
                f"cluster {one.name}: {balancer.use} allocates load-balancer addresses only where "
                f"it is the network plugin too, which is {one.cluster.cni.use} here",
                (one.place("load_balancer", "use"), one.place("cni")),
                allowed=f"use: {one.cluster.cni.use} or metallb",
                mend=f"use: {one.cluster.cni.use}",
            )


def _foreign_speaker(one: Chosen) -> Iterator[Diagnostic]:
    for balancer in one.balancer():
        if balancer.announce == "metallb" and balancer.use != "metallb":
            yield Diagnostic(
                "K8S003",
                f"cluster {one.name}: MetalLB can't announce addresses that {balancer.use} "
                "allocates: it announces its own pools only",
                (one.announce_place(), one.place("load_balancer", "use")),
                mend=f"use: metallb, or use: {balancer.use} without announce",
            )


def _silent_cni(one: Chosen) -> Iterator[Diagnostic]:
    for balancer in one.balancer():
        if balancer.announce == "cni" and not one.cni_speaks_bgp:
            cni = one.cluster.cni
            yield Diagnostic(
                "K8S004",
                f"cluster {one.name}: nobody would announce the load-balancer addresses: "
                f"{cni.use} speaks no BGP in mode {cni.mode}",
                (one.announce_place(), one.place("cni", "mode")),
                mend=f"let MetalLB do it (use: metallb, announce: metallb), or let {cni.use} speak "
                f"BGP (mode: {'bgp' if cni.use == 'calico' else 'native'})",
            )


def _speakers(one: Chosen) -> Iterator[Diagnostic]:
    plane = one.cluster.control_plane
    for balancer in one.balancer():
        if balancer.announce != "metallb" or not one.cni_speaks_bgp:
            continue
        if one.cluster.cni.use == "cilium":
            yield Diagnostic(
                "K8S008",
                f"cluster {one.name}: Cilium and MetalLB would both speak BGP from each node and "
                "both answer for services",
                (one.announce_place(), one.place("cni")),
                mend="let Cilium announce (use: cilium), or run Cilium without BGP (mode: vxlan)",
            )
        elif plane and plane.endpoint and plane.endpoint.use == "kube-vip":
            yield Diagnostic(
                "K8S001",
                f"cluster {one.name}: three BGP speakers on each control-plane node (Calico, "
                "MetalLB, kube-vip), which has two addresses: a leaf knows a neighbor by its "
                "address",
                (one.announce_place(), one.place("control_plane", "endpoint")),
                mend="let Calico announce what MetalLB allocates (leave out announce), or put a "
                "load balancer of yours before the API (endpoint: use: external)",
            )


def _racks(one: Chosen) -> list[str]:
    """Racks that hold a server of the cluster, in the order written."""
    test = selects(one.cluster.servers)
    servers = Roster(one.loaded.topology).servers()
    return list(
        dict.fromkeys(
            rack.name for name, kind, rack in servers if test(name, kind, rack.name, rack.pod)
        )
    )


def _l2(one: Chosen) -> Iterator[Diagnostic]:
    for balancer in one.balancer():
        if balancer.announce != "l2":
            continue
        if balancer.use != "metallb":
            yield Diagnostic(
                "K8S006",
                f"cluster {one.name}: {balancer.use} does not answer ARP for services here",
                (one.announce_place(), one.place("load_balancer", "use")),
                allowed="announce: l2 goes with use: metallb",
                mend="use: metallb, or leave out announce",
            )
        racks = _racks(one)
        if len(racks) > 1:
            yield Diagnostic(
                "K8S005",
                f"cluster {one.name}: announce: l2 answers ARP, which ends at the rack, but the "
                f"cluster is in {len(racks)} racks ({', '.join(racks[:3])}"
                f"{', ...' if len(racks) > 3 else ''})",
                (one.announce_place(),),
                allowed="announce: l2 within one rack; cni or metallb anywhere",
                mend="leave out announce, or keep the cluster in one rack "
                "(servers: {racks: [...]})",
            )


def _release(one: Chosen) -> Iterator[Diagnostic]:
    """``kubeadm.yaml`` is in the form of v1beta4, which kubeadm 1.31 was the first to read."""
    release = tuple(map(int, one.cluster.kubernetes.split(".")[:2]))
    if release < OLDEST_RELEASE:
        oldest = ".".join(map(str, OLDEST_RELEASE))
        yield Diagnostic(
            "K8S027",
            f"cluster {one.name}: kubeadm {one.cluster.kubernetes} does not read the settings that "
            "are written for it (kubeadm.k8s.io/v1beta4)",
            (one.place("kubernetes"),),
            allowed=f"releases of Kubernetes from {oldest} on",
            mend='kubernetes: "1.34"',
        )


RULES: tuple[Rule, ...] = (_release, _allocator, _foreign_speaker, _silent_cni, _speakers, _l2)
"""Everything that is checked, in the order in which it is reported."""
