"""Rules that a cluster of a design must keep: sessions, who is where, who announces."""

from collections import Counter
from collections.abc import Callable, Iterator
from operator import attrgetter

from barefabric.errors import Diagnostic, Severity
from barefabric.kubernetes import faults_addresses, metallb
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import is_ipv4
from barefabric.model.session import Session, Speaker

LARGEST_CALICO_ASN = 2147483647
"""Calico's CRDs say ``format: int32`` up to v3.32.1 (projectcalico/calico issue 13494)."""

STRICT_FORMATS = (1, 36)
"""From this release of Kubernetes on, API servers refuse an int32 that is too large."""


def _collisions(view: ClusterView) -> Iterator[Diagnostic]:
    """Two speakers that a leaf can't tell apart."""
    every = [s for part in view.sessions.values() for s in part]
    seen_as = attrgetter("a", "a_address", "b_address")
    if len(set(map(seen_as, every))) == len(every):
        return
    counted = Counter(map(seen_as, every))
    for session in every:
        key = seen_as(session)
        if counted[key] > 1:
            counted[key] = 0
            speakers = [s.profile.b.speaker for s in every if seen_as(s) == key]
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
    sessions = view.of(Speaker.CALICO)
    served = [
        {session.b for session in sessions if (":" in session.a_address) is (each == "ipv6")}
        for each in view.pod_families
    ]
    alone = [node for node in view.cluster.nodes if not all(node in each for each in served)]
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
        return session.profile.hops > 1 or session.b_address not in (node.address, node.address6)
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


def _native(view: ClusterView) -> Iterator[Diagnostic]:
    """MetalLB's own speaker announces no IPv6, and takes no pool of it at all.

    metallb/metallb v0.16.1 ``internal/config/validation.go`` (findIPv6BGPAdvertisement refuses the
    whole configuration), ``website/content/usage/_index.md``.
    """
    runs = metallb.mode(view)
    if view.cluster.announcer != "metallb" or runs.frr or _mixed_speakers(view):
        return
    for pool in view.cluster.pools:
        for prefix in pool.prefixes:
            if not is_ipv4(prefix):
                yield Diagnostic(
                    "K8S022",
                    f"cluster {view.cluster.name}: pool {pool.name} {prefix} is IPv6, but on "
                    "routed servers MetalLB announces IPv4 alone (native mode)",
                    allowed="IPv6 pools are announced by Calico, or by MetalLB on bonded servers",
                    mend="let Calico announce (mode: bgp, without announce: metallb), or give this "
                    "pool IPv4 prefixes only",
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
    _native,
    _bfd,
    _l2_racks,
    *faults_addresses.RULES,
    _asn_refused,
)
"""Everything that is checked, in the order in which it is reported."""
