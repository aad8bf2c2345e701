"""Faults and remarks that need the design: sessions, addresses, who is where."""

from collections import Counter
from collections.abc import Iterator

from barefabric.derive.prefixes import blocks_per_node
from barefabric.errors import Diagnostic, Severity
from barefabric.kubernetes import metallb
from barefabric.kubernetes.view import ClusterView, cluster_view
from barefabric.model.address import contains, is_ipv4, split
from barefabric.model.design import Design
from barefabric.model.session import Session, Speaker

LARGEST_CALICO_ASN = 2147483647
"""Calico's CRDs say ``format: int32`` up to v3.32.1 (projectcalico/calico issue 13494)."""

STRICT_FORMATS = (1, 36)
"""From this release of Kubernetes on, API servers refuse an int32 that is too large."""


def refuse(design: Design) -> list[Diagnostic]:
    """Faults of a design that Kubernetes' components or the leaves would not take."""
    return [
        found
        for cluster in design.clusters.values()
        for view in (cluster_view(design, cluster),)
        for found in (*_collisions(view), *_orphans(view), *_bfd(view), *_pods(view),
                      *_l2_pools(view), *_asns(view, Severity.ERROR))
    ]  # fmt: skip


def looks(design: Design) -> list[Diagnostic]:
    """What works, but should be known before it matters."""
    return [
        found
        for cluster in design.clusters.values()
        for view in (cluster_view(design, cluster),)
        for found in (*_quorum(view), *_pools(view), *_excluded(view), *_asns(view, Severity.LOOK))
    ]


def _collisions(view: ClusterView) -> Iterator[Diagnostic]:
    """Two speakers that a leaf can't tell apart."""
    every = [s for part in view.sessions.values() for s in part]
    counted = Counter((s.a, s.a_address, s.b_address) for s in every)
    for session in every:
        key = (session.a, session.a_address, session.b_address)
        if counted[key] > 1:
            counted[key] = 0
            speakers = [
                s.profile.b.speaker for s in every if (s.a, s.a_address, s.b_address) == key
            ]
            yield Diagnostic(
                "K8S001",
                f"{session.b} would speak BGP twice from {session.b_address} to {session.a} "
                f"({' and '.join(speakers)}): a leaf knows a neighbor by its address",
                mend="let one of them announce for the other, or give it an address of its own",
            )


def _orphans(view: ClusterView) -> Iterator[Diagnostic]:
    """Nodes whose CNI has no peer, although the mesh between nodes is off."""
    if view.cluster.cni != "calico" or view.cluster.cni_mode != "bgp":
        return
    served = {session.b for session in view.of(Speaker.CALICO)}
    alone = [node for node in view.cluster.nodes if node not in served]
    if alone:
        yield Diagnostic(
            "K8S013",
            f"cluster {view.cluster.name}: {len(alone)} nodes have no leaf to peer with "
            f"({', '.join(alone[:3])}{', ...' if len(alone) > 3 else ''}), and the mesh is off",
            mend="connect them to a rack with leaves",
        )


def _has_no_bfd(view: ClusterView, session: Session) -> bool:
    """Whether the speaker at the node can't run BFD for this session."""
    speaker = session.profile.b.speaker
    if speaker is Speaker.METALLB:
        return not metallb.mode(view).frr
    if speaker is Speaker.KUBE_VIP:
        node = view.design.servers[session.b]
        return session.profile.hops > 1 or session.b_address != node.address
    return True


def _bfd(view: ClusterView) -> Iterator[Diagnostic]:
    """BFD at one end only: the session would come up, and BFD never."""
    for speaker, sessions in view.sessions.items():
        bad = [s for s in sessions if s.profile.bfd and _has_no_bfd(view, s)]
        if bad:
            yield Diagnostic(
                "K8S014",
                f"cluster {view.cluster.name}: {speaker} has no BFD on its sessions here, "
                f"but the leaves would expect it ({bad[0].a} with {bad[0].b})",
                mend="bfd off on these sessions; the hold time stays",
            )


def _pods(view: ClusterView) -> Iterator[Diagnostic]:
    """Fewer blocks than nodes: the last nodes would get no pod addresses."""
    cluster = view.cluster
    if cluster.cni != "calico":
        return
    lengths = [split(p)[1] for p in cluster.pods if is_ipv4(p)]
    blocks = sum(1 << max(cluster.block_size - length, 0) for length in lengths)
    needed = len(cluster.nodes)
    if lengths and blocks < needed:
        smallest = cluster.block_size - (blocks_per_node(cluster) * needed - 1).bit_length()
        yield Diagnostic(
            "K8S017",
            f"cluster {cluster.name}: the pod pool has {blocks:,} blocks of /{cluster.block_size}, "
            f"but the cluster {needed:,} nodes",
            allowed="each node needs a block at least; with full nodes "
            f"{blocks_per_node(cluster)} of them",
            mend=f"a pool of /{smallest} has room for full nodes",
        )


