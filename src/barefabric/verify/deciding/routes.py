"""Contracts about next hops, decided by class.

For each group of equal prefixes and each class of devices among a contract's subjects the next
hops are compared with the sessions that the expectation names. Where a class is not wholly in or
out of the expectation, its devices are looked at one by one.
"""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.model.contract import Contract, selector
from barefabric.verify.deciding.case import SHOWN, Case, Outcome
from barefabric.verify.deciding.expected import holds_for
from barefabric.verify.deciding.relations import Hops, Relations
from barefabric.verify.deciding.wrong import originated_nowhere, unclear_hops, wrong_hops
from barefabric.verify.table import Group
from barefabric.verify.view import View

BY_CLASS = ("@up", "@peer", "@discard")
"""Expectations that depend on the class alone, not on which prefix of a trace it is."""


class _Rows(NamedTuple):
    """Rows of one group of prefixes for one group of subjects. ``prefix`` is the view's own."""

    contract: Contract
    group: Group
    view: View
    prefix: str
    many: int
    subject: str
    owners: frozenset[int]
    there: frozenset[int]


class RouteDecider:
    """Decides contracts on routes; remembers what classes share."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.relations = Relations(case)
        self._known: dict[tuple[int, int, str], bool] = {}
        self._all: dict[tuple[int, tuple[int, ...], str], bool] = {}

    def decide(self, contract: Contract) -> Outcome:
        """All rows of a contract."""
        outcome = Outcome()
        failed: list[tuple[str, str]] = []
        for text in contract.prefixes:
            groups, missing = self.case.grouped(text)
            for subject in contract.subjects:
                for group, prefixes in groups:
                    for rows in self._rows(contract, group, prefixes, subject):
                        self._decide(rows, outcome, failed)
                if missing:
                    self._missing(contract, subject, missing, outcome)
        if failed:
            outcome.findings.append(wrong_hops(self.case, contract, outcome.failed, failed))
        return outcome

    def _missing(
        self, contract: Contract, subject: str, missing: list[str], outcome: Outcome
    ) -> None:
        rows = self.case.roster.count(subject) * len(missing)
        outcome.rows += rows
        outcome.failed += rows
        if rows:
            outcome.findings.append(originated_nowhere(contract, rows, missing))

    def _rows(
        self, contract: Contract, group: Group, prefixes: list[str], subject: str
    ) -> Iterator[_Rows]:
        """One view for all prefixes of a group, unless the contract tells its twins apart."""
        table = self.case.table
        alike = len(prefixes) == 1 or not self._told_apart(contract, group, subject)
        for prefix in (prefixes[0],) if alike else prefixes:
            shown = group.prefixes[0] if alike and len(prefixes) > 1 else prefix
            owners, there = self.case.owners(shown)
            many = len(prefixes) if alike else 1
            yield _Rows(
                contract,
                group,
                table.view_of(shown),
                shown,
                many,
                subject,
                owners,
                there,
            )

    def _told_apart(self, contract: Contract, group: Group, subject: str) -> bool:
        """Whether subjects or expectations hold some twins of the originator and not others."""
        case, graph = self.case, group.classes.graph
        owner = group.owners[0][0]
        members = graph.members[graph.bundle_of[owner]]
        named = {t for t in (subject, *contract.expected) if not t.startswith("@")}
        deaf = case.built.network.configs[owner].deaf
        servers = case.design.servers
        if len(members) == 1 or (deaf and not any(name in servers for name in named)):
            return False  # deaf twins are speakers on servers
        twins = {case.names[p] for p in members}
        if deaf:
            return not twins.isdisjoint(named)
        inside = {name for name in twins if case.roster.includes(subject, name)}
        expected = twins.intersection(contract.expected)
        return 0 < len(inside) < len(twins) or 0 < len(expected) < len(twins)

    def _decide(self, rows: _Rows, outcome: Outcome, failed: list[tuple[str, str]]) -> None:
        case, group, many = self.case, rows.group, rows.many
        outcome.rows += (case.roster.count(rows.subject) - self._own(rows)) * many
        for cell, devices in self._cells(rows):
            verdict = self._holds(rows, cell)
            if verdict is True:
                continue
            wrong = devices if devices is not None else list(self._members(rows, cell))
            if verdict is None:
                wrong = [
                    d
                    for d in wrong
                    if not holds_for(case, rows.contract, d, rows.prefix, rows.view)
                ]
            if cell in group.solution.undecided or not group.solution.settled:
                if wrong:
                    outcome.undecided += len(wrong) * many
                    outcome.findings.append(
                        unclear_hops(
                            rows.contract,
                            wrong,
                            rows.prefix,
                            len(wrong) * many,
                            settled=group.solution.settled,
                        )
                    )
                continue
            outcome.failed += len(wrong) * many
            failed += [(device, rows.prefix) for device in wrong[:SHOWN]]

    def _own(self, rows: _Rows) -> int:
        """How many originators are subjects themselves: those rows do not count."""
        case = self.case
        return sum(case.roster.includes(rows.subject, case.names[p]) for p in rows.there)

    def _cells(self, rows: _Rows) -> Iterator[tuple[int, list[str] | None]]:
        """Classes with subjects: with their names where they are few, else None."""
        case, group, view = self.case, rows.group, rows.view
        if _few(rows.subject):
            yield from self._placed(rows).items()
            return
        for cell in view.holding:
            devices = list(self._members(rows, cell))
            if devices:
                yield cell, devices
        apart = group.classes is not case.table.classes
        cells = tuple(range(view.base)) if apart else case.cells_of(rows.subject)
        if self._all_hold(rows, cells):
            return
        for cell in cells:
            if view.size(cell):
                yield cell, None

    def _all_hold(self, rows: _Rows, cells: tuple[int, ...]) -> bool:
        """Whether all of these unmarked classes have what is expected of every such class.

        Asked once of each solution: a contract for each rack asks again for all other leaves.
        """
        relation = rows.contract.expected[0] if rows.contract.expected else ""
        if relation not in BY_CLASS:
            return False
        key = (id(rows.group.solution), cells, relation)
        known = self._all.get(key)
        if known is None:
            known = self._all[key] = all(self._holds(rows, cell) is True for cell in cells)
        return known

    def _placed(self, rows: _Rows) -> dict[int, list[str]]:
        """The few devices of a subject by their class."""
        found: dict[int, list[str]] = {}
        for device in self.case.roster.devices(rows.subject):
            process = self.case.built.of(device)
            if process < 0:
                found.setdefault(-1, []).append(device)
            elif process not in rows.there:
                cell = rows.view.cell(process)
                found.setdefault(cell, []).append(device)
        return found

    def _members(self, rows: _Rows, cell: int) -> Iterator[str]:
        """Subjects in a class that do not originate the prefix."""
        case = self.case
        configs, names, includes = case.built.network.configs, case.names, case.roster.includes
        for process in rows.view.processes(cell):
            if configs[process].deaf:
                return
            if process not in rows.there and includes(rows.subject, names[process]):
                yield names[process]

    # One class.

    def _holds(self, rows: _Rows, cell: int) -> bool | None:
        """Whether a class has exactly the expected next hops; None: look at each device."""
        relation = rows.contract.expected[0] if rows.contract.expected else ""
        if relation == "@local":
            return self._local_holds(rows, cell)
        if relation not in BY_CLASS:
            wanted = self.relations.wanted(rows.contract, rows.group, rows.view, cell, rows.owners)
            return None if wanted is None else self._compare(rows.group, cell, wanted)
        key = (id(rows.group.solution), cell, relation)
        known = self._known.get(key)
        if known is None:
            if relation == "@discard":
                route = rows.group.solution.routes.get(cell)
                known = route is not None and route.local
            else:
                wanted = self.relations.wanted(
                    rows.contract, rows.group, rows.view, cell, rows.owners
                )
                known = wanted is not None and self._compare(rows.group, cell, wanted)
            self._known[key] = known
        return known

    def _compare(self, group: Group, cell: int, wanted: Hops) -> bool:
        solution = group.solution
        route = solution.routes.get(cell)
        if route is None or route.local or cell in solution.undecided or not solution.settled:
            return False
        return (
            bool(wanted)
            and frozenset(route.hops) == wanted
            and (route.width <= route.limit or self._as_wide_as_can_be(group, cell, route.limit))
        )

    def _as_wide_as_can_be(self, group: Group, cell: int, limit: int) -> bool:
        """Whether the hardware could not use more of the equal paths; `check/ecmp` notes it."""
        edges = group.solution.edges[cell]
        return limit >= self.case.ceiling(self.case.names[edges[0].near])

    def _local_holds(self, rows: _Rows, cell: int) -> bool | None:
        """Whether each device sends to as many originators as its rack has.

        A session with a node needs a cable to it, so originators among the next hops are of the
        own rack.
        """
        case = self.case
        route = rows.group.solution.routes.get(cell)
        if route is None or route.local or route.width > route.limit:
            return None
        marks = rows.view.marks
        if any(marks.get(target, (0,))[0] <= 0 for target, _ in route.hops):
            return None
        counts = case.announcers(rows.prefix)
        switches = case.design.switches
        racks = {switches[name].rack for name in self._members(rows, cell)}
        return True if {counts[rack] for rack in racks} <= {route.width} else None


def _few(subject: str) -> bool:
    """Whether a subject is a device or the devices of one rack."""
    chosen = selector(subject)
    return chosen is None or any(c.key == "rack" and c.equal for c in chosen.conditions)
