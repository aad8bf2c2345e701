"""Checks of one switch's intent against the cables, racks and sessions of the design."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, TypeVar

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Rack
from barefabric.model.intent import (
    AccessPort,
    Channel,
    MemberPort,
    Neighbor,
    PeerGroup,
    RoutedPort,
    ServerIntent,
    SwitchIntent,
)
from barefabric.model.session import Session, SessionProfile, Side
from barefabric.verify.checks.tally import Tally

_DERIVED = "the configuration was not made from this design, or was changed by hand"
_AGAIN = "run fabric design again; if it stays, report it"


def _fields(kind: type[Any], *names: str) -> "itemgetter[Any]":
    """Reads fields of many records without a line of Python for each."""
    return itemgetter(*map(kind._fields.index, names))


_ROUTED = _fields(RoutedPort, "name", "address", "address6", "peer", "peer_port", "speed")
_MEMBER = _fields(MemberPort, "name", "peer", "peer_port", "speed")
_ACCESS = _fields(AccessPort, "name", "peer", "peer_port", "speed")
_UPPER = _fields(Cable, "a_port", "a_address", "a_address6", "b", "b_port", "speed")
_LOWER = _fields(Cable, "b_port", "b_address", "b_address6", "a", "a_port", "speed")
_CHANNEL, _MLAG = _fields(Channel, "number"), _fields(Channel, "mlag")
_INTERFACE = _fields(Neighbor, "interface")
_NEIGHBOR = _fields(Neighbor, "address", "asn", "local_address", "import_policy")
_A_ADDRESS, _B_ADDRESS = _fields(Session, "a_address"), _fields(Session, "b_address")
_AT_A = _fields(Session, "b_address", "b_asn", "a_address", "a_import")
_AT_B = _fields(Session, "a_address", "a_asn", "b_address")

_KIND = _fields(Cable, "kind")
_Record = TypeVar("_Record", Cable, Session)
_Thing = TypeVar("_Thing", bound=Hashable)

Face = tuple[str, str, str, str, str, int]
"""A port as seen from its device: name, both addresses, peer, the peer's port, speed."""


