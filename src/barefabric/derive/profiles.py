"""The kinds of session a fabric has, each with everything its sessions share."""

from collections.abc import Iterable, Iterator, Mapping

from barefabric.derive import names
from barefabric.derive.prefixes import expected_services, most_blocks
from barefabric.model.address import FAMILIES
from barefabric.model.address import family as family_of
from barefabric.model.design import Underlay
from barefabric.model.device import Role, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.model.session import Bfd, SessionKind, SessionProfile, Side, Source, Speaker

NODE_KEEPALIVE, NODE_HOLD = 3, 9
"""Timers of sessions with Kubernetes nodes, in seconds; the leaf's lower hold time wins."""

NODE_BFD = Bfd(300, 3)
"""BFD with speakers that have it (MetalLB in FRR mode)."""

FEWEST_PREFIXES = 2
"""The least that a neighbor may announce: a limit of 0 means none on EOS."""

UPSTREAM_PREFIXES = 10_000
"""An upstream may send its own routes, though not all: EOS counts them before a policy drops them
(EOS User Manual: neighbor maximum-routes, 12,000 if unsaid; maximum-accepted-routes comes after).
"""


def per_family(profile: SessionProfile, families: Iterable[str]) -> Iterator[SessionProfile]:
    """One profile for each family: sessions that run from addresses carry that of the addresses.

    Both use the same policies, whose terms name lists of one family each.
    """
    for family in families:
        end = names.mark(profile.name) if family == "ipv6" else ""
        yield profile._replace(
            name=profile.name + end,
            a=profile.a._replace(group=profile.a.group + end),
            b=profile.b._replace(group=profile.b.group + end),
            families=(family,),
        )


def variants(profiles: Mapping[str, SessionProfile], name: str) -> list[SessionProfile]:
    """The profiles of one kind of session: of both families, or of each."""
    found = (profiles.get(each) for each in names.each(FAMILIES, name))
    return [profile for profile in found if profile is not None]


def on_links(underlay: Underlay, profile: SessionProfile) -> Iterator[SessionProfile]:
    """The profiles of sessions on links: one for both families where links have no addresses.

    RFC 8950: the next hop of an IPv4 route is a link-local address there.
    """
    if underlay.numbered:
        yield from per_family(profile, underlay.families)
    else:
        yield profile._replace(families=underlay.families)


def fabric_profile(underlay: Underlay, upper: Role, lower: Role, max_prefix: int) -> SessionProfile:
    """Sessions between two tiers; end ``a`` is the upper tier's."""
    down, up = names.GROUP[lower], names.GROUP[upper]
    return SessionProfile(
        name=f"fabric-{lower.value}" if lower is not Role.SPINE else "fabric-spine",
        kind=SessionKind.FABRIC,
        a=Side(
            Speaker.SWITCH,
            down,
            Source.LINK,
            names.import_of(down),
            names.export_of(down),
            max_prefix=max_prefix,
            send_community=True,
        ),
        b=Side(
            Speaker.SWITCH,
            up,
            Source.LINK,
            names.import_of(up),
            names.export_of(up),
            max_prefix=max_prefix,
            send_community=True,
        ),
        families=underlay.families,
        keepalive=underlay.keepalive,
        hold=underlay.hold,
        bfd=underlay.bfd,
        password=underlay.password,
        ttl_security=True,
    )


def pair_profile(underlay: Underlay, max_prefix: int) -> SessionProfile:
    """The iBGP session of an MLAG pair over its peer link."""
    side = Side(
        Speaker.SWITCH,
        names.PEER,
        Source.SVI,
        max_prefix=max_prefix,
        next_hop_self=True,
        send_community=True,
    )
    return SessionProfile(
        "pair",
        SessionKind.PAIR,
        side,
        side,
        underlay.families,
        underlay.keepalive,
        underlay.hold,
        underlay.bfd,
        underlay.password,
    )


def host_profile(underlay: Underlay, addresses: int) -> SessionProfile:
    """Sessions of a leaf with the routing daemon of a routed server, one for each cable."""
    return SessionProfile(
        "host",
        SessionKind.HOST,
        Side(
            Speaker.SWITCH,
            names.HOSTS,
            Source.LINK,
            names.import_of(names.HOSTS),
            names.export_of(names.HOSTS),
            passive=True,
            max_prefix=2 * addresses,
        ),
        Side(
            Speaker.HOST,
            names.GROUP[Role.LEAF],
            Source.LINK,
            names.import_of(names.GROUP[Role.LEAF]),
            names.export_of(names.GROUP[Role.LEAF]),
        ),
        underlay.families,
        underlay.keepalive,
        underlay.hold,
        underlay.bfd,
        underlay.password,
        ttl_security=True,
    )


