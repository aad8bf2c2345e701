"""Classes of devices as one prefix sees them.

A prefix marks the processes that originate it and those where a list of their own names it. The
marks split the stable cells of the graph, and the splits are carried on until the partition is
stable again (individualisation and refinement). The record of all splits, with all counts, is
the trace: two prefixes with equal traces have the same quotient, hence the same routes up to
names. So routes are computed once for each trace, and what is equal is found, not assumed.
"""

from collections import deque
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from barefabric.verify.graph import SAME_ASN, Graph, stable_cells

Mark = tuple[int, tuple[str, ...]]
"""Number of the originated route's attributes (0: not an origin), and private slots that match."""

NO_MARK: Mark = (0, ())


class Edge(NamedTuple):
    """Sessions of one class with another, by representatives.

    ``count`` is how many such sessions each member of the class at hand has. ``near`` and
    ``far`` are a pair of processes that really have one.
    """

    cell: int
    code: int
    count: int
    near: int
    far: int


@dataclass
class View:
    """A stable partition as one prefix sees it.

    Cells below ``base`` are those of the unmarked graph; the rest of such a cell is whatever no
    other cell holds. ``parts`` are pieces of bundles: vertex numbers from the size of the graph
    on. ``marks`` says what each marked cell is marked with. ``left`` and ``gone`` count the
    vertices and the processes that left a cell below ``base``.
    """

    graph: Graph
    base: int
    trace: Hashable = ()
    cell_at: dict[int, int] = field(default_factory=dict)
    holding: dict[int, list[int]] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    part_base: list[int] = field(default_factory=list)
    part_members: list[list[int]] = field(default_factory=list)
    marks: dict[int, Mark] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)
    part_of: dict[int, int] = field(default_factory=dict)


