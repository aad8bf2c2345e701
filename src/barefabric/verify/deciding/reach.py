"""Contracts about packets: from whom they arrive where, and over how many links at most."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from barefabric.model.contract import Contract
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.deciding.sources import Sources
from barefabric.verify.forwarding import Fate, Path, Walker, held_prefixes
from barefabric.verify.prefixes import parse, readable
from barefabric.verify.table import Group
from barefabric.verify.verdict import Finding
from barefabric.verify.view import View


class Wrong(NamedTuple):
    """Packets of one kind of source to one kind of destination that do not end as they should.

    ``rows`` is how many rows these stand for.
    """

    device: str
    prefix: str
    path: Path
    rows: int


class ReachDecider:
    """Decides contracts of kind ``reach``.

    ``without`` are devices that send nothing, ``ignoring`` prefixes that nobody can reach any more:
    both after a failure.
    """

    def __init__(
        self,
        case: Case,
        without: Collection[str] = frozenset(),
        ignoring: Collection[str] = frozenset(),
    ) -> None:
        self.case, self.without, self.ignoring = case, without, ignoring
        self.sources = Sources(case, without)
        self._spreads: dict[str, tuple[Mapping[int, int], Mapping[int, int]]] = {}
        self._all: dict[tuple[object, ...], bool] = {}
        self._walked: dict[tuple[int, tuple[int, ...], int], Path] = {}

    def decide(self, contract: Contract) -> Outcome:
        """All rows of a contract: sources times destinations."""
        outcome = Outcome()
        outcome.rows, bad = self.wrong(contract)
        if not outcome.rows and not self.without and not self.ignoring:
            return nothing(contract)
        if bad:
            outcome.failed = sum(wrong.rows for wrong in bad)
            outcome.findings.append(self._finding(contract, outcome.failed, bad))
        return outcome

    def wrong(self, contract: Contract) -> tuple[int, list[Wrong]]:
        """How many rows a contract has, and those that do not end as they should."""
        rows = 0
        never, limit = "@never" in contract.expected, _limit(contract)
        bad: list[Wrong] = []
        for text in contract.prefixes:
            groups, missing = self._placed(text)
            for subject in contract.subjects:
                total = sum(count for _, count in self.sources.starts(subject))
                rows += total * (len(missing) + sum(len(p) for _, p in groups))
                for group, prefixes in groups:
                    for first, many in self._ways(prefixes):
                        for device, path, count in self._failing(
                            group, first, subject, never, limit
                        ):
                            bad.append(Wrong(device, first, path, count * many))
                if missing and not never and total:
                    nowhere = Path(Fate.NO_ROUTE, 0, -1)
                    bad += [Wrong(subject, prefix, nowhere, total) for prefix in missing]
        return rows, bad

    def _placed(self, text: str) -> tuple[list[tuple[Group, list[str]]], list[str]]:
        """Destinations by group. One inside a rack's prefix goes where the prefix goes."""
        table = self.case.table
        groups, missing = self.case.grouped(text)
        if self.ignoring:
            kept = ((g, [p for p in some if p not in self.ignoring]) for g, some in groups)
            groups = [(group, some) for group, some in kept if some]
            missing = [prefix for prefix in missing if prefix not in self.ignoring]
        nowhere, found = [], list(groups)
        for prefix in missing:
            inner = readable(prefix)
            holding = table.covering(inner) if inner is not None else []
            if holding and parse(holding[0]).length > 0:
                found.append((table.group_of[holding[0]], [prefix]))
            else:
                nowhere.append(prefix)
        return found, nowhere

    def _ways(self, prefixes: list[str]) -> Iterable[tuple[str, int]]:
        """Prefixes of a group that differ in what they lie inside: the first of each, how many.

        Where the group's own route is missing, packets follow that of what holds their prefix.
        """
        held = self._held
        if not held or held.keys().isdisjoint(prefixes):
            return ((prefixes[0], len(prefixes)),)
        found: dict[tuple[str, ...], list[str]] = {}
        for prefix in prefixes:
            found.setdefault(held.get(prefix, ()), []).append(prefix)
        return ((some[0], len(some)) for some in found.values())

    @cached_property
    def _held(self) -> Mapping[str, tuple[str, ...]]:
        """Prefixes that lie inside others, but for defaults, with those others."""
        return held_prefixes(self.case.table)

    def _failing(
        self, group: Group, prefix: str, subject: str, never: bool, limit: int
    ) -> Iterator[tuple[str, Path, int]]:
        """Kinds of source whose packets do not end as they should."""
        case = self.case
        held, prefix_walked, view = self._held, group.prefixes[0], group.view
        if held.get(prefix) != held.get(prefix_walked) and prefix in case.table.group_of:
            prefix_walked, view = prefix, case.table.view_of(prefix)
        walker = Walker(case.table, group, view, prefix_walked)
        beyond = tuple(id(case.table.group_of[p]) for p in walker.less_specific)

        def bad(cell: int, extra: int) -> Path | None:
            key = (id(group.solution), beyond, cell)
            path = self._walked.get(key)
            if path is None:
                path = self._walked[key] = walker.path(cell)
            arrives = path.fate is Fate.ARRIVES
            wrong = arrives == never or (arrives and 0 < limit < path.links + extra)
            return path if wrong else None

        cells, processes = self._spread(subject)
        if group.classes is case.table.classes:
            asked = (id(group.solution), beyond, subject, never, limit)
            if asked not in self._all:
                self._all[asked] = all(bad(cell, extra) is None for cell, extra in cells.items())
            cells = {} if self._all[asked] else cells
        if processes and all(
            bad(cell, extra) is None for cell, extra in self._seen(group, view, cells, processes)
        ):
            return
        for (device, first, extra), count in self.sources.starts(subject):
            found = [bad(view.cell(p), extra) for p in first]
            path = next((p for p in found if p is not None), None)
            if path is not None or (not first and not never):
                yield device, path or Path(Fate.NO_ROUTE, 0, -1), count

    def _seen(
        self, group: Group, view: View, cells: Mapping[int, int], processes: Mapping[int, int]
    ) -> Iterator[tuple[int, int]]:
        """The classes of all sources, as one prefix sees them."""
        case = self.case
        if group.classes is not case.table.classes:
            for process, extra in processes.items():
                yield view.cell(process), extra
            return
        for cell, extra in cells.items():
            if view.size(cell):
                yield cell, extra
        configs = case.built.network.configs
        for cell in view.holding:
            for process in view.processes(cell):
                if configs[process].deaf:
                    break
                if process in processes:
                    yield cell, processes[process]

    def _spread(self, subject: str) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """Classes and processes that packets of a subject start from, with the links before."""
        found = self._spreads.get(subject)
        if found is None:
            classes = self.case.table.classes
            starts = [start for start, _ in self.sources.starts(subject)]
            processes = {p: extra for _, first, extra in starts for p in first}
            bundle_of, cells = classes.graph.bundle_of, classes.cells
            found = {cells[bundle_of[p]]: e for p, e in processes.items()}, processes
            if not all(first for _, first, _ in starts):
                found = {}, {}
            self._spreads[subject] = found
        return found

    def told(self, wrong: Wrong, limit: int = 0) -> str:
        """What becomes of a packet, as a line of evidence."""
        device, prefix, path, _ = wrong
        if path.fate is Fate.ARRIVES:
            links = path.links + self.sources.bridged(device)
            more = f", more than {limit}" if limit else ""
            return f"{device} to {prefix}: the packet arrives over {links} links{more}"
        return f"{device} to {prefix}: the packet {path.fate}{self._named(prefix, path)}"

    def _finding(self, contract: Contract, rows: int, bad: list[Wrong]) -> Finding:
        cause = "a route is missing on the way, or leads elsewhere"
        mend = "mend the routes first: contracts on routes say which device differs"
        if "@never" in contract.expected:
            cause = "a route leads there, and nothing on the way refuses it"
            mend = "announce_to, accept and the racks' shape decide who learns what"
        elif bad[0].path.fate is Fate.ARRIVES:
            cause = "the way is longer than the contract allows"
            mend = "a larger length, or cables that make the way shorter"
        return finding(
            "JU006",
            contract,
            rows,
            [self.told(wrong, _limit(contract)) for wrong in bad[:SHOWN]],
            cause=cause,
            mend=mend,
        )

    def _named(self, prefix: str, path: Path) -> str:
        group = self.case.table.group_of.get(prefix)
        if group is None or path.end < 0:
            return ""
        first = next(group.view.processes(path.end), -1)
        return f" at {self.case.names[first]}" if first >= 0 else ""


def nothing(contract: Contract) -> Outcome:
    """What is said of a contract that means no packet at all."""
    said = finding(
        "JU006",
        contract,
        1,
        [f"nothing could be judged: {contract.sentence}"],
        cause="no device is where it begins, or no address where it ends",
        mend="name what has servers or addresses, or take the contract away",
    )
    return Outcome(rows=1, failed=1, findings=[said])


def _limit(contract: Contract) -> int:
    """How many links a contract allows; 0 for any number."""
    return next((int(t[8:]) for t in contract.expected if t.startswith("@within:")), 0)
