"""Sessions as both ends see them, and BFD."""

from collections.abc import Iterator, Mapping
from typing import Any

from barefabric.lab.names import port
from barefabric.model.design import Design
from barefabric.model.session import Session, Speaker
from barefabric.verify.sessions import Down, Sessions

UP = "Established"
Told = Mapping[str, Any]


def part_of(speaker: Speaker) -> str:
    """The part of a host that speaks at one end of a session."""
    known = (Speaker.SWITCH, Speaker.HOST, Speaker.UPSTREAM)
    return "" if speaker in known else speaker.value


class Ends:
    """Finds what a daemon says of its end of a session."""

    def __init__(self, facts: Mapping[str, Mapping[str, Any]], kind: str = "sessions") -> None:
        self._by_peer: dict[tuple[str, str, str], Told] = {}
        for host, told in facts.items():
            for part, sessions in told.get(kind, {}).items():
                for session in sessions:
                    self._by_peer[host, part, session["peer"]] = session

    def a(self, session: Session) -> Told | None:
        """What the upper end says."""
        peer = session.b_address or port(session.a_interface)
        return self._by_peer.get((session.a, part_of(session.profile.a.speaker), peer))

    def b(self, session: Session) -> Told | None:
        """What the lower end says."""
        peer = session.a_address or port(session.b_interface)
        return self._by_peer.get((session.b, part_of(session.profile.b.speaker), peer))


def lab_sessions(design: Design, facts: Mapping[str, Mapping[str, Any]]) -> Sessions:
    """The design's sessions: up where both ends say so."""
    ends = Ends(facts)
    found = Sessions()
    for session in design.sessions:
        told = ((session.a, ends.a(session)), (session.b, ends.b(session)))
        reasons = tuple(_reason(who, what) for who, what in told if not _up(what))
        if reasons:
            found.down.append(Down(session, reasons))
        else:
            found.up.setdefault(session.profile.name, []).append(session)
    return found


def _up(told: Told | None) -> bool:
    return told is not None and told["state"] == UP


def _reason(who: str, told: Told | None) -> str:
    if told is None:
        return f"{who} has no such neighbor"
    more = f" ({told['why']})" if told.get("why") else ""
    if told.get("over"):
        more = " (it sent more prefixes than its limit)"
    return f"{who} says {told['state'] or 'nothing'}{more}"


def bfd_faults(design: Design, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Ends of sessions that have BFD in the design and do not see it up.

    An end whose daemon has no BFD at all (GoBGP 3) is left out.
    """
    ends = Ends(facts)
    for session in design.sessions:
        if session.profile.bfd is None:
            continue
        for who, told in ((session.a, ends.a(session)), (session.b, ends.b(session))):
            state = "" if told is None else told.get("bfd")
            if state is not None and state.lower() != "up":
                yield f"{session.id}: BFD is {state.lower() or 'not there'} at {who}"
