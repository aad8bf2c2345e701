"""Fill a route table: prefixes grouped, one of each trace solved."""

from collections import Counter
from collections.abc import Hashable, Mapping

from barefabric.verify.classes import Classes
from barefabric.verify.graph import build_graph
from barefabric.verify.network import PLAIN, Attributes, Network
from barefabric.verify.prefixes import Prefix, read
from barefabric.verify.routes import Solution, solve
from barefabric.verify.table import Group, Owners, RouteTable, marks_of, uses_of
from barefabric.verify.view import View


def compute(
    network: Network, origins: Mapping[str, Owners], *, by_class: bool = True
) -> RouteTable:
    """Compute the routes of all prefixes. ``by_class=False`` keeps every process apart.

    ``origins`` maps a prefix to the processes that originate it.
    """
    builder = TableBuilder(network, by_class=by_class)
    builder.add_all(origins)
    return builder.table


class TableBuilder:
    """Groups prefixes, then solves one of each trace. More prefixes may come later."""

    def __init__(self, network: Network, *, by_class: bool = True) -> None:
        classes = Classes(build_graph(network)) if by_class else singled(network)
        self.network = network
        self.table = RouteTable(network, classes, [], {}, {}, [PLAIN], {})
        self.solved: dict[Hashable, Solution] = {}
        self.counted: dict[int, tuple[Hashable, ...]] = {}
        self.touched: dict[tuple[int, ...], frozenset[int]] = {}
        self.apart = not by_class
        self.single: Classes | None = None if by_class else classes

    def add_all(self, origins: Mapping[str, Owners]) -> None:
        """Group prefixes and solve the groups."""
        self.table.owners.update(origins)
        groups: dict[Hashable, tuple[tuple[int, ...], Prefix, list[str]]] = {}
        uses, matching = self.network.uses, self.network.index.matching
        networks = self.table.networks
        for text, owners in origins.items():
            prefix = read(text)
            place = (prefix.bits, prefix.length)
            known = networks.get(place)
            if known is None:
                known = networks[place] = {}
            known[prefix.network] = text
            matched = matching(prefix)
            key: Hashable = (self._origin_key(owners), matched, prefix.bits)
            if uses and not uses.keys().isdisjoint(matched) and self._named(owners, matched):
                key = text
            group = groups.get(key)
            if group is None:
                groups[key] = (matched, prefix, [text])
            else:
                group[2].append(text)
        for matched, prefix, prefixes in groups.values():
            self._add(prefixes, frozenset(matched), prefix)

    def _number(self, own: Attributes) -> int:
        if own is PLAIN:
            return 1
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

    def _named(self, owners: Owners, matched: tuple[int, ...]) -> bool:
        """Whether a private list names a twin of an originator: then twins are not exchanged."""
        bundles = self.touched.get(matched)
        bundle_of = self.table.classes.graph.bundle_of
        if bundles is None:
            uses = uses_of(self.network, matched)
            ends = {use.process for use in uses} | {use.neighbor for use in uses} - {-1}
            bundles = self.touched[matched] = frozenset(bundle_of[process] for process in ends)
        return any(bundle_of[process] in bundles for process, _ in owners)

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
        if self._exact(view, matched):
            solution = self._solve(view, (view.trace, shared, family), matched)
        if solution is None or (solution.undecided and not self.apart):
            classes = self._singled()
            view = classes.view(marks)
            solution = self._solve(view, (prefixes[0],), matched, family)
            if len(prefixes) > 1:
                self._add(prefixes[1:], matched, sample)
                prefixes = prefixes[:1]
        group = Group(prefixes, owners, classes, view, solution)
        self.table.groups.append(group)
        self.table.group_of.update(dict.fromkeys(prefixes, group))

    def _solve(
        self,
        view: View,
        key: Hashable,
        matched: frozenset[int],
        family: str = "",
    ) -> Solution:
        known = self.solved.get(key)
        if known is None:
            family = family or (key[2] if isinstance(key, tuple) else "ipv4")
            known = solve(view, self.table.attributes, matched, family)
            self.solved[key] = known
        return known

    def _singled(self) -> Classes:
        if self.single is None:
            self.single = singled(self.network)
        return self.single

    def _exact(self, view: View, matched: frozenset[int]) -> bool:
        """Whether lists that hold for one neighbor hold for whole classes.

        The neighbor must be alone in its class, and every process of a class must name it.
        """
        named: dict[int, set[int]] = {}
        for use in uses_of(self.network, sorted(matched)):
            if use.neighbor >= 0:
                named.setdefault(use.neighbor, set()).add(use.process)
        for neighbor, processes in named.items():
            cell = view.cell(neighbor)
            if view.population(cell) != 1:
                return False
            cells = {view.cell(p) for p in processes}
            if any(not processes.issuperset(view.processes(c)) for c in cells):
                return False
        return True


def singled(network: Network) -> Classes:
    """Classes of one process each: nothing is taken together."""
    return Classes(build_graph(network, bundled=False), apart=True)
