"""Rules that a cluster of a design must keep: sessions, addresses, who is where."""

from collections import Counter
from collections.abc import Callable, Iterator

from barefabric.derive.prefixes import blocks_per_node
from barefabric.derive.sessions import leaf_address
from barefabric.errors import Diagnostic, Severity
from barefabric.kubernetes import metallb
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import contains, is_ipv4, split
from barefabric.model.design import Design
from barefabric.model.device import Rack
from barefabric.model.session import Session, Speaker

LARGEST_CALICO_ASN = 2147483647
"""Calico's CRDs say ``format: int32`` up to v3.32.1 (projectcalico/calico issue 13494)."""

STRICT_FORMATS = (1, 36)
"""From this release of Kubernetes on, API servers refuse an int32 that is too large."""


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
    if not view.cni_speaks_bgp:
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
    if _mixed_speakers(view):
        return
    for speaker, sessions in view.sessions.items():
        bad = [s for s in sessions if s.profile.bfd and _has_no_bfd(view, s)]
        if bad:
            yield Diagnostic(
                "K8S014",
                f"cluster {view.cluster.name}: {speaker} has no BFD on its sessions here, "
                f"but the leaves would expect it ({bad[0].a} with {bad[0].b})",
                mend="bfd off on these sessions; the hold time stays",
            )


def _mixed_speakers(view: ClusterView) -> bool:
    """Whether MetalLB would have to run as FRR on some nodes, and must not on others."""
    return view.cluster.announcer == "metallb" and view.routed and len(view.attaches) > 1


def _modes(view: ClusterView) -> Iterator[Diagnostic]:
    """MetalLB runs in one mode in a whole cluster."""
    if _mixed_speakers(view):
        yield Diagnostic(
            "K8S021",
            f"cluster {view.cluster.name}: MetalLB announces from bonded and from routed servers, "
            "but it can't run FRR (with BFD) on some nodes and its own speaker on others",
            mend="let Calico announce (mode: bgp, without announce: metallb), or keep bonded and "
            "routed servers in clusters of their own",
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


def _l2_racks(view: ClusterView) -> Iterator[Diagnostic]:
    """ARP ends at the rack's VLAN."""
    if view.cluster.announcer == "l2" and len(view.racks) > 1:
        yield Diagnostic(
            "K8S005",
            f"cluster {view.cluster.name}: announce: l2 answers ARP, which ends at the rack, but "
            f"the cluster is in {len(view.racks)} racks",
            mend="leave out announce, or keep the cluster in one rack",
        )


def _l2_pools(view: ClusterView) -> Iterator[Diagnostic]:
    """Addresses announced by ARP must lie in the rack's prefix, beside those in use there."""
    if view.cluster.announcer != "l2" or len(view.racks) > 1:
        return
    rack = view.design.racks[view.racks[0]]
    used = tuple(_addresses(view.design, rack))
    for pool in view.cluster.pools:
        for prefix in pool.prefixes:
            if not rack.gateway or not contains(rack.prefix, prefix):
                where = f"outside the rack's prefix {rack.prefix}" if rack.gateway else "in no VLAN"
                fault, mend = f"is announced by ARP, but lies {where}", "leave out announce"
            elif taken := [address for address in used if contains(prefix, address)]:
                fault = f"holds addresses of the rack itself ({taken[0]})"
                mend = "a pool beside the addresses of servers, leaves and gateway"
            else:
                continue
            yield Diagnostic(
                "K8S019",
                f"cluster {view.cluster.name}: pool {pool.name} {prefix} {fault}",
                mend=mend,
            )


def _addresses(design: Design, rack: Rack) -> Iterator[str]:
    """What a rack's prefix is in use for: gateway, leaves, servers with both of their addresses."""
    yield rack.gateway
    for leaf in rack.leaves:
        yield leaf_address(rack, design.switches[leaf])
    for name in rack.servers:
        yield from filter(None, (design.servers[name].address, design.servers[name].second_address))


def strict(view: ClusterView) -> bool:
    """Whether the cluster's API servers refuse numbers that their schema can't hold."""
    version = view.cluster.version.removeprefix("v").split(".")
    return tuple(int(part) for part in version[:2]) >= STRICT_FORMATS


def _asn_refused(view: ClusterView) -> Iterator[Diagnostic]:
    if strict(view):
        yield from asn_faults(view, Severity.ERROR)


def asn_faults(view: ClusterView, severity: Severity) -> Iterator[Diagnostic]:
    """ASNs that Calico's resources can't hold."""
    sessions = view.of(Speaker.CALICO)
    large = [s for s in sessions if max(s.a_asn, s.b_asn) > LARGEST_CALICO_ASN]
    if large:
        asn = max(large[0].a_asn, large[0].b_asn)
        yield Diagnostic(
            "K8S020",
            f"cluster {view.cluster.name}: Calico's BGPPeer can't hold AS {asn} (of {large[0].a}): "
            f"API servers from Kubernetes {'.'.join(map(str, STRICT_FORMATS))} on refuse it",
            allowed=f"AS numbers up to {LARGEST_CALICO_ASN} in Calico's resources",
            mend="an AS number from the 2-byte range towards Calico",
            severity=severity,
        )


Rule = Callable[[ClusterView], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = (
    _collisions,
    _orphans,
    _modes,
    _bfd,
    _pods,
    _l2_racks,
    _l2_pools,
    _asn_refused,
)
"""Everything that is checked, in the order in which it is reported."""
