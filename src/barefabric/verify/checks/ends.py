"""Checks of a switch's ports and neighbors against the ends of its cables and sessions."""

from collections.abc import Iterable
from itertools import chain, groupby
from typing import TypeVar

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.intent import AccessPort, MemberPort, Neighbor, RoutedPort, SwitchIntent
from barefabric.model.record import fields
from barefabric.model.session import Session
from barefabric.verify.checks.tally import Tally

_ROUTED = fields(RoutedPort, "name", "address", "address6", "peer", "peer_port", "speed")
_MEMBER = fields(MemberPort, "name", "peer", "peer_port", "speed")
_ACCESS = fields(AccessPort, "name", "peer", "peer_port", "speed")
_UPPER = fields(Cable, "a_port", "a_address", "a_address6", "b", "b_port", "speed")
_LOWER = fields(Cable, "b_port", "b_address", "b_address6", "a", "a_port", "speed")
_INTERFACE = fields(Neighbor, "interface")
_NEIGHBOR = fields(Neighbor, "address", "asn", "local_address", "import_policy")
_A_ADDRESS, _B_ADDRESS = fields(Session, "a_address"), fields(Session, "b_address")
_AT_A = fields(Session, "b_address", "b_asn", "a_address", "a_import")
_AT_B = fields(Session, "a_address", "a_asn", "b_address")

_KIND = fields(Cable, "kind")
_Record = TypeVar("_Record", Cable, Session)

Face = tuple[str, str, str, str, str, int]
"""A port as seen from its device: name, both addresses, peer, the peer's port, speed."""


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


def check_links(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """The ports a switch configures are those its cables end in, with the cables' addresses."""
    name = intent.switch.name
    mine, theirs = _ports(intent), _cables(design, name)
    tally.count("links", sum(map(len, theirs)))
    if mine[0] == theirs[0] and set(mine[1]) == set(theirs[1]):
        return  # mostly in one order: sets of all would cost double
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


def check_neighbors(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """The neighbors a switch configures are exactly its sessions: address, AS number, policy."""
    name = intent.switch.name
    neighbors = _configured([n for group in intent.bgp.groups for n in group.neighbors])
    ends = _wanted(name, design.sessions_by_device[name])
    tally.count("neighbors", len(ends))
    if neighbors == ends:
        return
    configured, wanted = set(neighbors), set(ends)
    for neighbor in sorted(configured ^ wanted):
        what = "configures" if neighbor in configured else "does not configure"
        line = f"{name} {what} neighbor {neighbor[0]} (AS {neighbor[1]})"
        tally.fault(
            "neighbors",
            line,
            "the configuration was not made from this design, or was changed by hand",
            "run fabric design again; if it stays, report it",
        )


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
