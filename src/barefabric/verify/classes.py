"""Classes of devices as one prefix sees them.

A prefix marks the processes that originate it and those where a list of their own names it. The
marks split the stable cells of the graph, and the splits are carried on until the partition is
stable again (individualisation and refinement). The record of all splits, with all counts, is
the trace: two prefixes with equal traces have the same quotient, hence the same routes up to
names. So routes are computed once for each trace, and what is equal is found, not assumed.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from barefabric.verify.graph import Graph, stable_cells
from barefabric.verify.view import Mark, Stable, View

REST: Mark = (-1, ())
"""The mark of what is left of a bundle when others of its twins are marked."""


class Classes:
    """The stable partition of a graph, and the views that prefixes have of it.

    ``apart`` puts every vertex in a class of its own, whatever is equal.
    """

    def __init__(self, graph: Graph, *, apart: bool = False) -> None:
        self.graph = graph
        self.cells = list(range(len(graph.members))) if apart else stable_cells(graph)
        members: list[list[int]] = [[] for _ in range(max(self.cells, default=-1) + 1)]
        for vertex, cell in enumerate(self.cells):
            members[cell].append(vertex)
        self.members = members
        populations = [sum(graph.sizes[v] for v in vertices) for vertices in members]
        self._stable = Stable(graph, self.cells, members, populations, {}, {})

    def view(self, marks: Mapping[int, Mark]) -> View:
        """The partition once processes are marked."""
        view = View(self._stable)
        new = self._place(view, marks)
        view.trace = (tuple(new), tuple(self._refine(view)))
        return view

    # Placing the marks.

    def _place(self, view: View, marks: Mapping[int, Mark]) -> list[tuple[int, int, Mark, int]]:
        """Put marked bundles and pieces of bundles in cells of their own."""
        by_vertex: dict[int, dict[Mark, list[int]]] = {}
        bundle_of = self.graph.bundle_of
        for process, mark in marks.items():
            found = by_vertex.get(bundle_of[process])
            if found is None:
                found = by_vertex[bundle_of[process]] = {}
            some = found.get(mark)
            if some is None:
                found[mark] = [process]
            else:
                some.append(process)
        placed: dict[tuple[int, int, Mark], list[int]] = {}
        for vertex, found in by_vertex.items():
            for mark, size, where in self._pieces(view, vertex, found):
                placed.setdefault((self.cells[vertex], size, mark), []).append(where)
        record = []
        for (cell, size, mark), vertices in sorted(placed.items()):
            whole = len(vertices) == len(self.members[cell]) and vertices[0] < len(self.cells)
            number = cell if whole else self._new_cell(view, vertices, cell)
            view.marks[number] = mark
            record.append((cell, size, mark, len(vertices)))
        return record

    def _pieces(
        self, view: View, vertex: int, found: Mapping[Mark, list[int]]
    ) -> Iterator[tuple[Mark, int, int]]:
        """The pieces a bundle falls into: mark, size, vertex number."""
        size = self.graph.sizes[vertex]
        if len(found) == 1:
            mark, processes = next(iter(found.items()))
            if len(processes) == size:
                yield mark, size, vertex
                return
        marked = {p for processes in found.values() for p in processes}
        rest = [p for p in self.graph.members[vertex] if p not in marked]
        pieces = sorted(found.items())
        if rest:
            pieces.append((REST, rest))
        for mark, processes in pieces:
            number = len(self.cells) + len(view.part_base)
            view.part_base.append(vertex)
            view.part_members.append(processes)
            view.parts.setdefault(vertex, []).append(number)
            for process in processes:
                view.part_of[process] = number
            yield mark, len(processes), number

    def _new_cell(self, view: View, vertices: list[int], old: int) -> int:
        """Take vertices out of a cell and put them in a new one, which keeps the cell's mark."""
        number = view.base + len(view.holding)
        held = view.holding.get(old)
        if held is not None:
            gone = set(vertices)
            view.holding[old] = [v for v in held if v not in gone]
        else:
            known = len(self.cells)
            first = sum(
                v < known or view.parts[view.part_base[v - known]][0] == v for v in vertices
            )
            view.left[old] = view.left.get(old, 0) + first
            sizes = sum(view.size_of(v) for v in vertices)
            view.gone[old] = view.gone.get(old, 0) + sizes
        view.holding[number] = vertices
        for vertex in vertices:
            view.cell_at[vertex] = number
        if old in view.marks:
            view.marks[number] = view.marks[old]
        return number

    # Refinement.

    def _refine(self, view: View) -> Iterator[tuple[object, ...]]:
        """Split cells until the partition is stable; yields the trace."""
        queue = deque(sorted(view.holding))
        while queue:
            splitter = queue.popleft()
            by_cell = self._seen_from(view, splitter)
            for cell in sorted(by_cell):
                groups = sorted(by_cell[cell].items())
                rest = view.size(cell) - sum(len(found) for _, found in groups)
                yield splitter, cell, rest, tuple((v, len(found)) for v, found in groups)
                for _, found in groups if rest else groups[1:]:
                    queue.append(self._new_cell(view, found, cell))

    def _seen_from(
        self, view: View, splitter: int
    ) -> dict[int, dict[tuple[tuple[int, int], ...], list[int]]]:
        """Vertices with sessions into a cell, by their own cell and by how many they have."""
        counts: dict[int, dict[int, int]] = {}
        mirror = self.graph.mirror
        for vertex in view.holding[splitter]:
            size = view.size_of(vertex)
            for other, code in view.near(vertex):
                seen = counts.setdefault(other, {})
                back = mirror[code]
                seen[back] = seen.get(back, 0) + (size if other != vertex else size - 1)
        by_cell: dict[int, dict[tuple[tuple[int, int], ...], list[int]]] = {}
        for vertex, seen in counts.items():
            vector = tuple(sorted(seen.items()))
            cell = view.cell_of(vertex)
            by_cell.setdefault(cell, {}).setdefault(vector, []).append(vertex)
        return by_cell
