"""A design in numbers, for the summary a person reads in ten seconds. Pure data, linear cost."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.capacity.addresses import Fill, PodRoom, asns, pod_rooms, pools
from barefabric.capacity.bandwidth import switch_ratios
from barefabric.capacity.growth import Limit, growth
from barefabric.capacity.ports import TierPorts, tier_ports
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.model.session import SessionKind, Speaker
from barefabric.plan.sessions import uses


class Count(NamedTuple):
    """How many there are of something; ``noun`` agrees with the number."""

    number: int
    noun: str


class Worst(NamedTuple):
    """Oversubscription of a tier, from the best to the worst switch of it."""

    role: Role
    least: float
    most: float


class SessionCount(NamedTuple):
    """Sessions of one kind. ``speaker`` is the program at the lower end, of ``cluster``."""

    kind: SessionKind
    speaker: Speaker
    cluster: str
    number: int


@dataclass(frozen=True, slots=True)
class DesignSummary:
    """What ``fabric design`` says about a design.

    ``devices`` leaves out what a fabric does not have. ``full`` is the limit that binds first, None
    for a fabric without racks. ``watts`` is the sum over switches whose model says it, and
    ``unknown_watts`` the number of the others.
    """

    fabric: str
    devices: tuple[Count, ...]
    pools: tuple[Fill, ...]
    pods: tuple[PodRoom, ...]
    asns: tuple[Fill, ...]
    ports: tuple[TierPorts, ...]
    oversubscription: tuple[Worst, ...]
    sessions: tuple[SessionCount, ...]
    full: Limit | None
    watts: int
    unknown_watts: int


_PLURALS = {"leaf": "leaves"}


def count(number: int, noun: str) -> Count:
    """A count whose noun agrees with it."""
    return Count(number, noun if number == 1 else plural(noun))


def plural(noun: str) -> str:
    """``leaves`` for ``leaf``."""
    return _PLURALS.get(noun, f"{noun}s")


def devices(design: Design) -> tuple[Count, ...]:
    """Devices by role, from the top down, and the clusters on them."""
    roles = Counter(switch.role for switch in design.switches.values())
    pods = {rack.pod for rack in design.racks.values() if rack.pod}
    found = (
        (roles[Role.SUPERSPINE], "superspine"),
        (len(pods), "pod"),
        (roles[Role.SPINE], "spine"),
        (len(design.racks), "rack"),
        (roles[Role.LEAF], "leaf"),
        (roles[Role.BORDER], "border"),
        (len(design.servers), "server"),
        (len(design.clusters), "cluster"),
    )
    return tuple(count(number, noun) for number, noun in found if number)


def _oversubscription(design: Design) -> tuple[Worst, ...]:
    found: dict[Role, list[float]] = {}
    for ratio in switch_ratios(design):
        if ratio.down and ratio.role:
            found.setdefault(ratio.role, []).append(ratio.ratio)
    return tuple(
        Worst(role, min(found[role]), max(found[role]))
        for role in (Role.LEAF, Role.SPINE)
        if role in found
    )


def _sessions(design: Design) -> tuple[SessionCount, ...]:
    kinds: Counter[tuple[SessionKind, Speaker, str]] = Counter()
    for name, use in uses(design).items():
        profile = design.profiles[name]
        kinds[profile.kind, profile.b.speaker, profile.cluster] += use.sessions
    order = list(SessionKind)
    ranked = sorted(kinds.items(), key=lambda item: order.index(item[0][0]))
    return tuple(SessionCount(*kind, number) for kind, number in ranked)


def summary(design: Design) -> DesignSummary:
    """Sum a design up."""
    watts = [switch.model.watts for switch in design.switches.values()]
    return DesignSummary(
        fabric=design.name,
        devices=devices(design),
        pools=pools(design),
        pods=pod_rooms(design),
        asns=asns(design),
        ports=tier_ports(design),
        oversubscription=_oversubscription(design),
        sessions=_sessions(design),
        full=next(iter(growth(design)), None),
        watts=sum(watts),
        unknown_watts=watts.count(0),
    )
