"""Assemble the design of a numbered shape."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from barefabric.derive.announcements import host_announcements, node_announcements
from barefabric.derive.clusters import resolve_clusters
from barefabric.derive.devices import (
    number_pairs,
    number_racks,
    number_servers,
    number_switches,
    upstreams,
)
from barefabric.derive.mtus import rack_mtus, smallest
from barefabric.derive.prefixes import blocks_per_node, expected_services, prefix_plan
from barefabric.derive.profiles import (
    fabric_profile,
    host_profile,
    node_profiles,
    on_links,
    pair_profile,
    per_family,
    upstream_profiles,
)
from barefabric.derive.sessions import (
    fabric_sessions,
    host_sessions,
    node_sessions,
    pair_sessions,
    upstream_sessions,
)
from barefabric.ledger.addresses import gateway_of
from barefabric.model.address import FAMILIES
from barefabric.model.design import Announcement, AsnPool, Design, Settings, Underlay, User
from barefabric.model.device import Attach, Rack, Role, Server, Switch, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.model.numbers import Numbers
from barefabric.model.session import Bfd, SessionProfile
from barefabric.model.shape import Shape
from barefabric.topology import schema
from barefabric.topology.load import Loaded

NodeProfiles = Mapping[tuple[str, bool], Sequence[SessionProfile]]


def derive(loaded: Loaded, shape: Shape, numbers: Numbers) -> Design:
    """Derive the whole design, without contracts."""
    topology = loaded.topology
    mtus = rack_mtus(topology, shape)
    clusters = resolve_clusters(topology, shape, numbers.asns, mtus)
    switches = number_switches(shape, numbers)
    servers = number_servers(topology, shape, numbers, clusters)
    racks = number_racks(topology, shape, numbers, mtus)
    pairs = number_pairs(switches, numbers)
    cables = numbers.cables
    ups = upstreams(topology)
    underlay = _underlay(topology, smallest(topology, mtus))
    kinds = dict.fromkeys(map(attrgetter("cluster", "attach"), servers.values()))
    attaches = {attach for _, attach in kinds}
    by_cluster = _node_profiles(clusters, kinds, underlay, topology.asn.shown_to_nodes)
    routed = (
        [s for s in servers.values() if s.attach is Attach.ROUTED]
        if Attach.ROUTED in attaches
        else []
    )
    profiles = _profiles(underlay, switches, routed, clusters, ups, by_cluster, racks)
    sessions = [
        *fabric_sessions(cables, switches, profiles),
        *pair_sessions(pairs, switches, profiles),
        *host_sessions(cables, switches, servers, profiles),
    ]
    for rack in racks.values():
        sessions += node_sessions(rack, switches, servers, by_cluster)
    sessions += upstream_sessions(ups, switches, profiles)
    gateway, length = gateway_of(topology)
    return Design(
        name=topology.fabric,
        source=str(loaded.path),
        underlay=underlay,
        settings=_settings(topology),
        switches=switches,
        servers=servers,
        racks=racks,
        pairs=pairs,
        upstreams=ups,
        clusters=clusters,
        cables=cables,
        profiles=profiles,
        sessions=tuple(sessions),
        announcements=tuple(_announcements(clusters, servers, by_cluster, profiles)),
        plan=prefix_plan(topology, clusters, attaches),
        pools=numbers.pools,
        asn_pools=tuple(_asn_pools(topology)),
        management_gateway=gateway,
        management_length=length,
        secrets=dict(topology.secrets),
    )


def _asn_pools(topology: schema.Topology) -> Iterator[AsnPool]:
    for name in ("superspine", "spine", "border", "leaf", "node"):
        held = getattr(topology.asn, name)
        yield AsnPool(name, held.first, held.last)


def _underlay(topology: schema.Topology, server_mtu: int) -> Underlay:
    u = topology.underlay
    return Underlay(
        u.links == "numbered",
        tuple(family for family in FAMILIES if family in u.families),
        u.mtu,
        server_mtu,
        Bfd(u.bfd.interval, u.bfd.multiplier) if u.bfd else None,
        u.timers.keepalive,
        u.timers.hold,
        u.ecmp,
        u.password,
    )


def _settings(topology: schema.Topology) -> Settings:
    s = topology.settings
    extra = [(name, kind.extra) for name, kind in topology.switch_types.items() if kind.extra]
    return Settings(
        s.ntp,
        s.dns,
        s.domain,
        s.syslog,
        tuple(User(u.name, u.role, u.secret) for u in s.users),
        tuple(
            (name, tuple(text.rstrip().split("\n")))
            for name, text in (*extra, *topology.extra.items())
        ),
    )


def _node_profiles(
    clusters: Mapping[str, Cluster],
    kinds: Iterable[tuple[str, Attach]],
    underlay: Underlay,
    shown_asn: int,
) -> dict[tuple[str, bool], tuple[SessionProfile, ...]]:
    """Profiles of each cluster's speakers, for its bridged and for its routed nodes.

    ``kinds`` are the clusters and ways of attachment that servers have.
    """
    found: dict[tuple[str, bool], tuple[SessionProfile, ...]] = {}
    for name, cluster in clusters.items():
        for routed in {attach is Attach.ROUTED for of, attach in kinds if of == name}:
            found[name, routed] = tuple(
                node_profiles(cluster, routed, underlay.families, shown_asn)
            )
    return found


def _profiles(
    underlay: Underlay,
    switches: Mapping[str, Switch],
    routed: Sequence[Server],
    clusters: Mapping[str, Cluster],
    ups: Mapping[str, Upstream],
    by_cluster: NodeProfiles,
    racks: Mapping[str, Rack],
) -> dict[str, SessionProfile]:
    limits = {
        family: _fabric_limit(switches, routed, clusters, racks, family)
        for family in underlay.families
    }
    roles = {s.role for s in switches.values()}
    top = Role.SUPERSPINE if Role.SUPERSPINE in roles else Role.SPINE
    tiers = [(Role.SPINE, Role.LEAF), (top, Role.BORDER)]
    if top is Role.SUPERSPINE:
        tiers.insert(0, (Role.SUPERSPINE, Role.SPINE))
    most = max(limits.values())
    found = [fabric_profile(underlay, a, b, most) for a, b in tiers if b in roles]
    found = [each for profile in found for each in on_links(underlay, profile)]
    found += per_family(pair_profile(underlay, most), underlay.families)
    found = [_limited(profile, limits) for profile in found]
    if routed:
        most = 1 + any(server.uses_second for server in routed)
        found += on_links(underlay, host_profile(underlay, most))
    for kinds in by_cluster.values():
        found += kinds
    found += upstream_profiles(ups)
    return {profile.name: profile for profile in found}


def _limited(profile: SessionProfile, limits: Mapping[str, int]) -> SessionProfile:
    """A profile between switches with the limit of the families that it carries."""
    most = max(limits[family] for family in profile.families)
    return profile._replace(
        a=profile.a._replace(max_prefix=most), b=profile.b._replace(max_prefix=most)
    )


def _fabric_limit(
    switches: Mapping[str, Switch],
    routed: Sequence[Server],
    clusters: Mapping[str, Cluster],
    racks: Mapping[str, Rack],
    family: str,
) -> int:
    """Max-prefix of fabric sessions: twice what the plan expects, rounded up to thousands."""
    expected = len(switches) + len(racks) + 1
    expected += sum(1 + server.uses_second for server in routed)
    for cluster in clusters.values():
        if cluster.cni_mode == "bgp":
            expected += len(cluster.nodes) * blocks_per_node(cluster, family)
        expected += expected_services(cluster, family) + 1
    return -(-2 * expected // 1000) * 1000


def _announcements(
    clusters: Mapping[str, Cluster],
    servers: Mapping[str, Server],
    by_cluster: NodeProfiles,
    profiles: Mapping[str, SessionProfile],
) -> Iterator[Announcement]:
    for cluster in clusters.values():
        yield from node_announcements(cluster, servers, by_cluster)
    yield from host_announcements(servers, profiles)
