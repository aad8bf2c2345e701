"""Every BGP session, one object for both ends."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from barefabric.derive import names
from barefabric.derive.devices import FIRST_LEAF
from barefabric.derive.profiles import variants
from barefabric.model.address import FAMILIES, colons, dotted, split
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Pair
from barefabric.model.device import Attach, Rack, Role, Server, Switch, Upstream
from barefabric.model.session import Session, SessionProfile, Speaker


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]


def leaf_address(rack: Rack, leaf: Switch, family: str = "ipv4") -> str:
    """The leaf's own address in its rack's prefix: .2 on the first leaf, .3 on the second."""
    offset = FIRST_LEAF - 1 + leaf.index
    if family == "ipv4":
        return dotted(split(rack.prefix)[0] + offset)
    return colons(split(rack.prefix6)[0] + offset) if rack.prefix6 else ""


def fabric_sessions(
    cables: Iterable[Cable], switches: Mapping[str, Switch], profiles: Mapping[str, SessionProfile]
) -> Iterator[Session]:
    """One session on each cable between tiers, for each family where links have addresses."""
    found = {role: variants(profiles, f"fabric-{role}") for role in Role}
    for cable in cables:
        if cable.kind is CableKind.FABRIC:
            a, b = switches[cable.a], switches[cable.b]
            for profile in found[b.role]:
                yield _on_cable(profile, cable, a.asn, b.asn)


def _on_cable(
    profile: SessionProfile, cable: Cable, a_asn: int, b_asn: int, own_import: str = ""
) -> Session:
    """The session of a profile that runs on a cable."""
    _, a, a_port, b, b_port, _, _, a_address, b_address, a_address6, b_address6 = cable
    if profile.only_ipv6:
        a_address, b_address = a_address6, b_address6
    return Session(
        profile,
        a,
        a_asn,
        a_address.partition("/")[0],
        a_port,
        b,
        b_asn,
        b_address.partition("/")[0],
        b_port,
        own_import,
    )


def pair_sessions(
    pairs: Mapping[str, Pair],
    switches: Mapping[str, Switch],
    profiles: Mapping[str, SessionProfile],
) -> Iterator[Session]:
    """The iBGP sessions of each pair."""
    for pair in pairs.values():
        asn = switches[pair.first].asn
        for profile in variants(profiles, "pair"):
            first, second = pair.routing6 if profile.only_ipv6 else pair.routing
            yield Session(
                profile,
                pair.first,
                asn,
                bare(first),
                "",
                pair.second,
                asn,
                bare(second),
                "",
            )


def host_sessions(
    cables: Iterable[Cable],
    switches: Mapping[str, Switch],
    servers: Mapping[str, Server],
    profiles: Mapping[str, SessionProfile],
) -> Iterator[Session]:
    """One session on each cable of a routed server, for each family where links have addresses."""
    found = variants(profiles, "host")
    for cable in cables if found else ():
        if cable.kind is CableKind.SERVER and servers[cable.b].attach is Attach.ROUTED:
            a_asn, b_asn = switches[cable.a].asn, servers[cable.b].asn
            for profile in found:
                yield _on_cable(profile, cable, a_asn, b_asn, names.host_import(cable.b))


def _source(server: Server, profile: SessionProfile, primary: Speaker) -> str:
    """A speaker's address: the first one speaks from the node address, another from the second."""
    speaker = profile.b.speaker
    if speaker is not Speaker.KUBE_VIP and speaker is primary:
        return server.address6 if profile.only_ipv6 else server.address
    return server.second_address6 if profile.only_ipv6 else server.second_address


def node_sessions(
    rack: Rack,
    switches: Mapping[str, Switch],
    servers: Mapping[str, Server],
    by_cluster: Mapping[tuple[str, bool], Sequence[SessionProfile]],
) -> Iterator[Session]:
    """Sessions of a rack's leaves with the speakers on its servers."""
    leaves = [switches[name] for name in rack.leaves]
    sources, sources6 = (
        [(leaf_address(rack, leaf, family) if rack.gateway else "", leaf) for leaf in leaves]
        for family in FAMILIES
    )
    for name in rack.servers:
        server = servers[name]
        routed = server.attach is Attach.ROUTED
        profiles = by_cluster.get((server.cluster, routed), ())
        for profile in profiles:
            if profile.b.speaker is Speaker.KUBE_VIP and not server.control_plane:
                continue
            address = _source(server, profile, profiles[0].b.speaker)
            six = profile.only_ipv6
            for on_subnet, leaf in sources6 if six else sources:
                yield Session(
                    profile,
                    leaf.name,
                    profile.a.local_as or leaf.asn,
                    (leaf.loopback6 if six else leaf.loopback) if routed else on_subnet,
                    "",
                    name,
                    server.asn,
                    address,
                    "",
                )


def upstream_sessions(
    upstreams: Mapping[str, Upstream],
    switches: Mapping[str, Switch],
    profiles: Mapping[str, SessionProfile],
) -> Iterator[Session]:
    """One session with each upstream router, for each family of its link."""
    for upstream in upstreams.values():
        border = switches[upstream.switch]
        for profile in variants(profiles, f"upstream-{upstream.name}"):
            six = profile.only_ipv6
            yield Session(
                profile,
                border.name,
                border.asn,
                bare(upstream.ours6 if six else upstream.ours),
                upstream.port,
                upstream.name,
                upstream.asn,
                bare(upstream.theirs6 if six else upstream.theirs),
                "",
            )
