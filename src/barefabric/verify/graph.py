"""Processes that swapping cannot tell apart, taken together.

Two processes are twins when they are configured alike and have the same sessions with the same
neighbors. Exchanging twins changes nothing anywhere, so a bundle of them is one vertex with a
size. The servers of a rack, the spines of a pod and the leaves of a pair usually are twins; a
single different value in one of them makes it a vertex of its own.

AS numbers that several bundles use are vertices as well, so that "has the same AS number as" is
part of the graph. Loop prevention depends on it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from barefabric.verify.network import Network, is_private

SAME_ASN = 0
"""Code of the edge from a process to its AS number; the way back is ``SAME_ASN + 1``."""


@dataclass
class Graph:
    """Bundles and AS numbers as vertices; edges carry codes.

    Code 2 * (label + 1) is an edge seen from end ``a``, one more seen from end ``b``.
    ``mirror`` gives the code seen from the other end. ``inner`` are the codes of the sessions
    among the twins of one bundle. ``asn_vertex`` is -1 where every
    member has an AS number that nobody else uses. ``near`` packs the neighbors of each process
    as neighbor * len(mirror) + code.
    """

    network: Network
    members: list[list[int]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    colors: list[int] = field(default_factory=list)
    adjacency: list[list[tuple[int, int]]] = field(default_factory=list)
    inner: list[tuple[int, ...]] = field(default_factory=list)
    asn_vertex: list[int] = field(default_factory=list)
    bundle_of: list[int] = field(default_factory=list)
    mirror: list[int] = field(default_factory=list)
    near: list[list[int]] = field(default_factory=list)

    def around(self, process: int) -> list[tuple[int, int]]:
        """Neighbors of one process with codes as seen from it, one for each session."""
        width = len(self.mirror)
        return [(packed // width, packed % width) for packed in self.near[process]]


class _Unit(NamedTuple):
    """Processes that are twins for sure, in order: one alone, or those of a crowd."""

    members: Sequence[int]
    color: int
    kind: int


def build_graph(network: Network, *, bundled: bool = True) -> Graph:
    """Bundle the twins of a network. ``bundled=False`` keeps every process apart."""
    graph = Graph(network, mirror=_mirrors(network))
    near = graph.near = _adjacent_codes(network, graph.mirror)
    shared = {asn for asn, users in Counter(network.asns).items() if users > 1}
    units = _units(network, shared, bundled)
    groups = [[unit] for unit in units]
    if bundled:
        groups = _join_pairs(network, _group(units, near), near)
    _add_bundles(graph, groups)
    _add_asns(graph, shared)
    return graph


def _mirrors(network: Network) -> list[int]:
    mirror = [SAME_ASN + 1, SAME_ASN]
    for number, label in enumerate(network.labels):
        a, b = 2 * (number + 1), 2 * (number + 1) + 1
        mirror += [a, b] if label.symmetric else [b, a]
    return mirror


def _adjacent_codes(network: Network, mirror: list[int]) -> list[list[int]]:
    """Neighbors of each process, packed: neighbor * width + code as seen from here.

    The members of a crowd share one list.
    """
    width = len(mirror)
    near: list[list[int]] = [[] for _ in network.names]
    for a, b, label in network.edges:
        code = 2 * (label + 1)
        near[a].append(b * width + code)
        near[b].append(a * width + mirror[code])
    for members, edges in network.crowds:
        above = sorted(a * width + mirror[2 * (label + 1)] for a, label in edges)
        for member in members:
            near[member] = above
        for a, label in edges:
            code = 2 * (label + 1)
            near[a] += [member * width + code for member in members]
    for packed in near:
        packed.sort()
    return near


def _units(network: Network, shared: set[int], bundled: bool) -> list[_Unit]:
    """All processes in order, those of one crowd that have the same AS number together.

    A color says what a process is by itself: configuration, expectation, kind of AS number. A
    kind says the number as well, where others have it too.
    """
    found: list[Sequence[int]] = []
    crowds = network.crowds if bundled else []
    crowded = {member for members, _ in crowds for member in members}
    found += [(process,) for process in range(len(network.names)) if process not in crowded]
    for members, _ in crowds:
        found += _by_asn(network.asns, members, shared)
    found.sort(key=itemgetter(0))
    asns = [network.asns[members[0]] for members in found]
    colors = _numbered(
        (network.configs[members[0]].signature, network.expectations[members[0]], asn in shared,
         is_private(asn))
        for members, asn in zip(found, asns, strict=True)
    )  # fmt: skip
    kinds = _numbered(
        (color, asn if asn in shared else -1) for color, asn in zip(colors, asns, strict=True)
    )
    return list(map(_Unit, found, colors, kinds))


def _by_asn(asns: list[int], members: Sequence[int], shared: set[int]) -> list[Sequence[int]]:
    """The members of a crowd by AS number; numbers that nobody shares are alike, if of a kind."""
    if len({asns[member] for member in members}) == 1:
        return [members]
    found: dict[tuple[int, bool], list[int]] = {}
    for member in members:
        asn = asns[member]
        found.setdefault((asn if asn in shared else -1, is_private(asn)), []).append(member)
    return list(found.values())


def _group(units: Iterable[_Unit], near: list[list[int]]) -> list[list[_Unit]]:
    groups: dict[tuple[int, tuple[int, ...]], list[_Unit]] = {}
    for unit in units:
        groups.setdefault((unit.kind, tuple(near[unit.members[0]])), []).append(unit)
    return list(groups.values())


def _join_pairs(
    network: Network, groups: list[list[_Unit]], near: list[list[int]]
) -> list[list[_Unit]]:
    """Take twins that have a session with each other (an MLAG pair) together as well."""
    width = 2 * len(network.labels) + 2
    alone = {
        group[0].members[0]: number
        for number, group in enumerate(groups)
        if len(group) == len(group[0].members) == 1
    }
    gone = set()
    symmetric = {n for n, label in enumerate(network.labels) if label.symmetric}
    codes = {2 * (label + 1) for label in symmetric}
    for a, b, _ in (edge for edge in network.edges if edge[2] in symmetric):
        if a not in alone or b not in alone:
            continue
        one, other = groups[alone[a]], groups[alone[b]]
        if one[0].kind != other[0].kind:
            continue
        mine = [x % width for x in near[a] if x // width == b]
        theirs = [x % width for x in near[b] if x // width == a]
        left = [x for x in near[a] if x // width != b]
        right = [x for x in near[b] if x // width != a]
        if left == right and mine == theirs and codes.issuperset(mine):
            one += other
            gone.add(alone[b])
            del alone[a], alone[b]
    return [group for number, group in enumerate(groups) if number not in gone]


def _add_bundles(graph: Graph, groups: list[list[_Unit]]) -> None:
    width = len(graph.mirror)
    bundle_of = graph.bundle_of = [0] * len(graph.near)
    for number, group in enumerate(groups):
        members = [process for unit in group for process in unit.members]
        for process in members:
            bundle_of[process] = number
        graph.members.append(members)
    for number, (group, members) in enumerate(zip(groups, graph.members, strict=True)):
        edges = {(bundle_of[x // width], x % width) for x in graph.near[members[0]]}
        inner = sorted(code for neighbor, code in edges if neighbor == number)
        graph.sizes.append(len(members))
        graph.colors.append(group[0].color)
        graph.adjacency.append(sorted(e for e in edges if e[0] != number))
        graph.inner.append(tuple(inner))
        graph.asn_vertex.append(-1)


def _add_asns(graph: Graph, shared: Iterable[int]) -> None:
    network = graph.network
    users: dict[int, list[int]] = {asn: [] for asn in sorted(shared)}
    for bundle, group in enumerate(graph.members):
        asn = network.asns[group[0]]
        if asn in users:
            users[asn].append(bundle)
    for asn, bundles in users.items():
        vertex = len(graph.members)
        graph.members.append([])
        graph.sizes.append(1)
        graph.colors.append(-1 - is_private(asn))
        graph.inner.append(())
        graph.asn_vertex.append(-1)
        graph.adjacency.append([(bundle, SAME_ASN + 1) for bundle in bundles])
        for bundle in bundles:
            graph.asn_vertex[bundle] = vertex
            graph.adjacency[bundle].append((vertex, SAME_ASN))


def stable_cells(graph: Graph) -> list[int]:
    """Refine the colors until all vertices of one cell see the same, counted, in every cell.

    The coarsest equitable partition (colour refinement, one-dimensional Weisfeiler-Leman).
    """
    cells = _numbered((color, size) for color, size in zip(graph.colors, graph.sizes, strict=True))
    count = len(set(cells))
    while True:
        refined = _numbered(_signature(graph, cells, v) for v in range(len(cells)))
        found = len(set(refined))
        if found == count:
            return cells
        cells, count = refined, found


def _signature(graph: Graph, cells: list[int], vertex: int) -> Hashable:
    seen: Counter[tuple[int, int]] = Counter()
    sizes = graph.sizes
    for neighbor, code in graph.adjacency[vertex]:
        seen[cells[neighbor], code] += sizes[neighbor]
    return (cells[vertex], graph.inner[vertex], frozenset(seen.items()))


def _numbered(keys: Iterable[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(key, len(numbers)) for key in keys]
