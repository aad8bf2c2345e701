"""Every BGP session, one object for both ends."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from barefabric.derive import names
from barefabric.derive.devices import FIRST_LEAF
from barefabric.derive.profiles import variants
from barefabric.model.address import bare, colons, dotted, split
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Pair
from barefabric.model.device import Attach, Rack, Role, Server, Switch, Upstream
from barefabric.model.record import record
from barefabric.model.session import Session, SessionProfile, Speaker


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
    found = {role: _told_apart(variants(profiles, f"fabric-{role}")) for role in Role}
    ends = {s.name: (s.asn, found[s.role]) for s in switches.values()}
    for cable in cables:
        if cable.kind is CableKind.FABRIC:
            a_asn, (b_asn, mine) = ends[cable.a][0], ends[cable.b]
            for profile, six in mine:
                yield _on_cable(profile, six, cable, a_asn, b_asn)


def _told_apart(profiles: Iterable[SessionProfile]) -> list[tuple[SessionProfile, bool]]:
    """Profiles, each with whether it is the one of IPv6 alone."""
    return [(profile, profile.only_ipv6) for profile in profiles]


def _on_cable(
    profile: SessionProfile, six: bool, cable: Cable, a_asn: int, b_asn: int, own_import: str = ""
) -> Session:
    """The session of a profile that runs on a cable."""
    _, a, a_port, b, b_port, _, _, a_address, b_address, a_address6, b_address6 = cable
    end = -len("/31")
    if six:
        a_address, b_address, end = a_address6, b_address6, -len("/127")
    return record(
        Session,
        (profile, a, a_asn, a_address[:end], a_port, b, b_asn, b_address[:end], b_port, own_import),
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
    found = _told_apart(variants(profiles, "host"))
    for cable in cables if found else ():
        if cable.kind is CableKind.SERVER and servers[cable.b].attach is Attach.ROUTED:
            a_asn, b_asn = switches[cable.a].asn, servers[cable.b].asn
            for profile, six in found:
                yield _on_cable(profile, six, cable, a_asn, b_asn, names.host_import(cable.b))


class _Speaker(NamedTuple):
    """A kind of speaker on the servers of a rack.

    ``source`` gives the address that it speaks from, ``ends`` name, AS number and address of each
    leaf as it sees them.
    """

    profile: SessionProfile
    source: Callable[[Server], str]
    control_only: bool
    ends: list[tuple[str, int, str]]


def _speaker(
    rack: Rack,
    leaves: Sequence[Switch],
    routed: bool,
    profile: SessionProfile,
    primary: Speaker,
) -> _Speaker:
    """The first speaker of a server speaks from its node address, another from the second."""
    speaker, six = profile.b.speaker, profile.only_ipv6
    first = speaker is primary and speaker is not Speaker.KUBE_VIP
    source = ("address" if first else "second_address") + ("6" if six else "")
    ends = []
    for leaf in leaves:
        own = leaf.loopback6 if six else leaf.loopback
        if not routed:
            own = leaf_address(rack, leaf, "ipv6" if six else "ipv4") if rack.gateway else ""
        ends.append((leaf.name, profile.a.local_as or leaf.asn, own))
    return _Speaker(profile, attrgetter(source), speaker is Speaker.KUBE_VIP, ends)


def node_sessions(
    rack: Rack,
    switches: Mapping[str, Switch],
    servers: Mapping[str, Server],
    by_cluster: Mapping[tuple[str, bool], Sequence[SessionProfile]],
) -> Iterator[Session]:
    """Sessions of a rack's leaves with the speakers on its servers."""

    @cache
    def speakers(cluster: str, routed: bool) -> list[_Speaker]:
        profiles = by_cluster.get((cluster, routed), ())
        leaves = [switches[name] for name in rack.leaves]
        return [_speaker(rack, leaves, routed, p, profiles[0].b.speaker) for p in profiles]

    for name in rack.servers:
        server = servers[name]
        routed, asn = server.attach is Attach.ROUTED, server.asn
        for profile, source, control_only, ends in speakers(server.cluster, routed):
            if control_only and not server.control_plane:
                continue
            address = source(server)
            for leaf, leaf_asn, own in ends:
                yield record(
                    Session, (profile, leaf, leaf_asn, own, "", name, asn, address, "", "")
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
