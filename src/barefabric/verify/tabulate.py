"""Fill a route table: prefixes grouped, one of each trace solved."""

from collections.abc import Hashable, Mapping

from barefabric.verify.classes import Classes
from barefabric.verify.graph import build_graph
from barefabric.verify.grouping import Grouper
from barefabric.verify.network import PLAIN, Network
from barefabric.verify.origins import Origins, Owners
from barefabric.verify.routes import Solution, solve
from barefabric.verify.table import Group, RouteTable, marks_of, uses_of
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
        self.table = RouteTable(network, classes, [], {}, Origins(), [PLAIN], {})
        self.grouper = Grouper(self.table)
        self.solved: dict[Hashable, Solution] = {}
        self.apart = not by_class
        self.single: Classes | None = None if by_class else classes

    def add_all(self, origins: Mapping[str, Owners]) -> None:
        """Group prefixes and solve the groups."""
        added = origins if isinstance(origins, Origins) else Origins(origins)
        self.table.owners.held.update(added.held)
        for matched, sample, prefixes in self.grouper.groups(added):
            self._add(prefixes, matched, "ipv4" if sample.bits == 32 else "ipv6")

    def _add(self, prefixes: list[str], matched: tuple[int, ...], family: str) -> None:
        owners = self.table.owners[prefixes[0]]
        classes = self.table.classes
        marks = marks_of(self.network, self.table.attributes, owners, matched)
        view = classes.view(marks)
        solution = None
        if self._exact(view, matched):
            shared = tuple(c for c in matched if c in self.network.public)
            solution = self._solve(view, (view.trace, shared, family), matched, family)
        if solution is None or (solution.undecided and not self.apart):
            classes = self._singled()
            view = classes.view(marks)
            solution = self._solve(view, (prefixes[0],), matched, family)
            if len(prefixes) > 1:
                self._add(prefixes[1:], matched, family)
                prefixes = prefixes[:1]
        group = Group(prefixes, owners, classes, view, solution)
        self.table.groups.append(group)
        self.table.group_of.update(dict.fromkeys(prefixes, group))

    def _solve(self, view: View, key: Hashable, matched: tuple[int, ...], family: str) -> Solution:
        known = self.solved.get(key)
        if known is None:
            known = solve(view, self.table.attributes, frozenset(matched), family)
            self.solved[key] = known
        return known

    def _singled(self) -> Classes:
        if self.single is None:
            self.single = singled(self.network)
        return self.single

    def _exact(self, view: View, matched: tuple[int, ...]) -> bool:
        """Whether lists that hold for one neighbor hold for whole classes.

        The neighbor must be alone in its class, and every process of a class must name it.
        """
        named: dict[int, set[int]] = {}
        for use in uses_of(self.network, matched):
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
