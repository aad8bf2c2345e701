"""The partition of a network as one prefix sees it."""

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from barefabric.verify.graph import SAME_ASN, Graph

Mark = tuple[int, tuple[str, ...]]
"""Number of the originated route's attributes (0: not an origin), and private slots that match."""


class Edge(NamedTuple):
    """Sessions of one class with another, by representatives.

    ``sessions`` is how many such sessions each member of the class at hand has. ``near`` and
    ``far`` are a pair of processes that really have one.
    """

    cell: int
    code: int
    sessions: int
    near: int
    far: int


class Stable(NamedTuple):
    """The stable partition of the unmarked graph: cell by vertex, vertices by cell.

    ``edges`` keeps the sessions of whole cells once they were worked out, ``flows`` what routes
    meet on a session, by the session and what stands for the AS number at its other end.
    """

    graph: Graph
    cells: list[int]
    members: list[list[int]]
    populations: list[int]
    edges: dict[int, list[Edge]]
    flows: dict[Hashable, Any]


class View:
    """A stable partition once processes are marked.

    Cells below ``base`` are those of the unmarked graph; the rest of such a cell is whatever no
    other cell holds. ``parts`` are pieces of bundles: vertex numbers from ``known`` on. ``marks``
    says what each marked cell is marked with. ``left`` and ``gone`` count the vertices and the
    processes that left a cell below ``base``.
    """

    __slots__ = (
        "base",
        "cell_at",
        "gone",
        "graph",
        "holding",
        "known",
        "left",
        "marks",
        "part_base",
        "part_members",
        "part_of",
        "parts",
        "stable",
        "trace",
    )

    def __init__(self, stable: Stable) -> None:
        self.stable, self.graph = stable, stable.graph
        self.base, self.known = len(stable.members), len(stable.cells)
        self.trace: Hashable = ()
        self.cell_at: dict[int, int] = {}
        self.holding: dict[int, list[int]] = {}
        self.parts: dict[int, list[int]] = {}
        self.part_base: list[int] = []
        self.part_members: list[list[int]] = []
        self.part_of: dict[int, int] = {}
        self.marks: dict[int, Mark] = {}
        self.left: dict[int, int] = {}
        self.gone: dict[int, int] = {}

    # Vertices.

    def base_of(self, vertex: int) -> int:
        """The bundle that a vertex is, or is a piece of."""
        return vertex if vertex < self.known else self.part_base[vertex - self.known]

    def processes_of(self, vertex: int) -> list[int]:
        """The processes of a bundle or of a piece of one; an AS number has none."""
        if vertex < self.known:
            return self.graph.members[vertex]
        return self.part_members[vertex - self.known]

    def size_of(self, vertex: int) -> int:
        """How many processes a vertex stands for; an AS number counts as one."""
        if vertex < self.known:
            return self.graph.sizes[vertex]
        return len(self.part_members[vertex - self.known])

    def cell_of(self, vertex: int) -> int:
        """The cell of a vertex."""
        found = self.cell_at.get(vertex)
        return found if found is not None else self.stable.cells[self.base_of(vertex)]

    def cell(self, process: int) -> int:
        """The cell of a process."""
        vertex = self.part_of.get(process)
        if vertex is None:
            vertex = self.graph.bundle_of[process]
        found = self.cell_at.get(vertex)
        return found if found is not None else self.stable.cells[self.base_of(vertex)]

    def near(self, vertex: int) -> Iterator[tuple[int, int]]:
        """Neighbors of a vertex, pieces told apart, with codes as seen from it."""
        base = self.base_of(vertex)
        parts = self.parts
        for other, code in self.graph.adjacency[base]:
            if other in parts:
                for part in parts[other]:
                    yield part, code
            else:
                yield other, code
        inner = self.graph.inner[base]
        if inner:
            for other in parts.get(base, (base,)):
                if other != vertex or self.size_of(vertex) > 1:
                    for code in inner:
                        yield other, code

    # Cells.

    def size(self, cell: int) -> int:
        """How many vertices a cell holds."""
        held = self.holding.get(cell)
        if held is not None:
            return len(held)
        return len(self.stable.members[cell]) - self.left.get(cell, 0)

    def population(self, cell: int) -> int:
        """How many processes a cell holds."""
        held = self.holding.get(cell)
        if held is not None:
            return sum(map(self.size_of, held))
        return self.stable.populations[cell] - self.gone.get(cell, 0)

    def vertices(self, cell: int) -> Iterator[int]:
        """The vertices of a cell, in order."""
        held = self.holding.get(cell)
        if held is not None:
            yield from held
            return
        for vertex in self.stable.members[cell]:
            if vertex not in self.cell_at and vertex not in self.parts:
                yield vertex

    def processes(self, cell: int) -> Iterator[int]:
        """The processes of a cell, in order."""
        for vertex in self.vertices(cell):
            yield from self.processes_of(vertex)

    def cells(self) -> Iterator[int]:
        """All cells that hold processes."""
        for cell in (*range(self.base), *sorted(self.holding)):
            if next(self.processes(cell), None) is not None:
                yield cell

    def asn_cell(self, cell: int) -> tuple[str, int]:
        """What stands for the AS number of a cell's processes: its vertex's cell, or the cell."""
        asn = self.graph.asn_vertex[self.base_of(next(self.vertices(cell)))]
        return ("as", self.cell_of(asn)) if asn >= 0 else ("own", cell)

    def edges(self, cell: int) -> list[Edge]:
        """The sessions that each process of a cell has, by class of the other end.

        Where nothing was taken out of a cell and of those around it, they are as they were.
        """
        if cell >= self.base or cell in self.left:
            return list(self.worked_out(cell))
        known = self.stable.edges.get(cell)
        if known is None:
            known = self.stable.edges[cell] = list(View(self.stable).worked_out(cell))
        if any(edge.cell in self.left for edge in known):
            return list(self.worked_out(cell))
        return known

    def worked_out(self, cell: int) -> Iterator[Edge]:
        """The same, from the sessions of one process of the cell."""
        vertex = next(self.vertices(cell))
        near = self.processes_of(vertex)[0]
        counts: dict[tuple[int, int], list[int]] = {}
        for other, code in self.near(vertex):
            if code <= SAME_ASN + 1:
                continue
            size = self.size_of(other) - (other == vertex)
            found = counts.setdefault((self.cell_of(other), code), [0, other])
            found[0] += size
        for (target, code), (sessions, other) in counts.items():
            far = next(p for p in self.processes_of(other) if p != near)
            yield Edge(target, code, sessions, near, far)
