"""Whether all sessions of one profile fit cables, addresses and AS numbers: looked at together.

Most of a hundred thousand sessions repeat each other: the ends of a leaf are the same in eighty of
them, those of a server in two. So it is the different ends that are looked at.
"""

from collections.abc import Iterable, Sequence

from barefabric.model.record import fields
from barefabric.model.session import Session, SessionKind, SessionProfile, Source
from barefabric.verify.cabling import LinkKey, below_each
from barefabric.verify.wiring import Wiring

_UPPER, _LOWER = fields(Session, "a", "a_asn"), fields(Session, "b", "b_asn")
_UPPER_ADDRESS = fields(Session, "a", "a_asn", "a_address")
_LOWER_ADDRESS = fields(Session, "b", "b_asn", "b_address")
_BOTH = fields(Session, "a", "b")
_LINK = fields(Session, "a", "a_interface", "a_address", "b", "b_interface", "b_address")


def all_fit(wiring: Wiring, sessions: Sequence[Session]) -> bool:
    """Whether all sessions of a profile surely fit; where not, each must be looked at."""
    profile = sessions[0].profile
    if profile.kind is SessionKind.NODE:
        return _nodes_fit(wiring, profile, sessions)
    if profile.kind in (SessionKind.FABRIC, SessionKind.HOST) and profile.a.source is Source.LINK:
        return _numbers_fit(wiring, profile, sessions) and _in_order(
            map(_LINK, sessions),
            wiring.cabling.ends6 if profile.only_ipv6 else wiring.cabling.ends,
        )
    return False


def _numbers_fit(wiring: Wiring, profile: SessionProfile, sessions: Sequence[Session]) -> bool:
    """Whether every device shows the AS number that the other end expects."""
    asns, shown = wiring.asns, wiring.shown(profile.name)
    return all(shown.get(a) == asn for a, asn in set(map(_UPPER, sessions))) and all(
        asns.get(b) == asn for b, asn in set(map(_LOWER, sessions))
    )


def _in_order(links: Iterable[LinkKey], ends: Iterable[LinkKey]) -> bool:
    """Whether links are ends of cables, in the order of the cables: so sessions are derived."""
    coming = iter(ends)
    return all(link in coming for link in links)


def _nodes_fit(wiring: Wiring, profile: SessionProfile, sessions: Sequence[Session]) -> bool:
    """Whether sessions of leaves with speakers run between addresses of theirs, and are cabled."""
    if profile.a.source is Source.LOOPBACK and profile.hops == 1:
        return False
    asns, shown, switches = wiring.asns, wiring.shown(profile.name), wiring.survey.switches
    for a, asn, address in set(map(_UPPER_ADDRESS, sessions)):
        if shown.get(a) != asn or address not in switches[a].addresses:
            return False
    servers = wiring.design.servers
    for b, asn, address in set(map(_LOWER_ADDRESS, sessions)):
        server = servers.get(b)
        if server is None or asns[b] != asn:
            return False
        if address != server.address and address not in server.own_addresses:
            return False
    servers_at = wiring.cabling.servers_at
    below = below_each(map(_BOTH, sessions))
    return all(servers_at.get(a, frozenset()).issuperset(some) for a, some in below.items())