def _node_profile(
    cluster: Cluster,
    speaker: Speaker,
    routed: bool,
    families: tuple[str, ...],
    expected: int,
    bfd: Bfd | None,
    local_as: int = 0,
) -> SessionProfile:
    group = names.speaker_group(cluster.name, speaker)
    leaf = Side(
        Speaker.SWITCH,
        group,
        Source.LOOPBACK if routed else Source.SVI,
        names.import_of(group),
        names.TO_NODES,
        passive=True,
        max_prefix=max(2 * expected, FEWEST_PREFIXES),
        local_as=local_as,
    )
    return SessionProfile(
        f"{cluster.name}-{speaker.value}{'-routed' if routed else ''}",
        SessionKind.NODE,
        leaf,
        Side(speaker, group, Source.ADDRESS),
        families,
        NODE_KEEPALIVE,
        NODE_HOLD,
        bfd,
        cluster.password,
        hops=2 if routed else 1,
        cluster=cluster.name,
    )


def node_profiles(
    cluster: Cluster, routed: bool, families: tuple[str, ...], shown_asn: int
) -> Iterator[SessionProfile]:
    """Sessions with a cluster's speakers: its CNI, MetalLB, kube-vip, whichever announce.

    Leaves show Calico ``shown_asn``: the fields of its resources are int32, and API servers from
    Kubernetes 1.36 on refuse the private 4-byte numbers the leaves have (projectcalico/calico issue
    13494). One number for all leaves also keeps the peers of a new rack like those of the others.

    BFD runs with MetalLB on bonds alone. On a routed server a second bfdd would take the host's
    port, so MetalLB speaks without FRR there; the host's own BFD takes the loopback away, and with
    it the next hop of all that MetalLB announced. kube-vip's BFD cannot speak from the second
    address (GoBGP 4.8, ``docs/sources/bfd.md``), and the first one is the CNI's.
    """
    for speaker, used in _speakers(cluster, families).items():
        for family in used:
            services = expected_services(cluster, family)
            expected, bfd = services, None
            if speaker is Speaker.CALICO:
                expected = most_blocks(cluster)
                expected += services if cluster.announcer == "calico" else 0
            elif speaker is Speaker.METALLB and not routed:
                bfd = NODE_BFD
            elif speaker is Speaker.KUBE_VIP:
                expected = 1
            shown = shown_asn if speaker is Speaker.CALICO else 0
            profile = _node_profile(cluster, speaker, routed, (family,), expected, bfd, shown)
            yield from per_family(profile, (family,))


def _speakers(cluster: Cluster, families: tuple[str, ...]) -> dict[Speaker, tuple[str, ...]]:
    """The speakers on a cluster's nodes, each with the families it has prefixes of."""
    found = {}
    if cluster.cni_mode == "bgp" and cluster.cni == "calico":
        found[Speaker.CALICO] = _families_of(cluster.pods, families)
    if cluster.announcer == "metallb":
        pools = [prefix for pool in cluster.pools for prefix in pool.prefixes]
        found[Speaker.METALLB] = _families_of(pools, families)
    if cluster.endpoint_use == "kube-vip":
        found[Speaker.KUBE_VIP] = _families_of((cluster.endpoint,), families)
    return found


def _families_of(prefixes: Iterable[str], families: tuple[str, ...]) -> tuple[str, ...]:
    """Which families some prefixes have; the first one where there are no prefixes yet."""
    held = {family_of(prefix) for prefix in prefixes}
    return tuple(family for family in families if family in held) or families[:1]


def upstream_profiles(upstreams: Mapping[str, Upstream]) -> Iterator[SessionProfile]:
    """One profile for each upstream router and family of its link; end ``a`` is our border."""
    for upstream in upstreams.values():
        families = {"ipv4": upstream.ours, "ipv6": upstream.ours6}
        group = names.upper(upstream.name)
        profile = SessionProfile(
            f"upstream-{upstream.name}",
            SessionKind.UPSTREAM,
            Side(
                Speaker.SWITCH,
                group,
                Source.LINK,
                names.import_of(group),
                names.export_of(group),
                max_prefix=max(UPSTREAM_PREFIXES, 2 * len(upstream.accept)),
                remove_private_as=True,
            ),
            Side(Speaker.UPSTREAM, group, Source.LINK),
            FAMILIES,
            NODE_KEEPALIVE * 10,
            NODE_HOLD * 10,
            None,
            upstream.password,
        )
        yield from per_family(profile, (family for family in FAMILIES if families[family]))
