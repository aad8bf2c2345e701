"""``fabric show session``: the sessions of two devices, both ends."""

from dataclasses import dataclass
from typing import NamedTuple

from barefabric.compare.ranges import listed
from barefabric.errors import Diagnostic, FabricError
from barefabric.inquire.names import find_device
from barefabric.inquire.policies import Filters, Rules, announced, end_rules, filters_of, passes_on
from barefabric.inquire.words import SESSION_KINDS, bfd_text, lists_text
from barefabric.model.design import Design
from barefabric.model.session import Session, Side, Speaker


class End(NamedTuple):
    """One end of a session.

    ``asn`` is what the other end sees; ``own_asn`` is the device's where that differs, else 0.
    ``announces`` are the prefixes it is expected to send of its own; with ``passes_on`` it also
    sends what it learned. ``lists`` are the prefix lists of its policies, with their entries.
    """

    device: str
    what: str
    speaker: str
    asn: int
    own_asn: int
    address: str
    interface: str
    source: str
    group: str
    imports: Rules
    exports: Rules
    passive: bool
    max_prefix: int
    options: tuple[str, ...]
    announces: tuple[str, ...]
    passes_on: bool
    lists: tuple[str, ...]


@dataclass(frozen=True)
class SessionFacts:
    """A session, resolved. Times are in seconds; ``authentication`` is the name of a secret."""

    id: str
    kind: str
    sentence: str
    profile: str
    families: tuple[str, ...]
    keepalive: int
    hold: int
    bfd: str
    authentication: str
    hops: int
    ttl_security: bool
    a: End
    b: End


def show_session(design: Design, one: str, other: str) -> tuple[SessionFacts, ...]:
    """Every session between two devices, in either order of naming.

    Raises FabricError: INQ001 and INQ002 for names, INQ003 where there is no session.
    """
    first, second = find_device(design, one), find_device(design, other)
    ends = {first, second}
    mine = design.sessions_by_device.get(first) or design.sessions_by_device.get(second) or []
    found = [s for s in mine if {s.a, s.b} == ends]
    if not found or first == second:
        raise FabricError([_no_session(design, first, second)])
    filters = {device: filters_of(design, device) for device in ends}
    return tuple(_facts(design, session, filters) for session in found)


def _no_session(design: Design, first: str, second: str) -> Diagnostic:
    spoken = [name for device in (first, second) if (name := _neighbors(design, device))]
    cabled = any({c.a, c.b} == {first, second} for c in design.cables)
    return Diagnostic(
        "INQ003",
        f"there is no session between {first} and {second}" + (", only a cable" if cabled else "")
        if first != second
        else f"{first} has no session with itself",
        allowed="; ".join(spoken),
    )


def _neighbors(design: Design, device: str) -> str:
    sessions = design.sessions_by_device.get(device, [])
    others = dict.fromkeys(s.b if s.a == device else s.a for s in sessions)
    return f"{device} has sessions with {listed(others)}" if others else f"{device} speaks no BGP"


def _facts(design: Design, session: Session, filters: dict[str, Filters]) -> SessionFacts:
    p = session.profile
    return SessionFacts(
        session.id, p.kind.value, SESSION_KINDS[p.kind], p.name, p.families, p.keepalive, p.hold,
        bfd_text(p.bfd), p.password, p.hops, p.ttl_security,
        _end(design, session, filters, at_a=True), _end(design, session, filters, at_a=False),
    )  # fmt: skip


def _end(design: Design, session: Session, filters: dict[str, Filters], *, at_a: bool) -> End:
    s, p = session, session.profile
    side, device = (p.a, s.a) if at_a else (p.b, s.b)
    asn, address, interface = (
        (s.a_asn, s.a_address, s.a_interface) if at_a else (s.b_asn, s.b_address, s.b_interface)
    )
    mine = filters[device]
    imports, exports = end_rules(session, side, at_a, mine)
    policies = (mine.policies.get(name) for name in (imports.name, exports.name))
    names = dict.fromkeys(n for policy in policies if policy for n in policy.lists)
    return End(
        device, what_is(design, device), speaker_name(design, device, side), asn,
        own if (own := _own_asn(design, device)) != asn else 0, address,
        interface, side.source.value, side.group, imports, exports, side.passive, side.max_prefix,
        _options(side), announced(design, session, side, at_a, mine),
        side.speaker is Speaker.SWITCH and passes_on(exports.name, mine),
        tuple(lists_text((n, mine.lists[n]) for n in names if n in mine.lists)),
    )  # fmt: skip


def _own_asn(design: Design, device: str) -> int:
    known = design.switches.get(device) or design.servers.get(device)
    return known.asn if known else design.upstreams[device].asn


def _options(side: Side) -> tuple[str, ...]:
    options = (
        ("next hop itself", side.next_hop_self),
        ("takes private ASNs out", side.remove_private_as),
        ("sends communities", side.send_community),
    )
    return tuple(name for name, on in options if on)


def what_is(design: Design, device: str) -> str:
    """``leaf, rack r1``; ``spine, pod p1``; ``worker, rack r1``; ``upstream router``."""
    switch, server = design.switches.get(device), design.servers.get(device)
    if switch is not None:
        where = f"rack {switch.rack}" if switch.rack else f"pod {switch.pod}" if switch.pod else ""
        return ", ".join(filter(None, (switch.role.value, where)))
    if server is not None:
        return f"{server.type} server, rack {server.rack}"
    return "upstream router"


def speaker_name(design: Design, device: str, side: Side) -> str:
    """The program that speaks: the network OS of a switch, FRR on a host, or a component."""
    if side.speaker is Speaker.SWITCH:
        return design.switches[device].nos
    return {Speaker.HOST: "frr on the host", Speaker.UPSTREAM: "not ours"}.get(
        side.speaker, side.speaker.value
    )
