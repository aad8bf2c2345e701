"""Which sessions come up, and why others do not.

A session comes up when both ends configure it, name each other's AS number and address, and can
reach each other: over the cable of a link session, over the rack's VLAN (and the peer link) for
addresses of a rack, over at most ``hops`` - 1 routers for loopbacks. All sessions of a kind are
checked together first (`verify/fitting.py`); they are looked at one by one where some fail.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from barefabric.model.address import bare
from barefabric.model.record import fields
from barefabric.model.session import Session, SessionKind, SessionProfile, Source
from barefabric.verify.fitting import all_fit
from barefabric.verify.survey import Facts, Survey
from barefabric.verify.wiring import Wiring


class Down(NamedTuple):
    """A session that does not come up, and why."""

    session: Session
    reasons: tuple[str, ...]


@dataclass
class Sessions:
    """Sessions by profile: those that are up, and those that are not."""

    up: dict[str, list[Session]] = field(default_factory=dict)
    down: list[Down] = field(default_factory=list)

    @cached_property
    def down_ids(self) -> frozenset[str]:
        """Ids of the sessions that are down."""
        return frozenset(d.session.id for d in self.down)


def find_sessions(survey: Survey, wiring: Wiring) -> Sessions:
    """Sort the design's sessions into those that come up and those that do not.

    Multihop sessions are taken as up where their link session is; whether each end's loopback
    is really reached over it is decided when routes are known.
    """
    by_profile: dict[str, list[Session]] = {}
    for profile, sessions in groupby(survey.design.sessions, _PROFILE):
        by_profile.setdefault(profile.name, []).extend(sessions)
    found = Sessions()
    for name, every in by_profile.items():
        good, bad = _split(wiring, every)
        found.up[name] = good
        found.down += [Down(s, tuple(why_down(wiring, s))) for s in bad]
    return found


_PROFILE, _UPPER, _LOWER = fields(Session, "profile"), fields(Session, "a"), fields(Session, "b")


def _split(wiring: Wiring, sessions: list[Session]) -> tuple[list[Session], list[Session]]:
    """Sessions of one profile that pass, and those that do not."""
    profile = sessions[0].profile
    if any(True for _ in _profile_faults(profile)):
        return [], sessions
    good = sessions
    if not all_fit(wiring, sessions):
        test = _test(wiring, profile)
        asns, shown = wiring.asns, wiring.shown(profile.name)
        good = [
            s
            for s in sessions
            if shown.get(s.a) == s.a_asn and asns.get(s.b) == s.b_asn and test(s)
        ]
    unconfigured = set(_unconfigured(wiring, profile, good))
    if wiring.failure.devices:
        unconfigured |= wiring.failure.devices
    if unconfigured:
        good = [s for s in good if s.a not in unconfigured and s.b not in unconfigured]
    if len(good) == len(sessions):
        return good, []
    passed = set(map(id, good))
    return good, [s for s in sessions if id(s) not in passed]


def _test(wiring: Wiring, profile: SessionProfile) -> Callable[[Session], bool]:
    """The test of addresses and reachability for one kind of session."""
    if profile.kind is SessionKind.PAIR:
        routing, peered = wiring.routing, wiring.cabling.peered
        return lambda s: (s.a, s.b, s.a_address, s.b_address) in routing and (s.a, s.b) in peered
    if profile.kind is SessionKind.UPSTREAM:
        return lambda s: _upstream_fits(wiring, s)
    if profile.a.source is Source.LINK:
        links = wiring.links(only_ipv6=profile.only_ipv6)
        return lambda s: (s.a, s.a_interface, s.a_address, s.b, s.b_interface, s.b_address) in links
    return _node_test(wiring, profile)


def _node_test(wiring: Wiring, profile: SessionProfile) -> Callable[[Session], bool]:
    """The test for sessions of a leaf with a speaker on a server."""
    switches, servers = wiring.survey.switches, wiring.design.servers
    multihop = profile.a.source is Source.LOOPBACK

    def fits(session: Session) -> bool:
        server = servers.get(session.b)
        if server is None or session.a not in switches:
            return False
        if session.b_address != server.address and session.b_address not in server.own_addresses:
            return False
        if session.a_address not in switches[session.a].addresses:
            return False
        if multihop:
            return profile.hops > 1 and wiring.served(session.a, session.b)
        return wiring.on_vlan(session.a, session.b)

    return fits


def _upstream_fits(wiring: Wiring, session: Session) -> bool:
    upstream = wiring.design.upstreams.get(session.b)
    ends = (session.a, session.a_interface, session.a_address, session.b, session.b_address)
    return upstream is not None and (
        ends in wiring.cabling.uplinks
        and (upstream.switch, upstream.port) == (session.a, session.a_interface)
        and (session.a_address, session.b_address)
        in (
            (bare(upstream.ours), bare(upstream.theirs)),
            (bare(upstream.ours6), bare(upstream.theirs6)),
        )
    )


def _profile_faults(profile: SessionProfile) -> Iterator[str]:
    if profile.a.passive and profile.b.passive:
        yield "both ends wait for the other to connect"
    if not profile.families:
        yield "no address family is active"


def _unconfigured(
    wiring: Wiring, profile: SessionProfile, sessions: Collection[Session]
) -> Iterator[str]:
    """Devices of ours that have no peer group for a profile."""
    switches, hosts = wiring.survey.switches, wiring.survey.hosts
    for name in set(map(_UPPER, sessions)):
        if name not in switches or profile.name not in switches[name].groups:
            yield name
    if profile.kind in (SessionKind.FABRIC, SessionKind.PAIR, SessionKind.HOST):
        ours: Mapping[str, Facts] = hosts if profile.kind is SessionKind.HOST else switches
        for name in set(map(_LOWER, sessions)):
            if name not in ours or profile.name not in ours[name].groups:
                yield name


def why_down(wiring: Wiring, session: Session) -> Iterator[str]:
    """Every reason why a session does not come up."""
    yield from _profile_faults(session.profile)
    shown = wiring.shown(session.profile.name)
    for end, asn, actual in (
        (session.a, session.a_asn, shown.get(session.a)),
        (session.b, session.b_asn, wiring.asns.get(session.b)),
    ):
        if actual is None:
            yield f"{end} does not exist"
        elif actual != asn:
            yield f"the other end expects AS {asn} of {end}, which shows AS {actual}"
    for end in (session.a, session.b):
        if end in wiring.failure.devices:
            yield f"{end} is gone"
    if session.a in wiring.survey.switches and not _test(wiring, session.profile)(session):
        yield _where(session)
    for end in _unconfigured(wiring, session.profile, (session,)):
        yield f"{end} has no peer group for it"


def _where(session: Session) -> str:
    """Why a session's addresses or links do not fit."""
    kind = session.profile.kind
    ends = f"{session.a} {session.a_address or session.a_interface}".rstrip()
    ends += f" - {session.b} {session.b_address or session.b_interface}".rstrip()
    if kind is SessionKind.PAIR:
        return f"no peer link carries {ends}"
    if kind is SessionKind.NODE:
        return f"the addresses of {ends} are not theirs, or no cable joins them"
    return f"no cable joins the ports and addresses of {ends}"
