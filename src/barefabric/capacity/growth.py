"""Growth: at how many racks a design is full, and of what.

Each limit is by itself: the racks that one resource allows while nothing else runs out. The least
of them binds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from barefabric.capacity.addresses import Fill, asns, pod_rooms, pools
from barefabric.capacity.load import Room, loads, room
from barefabric.capacity.needs import RackNeeds, rack_needs
from barefabric.capacity.routes import table_use
from barefabric.model.address import amount
from barefabric.model.design import Design
from barefabric.model.device import Role

FAR = 100_000
"""Limits beyond this many racks say nothing about a fabric that anybody builds."""


class Limit(NamedTuple):
    """A resource, the number of racks at which it is used up, and why in a few words."""

    resource: str
    racks: int
    why: str


class Extra(NamedTuple):
    """What a larger shape takes beside its racks: switches above the leaves, and their links."""

    switches: int = 0
    links: int = 0
    links_per_rack: int = 0
    spine_asns: int = 0


def spine_rooms(design: Design, speed: int) -> Mapping[str, list[Room]]:
    """The room on each spine, by pod."""
    load = loads(design)
    spines = [switch for switch in design.switches.values() if switch.role is Role.SPINE]
    alike = {id(load[spine.name]): load[spine.name] for spine in spines}
    rooms = {number: room(each, speed) for number, each in alike.items()}
    found: dict[str, list[Room]] = {}
    for spine in spines:
        found.setdefault(spine.pod, []).append(rooms[id(load[spine.name])])
    return found


@lru_cache(maxsize=4)
def growth(design: Design) -> tuple[Limit, ...]:
    """All limits of a design with its present spines, the one that binds first; none beyond FAR.

    Empty for a fabric without racks.
    """
    if not design.racks:
        return ()
    needs = rack_needs(design)
    found = [*_spine_ports(design, needs), *wide_limits(design, needs, Extra())]
    near = [limit for limit in found if limit.racks < FAR]
    return tuple(sorted(near or found, key=lambda limit: limit.racks))


def _spine_ports(design: Design, needs: RackNeeds) -> Iterator[Limit]:
    """Racks until the spines are full; of several pods, each filled."""
    if not needs.spine_ports:
        return
    rooms = spine_rooms(design, needs.uplink)
    more = {pod: min(r.free for r in its) // needs.spine_ports for pod, its in rooms.items()}
    smallest = min((r for its in rooms.values() for r in its), default=Room(0, 0))
    here = Counter(rack.pod for rack in design.racks.values())
    racks = len(design.racks) + sum(more.get(pod, 0) for pod in here)
    other = smallest.ports - smallest.free - needs.spine_ports * min(here.values())
    why = f"{smallest.ports} ports on each, {needs.spine_ports} per rack"
    if other > 0:
        why += f", {other} for other links"
    if len(here) > 1:
        why += f"; {len(here)} pods"
    yield Limit("spine ports", racks, why)


def wide_limits(design: Design, needs: RackNeeds, extra: Extra) -> Iterator[Limit]:
    """Limits that hold for the fabric as a whole: pools, AS numbers, route tables."""
    yield from _pool_limits(design, needs, extra)
    yield from _asn_limits(design, needs, extra)
    yield from _pod_limits(design)
    racks = len(design.racks)
    for table in table_use(design):
        each = needs.routes6 if table.family == "ipv6" else needs.routes
        if table.size and each:
            spare = table.size - table.routes - extra.switches
            why = f"{table.size:,} {table.noun}, {each:,} per rack"
            yield Limit(f"route table of {table.model}", max(racks + spare // each, 0), why)


def _fits(racks: int, fill: Fill, taken: int, each: int, what: str) -> Iterator[Limit]:
    """The racks a pool allows after ``taken`` more of it went to something else."""
    if each and fill.size:
        more = (fill.free - taken) // each
        name = f"{fill.name} {', '.join(fill.prefixes)}"
        held = f", {fill.held:,} held for what is gone" if fill.held else ""
        why = f"{amount(fill.size)} {what}, {each:,} per rack{held}"
        yield Limit(name, max(racks + more, 0), why)


def _pool_limits(design: Design, needs: RackNeeds, extra: Extra) -> Iterator[Limit]:
    racks = len(design.racks)
    for fill in pools(design):
        name, links = fill.name, needs.links6 if fill.name.endswith("6") else needs.links
        spent = {
            "loopbacks": (extra.switches, needs.leaves, "addresses"),
            "links": (
                extra.links + racks * extra.links_per_rack,
                links + extra.links_per_rack,
                f"{fill.unit}s",
            ),
            "servers": (0, needs.prefixes, f"prefixes of {fill.unit}"),
            "management": (extra.switches, needs.leaves, "addresses"),
        }
        taken, each, unit = spent.get(name.removesuffix("6"), (0, 0, ""))
        yield from _fits(racks, fill, taken, each, unit)


def _asn_limits(design: Design, needs: RackNeeds, extra: Extra) -> Iterator[Limit]:
    racks = len(design.racks)
    each = {"leaf": needs.leaf_asns, "node": needs.node_asns}
    for fill in asns(design):
        named = fill._replace(name=f"asn.{fill.name}")
        yield from _fits(racks, named, 0, each.get(fill.name, 0), "AS numbers")
        if fill.name == "spine" and extra.spine_asns > fill.free:
            yield Limit(f"asn.spine {fill.prefixes[0]}", racks, f"{fill.size:,} AS numbers")


def _pod_limits(design: Design) -> Iterator[Limit]:
    """Pod addresses, of clusters that have nodes in every rack and so grow with each."""
    racks = len(design.racks)
    for space in pod_rooms(design):
        homes = design.nodes_by_rack[space.cluster]
        if len(homes) == racks:
            most = max(homes.values())
            nodes = f"{most} node{'s' if most > 1 else ''}"
            why = f"{amount(space.blocks)} blocks of /{space.block_size}, at least one for {nodes}"
            name = f"pods of {space.cluster} {', '.join(space.prefixes)}"
            yield Limit(name, space.blocks // most, f"{why} per rack")
