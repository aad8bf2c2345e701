"""A device's sessions as peer groups, seen from its end."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from barefabric.model.design import Design
from barefabric.model.intent import Neighbor, PeerGroup
from barefabric.model.record import fields, record
from barefabric.model.session import Session, SessionKind, Side

_ORDER = (
    SessionKind.FABRIC,
    SessionKind.PAIR,
    SessionKind.HOST,
    SessionKind.NODE,
    SessionKind.UPSTREAM,
)


@lru_cache(maxsize=1)
def sessions_by_profile(design: Design, name: str) -> list[list[Session]]:
    """The sessions of a device, in one list for each profile; it is at one end of all of them.

    Kept for the device last asked about: its policies and its groups both start from this.
    """
    found: dict[str, list[Session]] = {}
    for profile, same in groupby(design.sessions_by_device[name], key=fields(Session, "profile")):
        found.setdefault(profile.name, []).extend(same)
    return list(found.values())


def peer_groups(design: Design, name: str) -> Iterator[PeerGroup]:
    """Peer groups of a device, fabric first, with their neighbors in the order of the sessions."""
    groups = sessions_by_profile(design, name)
    for members in sorted(groups, key=lambda same: _ORDER.index(same[0].profile.kind)):
        yield peer_group(name, members)


def peer_group(name: str, sessions: list[Session]) -> PeerGroup:
    """One peer group of ``name``, from the sessions of one profile."""
    profile = sessions[0].profile
    at_a = sessions[0].a == name
    mine: Side = profile.a if at_a else profile.b
    other: Side = profile.b if at_a else profile.a
    neighbors = tuple(_below(sessions) if at_a else _above(sessions))
    asns = {neighbor[2] for neighbor in neighbors}
    return PeerGroup(
        mine.group,
        profile.name,
        profile.kind,
        mine.speaker,
        other.speaker,
        asns.pop() if len(asns) == 1 else 0,
        profile.families,
        profile.keepalive,
        profile.hold,
        profile.bfd,
        profile.password,
        profile.hops,
        profile.ttl_security,
        mine.passive,
        mine.source,
        mine.import_policy,
        mine.export_policy,
        mine.max_prefix,
        mine.next_hop_self,
        mine.remove_private_as,
        mine.send_community,
        neighbors,
        mine.local_as,
    )


def _below(sessions: list[Session]) -> list[Neighbor]:
    """The lower ends of sessions of one profile; a node is described by what speaks on it."""
    profile, found = sessions[0].profile, []
    speaker = profile.b.speaker.value if profile.kind is SessionKind.NODE else ""
    for _, _, _, ours, port, peer, asn, address, peer_port, own_import in sessions:
        tail = speaker or peer_port
        description = f"{peer} {tail}" if tail else peer
        values = (address, "" if address else port, asn, description, ours, own_import)
        found.append(record(Neighbor, values))
    return found


def _above(sessions: list[Session]) -> list[Neighbor]:
    """The upper ends of sessions of one profile."""
    found = []
    for _, peer, asn, address, peer_port, _, _, ours, port, _ in sessions:
        description = f"{peer} {peer_port}" if peer_port else peer
        values = (address, "" if address else port, asn, description, ours, "")
        found.append(record(Neighbor, values))
    return found
