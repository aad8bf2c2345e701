"""Contracts about next hops, decided by class.

For each group of equal prefixes and each class of devices among a contract's subjects the next
hops are compared with the sessions that the expectation names. Where a class is not wholly in or
out of the expectation, its devices are looked at one by one.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from barefabric.model.contract import Contract, selector
from barefabric.verify.classes import View
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.deciding.expected import actual_hops, expected_hops, holds_for, row_of
from barefabric.verify.deciding.relations import Hops, Relations
from barefabric.verify.deciding.why import why_not
from barefabric.verify.table import Group
from barefabric.verify.verdict import Finding

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


class RouteDecider:
    """Decides contracts on routes; remembers what classes share."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.relations = Relations(case)
        self._known: dict[tuple[int, int, str], bool] = {}

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
            outcome.findings.append(self._finding(contract, outcome.failed, failed))
        return outcome

    def _missing(
        self, contract: Contract, subject: str, missing: list[str], outcome: Outcome
    ) -> None:
        rows = self.case.roster.count(subject) * len(missing)
        outcome.rows += rows
        outcome.failed += rows
        if rows:
            lines = [f"no device originates {prefix}" for prefix in missing[:SHOWN]]
            outcome.findings.append(
                finding(
                    "JU002", contract, rows, lines,
                    cause="the device that should announce it does not",
                    mend="look at the device's networks and at the sessions of its speaker",
                )
            )

    def _rows(
        self, contract: Contract, group: Group, prefixes: list[str], subject: str
    ) -> Iterator[_Rows]:
        """One view for all prefixes of a group, unless the contract tells its twins apart."""
        table = self.case.table
        alike = len(prefixes) == 1 or not self._told_apart(contract, group, subject)
        for prefix in (prefixes[0],) if alike else prefixes:
            shown = group.prefixes[0] if alike and len(prefixes) > 1 else prefix
            owners = frozenset(process for process, _ in table.owners[shown])
            many = len(prefixes) if alike else 1
            yield _Rows(contract, group, table.view_of(shown), shown, many, subject, owners)

    def _told_apart(self, contract: Contract, group: Group, subject: str) -> bool:
        """Whether subjects or expectations hold some twins of the originator and not others."""
        case, graph = self.case, group.classes.graph
        owner = group.owners[0][0]
        twins = {case.names[p] for p in graph.members[graph.bundle_of[owner]]}
        if len(twins) == 1 or case.built.network.configs[owner].deaf:
            named = {t for t in (subject, *contract.expected) if not t.startswith("@")}
            return len(twins) > 1 and not twins.isdisjoint(named)
        inside = {name for name in twins if case.roster.includes(subject, name)}
        expected = twins.intersection(contract.expected)
        return 0 < len(inside) < len(twins) or 0 < len(expected) < len(twins)

    def _decide(
        self, rows: _Rows, outcome: Outcome, failed: list[tuple[str, str]]
    ) -> None:
        case, group, many = self.case, rows.group, rows.many
        outcome.rows += (case.roster.count(rows.subject) - self._own(rows)) * many
        for cell, devices in self._cells(rows):
            verdict = self._holds(rows, cell)
            if verdict is True:
                continue
            wrong = devices if devices is not None else list(self._members(rows, cell))
            if verdict is None:
                wrong = [
                    d for d in wrong
                    if not holds_for(case, rows.contract, d, rows.prefix, rows.view)
                ]
            if cell in group.solution.undecided or not group.solution.settled:
                self._unclear(rows, wrong, outcome)
                continue
            outcome.failed += len(wrong) * many
            failed += [(device, rows.prefix) for device in wrong[:SHOWN]]

    def _own(self, rows: _Rows) -> int:
        """How many originators are subjects themselves: those rows do not count."""
        case = self.case
        configs = case.built.network.configs
        return sum(
            not configs[p].deaf and case.roster.includes(rows.subject, case.names[p])
            for p in (rows.owners if len(rows.owners) < 3 else self._routers(rows.owners))
        )

    def _routers(self, owners: Iterable[int]) -> list[int]:
        configs = self.case.built.network.configs
        return [p for p in owners if not configs[p].deaf]

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
        for cell in range(view.base) if apart else case.cells_of(rows.subject):
            if group.classes.size(view, cell):
                yield cell, None

    def _placed(self, rows: _Rows) -> dict[int, list[str]]:
        """The few devices of a subject by their class."""
        found: dict[int, list[str]] = {}
        for device in self.case.roster.devices(rows.subject):
            process = self.case.built.of(device)
            if process < 0:
                found.setdefault(-1, []).append(device)
            elif process not in rows.owners:
                cell = rows.group.classes.process_cell(rows.view, process)
                found.setdefault(cell, []).append(device)
        return found

    def _members(self, rows: _Rows, cell: int) -> Iterator[str]:
        """Subjects in a class that do not originate the prefix."""
        case = self.case
        configs, names, includes = case.built.network.configs, case.names, case.roster.includes
        for process in case.processes(rows.group, rows.view, cell):
            if configs[process].deaf:
                return
            if process not in rows.owners and includes(rows.subject, names[process]):
                yield names[process]

    # One class.

    def _holds(self, rows: _Rows, cell: int) -> bool | None:
        """Whether a class has exactly the expected next hops; None: look at each device."""
        relation = rows.contract.expected[0] if rows.contract.expected else ""
        if relation == "@local":
            return self._local_holds(rows, cell)
        if relation not in BY_CLASS:
            wanted = self.relations.wanted(
                rows.contract, rows.group, rows.view, cell, rows.owners
            )
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
        return bool(wanted) and frozenset(route.hops) == wanted and (
            route.width <= route.limit or self._as_wide_as_can_be(group, cell, route.limit)
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
        counts = case.announcers.get(rows.prefix, {})
        switches = case.design.switches
        racks = {switches[name].rack for name in self._members(rows, cell)}
        return True if {counts.get(rack, 0) for rack in racks} <= {route.width} else None

    # Saying so.

    def _finding(
        self, contract: Contract, rows: int, failed: list[tuple[str, str]]
    ) -> Finding:
        lines, causes = [], list[str]()
        for device, prefix in failed[:SHOWN]:
            wanted = sorted(set(expected_hops(self.case, contract, device, prefix)))
            actual = actual_hops(self.case, device, prefix)
            lines.append(
                f"{device} to {prefix}: {_listed(actual) or 'no route'}; "
                f"expected {_listed(wanted) or _listed(contract.expected)}"
            )
            missing = [name for name in wanted if name not in actual]
            causes += [why_not(self.case, device, name, prefix) for name in missing[:1]]
            causes += self._limit(device, prefix)
        return finding(
            "JU002", contract, rows, lines, cause="; ".join(dict.fromkeys(causes)),
            mend="change what the cause names: the session, the policy or the limit",
        )

    def _limit(self, device: str, prefix: str) -> list[str]:
        row = row_of(self.case, device, prefix)
        if row is None or row.route.width <= row.route.limit:
            return []
        return [f"{device} has {row.route.width} equal paths and uses at most {row.route.limit}"]

    def _unclear(self, rows: _Rows, devices: list[str], outcome: Outcome) -> None:
        if not devices:
            return
        outcome.undecided += len(devices) * rows.many
        what = "depends on which of several equal paths a neighbor prefers"
        if not rows.group.solution.settled:
            what = "never comes to rest: neighbors keep changing each other's mind"
        lines = [f"{d} to {rows.prefix}: the route {what}" for d in devices[:SHOWN]]
        outcome.findings.append(
            finding(
                "JU003", rows.contract, len(devices) * rows.many, lines,
                cause="AS numbers or policies that form a cycle",
                mend="give the devices of one tier one AS number (RFC 7938, 5.2)", decided=False,
            )
        )


def _few(subject: str) -> bool:
    """Whether a subject is a device or the devices of one rack."""
    chosen = selector(subject)
    return chosen is None or any(c.key == "rack" and c.equal for c in chosen.conditions)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:4]) + (f" and {len(every) - 4:,} more" if len(every) > 4 else "")


