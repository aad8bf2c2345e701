"""Which switches may change together, layer by layer, from the servers upwards.

A wave never mixes layers. Within a layer two switches share a wave only if nothing below loses its
last way up by it: see the function of each layer.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count

from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.push.graph import Graph

Waves = list[list[str]]


def waves_in_order(design: Design, graph: Graph, changed: Collection[str]) -> Waves:
    """Switch names per wave: the canary, leaves, spines, superspines, borders."""
    first = canary(design, graph, changed)
    rest = [name for name in design.switches if name in changed and name != first]
    by_role = {role: [n for n in rest if design.switches[n].role is role] for role in Role}
    waves: Waves = [[first]] if first else []
    waves += leaf_waves(design, graph, by_role[Role.LEAF])
    waves += spine_waves(design, graph, by_role[Role.SPINE])
    waves += superspine_waves(graph, by_role[Role.SUPERSPINE])
    waves += [[border] for border in by_role[Role.BORDER]]
    return waves


def canary(design: Design, graph: Graph, changed: Collection[str]) -> str:
    """The switch that goes first and alone; empty where fewer than two switches change.

    It is the last leaf of the newest rack whose servers all have another leaf. Where there is none,
    the last switch of the lowest layer that changes. The newest rack is the last one in order.
    """
    if len(changed) < 2:
        return ""
    newest = {rack: place for place, rack in enumerate(design.racks)}
    leaves = [n for n in design.switches if n in changed and design.switches[n].role is Role.LEAF]
    leaves.sort(key=lambda name: newest.get(design.switches[name].rack, -1))
    safe = [leaf for leaf in leaves if not _alone(graph, leaf) and leaf not in graph.upstreams]
    for candidates in (safe, leaves):
        if candidates:
            return candidates[-1]
    for role in (Role.SPINE, Role.SUPERSPINE, Role.BORDER):
        tier = [n for n in design.switches if n in changed and design.switches[n].role is role]
        if tier:
            return tier[-1]
    return ""


def leaf_waves(design: Design, graph: Graph, leaves: Sequence[str]) -> Waves:
    """Leaves that share no server, no rack and no role as an exit go together.

    A leaf with servers of its own (single-homed ones) goes alone: its rack is dark meanwhile, and
    no second one should be.
    """
    paired = [leaf for leaf in leaves if not _alone(graph, leaf)]
    waves = _colour(paired, _conflicts(design, graph))
    return waves + [[leaf] for leaf in leaves if _alone(graph, leaf)]


def _alone(graph: Graph, leaf: str) -> bool:
    """Whether a server hangs on this leaf only."""
    return graph.sole_servers(leaf) > 0


def _conflicts(design: Design, graph: Graph) -> Mapping[str, list[int]]:
    """For each leaf the numbers of the groups of which one member at most may go at a time."""
    groups: list[Iterable[str]] = [legs for legs in graph.legs if len(legs) > 1]
    groups += [rack.leaves for rack in design.racks.values() if len(rack.leaves) > 1]
    groups.append(graph.upstreams)
    found: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for name in group:
            found.setdefault(name, []).append(number)
    return found


def _colour(names: Sequence[str], groups_of: Mapping[str, list[int]]) -> Waves:
    """Put each name into the first wave that has no member of any of its groups."""
    waves: Waves = []
    taken: dict[int, set[int]] = {}
    for name in names:
        groups = groups_of.get(name, [])
        wave = next(w for w in count() if all(w not in taken.get(g, ()) for g in groups))
        for group in groups:
            taken.setdefault(group, set()).add(wave)
        if wave == len(waves):
            waves.append([])
        waves[wave].append(name)
    return waves


def spine_waves(design: Design, graph: Graph, spines: Sequence[str]) -> Waves:
    """One spine per pod at a time, and over all pods only spines of one plane.

    The plane of a spine is the set of superspines above it. Two pods that each lose a spine of the
    same plane still meet in every other plane; with spines of different planes they might not.
    """
    slots: dict[tuple[tuple[str, ...], int], list[str]] = {}
    seen: dict[tuple[str, tuple[str, ...]], int] = {}
    for name in spines:
        pod, plane = design.switches[name].pod, graph.above[name]
        rank = seen[pod, plane] = seen.get((pod, plane), -1) + 1
        slots.setdefault((plane, rank), []).append(name)
    return [wave for slot in slots.values() for wave in _keep_a_way_up(graph, slot)]


def superspine_waves(graph: Graph, superspines: Sequence[str]) -> Waves:
    """One superspine per plane at a time; planes are the sets of spines below.

    A superspine without which some spine has no way up goes alone.
    """
    slots: dict[int, list[str]] = {}
    alone: Waves = []
    seen: dict[tuple[str, ...], int] = {}
    for name in superspines:
        plane = tuple(sorted(graph.below[name]))
        if any(len(graph.above[spine]) == 1 for spine in plane):
            alone.append([name])
            continue
        rank = seen[plane] = seen.get(plane, -1) + 1
        slots.setdefault(rank, []).append(name)
    return [wave for slot in slots.values() for wave in _keep_a_way_up(graph, slot)] + alone


def _keep_a_way_up(graph: Graph, slot: Iterable[str]) -> Iterator[list[str]]:
    """Split a slot so that in each part every switch below keeps a neighbor above.

    A switch below that has one neighbor above in all cannot keep it and does not count.
    """
    parts: list[list[str]] = []
    losses: list[Counter[str]] = []
    for name in slot:
        below = [lower for lower in graph.below[name] if len(graph.above[lower]) > 1]
        fits = (
            place
            for place, lost in enumerate(losses)
            if all(lost[lower] + 1 < len(graph.above[lower]) for lower in below)
        )
        place = next(fits, len(parts))
        if place == len(parts):
            parts.append([])
            losses.append(Counter())
        parts[place].append(name)
        losses[place].update(below)
    return iter(parts)