def check_switch(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """Everything that one switch's intent alone can show."""
    _links(design, intent, tally)
    _neighbors(design, intent, tally)
    for group in intent.bgp.groups:
        _settings(design, intent.switch.name, group, tally)
    _unique(intent, tally)
    _mtu(design, intent, tally)
    rack = design.racks.get(intent.switch.rack)
    if rack is not None and rack.gateway:
        _gateway(rack, intent, tally)


def check_server(design: Design, intent: ServerIntent, tally: Tally) -> None:
    """What one server's intent can show."""
    for group in intent.bgp.groups if intent.bgp else ():
        _settings(design, intent.server.name, group, tally)
    tally.count("mtu")
    if intent.mtu > design.underlay.mtu:
        tally.fault(
            "mtu",
            f"{intent.server.name} has MTU {intent.mtu}, its leaves {design.underlay.mtu}",
            "the server type's MTU is larger than the fabric's",
            "lower it, or raise underlay.mtu",
        )


def _unique(intent: SwitchIntent, tally: Tally) -> None:
    """A name or number that stands for two things makes a switch merge them."""
    channels = intent.channels
    named: tuple[tuple[str, list[Hashable]], ...] = (
        ("peer group", [group.name for group in intent.bgp.groups]),
        ("port channel", list(map(_CHANNEL, channels))),
        ("MLAG id", list(filter(None, map(_MLAG, channels)))),
    )
    for what, found in named:
        tally.count("settings", len(found))
        if len(set(found)) == len(found):
            continue
        for name in (name for name, count in Counter(found).items() if count > 1):
            line = f"{intent.switch.name} has {what} {name} twice"
            tally.fault("settings", line, _DERIVED, _AGAIN)


# Links.


def _ports(intent: SwitchIntent) -> tuple[list[Face], list[Face]]:
    """Ports as the switch configures them: routed ones, and those in VLANs."""
    bridged = [*map(_MEMBER, intent.members), *map(_ACCESS, intent.access)]
    return list(map(_ROUTED, intent.routed)), [
        (name, "", "", peer, peer_port, speed) for name, peer, peer_port, speed in bridged
    ]


def _cables(design: Design, name: str) -> tuple[list[Face], list[Face]]:
    """Ports as the design's cables have them, those between tiers first, each kind in order."""
    routed: list[Face] = []
    others: list[Face] = []
    for kind, some in groupby(design.cables_by_device[name], _KIND):
        found = routed if kind in (CableKind.FABRIC, CableKind.UPSTREAM) else others
        upper, lower = _by_end(some, name)
        found += map(_LOWER, lower)
        found += map(_UPPER, upper)
    return routed, others


def _by_end(records: Iterable[_Record], name: str) -> tuple[list[_Record], list[_Record]]:
    """Cables or sessions that have a device as their upper end, and those that do not."""
    upper: list[_Record] = []
    lower: list[_Record] = []
    for record in records:
        (upper if record.a == name else lower).append(record)
    return upper, lower


def _same(configured: list[_Thing], wanted: list[_Thing]) -> bool:
    """Whether two lists hold the same. Mostly in one order: sets of all would cost double."""
    return configured == wanted or set(configured) == set(wanted)


def _links(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """The ports a switch configures are those its cables end in, with the cables' addresses."""
    name = intent.switch.name
    mine, theirs = _ports(intent), _cables(design, name)
    tally.count("links", sum(map(len, theirs)))
    if _same(mine[0], theirs[0]) and _same(mine[1], theirs[1]):
        return
    configured, cabled = set(chain(*mine)), set(chain(*theirs))
    for face in sorted(configured ^ cabled):
        port, address, address6, peer, peer_port, speed = face
        have = "configures" if face in configured else "has cabled"
        what = " ".join(filter(None, (port, address, address6, "to", peer, peer_port)))
        tally.fault(
            "links",
            f"{name} {have} {what} at {speed}G",
            "configuration and cabling differ",
            "compare plan/cabling with the rack",
        )


# Sessions.


def _neighbors(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """The neighbors a switch configures are exactly its sessions: address, AS number, policy."""
    name = intent.switch.name
    neighbors = _configured([n for group in intent.bgp.groups for n in group.neighbors])
    ends = _wanted(name, design.sessions_by_device[name])
    tally.count("neighbors", len(ends))
    if _same(neighbors, ends):
        return
    configured, wanted = set(neighbors), set(ends)
    for neighbor in sorted(configured ^ wanted):
        what = "configures" if neighbor in configured else "does not configure"
        line = f"{name} {what} neighbor {neighbor[0]} (AS {neighbor[1]})"
        tally.fault("neighbors", line, _DERIVED, _AGAIN)


_Peer = tuple[str, int, str, str]
"""A neighbor: its address (or our interface), its AS number, our address, its own policy."""


def _configured(neighbors: list[Neighbor]) -> list[_Peer]:
    """Neighbors as the switch configures them."""
    if not any(map(_INTERFACE, neighbors)):
        return list(map(_NEIGHBOR, neighbors))
    return [(n.address or n.interface, n.asn, n.local_address, n.import_policy) for n in neighbors]


def _wanted(name: str, sessions: list[Session]) -> list[_Peer]:
    """The other ends of a switch's sessions."""
    upper, lower = _by_end(sessions, name)
    if all(map(_B_ADDRESS, upper)) and all(map(_A_ADDRESS, lower)):
        below = [(address, asn, mine, "") for address, asn, mine in map(_AT_B, lower)]
        return [*below, *map(_AT_A, upper)]
    below = [(s.a_address or s.b_interface, s.a_asn, s.b_address, "") for s in lower]
    return [
        *below,
        *((s.b_address or s.a_interface, s.b_asn, s.a_address, s.a_import) for s in upper),
    ]


def _settings(design: Design, name: str, group: PeerGroup, tally: Tally) -> None:
    """A peer group says what its profile says, so both ends say the same."""
    profile = design.profiles.get(group.profile)
    tally.count("settings", len(group.neighbors))
    if profile is None:
        line = f"{name}: group {group.name} belongs to no profile"
        tally.fault("settings", line, _DERIVED, _AGAIN)
        return
    side = (
        profile.a
        if profile.a.speaker is group.speaker and (profile.a.group == group.name)
        else profile.b
    )
    for what, mine, theirs in _differences(group, profile, side):
        tally.fault(
            "settings",
            f"{name}, group {group.name}: {what} {mine}, the design says {theirs}",
            "the two ends of the session would not agree",
            _AGAIN,
        )


def _differences(
    group: PeerGroup, profile: SessionProfile, side: Side
) -> Iterator[tuple[str, object, object]]:
    pairs: Iterable[tuple[str, object, object]] = (
        ("families", group.families, profile.families),
        ("keepalive", group.keepalive, profile.keepalive),
        ("hold time", group.hold, profile.hold),
        ("BFD", group.bfd, profile.bfd),
        ("password", group.password, profile.password),
        ("hops", group.hops, profile.hops),
        ("TTL security", group.ttl_security, profile.ttl_security),
        ("passive", group.passive, side.passive),
        ("local AS", group.local_as, side.local_as),
        ("max-prefix", group.max_prefix, side.max_prefix),
        ("import policy", group.import_policy, side.import_policy),
        ("export policy", group.export_policy, side.export_policy),
        ("next-hop-self", group.next_hop_self, side.next_hop_self),
        ("remove-private-as", group.remove_private_as, side.remove_private_as),
        ("send-community", group.send_community, side.send_community),
    )
    return ((what, _said(mine), _said(theirs)) for what, mine, theirs in pairs if mine != theirs)


def _said(value: object) -> object:
    return "none" if value in (None, "", ()) else value


# MTU.


def _mtu(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """All ports and VLANs of a switch have the fabric's MTU, hence both ends of every link.

    A port towards an upstream router has that router's.
    """
    name, wanted = intent.switch.name, design.underlay.mtu
    outside = {u.name: u.mtu for u in design.upstreams.values() if u.switch == name}
    tally.count("mtu", len(intent.routed) + len(intent.access) + len(intent.channels))
    odd = [
        (port.name, port.mtu)
        for port in intent.routed
        if port.mtu != outside.get(port.peer, wanted)
    ]
    odd += [(port.name, port.mtu) for port in intent.access if port.mtu != wanted]
    odd += [(f"port channel {c.number}", c.mtu) for c in intent.channels if c.mtu != wanted]
    odd += [(f"VLAN {svi.vlan}", svi.mtu) for svi in intent.svis if svi.mtu != wanted]
    for port, mtu in odd:
        tally.fault(
            "mtu",
            f"{name} {port} has MTU {mtu}, the other end {wanted}",
            "large packets are lost, small ones pass: sessions stay up",
            "one MTU: underlay.mtu",
        )


# Gateways.


def _gateway(rack: Rack, intent: SwitchIntent, tally: Tally) -> None:
    name = intent.switch.name
    tally.count("gateways")
    svi = next((s for s in intent.svis if s.vlan == rack.vlan), None)
    if svi is None:
        tally.fault("gateways", f"{name} has no interface in VLAN {rack.vlan}", _DERIVED, _AGAIN)
    elif svi.gateway != rack.gateway:
        tally.fault(
            "gateways",
            f"{name} answers for {svi.gateway or 'no gateway'}, "
            f"servers of rack {rack.name} use {rack.gateway}",
            _DERIVED,
            _AGAIN,
        )
    if not any(vlan.number == rack.vlan and not vlan.pair_only for vlan in intent.vlans):
        tally.fault("gateways", f"{name} does not know VLAN {rack.vlan}", _DERIVED, _AGAIN)
