"""Every BGP session, one object for both ends."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from barefabric.derive import names
from barefabric.derive.devices import FIRST_LEAF
from barefabric.model.address import dotted, split
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Pair
from barefabric.model.device import Attach, Rack, Server, Switch, Upstream
from barefabric.model.session import Session, SessionProfile, Speaker


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]


def leaf_address(rack: Rack, leaf: Switch) -> str:
    """The leaf's own address in its rack's prefix: .2 on the first leaf, .3 on the second."""
    return dotted(split(rack.prefix)[0] + FIRST_LEAF - 1 + leaf.index)


def fabric_sessions(
    cables: Iterable[Cable], switches: Mapping[str, Switch], profiles: Mapping[str, SessionProfile]
) -> Iterator[Session]:
    """One session on each cable between tiers."""
    for cable in cables:
        if cable.kind is CableKind.FABRIC:
            a, b = switches[cable.a], switches[cable.b]
            yield Session(
                profiles[f"fabric-{b.role}"],
                cable.a,
                a.asn,
                bare(cable.a_address),
                cable.a_port,
                cable.b,
                b.asn,
                bare(cable.b_address),
                cable.b_port,
            )


def pair_sessions(
    pairs: Mapping[str, Pair], switches: Mapping[str, Switch], profile: SessionProfile
) -> Iterator[Session]:
    """The iBGP session of each pair."""
    for pair in pairs.values():
        asn = switches[pair.first].asn
        yield Session(
            profile,
            pair.first,
            asn,
            bare(pair.routing[0]),
            "",
            pair.second,
            asn,
            bare(pair.routing[1]),
            "",
        )


def host_sessions(
    cables: Iterable[Cable],
    switches: Mapping[str, Switch],
    servers: Mapping[str, Server],
    profile: SessionProfile,
) -> Iterator[Session]:
    """One session on each cable of a routed server."""
    for cable in cables:
        if cable.kind is CableKind.SERVER and servers[cable.b].attach is Attach.ROUTED:
            yield Session(
                profile,
                cable.a,
                switches[cable.a].asn,
                bare(cable.a_address),
                cable.a_port,
                cable.b,
                servers[cable.b].asn,
                bare(cable.b_address),
                cable.b_port,
                names.host_import(cable.b),
            )


def _source(server: Server, profile: SessionProfile, primary: Speaker) -> str:
    """A speaker's address: the first one speaks from the node address, another from the second."""
    speaker = profile.b.speaker
    first = speaker is not Speaker.KUBE_VIP and speaker is primary
    return server.address if first else server.second_address


def node_sessions(
    rack: Rack,
    switches: Mapping[str, Switch],
    servers: Mapping[str, Server],
    by_cluster: Mapping[tuple[str, bool], Sequence[SessionProfile]],
) -> Iterator[Session]:
    """Sessions of a rack's leaves with the speakers on its servers."""
    leaves = [switches[name] for name in rack.leaves]
    sources = [(leaf_address(rack, leaf) if rack.gateway else "", leaf) for leaf in leaves]
    for name in rack.servers:
        server = servers[name]
        routed = server.attach is Attach.ROUTED
        profiles = by_cluster.get((server.cluster, routed), ())
        for profile in profiles:
            if profile.b.speaker is Speaker.KUBE_VIP and not server.control_plane:
                continue
            address = _source(server, profile, profiles[0].b.speaker)
            for on_subnet, leaf in sources:
                yield Session(
                    profile,
                    leaf.name,
                    profile.a.local_as or leaf.asn,
                    leaf.loopback if routed else on_subnet,
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
    """One session with each upstream router."""
    for upstream in upstreams.values():
        border = switches[upstream.switch]
        yield Session(
            profiles[f"upstream-{upstream.name}"],
            border.name,
            border.asn,
            bare(upstream.ours),
            upstream.port,
            upstream.name,
            upstream.asn,
            bare(upstream.theirs),
            "",
        )
