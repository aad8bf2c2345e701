"""What ``fabric lab fail`` breaks: the fault, flows that show it, what the plan predicts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from barefabric.errors import Diagnostic, UsageError
from barefabric.lab.hosts import own_address, sample, world
from barefabric.lab.inside.flows import PORTS
from barefabric.lab.judging.case import Expected
from barefabric.lab.judging.layer2 import with_pairs
from barefabric.model.address import family
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import AnnouncementKind, Design
from barefabric.model.device import Attach, Role, Server
from barefabric.model.session import SessionKind
from barefabric.verify.deciding.shape import Shape
from barefabric.verify.wiring import Failure

KINDS = ("link", "leg", "peer-link", "silent", "one-way", "device", "dead", "daemon", "upstream")
"""Faults by name; ``dead`` is a device that stops while its links keep their carrier."""
FLOWS = 48
SLOW = 1000
"""Milliseconds between BFD packets of a session that is not up, at most (RFC 5880, 6.8.3)."""
MIIMON, LACP_FAST = 100.0, 3000.0
"""Milliseconds in which a bond notices lost carrier, and a silent partner at the fast rate."""


class Broken(NamedTuple):
    """A fault that can be measured.

    ``request`` is what the lab is asked for, ``failure`` the same for the computation; None where
    routes do not change. ``predicted`` is how long the plan says that a flow may be interrupted,
    in milliseconds; ``why`` says what it comes from.
    """

    kind: str
    name: str
    request: dict[str, Any]
    failure: Failure | None
    flows: tuple[tuple[str, str, str, int], ...]
    predicted: float
    why: str


def breakable(expected: Expected, kind: str, where: Sequence[str], count: int = FLOWS) -> Broken:
    """A fault by its kind and what it is done to; without the latter, the first thing that fits.

    Raises :class:`UsageError` LAB007 for a kind, LAB008 for a thing that the design does not have.
    """
    design = expected.design
    if kind not in KINDS:
        raise UsageError([Diagnostic("LAB007", f"there is no fault {kind}",
                                     allowed=", ".join(KINDS))])  # fmt: skip
    if kind in ("device", "dead", "daemon", "upstream"):
        return _of_device(expected, kind, where, count)
    cables = _cables(design, kind, where)
    failure = Failure(cables=frozenset(cable.key for cable in cables))
    request = {
        "kind": {"silent": "silence", "one-way": "one-way"}.get(kind, "cut"),
        "links": sorted(failure.cables),
    }
    failure = with_pairs(design, failure)
    near = _near(design, [cables[0].a, cables[0].b])
    predicted, why = _predicted(design, kind, cables)
    flows = _flows(expected, failure, near, count)
    name = f"{cables[0].a} - {cables[0].b}"
    return Broken(kind, name, request, failure, flows, predicted, why)


def _of_device(expected: Expected, kind: str, where: Sequence[str], count: int) -> Broken:
    design = expected.design
    name = where[0] if where else _first_device(design, kind)
    device = name.partition("/")[0]
    known = device in design.switches or device in design.servers or device in design.upstreams
    if not known or (kind == "upstream" and device not in design.upstreams):
        raise _unknown(kind, name, design.upstreams if kind == "upstream" else design.switches)
    failure = None if kind == "daemon" else Failure(devices=frozenset((device,)))
    request = {"daemon": "kill", "dead": "deafen"}.get(kind, "isolate")
    cables = [c for c in design.cables if device in (c.a, c.b)]
    flows = _flows(expected, failure, _near(design, [device]), count, without=device)
    predicted, why = _predicted(design, "silent" if kind == "dead" else kind, cables)
    return Broken(kind, name, {"kind": request, "where": name}, failure, flows, predicted, why)


def _first_device(design: Design, kind: str) -> str:
    if kind == "upstream":
        if not design.upstreams:
            raise _unknown(kind, "upstream", ())
        return next(iter(design.upstreams))
    return next(s.name for s in design.switches.values() if s.role is Role.LEAF)


def _unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    shown = ", ".join(list(known)[:12]) or "none"
    return UsageError([Diagnostic("LAB008", f"{kind}: the design has no {name}", allowed=shown)])


# Cables.


def _cables(design: Design, kind: str, where: Sequence[str]) -> list[Cable]:
    """The cables that a fault is about: one, or all of a peer link."""
    wanted = {
        "leg": (CableKind.SERVER,),
        "peer-link": (CableKind.PEER,),
        "link": (CableKind.FABRIC, CableKind.SERVER, CableKind.UPSTREAM),
    }.get(kind, (CableKind.FABRIC, CableKind.SERVER))
    ends = set(where)
    fitting = [
        c for c in design.cables if c.kind in wanted and (not ends or ends <= {c.a, c.b, c.key})
    ]
    if not fitting:
        shown = dict.fromkeys(f"{c.a} {c.b}" for c in design.cables if c.kind in wanted)
        raise _unknown(kind, " ".join(where) or kind, shown)
    if not where and kind != "leg":
        fitting.sort(key=lambda c: design.switches[c.b].role is not Role.LEAF
                     if c.b in design.switches else True)  # fmt: skip
    if kind == "peer-link":
        first = fitting[0]
        return [c for c in fitting if (c.a, c.b) == (first.a, first.b)]
    return fitting[:1]


# Prediction.


def _predicted(design: Design, kind: str, cables: Sequence[Cable]) -> tuple[float, str]:
    """How long the plan says a flow may be interrupted, in milliseconds."""
    bonded = any(_bonded(design, cable) for cable in cables)
    if kind == "daemon":
        return 0.0, "the kernel goes on forwarding"
    if kind not in ("silent", "one-way"):
        if bonded or kind == "peer-link":
            return MIIMON, "the bond looks at its ports every 100 ms"
        return 0.0, "carrier is lost at once"
    found = [_detection(design, cable, SLOW if kind == "one-way" else 0) for cable in cables]
    if bonded:
        found.append((LACP_FAST, "LACP at the fast rate"))
    return max(found, default=(0.0, ""))


def _bonded(design: Design, cable: Cable) -> bool:
    server = design.servers.get(cable.b)
    return cable.kind is CableKind.SERVER and server is not None and server.attach is Attach.BOND


def _detection(design: Design, cable: Cable, slow: int) -> tuple[float, str]:
    """How soon the sessions over a cable notice silence: by BFD, else by the hold time.

    ``slow`` is how long the end that noticed may take to tell the other one by BFD.
    """
    kinds = (SessionKind.FABRIC, SessionKind.HOST, SessionKind.UPSTREAM)
    for session in design.sessions_by_device.get(cable.a, ()):
        here = session.b == cable.b and session.a_interface == cable.a_port
        if here and session.profile.kind in kinds:
            bfd = session.profile.bfd
            if bfd is not None:
                more = ", and a second to tell the end that still hears" if slow else ""
                why = f"BFD {bfd.interval} ms x {bfd.multiplier}{more}"
                return float(bfd.interval * bfd.multiplier + slow), why
            return session.profile.hold * 1000.0, f"hold time {session.profile.hold} s"
    return 0.0, ""


# Flows.


def _near(design: Design, devices: Iterable[str]) -> list[str]:
    """Servers whose packets may cross these devices: those of their racks, else all."""
    racks = set()
    for name in devices:
        switch, server = design.switches.get(name), design.servers.get(name)
        racks.add(switch.rack if switch else server.rack if server else "")
    racks.discard("")
    return [s.name for s in design.servers.values() if not racks or s.rack in racks]


def _flows(
    expected: Expected,
    failure: Failure | None,
    near: list[str],
    count: int,
    without: str = "",
) -> tuple[tuple[str, str, str, int], ...]:
    """Flows both ways between servers near the fault and servers elsewhere, and to services.

    Flows that the failure itself takes away are left out: those of devices that nothing connects
    any more, and those to the world where it takes the only way out.
    """
    design = expected.design
    gone = {without}
    if failure is not None:
        gone |= failure.devices | Shape(design, failure).cut_off
    here = [n for n in near if n not in gone]
    there = [n for n in design.servers if n not in gone and n not in set(near)] or here
    services = without in design.servers
    targets = list(_targets(design, here, there, services, _is_outward(design, failure, gone)))
    if not targets:
        return ()
    return tuple(
        (source, own_address(design.servers[source], to), to, number % PORTS)
        for number in range(count)
        for source, to in (targets[number % len(targets)],)
    )


def _is_outward(design: Design, failure: Failure | None, gone: set[str]) -> bool:
    """Whether a fault is about the way out, and leaves one."""
    if failure is None:
        return False
    ends = {u.name for u in design.upstreams.values()} | {
        u.switch for u in design.upstreams.values()
    }
    left = any(not {u.name, u.switch} & gone for u in design.upstreams.values())
    return left and bool(ends & failure.devices)


def _targets(
    design: Design, here: list[str], there: list[str], services: bool, outward: bool
) -> Iterator[tuple[str, str]]:
    """Pairs of source and address, in turn: one way, the other way, a service, the world.

    Each of them in every family of the design.
    """
    kinds = (AnnouncementKind.VIP, AnnouncementKind.POOL)
    shared = {family(a.prefix): sample(a.prefix)
              for a in reversed(design.announcements) if a.kind in kinds}  # fmt: skip
    for number, near in enumerate(here):
        far = there[number % len(there)]
        if far == near:
            far = there[(number + 1) % len(there)]
        if far != near:
            for address in _node_addresses(design.servers[far]):
                yield near, address
            for address in _node_addresses(design.servers[near]):
                yield far, address
        if services:
            yield from ((far, address) for address in shared.values())
        if outward:
            yield from ((near, address) for address in world(design).values())


def _node_addresses(server: Server) -> list[str]:
    return [address for address in (server.address, server.address6) if address]
