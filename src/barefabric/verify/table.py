"""The computed routes of a network: every process, every prefix, by classes."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.verify.classes import Classes, Mark, View
from barefabric.verify.graph import build_graph
from barefabric.verify.network import Attributes, Network, Use
from barefabric.verify.prefixes import Prefix, parse
from barefabric.verify.routes import Route, Solution, Solver

Owners = Sequence[tuple[int, Attributes]]


class Group(NamedTuple):
    """Prefixes that behave alike: originated by twins, passing the same lists.

    ``view`` and ``owners`` belong to the first prefix; those of another one are its image when
    twins are exchanged. ``solution`` is shared by all groups with an equal trace.
    """

    prefixes: list[str]
    owners: Owners
    classes: Classes
    view: View
    solution: Solution


class Row(NamedTuple):
    """A route of one process. ``hops`` are the neighbors' process numbers, one for each session;
    a local route has none. ``width`` may be larger than the ``limit`` of paths that are used."""

    route: Route
    hops: tuple[int, ...]


@dataclass
class RouteTable:
    """All routes, and how to look one up."""

    network: Network
    classes: Classes
    groups: list[Group]
    group_of: dict[str, Group]
    owners: dict[str, Owners]
    attributes: list[Attributes]
    networks: dict[tuple[int, int], dict[int, str]]

    def inside(self, outer: Prefix) -> Iterator[str]:
        """Originated prefixes that lie inside another prefix, or equal it."""
        shift = outer.bits - outer.length
        for (bits, length), networks in self.networks.items():
            if bits == outer.bits and length >= outer.length:
                for network, text in networks.items():
                    if (network ^ outer.network) >> shift == 0:
                        yield text

    def covering(self, inner: Prefix) -> list[str]:
        """Originated prefixes that hold another one, the longest first, itself included."""
        found = []
        for (bits, length), networks in sorted(self.networks.items(), reverse=True):
            if bits == inner.bits and length <= inner.length:
                shift = bits - length
                text = networks.get(inner.network >> shift << shift)
                if text is not None:
                    found.append(text)
        return found

    def view_of(self, prefix: str) -> View:
        """The partition as this very prefix sees it."""
        group = self.group_of[prefix]
        if prefix == group.prefixes[0]:
            return group.view
        marks = marks_of(self.network, self.attributes, prefix, self.owners[prefix])
        return group.classes.view(marks)

    def row(self, process: int, prefix: str, view: View | None = None) -> Row | None:
        """The route of a process, None where it has none."""
        group = self.group_of.get(prefix)
        if group is None:
            return None
        view = view or self.view_of(prefix)
        cell_of = group.classes.process_cell
        route = group.solution.routes.get(cell_of(view, process))
        if route is None:
            return None
        wanted = set(route.hops)
        hops = tuple(
            other for other, code in self.classes.graph.around(process) if (cell_of(view, other), code) in wanted
        )
        return Row(route, hops)

    def rows(self) -> Iterator[tuple[int, str, Row]]:
        """Every route of every process. For small networks: the number of rows is a product."""
        for prefix in self.group_of:
            view = self.view_of(prefix)
            for process in range(len(self.network.names)):
                row = self.row(process, prefix, view)
                if row is not None:
                    yield process, prefix, row


def compute(
    network: Network, origins: Mapping[str, Owners], *, by_class: bool = True
) -> RouteTable:
    """Compute the routes of all prefixes. ``by_class=False`` keeps every process apart.

    ``origins`` maps a prefix to the processes that originate it.
    """
    builder = TableBuilder(network, by_class=by_class)
    builder.add_all(origins)
    return builder.table


def marks_of(
    network: Network, attributes: list[Attributes], prefix: str, owners: Owners
) -> dict[int, Mark]:
    """What a prefix marks: its origins, and the processes whose own lists name it."""
    marks: dict[int, Mark] = {}
    for process, own in owners:
        marks[process] = (attributes.index(own) + 1, ())
    for use in _uses(network, network.index.matching(parse(prefix))):
        number, slots = marks.get(use.process, (0, ()))
        marks[use.process] = (number, tuple(sorted((*slots, use.slot))))
        if use.neighbor >= 0:
            number, slots = marks.get(use.neighbor, (0, ()))
            marks[use.neighbor] = (number, tuple(sorted((*slots, f"< {use.slot}"))))
    return marks


def _uses(network: Network, matched: Sequence[int]) -> list[Use]:
    return [use for contents in matched for use in network.uses.get(contents, ())]


class TableBuilder:
    """Groups prefixes, then solves one of each trace. More prefixes may come later."""

    def __init__(self, network: Network, *, by_class: bool = True) -> None:
        classes = Classes(build_graph(network)) if by_class else singled(network)
        self.network = network
        self.table = RouteTable(network, classes, [], {}, {}, [], {})
        self.solved: dict[Hashable, Solution] = {}
        self.counted: dict[int, tuple[Hashable, ...]] = {}
        self.single: Classes | None = None if by_class else classes

    def add_all(self, origins: Mapping[str, Owners]) -> None:
        """Group prefixes and solve the groups."""
        self.table.owners.update(origins)
        groups: dict[Hashable, list[str]] = {}
        matched_by: dict[Hashable, tuple[int, ...]] = {}
        uses, matching = self.network.uses, self.network.index.matching
        networks = self.table.networks
        for text, owners in origins.items():
            prefix = parse(text)
            networks.setdefault((prefix.bits, prefix.length), {})[prefix.network] = text
            matched = matching(prefix)
            if uses and not uses.keys().isdisjoint(matched):
                key: Hashable = text
            else:
                key = (self._origin_key(owners), matched, prefix.bits)
            groups.setdefault(key, []).append(text)
            matched_by.setdefault(key, matched)
        for key, prefixes in groups.items():
            self._add(prefixes, frozenset(matched_by[key]), parse(prefixes[0]))

    def _number(self, own: Attributes) -> int:
        attributes = self.table.attributes
        if own not in attributes:
            attributes.append(own)
        return attributes.index(own) + 1

    def _origin_key(self, owners: Owners) -> Hashable:
        """Which bundles originate a prefix, with how many of their twins."""
        bundle_of = self.table.classes.graph.bundle_of
        if len(owners) == 1:
            process, own = owners[0]
            return bundle_of[process], self._number(own)
        known = self.counted.get(id(owners))
        if known is None:
            counts = Counter((bundle_of[process], self._number(own)) for process, own in owners)
            known = self.counted[id(owners)] = tuple(sorted(counts.items()))
        return known

    def _add(self, prefixes: list[str], matched: frozenset[int], sample: Prefix) -> None:
        owners = self.table.owners[prefixes[0]]
        for _, own in owners:
            self._number(own)
        classes = self.table.classes
        marks = marks_of(self.network, self.table.attributes, prefixes[0], owners)
        view = classes.view(marks)
        family = "ipv4" if sample.bits == 32 else "ipv6"
        shared = tuple(sorted(matched & self.network.public))
        solution = None
        if self._exact(classes, view, matched):
            solution = self._solve(classes, view, (view.trace, shared, family), matched)
        if solution is None or (solution.undecided and self.single is None):
            classes = self._singled()
            view = classes.view(marks)
            solution = self._solve(classes, view, (prefixes[0],), matched, family)
            if len(prefixes) > 1:
                self._add(prefixes[1:], matched, sample)
                prefixes = prefixes[:1]
        group = Group(prefixes, owners, classes, view, solution)
        self.table.groups.append(group)
        self.table.group_of.update(dict.fromkeys(prefixes, group))

    def _solve(
        self,
        classes: Classes,
        view: View,
        key: Hashable,
        matched: frozenset[int],
        family: str = "",
    ) -> Solution:
        known = self.solved.get(key)
        if known is None:
            family = family or (key[2] if isinstance(key, tuple) else "ipv4")
            known = Solver(classes, self.table.attributes).solve(view, matched, family)
            self.solved[key] = known
        return known

    def _singled(self) -> Classes:
        if self.single is None:
            self.single = singled(self.network)
        return self.single

    def _exact(self, classes: Classes, view: View, matched: frozenset[int]) -> bool:
        """Whether lists that hold for one neighbor hold for whole classes.

        The neighbor must be alone in its class, and every process of a class must name it.
        """
        named: dict[int, set[int]] = {}
        for use in _uses(self.network, sorted(matched)):
            if use.neighbor >= 0:
                named.setdefault(use.neighbor, set()).add(use.process)
        for neighbor, processes in named.items():
            cell = classes.process_cell(view, neighbor)
            if len(_processes(classes, view, cell)) != 1:
                return False
            cells = {classes.process_cell(view, p) for p in processes}
            if any(not processes.issuperset(_processes(classes, view, c)) for c in cells):
                return False
        return True


def _processes(classes: Classes, view: View, cell: int) -> list[int]:
    vertices = classes.vertices(view, cell)
    return [process for vertex in vertices for process in classes.processes(view, vertex)]


def singled(network: Network) -> Classes:
    """Classes of one process each: nothing is taken together."""
    return Classes(build_graph(network, bundled=False), apart=True)
