"""Bandwidth: oversubscription of leaves, racks and spines, and what a failure leaves."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from barefabric.capacity.load import Load, Use, loads
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Rack, Role


class Ratio(NamedTuple):
    """Gbit/s below and above a switch, or a rack (no ``role``), as cabled."""

    name: str
    role: Role | None
    down: int
    up: int

    @property
    def ratio(self) -> float:
        """Down over up; infinite where there is no uplink, 0 where nothing is connected below."""
        if not self.down:
            return 0.0
        return self.down / self.up if self.up else float("inf")


@lru_cache(maxsize=4)
def switch_ratios(design: Design) -> tuple[Ratio, ...]:
    """Oversubscription of every leaf, and of every spine that has superspines above it."""
    load = loads(design)
    five_stage = any(s.role is Role.SUPERSPINE for s in design.switches.values())
    found = []
    for switch in design.switches.values():
        gbits = load[switch.name].gbits
        if switch.role is Role.LEAF:
            found.append(Ratio(switch.name, switch.role, gbits[Use.SERVER], gbits[Use.UP]))
        elif switch.role is Role.SPINE and five_stage:
            found.append(Ratio(switch.name, switch.role, gbits[Use.DOWN], gbits[Use.UP]))
    return tuple(found)


def rack_ratios(design: Design) -> tuple[Ratio, ...]:
    """Oversubscription of every rack: all its servers over all uplinks of its leaves."""
    load = loads(design)
    return tuple(
        Ratio(
            rack.name,
            None,
            sum(load[leaf].gbits[Use.SERVER] for leaf in rack.leaves),
            sum(load[leaf].gbits[Use.UP] for leaf in rack.leaves),
        )
        for rack in design.racks.values()
    )


def filled_ratio(design: Design, leaf: str) -> Ratio:
    """A leaf's oversubscription with a server on every port meant for servers."""
    load = loads(design)[leaf]
    spare = sum(
        port.speeds[0]
        for position, port in enumerate(load.panel.ports)
        if port.group == "downlink" and position not in load.ports
    )
    return Ratio(leaf, Role.LEAF, load.gbits[Use.SERVER] + spare, load.gbits[Use.UP])


class Loss(NamedTuple):
    """What the death of one device leaves to a rack or a pod, in Gbit/s of uplinks.

    ``cut_off`` counts servers that have no other leaf. ``alike`` counts the other devices of the
    same kind whose death costs the same.
    """

    device: str
    role: Role
    scope: str
    before: int
    after: int
    cut_off: int
    alike: int

    @property
    def share(self) -> float:
        """What is left, as a share of 1."""
        return self.after / self.before if self.before else 0.0


def losses(design: Design) -> tuple[Loss, ...]:
    """The worst death of each role: one for spines, leaves and, if there are any, superspines.

    Superspines are judged by what their death leaves to a pod, the others by a rack.
    """
    found = (
        _worst(_spine_deaths(design)),
        _worst(_leaf_deaths(design)),
        _worst(_superspine_deaths(design)),
    )
    return tuple(loss for loss in found if loss)


def _worst(deaths: Iterator[Loss]) -> Loss | None:
    """The loss that leaves the smallest share; equal ones are counted."""
    worst: Loss | None = None
    for loss in deaths:
        if worst is None or loss.share < worst.share:
            worst = loss
        elif loss.share == worst.share and loss.device != worst.device:
            worst = worst._replace(alike=worst.alike + 1)
    return worst


def _links_between(design: Design, lower: Role) -> Mapping[tuple[str, str], int]:
    """Gbit/s between an upper switch and the rack (leaves) or the pod (spines) below it."""
    counts: dict[tuple[str, str], int] = {}
    switches = design.switches
    below = {
        s.name: s.rack if lower is Role.LEAF else s.pod
        for s in switches.values()
        if s.role is lower
    }
    for cable in design.cables:
        if cable.kind is CableKind.FABRIC and cable.b in below:
            key = (cable.a, below[cable.b])
            counts[key] = counts.get(key, 0) + cable.speed
    return counts


def _spine_deaths(design: Design) -> Iterator[Loss]:
    return _upper_deaths(_links_between(design, Role.LEAF), Role.SPINE, "rack ")


def _superspine_deaths(design: Design) -> Iterator[Loss]:
    return _upper_deaths(_links_between(design, Role.SPINE), Role.SUPERSPINE, "pod ")


def _upper_deaths(links: Mapping[tuple[str, str], int], role: Role, prefix: str) -> Iterator[Loss]:
    """For each upper switch the rack or pod that suffers most."""
    before: dict[str, int] = {}
    worst: dict[str, tuple[float, str, int]] = {}
    for (_, scope), gbits in links.items():
        before[scope] = before.get(scope, 0) + gbits
    for (upper, scope), gbits in links.items():
        left = 1 - gbits / before[scope]
        if upper not in worst or left < worst[upper][0]:
            worst[upper] = (left, scope, gbits)
    for upper, (_, scope, gbits) in worst.items():
        total = before[scope]
        yield Loss(upper, role, f"{prefix}{scope}", total, total - gbits, 0, 0)


def _leaf_deaths(design: Design) -> Iterator[Loss]:
    load = loads(design)
    ends: dict[str, set[str]] = {}
    for cable in design.cables:
        if cable.kind is CableKind.SERVER:
            ends.setdefault(cable.b, set()).add(cable.a)
    for rack in design.racks.values():
        yield from _rack_deaths(rack, load, ends)


def _rack_deaths(
    rack: Rack, load: Mapping[str, Load], ends: Mapping[str, set[str]]
) -> Iterator[Loss]:
    before = sum(load[leaf].gbits[Use.UP] for leaf in rack.leaves)
    alone = [next(iter(ends[s])) for s in rack.servers if len(ends.get(s, ())) == 1]
    for leaf in rack.leaves:
        after = before - load[leaf].gbits[Use.UP]
        cut_off = alone.count(leaf)
        yield Loss(leaf, Role.LEAF, f"rack {rack.name}", before, after, cut_off, 0)
