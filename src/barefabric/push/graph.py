"""What hangs on what: servers on leaves, leaves on spines, read from the design's cables.

Only cables count. A rack says where a leaf stands, a cable says which servers it carries.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design


class Graph(NamedTuple):
    """Who depends on whom. ``legs`` lists each distinct set of leaves with the servers on it.

    ``above`` and ``below`` hold the neighbors over fabric cables, ``upstreams`` the names of the
    routers outside that a switch is cabled to.
    """

    legs: Mapping[tuple[str, ...], tuple[str, ...]]
    legs_of_leaf: Mapping[str, tuple[tuple[str, ...], ...]]
    above: Mapping[str, tuple[str, ...]]
    below: Mapping[str, tuple[str, ...]]
    upstreams: Mapping[str, tuple[str, ...]]

    def servers_on(self, leaf: str) -> int:
        """How many servers have a cable to this leaf."""
        return sum(len(self.legs[legs]) for legs in self.legs_of_leaf.get(leaf, ()))

    def sole_servers(self, leaf: str) -> int:
        """How many servers have no other leaf than this one."""
        return len(self.legs.get((leaf,), ()))


def graph(design: Design) -> Graph:
    """Index the cables once. Parallel cables count as one neighbor."""
    leaves: dict[str, dict[str, None]] = {name: {} for name in design.servers}
    above: dict[str, dict[str, None]] = {name: {} for name in design.switches}
    below: dict[str, dict[str, None]] = {name: {} for name in design.switches}
    for cable in design.cables:
        if cable.kind is CableKind.SERVER:
            leaves[cable.b][cable.a] = None
        elif cable.kind is CableKind.FABRIC:
            above[cable.b][cable.a] = None
            below[cable.a][cable.b] = None
    legs = _by_legs(leaves)
    upstreams: dict[str, list[str]] = {}
    for upstream in design.upstreams.values():
        upstreams.setdefault(upstream.switch, []).append(upstream.name)
    return Graph(
        legs=legs,
        legs_of_leaf=_legs_of_leaf(legs),
        above={name: tuple(found) for name, found in above.items()},
        below={name: tuple(found) for name, found in below.items()},
        upstreams={switch: tuple(names) for switch, names in upstreams.items()},
    )


def _by_legs(leaves: Mapping[str, Mapping[str, None]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Servers grouped by the set of leaves they are cabled to."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for server, found in leaves.items():
        groups.setdefault(tuple(sorted(found)), []).append(server)
    return {legs: tuple(servers) for legs, servers in groups.items()}


def _legs_of_leaf(legs: Iterable[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The sets of legs each leaf is a member of."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in legs:
        for leaf in group:
            found.setdefault(leaf, []).append(group)
    return {leaf: tuple(groups) for leaf, groups in found.items()}