def _l2_pools(view: ClusterView) -> Iterator[Diagnostic]:
    """Addresses announced by ARP must lie in the rack's prefix, beside the servers' own."""
    cluster, design = view.cluster, view.design
    if cluster.announcer != "l2":
        return
    rack = design.racks[view.racks[0]]
    for pool in cluster.pools:
        for prefix in pool.prefixes:
            if not rack.prefix or not contains(rack.prefix, prefix):
                yield Diagnostic(
                    "K8S019",
                    f"cluster {cluster.name}: pool {pool.name} {prefix} is announced by ARP, but "
                    f"lies outside the rack's prefix {rack.prefix or '(it has none)'}",
                    mend="announce: metallb or cni, which take any prefix",
                )
                continue
            taken = [
                address
                for name in rack.servers
                for address in (design.servers[name].address, design.servers[name].second_address)
                if address and contains(prefix, address)
            ]
            if contains(prefix, rack.gateway) or taken:
                yield Diagnostic(
                    "K8S019",
                    f"cluster {cluster.name}: pool {pool.name} {prefix} holds addresses of the "
                    f"rack itself ({taken[0] if taken else rack.gateway})",
                    mend="a pool beside the servers' addresses",
                )


def _asns(view: ClusterView, severity: Severity) -> Iterator[Diagnostic]:
    """ASNs that Calico's resources can't hold."""
    version = view.cluster.version.removeprefix("v").split(".")
    strict = tuple(int(part) for part in version[:2]) >= STRICT_FORMATS
    if strict is not (severity is Severity.ERROR):
        return
    large = [s for s in view.of(Speaker.CALICO) if max(s.a_asn, s.b_asn) > LARGEST_CALICO_ASN]
    if large:
        session = large[0]
        asn = max(session.a_asn, session.b_asn)
        yield Diagnostic(
            "K8S020",
            f"cluster {view.cluster.name}: Calico's BGPPeer can't hold AS {asn} (of {session.a}): "
            f"API servers from Kubernetes {'.'.join(map(str, STRICT_FORMATS))} on refuse it",
            allowed=f"AS numbers up to {LARGEST_CALICO_ASN} in Calico's resources",
            mend="asn: leaf: a range below that, such as 4200000-4299999",
            severity=severity,
        )


def _quorum(view: ClusterView) -> Iterator[Diagnostic]:
    """What the loss of a rack leaves of etcd."""
    cluster = view.cluster
    members = cluster.control_plane
    if not members or cluster.etcd != "stacked":
        return
    quorum = len(members) // 2 + 1
    spread = Counter(view.design.servers[name].rack for name in members)
    if len(members) % 2 == 0:
        yield Diagnostic(
            "K8S011",
            f"cluster {cluster.name}: {len(members)} etcd members survive the loss of "
            f"{len(members) - quorum}, as {len(members) - 1} would",
            mend="an odd number of control-plane servers",
            severity=Severity.LOOK,
        )
    for rack, count in spread.items():
        left = len(members) - count
        if left < quorum:
            yield Diagnostic(
                "K8S007",
                f"cluster {cluster.name}: losing rack {rack} leaves etcd with {left} of "
                f"{len(members)} members: no quorum, the API stops",
                mend="spread the control plane over three racks",
                severity=Severity.LOOK,
            )
    if spread and max(spread.values()) <= len(members) - quorum:
        spare = len(members) - max(spread.values()) - quorum
        rack = max(spread, key=lambda name: spread[name])
        rest = "one more member may be lost" if spare else "one more lost member stops the API"
        yield Diagnostic(
            "K8S007",
            f"cluster {cluster.name}: losing rack {rack} leaves etcd with "
            f"{len(members) - spread[rack]} of {len(members)} members: fine; {rest}",
            severity=Severity.LOOK,
        )


def _pools(view: ClusterView) -> Iterator[Diagnostic]:
    """A load balancer that has nothing to give."""
    if view.cluster.load_balancer and not view.cluster.pools:
        yield Diagnostic(
            "K8S015",
            f"cluster {view.cluster.name}: {view.cluster.load_balancer} has no pool: services of "
            "type LoadBalancer stay pending",
            mend="load_balancer: pools: {public: 203.0.113.0/24}",
            severity=Severity.LOOK,
        )


def _excluded(view: ClusterView) -> Iterator[Diagnostic]:
    """The label that kubeadm sets keeps MetalLB from announcing on control-plane nodes."""
    cluster = view.cluster
    if cluster.announcer in ("metallb", "l2") and set(cluster.nodes) <= set(cluster.control_plane):
        yield Diagnostic(
            "K8S016",
            f"cluster {cluster.name}: every node is a control-plane node, and MetalLB announces "
            "nothing from nodes that kubeadm labels exclude-from-external-load-balancers",
            mend="remove the label from nodes that should announce: the cluster's README says how",
            severity=Severity.LOOK,
        )
