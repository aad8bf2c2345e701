"""What a contract expects, as sessions of a class with other classes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from barefabric.model.contract import Contract
from barefabric.verify.deciding.case import Case
from barefabric.verify.network import Label
from barefabric.verify.table import Group
from barefabric.verify.view import Edge, View

Hops = frozenset[tuple[int, int]]
"""Pairs (class, code): all sessions with that class."""


class Relations:
    """Expectations by class. An answer of None means that a class holds devices of both kinds."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._bases: dict[str, tuple[frozenset[int], Counter[int]]] = {}

    def wanted(
        self, contract: Contract, group: Group, view: View, cell: int, owners: frozenset[int]
    ) -> Hops | None:
        """The sessions that must be the next hops of a class, exactly."""
        first = contract.expected[0] if contract.expected else ""
        if first == "@up":
            return self._up(group, cell)
        if first == "@peer":
            return self._peer(group, cell)
        if first.startswith("@down:"):
            return self._down(group, view, cell, first.partition(":")[2])
        if first == "@origin":
            return self._named(group, view, cell, owners)
        of = self.case.built.of
        return self._named(group, view, cell, frozenset(map(of, contract.expected)))

    def _up(self, group: Group, cell: int) -> Hops:
        return frozenset(
            (edge.cell, edge.code)
            for edge, label in self._edges(group, cell)
            if edge.code % 2 and label.rank
        )

    def _edges(self, group: Group, cell: int) -> Iterator[tuple[Edge, Label]]:
        """Sessions of a class that are there for the family of a prefix."""
        return self._labelled(group, group.solution.edges.get(cell, ()))

    def _labelled(self, group: Group, edges: Iterable[Edge]) -> Iterator[tuple[Edge, Label]]:
        labels, family = self.case.built.network.labels, group.family
        for edge in edges:
            label = labels[edge.code // 2 - 1]
            if family in label.meant:
                yield edge, label

    def _peer(self, group: Group, cell: int) -> Hops:
        return frozenset(
            (edge.cell, edge.code) for edge, label in self._edges(group, cell) if label.symmetric
        )

    def _down(self, group: Group, view: View, cell: int, condition: str) -> Hops | None:
        """Sessions over cables to the tier below, with devices that meet a condition."""
        fitting = self._fitting(group, view, condition)
        found = []
        edges = [e for e in group.solution.edges.get(cell, ()) if fitting.get(e.cell)]
        for edge, label in self._labelled(group, edges):
            if edge.code % 2 or not label.rank:
                continue
            if fitting[edge.cell] != view.population(edge.cell):
                return None
            found.append((edge.cell, edge.code))
        return frozenset(found)

    def _fitting(self, group: Group, view: View, condition: str) -> Mapping[int, int]:
        """How many devices of each class meet a condition."""
        classes = group.classes
        if classes is not self.case.table.classes:
            every = self._matching(condition)
            return Counter(view.cell(p) for p in every)
        every, base = self._base(condition)
        counts = dict(base)
        bundle_of, cells = classes.graph.bundle_of, classes.cells
        for cell in view.holding:
            for process in every.intersection(view.processes(cell)):
                counts[cell] = counts.get(cell, 0) + 1
                counts[cells[bundle_of[process]]] -= 1
        return counts

    def _base(self, condition: str) -> tuple[frozenset[int], Counter[int]]:
        found = self._bases.get(condition)
        if found is None:
            classes = self.case.table.classes
            every = self._matching(condition)
            bundle_of, cells = classes.graph.bundle_of, classes.cells
            found = every, Counter(cells[bundle_of[p]] for p in every)
            self._bases[condition] = found
        return found

    def _matching(self, condition: str) -> frozenset[int]:
        of = self.case.built.of
        return frozenset(map(of, self.case.roster.switches(condition))) - {-1}

    def _named(self, group: Group, view: View, cell: int, named: frozenset[int]) -> Hops | None:
        """Sessions with exactly these processes, each of which every member must have."""
        if -1 in named:
            return frozenset()
        cells = Counter(view.cell(process) for process in named)
        found, reached = [], 0
        for edge, label in self._edges(group, cell):
            if edge.cell not in cells:
                continue
            if cells[edge.cell] != view.population(edge.cell):
                return None
            found.append((edge.cell, edge.code))
            if label.ordinal == 1:
                reached += edge.sessions
        return frozenset(found) if reached == len(named) else None
