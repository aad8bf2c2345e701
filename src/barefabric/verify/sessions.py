"""Which sessions come up, and why others do not.

A session comes up when both ends configure it, name each other's AS number and address, and can
reach each other: over the cable of a link session, over the rack's VLAN (and the peer link) for
addresses of a rack, over at most ``hops`` - 1 routers for loopbacks. Whole kinds of session are
checked at a time with sets; a reason is worked out only for those that fail.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.session import Session, SessionKind, SessionProfile, Source
from barefabric.verify.survey import Facts, Survey


class Failure(NamedTuple):
    """What is gone: devices by name, cables by key."""

    devices: frozenset[str] = frozenset()
    cables: frozenset[str] = frozenset()


INTACT = Failure()


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


LinkKey = tuple[str, str, str, str, str, str]


class Wiring:
    """Cables and addresses as sessions need them, with a failure taken out."""

    def __init__(self, survey: Survey, failure: Failure = INTACT) -> None:
        self.design: Design = survey.design
        self.survey = survey
        self.failure = failure
        self.asns: dict[str, int] = {name: f.asn for name, f in survey.switches.items()}
        self.asns.update((name, s.asn) for name, s in self.design.servers.items())
        self.asns.update((name, f.asn) for name, f in survey.hosts.items())
        self.asns.update((name, u.asn) for name, u in self.design.upstreams.items())
        self.links: dict[LinkKey, int] = {}
        self.served: set[tuple[str, str]] = set()
        self.peered: set[tuple[str, str]] = set()
        self.ranked = 0
        self._shown: dict[str, dict[str, int]] = {}
        self._lay(self.design.cables)

    def _lay(self, cables: Iterable[Cable]) -> None:
        dead, gone = self.failure.cables, self.failure.devices
        links, served = self.links, self.served
        hosts = any(p.kind is SessionKind.HOST for p in self.design.profiles.values())
        for cable in cables:
            kind, a, a_port, b, b_port, _, index, a_address, b_address = cable
            if (dead and cable.key in dead) or (gone and (a in gone or b in gone)):
                continue
            if kind is CableKind.PEER:
                self.peered.add((a, b))
                self.peered.add((b, a))
                continue
            self.ranked += kind is CableKind.FABRIC
            if kind is CableKind.SERVER:
                served.add((a, b))
                if not hosts:
                    continue
                self.ranked += self.design.servers[b].attach is Attach.ROUTED
            if a_address or b_address:
                a_address = a_address.partition("/")[0]
                b_address = b_address.partition("/")[0]
            links[a, a_port, a_address, b, b_port, b_address] = index

    @cached_property
    def leaf_of_pair(self) -> Mapping[str, str]:
        """The other leaf of each leaf in a pair."""
        pairs = self.design.pairs.values()
        return {
            one: other for p in pairs for one, other in ((p.first, p.second), (p.second, p.first))
        }

    @cached_property
    def routing(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """Addresses of the iBGP session of each pair."""
        return {
            (p.first, p.second): (_bare(p.routing[0]), _bare(p.routing[1]))
            for p in self.design.pairs.values()
        }

    def shown(self, profile: str) -> Mapping[str, int]:
        """The AS number each switch shows to its neighbors of a profile."""
        known = self._shown.get(profile)
        if known is None:
            known = self._shown[profile] = {
                name: (group.local_as if (group := facts.groups.get(profile)) else 0) or facts.asn
                for name, facts in self.survey.switches.items()
            }
        return known

    def on_vlan(self, leaf: str, server: str) -> bool:
        """Whether a server's frames reach a leaf: by its own cable, or over the peer link."""
        if (leaf, server) in self.served:
            return True
        other = self.leaf_of_pair.get(leaf, "")
        return (leaf, other) in self.peered and (other, server) in self.served


def _bare(address: str) -> str:
    return address.partition("/")[0]


def find_sessions(survey: Survey, wiring: Wiring) -> Sessions:
    """Sort the design's sessions into those that come up and those that do not.

    Multihop sessions are taken as up where their link session is; whether each end's loopback
    is really reached over it is decided when routes are known.
    """
    by_profile: dict[str, list[Session]] = {}
    for session in survey.design.sessions:
        by_profile.setdefault(session.profile.name, []).append(session)
    found = Sessions()
    for name, sessions in by_profile.items():
        good, bad = _split(wiring, sessions)
        found.up[name] = good
        found.down += [Down(s, tuple(why_down(wiring, s))) for s in bad]
    return found


def _split(wiring: Wiring, sessions: list[Session]) -> tuple[list[Session], list[Session]]:
    """Sessions of one profile that pass, and those that do not."""
    profile = sessions[0].profile
    if any(True for _ in _profile_faults(profile)):
        return [], sessions
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
        routing, peered = wiring.routing, wiring.peered
        return lambda s: (
            routing.get((s.a, s.b)) == (s.a_address, s.b_address) and (s.a, s.b) in peered
        )
    if profile.kind is SessionKind.UPSTREAM:
        return lambda s: _upstream_fits(wiring, s)
    if profile.a.source is Source.LINK:
        links = wiring.links
        return lambda s: (
            (s.a, s.a_interface, s.a_address, s.b, s.b_interface, s.b_address) in links
        )
    return _node_test(wiring, profile)


def _node_test(wiring: Wiring, profile: SessionProfile) -> Callable[[Session], bool]:
    """The test for sessions of a leaf with a speaker on a server."""
    switches, servers = wiring.survey.switches, wiring.design.servers
    served, near = wiring.served, wiring.on_vlan
    multihop = profile.a.source is Source.LOOPBACK

    def fits(session: Session) -> bool:
        server = servers[session.b]
        if session.b_address != server.address and not (
            server.uses_second and session.b_address == server.second_address
        ):
            return False
        if session.a_address not in switches[session.a].addresses:
            return False
        direct = (session.a, session.b) in served
        return direct and profile.hops > 1 if multihop else direct or near(session.a, session.b)

    return fits


def _upstream_fits(wiring: Wiring, session: Session) -> bool:
    upstream = wiring.design.upstreams[session.b]
    return (
        (upstream.switch, upstream.port) == (session.a, session.a_interface)
        and _bare(upstream.ours) == session.a_address
        and _bare(upstream.theirs) == session.b_address
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
    for name in {s.a for s in sessions}:
        if name not in switches or profile.name not in switches[name].groups:
            yield name
    if profile.kind in (SessionKind.FABRIC, SessionKind.PAIR, SessionKind.HOST):
        ours: Mapping[str, Facts] = hosts if profile.kind is SessionKind.HOST else switches
        for name in {s.b for s in sessions}:
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
        yield _where(wiring, session)
    for end in _unconfigured(wiring, session.profile, (session,)):
        yield f"{end} has no peer group for it"


def _where(wiring: Wiring, session: Session) -> str:
    """Why a session's addresses or links do not fit."""
    kind = session.profile.kind
    ends = f"{session.a} {session.a_address or session.a_interface}".rstrip()
    ends += f" - {session.b} {session.b_address or session.b_interface}".rstrip()
    if kind is SessionKind.PAIR:
        return f"no peer link carries {ends}"
    if kind is SessionKind.NODE:
        return f"the addresses of {ends} are not theirs, or no cable joins them"
    return f"no cable joins the ports and addresses of {ends}"
