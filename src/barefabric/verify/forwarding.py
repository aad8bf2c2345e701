"""Where packets go: computed routes followed hop by hop, longest prefix first, by class.

All equal paths are followed. A class of devices forwards as one, so a cycle of classes is a loop
of devices, and what arrives in every class arrives from every device.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from barefabric.verify.prefixes import parse
from barefabric.verify.table import Group, RouteTable
from barefabric.verify.view import View


class Fate(StrEnum):
    """What becomes of packets. Where paths differ, the worst counts."""

    ARRIVES = "arrives"
    LEAVES = "leaves the fabric"
    DISCARDED = "is discarded"
    NO_ROUTE = "has no route"
    LOOPS = "loops"


_WORST = (Fate.ARRIVES, Fate.LEAVES, Fate.DISCARDED, Fate.NO_ROUTE, Fate.LOOPS)


class Path(NamedTuple):
    """The fate of packets from one class, the links on the longest path, and where it ends."""

    fate: Fate
    links: int
    end: int


def held_prefixes(table: RouteTable) -> dict[str, tuple[str, ...]]:
    """Originated prefixes that lie inside others, with those: the longest first, no default."""
    found: dict[str, tuple[str, ...]] = {}
    longest_first = sorted(table.networks.items(), reverse=True)
    for (bits, length), inner in longest_first:
        for (outer_bits, outer_length), outer in longest_first:
            if outer_bits != bits or not 0 < outer_length < length:
                continue
            shift = bits - outer_length
            for network, text in inner.items():
                holder = outer.get(network >> shift << shift)
                if holder is not None:
                    found[text] = (*found.get(text, ()), holder)
    return found


class Walker:
    """Follows packets to one prefix."""

    def __init__(self, table: RouteTable, group: Group, view: View, prefix: str) -> None:
        self.table, self.group, self.view, self.prefix = table, group, view, prefix
        self.less_specific = [p for p in table.covering(parse(prefix)) if p != prefix]
        self.known: dict[int, Path] = {}
        self._walking: list[int] = []

    def path(self, cell: int) -> Path:
        """What becomes of packets that a class has."""
        known = self.known.get(cell)
        if known is not None:
            return known
        if cell in self._walking:
            return Path(Fate.LOOPS, len(self._walking), cell)
        self._walking.append(cell)
        found = self._next(cell)
        self._walking.pop()
        if found.fate is not Fate.LOOPS or not self._walking:
            self.known[cell] = found
        return found

    def _next(self, cell: int) -> Path:
        route = self.group.solution.routes.get(cell)
        if route is not None:
            if route.local:
                return self._at_origin(cell)
            return self._worst(self.path(target) for target, _ in route.hops)
        return self._fall_back(cell)

    def _at_origin(self, cell: int) -> Path:
        """A class that originates the prefix itself: it is there, unless it is a discard route."""
        mark = self.view.marks.get(cell)
        own = self.table.attributes[mark[0] - 1] if mark is not None and mark[0] > 0 else None
        fate = Fate.DISCARDED if own is not None and own.discards else Fate.ARRIVES
        return Path(fate, 0, cell)

    def _fall_back(self, cell: int) -> Path:
        """The next less specific route: each kind of device of the class, as that route sees it."""
        seen: set[int] = set()
        paths = []
        for process in self.view.processes(cell):
            for prefix in self.less_specific:
                view = self.table.view_of(prefix)
                row = self.table.row(process, prefix, view)
                if row is None:
                    continue
                kind = view.cell(process)
                if kind in seen:
                    break
                seen.add(kind)
                if row.route.local:
                    paths.append(Path(self._fate_at(process, prefix), 0, cell))
                else:
                    cells = {self.view.cell(h) for h in row.hops}
                    paths.append(self._worst(self.path(c) for c in sorted(cells)))
                break
            else:
                return Path(Fate.NO_ROUTE, 0, cell)
        return self._worst(paths, step=0) if paths else Path(Fate.NO_ROUTE, 0, cell)

    def _fate_at(self, process: int, prefix: str) -> Fate:
        """What the originator of a less specific route does with packets it has no route for."""
        own = dict(self.table.owners[prefix]).get(process)
        return Fate.DISCARDED if own is None or own.discards else Fate.LEAVES

    def _worst(self, paths: Iterable[Path], step: int = 1) -> Path:
        worst = Path(Fate.ARRIVES, 0, -1)
        for path in paths:
            if (_WORST.index(path.fate), path.links) >= (_WORST.index(worst.fate), worst.links):
                worst = path
        return worst._replace(links=worst.links + step)