class Classes:
    """The stable partition of a graph, and the views that prefixes have of it.

    ``apart`` puts every vertex in a class of its own, whatever is equal.
    """

    def __init__(self, graph: Graph, *, apart: bool = False) -> None:
        self.graph = graph
        self.cells = list(range(len(graph.members))) if apart else stable_cells(graph)
        self.members: list[list[int]] = [[] for _ in range(max(self.cells, default=-1) + 1)]
        for vertex, cell in enumerate(self.cells):
            self.members[cell].append(vertex)
        self._unmarked: dict[int, list[Edge]] = {}
        self._populations = [sum(graph.sizes[v] for v in members) for members in self.members]

    def view(self, marks: Mapping[int, Mark]) -> View:
        """The partition once processes are marked."""
        view = View(self.graph, len(self.members))
        new = self._place(view, marks)
        view.trace = (tuple(new), tuple(self._refine(view)))
        return view

    # Placing the marks.

    def _place(self, view: View, marks: Mapping[int, Mark]) -> list[tuple[int, int, Mark, int]]:
        """Put marked bundles and pieces of bundles in cells of their own."""
        by_vertex: dict[int, dict[Mark, list[int]]] = {}
        bundle_of = self.graph.bundle_of
        for process, mark in marks.items():
            by_vertex.setdefault(bundle_of[process], {}).setdefault(mark, []).append(process)
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
            pieces.append(((-1, ()), rest))
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
            first = sum(v < known or view.parts[view.part_base[v - known]][0] == v for v in vertices)
            view.left[old] = view.left.get(old, 0) + first
            sizes = sum(self.vertex_size(view, v) for v in vertices)
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
                rest = self.size(view, cell) - sum(len(found) for _, found in groups)
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
            size = self.vertex_size(view, vertex)
            for other, code in self.near(view, vertex):
                seen = counts.setdefault(other, {})
                back = mirror[code]
                seen[back] = seen.get(back, 0) + (size if other != vertex else size - 1)
        by_cell: dict[int, dict[tuple[tuple[int, int], ...], list[int]]] = {}
        for vertex, seen in counts.items():
            vector = tuple(sorted(seen.items()))
            cell = self.cell_of(view, vertex)
            by_cell.setdefault(cell, {}).setdefault(vector, []).append(vertex)
        return by_cell

    # Reading a view.

    def base_of(self, view: View, vertex: int) -> int:
        """The bundle that a vertex is, or is a piece of."""
        known = len(self.cells)
        return vertex if vertex < known else view.part_base[vertex - known]

    def processes(self, view: View, vertex: int) -> list[int]:
        """The processes of a bundle or of a piece of one."""
        known = len(self.cells)
        if vertex < known:
            return self.graph.members[vertex]
        return view.part_members[vertex - known]

    def vertex_size(self, view: View, vertex: int) -> int:
        """How many processes a vertex stands for; an AS number counts as one."""
        known = len(self.cells)
        if vertex < known:
            return self.graph.sizes[vertex]
        return len(view.part_members[vertex - known])

    def cell_of(self, view: View, vertex: int) -> int:
        """The cell of a vertex."""
        found = view.cell_at.get(vertex)
        return found if found is not None else self.cells[self.base_of(view, vertex)]

    def process_cell(self, view: View, process: int) -> int:
        """The cell of a process."""
        part = view.part_of.get(process)
        return self.cell_of(view, self.graph.bundle_of[process] if part is None else part)

    def size(self, view: View, cell: int) -> int:
        """How many vertices a cell holds."""
        held = view.holding.get(cell)
        if held is not None:
            return len(held)
        return len(self.members[cell]) - view.left.get(cell, 0)

    def population(self, view: View, cell: int) -> int:
        """How many processes a cell holds."""
        held = view.holding.get(cell)
        if held is not None:
            return sum(self.vertex_size(view, v) for v in held)
        return self._populations[cell] - view.gone.get(cell, 0)

    def vertices(self, view: View, cell: int) -> Iterator[int]:
        """The vertices of a cell, in order."""
        held = view.holding.get(cell)
        if held is not None:
            yield from held
            return
        for vertex in self.members[cell]:
            if vertex not in view.cell_at and vertex not in view.parts:
                yield vertex

    def cells_in(self, view: View) -> Iterator[int]:
        """All cells that hold processes."""
        for cell in (*range(view.base), *sorted(view.holding)):
            vertex = next(self.vertices(view, cell), None)
            if vertex is not None and self.processes(view, vertex):
                yield cell

    def near(self, view: View, vertex: int) -> Iterator[tuple[int, int]]:
        """Neighbors of a vertex, pieces told apart, with codes as seen from it."""
        base = self.base_of(view, vertex)
        parts = view.parts
        for other, code in self.graph.adjacency[base]:
            if other in parts:
                for part in parts[other]:
                    yield part, code
            else:
                yield other, code
        inner = self.graph.inner[base]
        if inner >= 0:
            for other in parts.get(base, (base,)):
                if other != vertex or self.vertex_size(view, vertex) > 1:
                    yield other, inner

    def edges(self, view: View, cell: int) -> list[Edge]:
        """The sessions that each process of a cell has, by class of the other end."""
        if view.holding:
            return list(self._edges(view, cell))
        known = self._unmarked.get(cell)
        if known is None:
            known = self._unmarked[cell] = list(self._edges(view, cell))
        return known

    def _edges(self, view: View, cell: int) -> Iterator[Edge]:
        vertex = next(self.vertices(view, cell))
        mine = self.processes(view, vertex)
        counts: dict[tuple[int, int], list[int]] = {}
        for other, code in self.near(view, vertex):
            if code <= SAME_ASN + 1:
                continue
            size = self.vertex_size(view, other) - (other == vertex)
            found = counts.setdefault((self.cell_of(view, other), code), [0, other])
            found[0] += size
        for (target, code), (count, other) in counts.items():
            far = self.processes(view, other)
            near = mine[0]
            yield Edge(target, code, count, near, next(p for p in far if p != near))

    def asn_cell(self, view: View, cell: int) -> tuple[str, int]:
        """What stands for the AS number of a cell's processes: its vertex's cell, or the cell."""
        vertex = next(self.vertices(view, cell))
        asn = self.graph.asn_vertex[self.base_of(view, vertex)]
        return ("as", self.cell_of(view, asn)) if asn >= 0 else ("own", cell)
