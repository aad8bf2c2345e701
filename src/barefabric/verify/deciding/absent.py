"""Contracts about routes that must not be there."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from barefabric.model.contract import Contract
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.policy import Rule, Rules, apply
from barefabric.verify.prefixes import parse
from barefabric.verify.table import Group
from barefabric.verify.verdict import Finding
from barefabric.verify.view import View

_MEND = "narrow the prefix list of the policy that lets it through"


class AbsentDecider:
    """Decides contracts of kind ``absent``."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def decide(self, contract: Contract) -> Outcome:
        """All rows of a contract."""
        if not contract.subjects:
            return self._nowhere(contract)
        if contract.over:
            return self._unsent(contract)
        return self._unheld(contract)

    def _nowhere(self, contract: Contract) -> Outcome:
        """No device originates anything inside the prefixes."""
        case, outcome = self.case, Outcome(rows=len(contract.prefixes))
        lines = []
        for outer in contract.prefixes:
            found = list(case.table.inside(parse(outer)))
            outcome.failed += bool(found)
            lines += [f"{case.names[case.table.owners[p][0][0]]} originates {p}" for p in found]
        if lines:
            outcome.findings.append(
                finding(
                    "JU004",
                    contract,
                    outcome.failed,
                    lines[:SHOWN],
                    cause="a network statement or a list of connected routes is too wide",
                    mend=_MEND,
                )
            )
        return outcome

    # What must not be held.

    def _unheld(self, contract: Contract) -> Outcome:
        outcome = Outcome()
        allowed = {p for text in contract.expected for p in self.case.roster.prefixes(text)}
        every = contract.prefixes == ("@all",)
        wanted = (
            None
            if every
            else {p for text in contract.prefixes for p in self.case.roster.prefixes(text)}
        )
        count = sum(self.case.roster.count(subject) for subject in contract.subjects)
        total = len(self.case.table.group_of) - len(allowed) if every else len(wanted or ())
        outcome.rows = count * total
        held = [
            (device, prefix)
            for group in self._groups(contract)
            for prefix in group.prefixes
            if prefix not in allowed and (wanted is None or prefix in wanted)
            for device in self._holders(contract, group, prefix)
        ]
        if held:
            outcome.failed = len(held)
            outcome.findings.append(self._held(contract, held))
        return outcome

    def _groups(self, contract: Contract) -> Iterable[Group]:
        """Groups that some subject may hold: those that have a route in its classes."""
        case = self.case
        racks = [t.partition("rack=")[2].partition(",")[0] for t in contract.subjects]
        if all(t.startswith("@servers:") for t in contract.subjects) and all(racks):
            known = self._host_groups
            return [*known.get("", ()), *(g for rack in racks for g in known.get(rack, ()))]
        cells = {cell for subject in contract.subjects for cell in case.cells_of(subject)}
        return [g for g in case.table.groups if self._reaches(g, cells)]

    def _reaches(self, group: Group, cells: set[int]) -> bool:
        if group.classes is not self.case.table.classes:
            return True
        routes = group.solution.routes
        return any(cell >= group.view.base or cell in cells for cell in routes)

    @cached_property
    def _host_groups(self) -> Mapping[str, list[Group]]:
        """Groups of which a routed host has a learned route, by the host's rack.

        Under the empty name stand those that hosts of many racks have.
        """
        case, found = self.case, dict[str, list[Group]]()
        servers = case.design.servers
        for group in case.table.groups:
            racks = set()
            for cell in self._learned(group):
                if cell < group.view.base:
                    racks.add("")
                    continue
                for process in group.view.processes(cell):
                    racks.add(servers[case.names[process]].rack)
            for rack in {""} if "" in racks else racks:
                found.setdefault(rack, []).append(group)
        return found

    def _learned(self, group: Group) -> Iterator[int]:
        """Classes of hosts with a learned route."""
        case = self.case
        for cell, route in group.solution.routes.items():
            if route.local:
                continue
            first = next(group.view.processes(cell), -1)
            if first >= 0 and case.names[first] in case.built.hosts:
                yield cell

    def _holders(self, contract: Contract, group: Group, prefix: str) -> Iterator[str]:
        case = self.case
        view = case.table.view_of(prefix)
        for device in self._subjects(contract, group, view):
            row = case.table.row(case.built.of(device), prefix, view)
            if row is not None and not row.route.local:
                yield device

    def _subjects(self, contract: Contract, group: Group, view: View) -> Iterator[str]:
        """Subjects whose class has a route to a group's prefixes."""
        case = self.case
        for text in contract.subjects:
            for device in case.roster.devices(text):
                process = case.built.of(device)
                cell = view.cell(process) if process >= 0 else -1
                if cell in group.solution.routes:
                    yield device

    def _held(self, contract: Contract, held: list[tuple[str, str]]) -> Finding:
        lines = []
        for device, prefix in held[:SHOWN]:
            row = self.case.table.row(self.case.built.of(device), prefix)
            hops = sorted({self.case.names[h] for h in row.hops}) if row else []
            lines.append(f"{device} has {prefix} from {', '.join(hops[:3])}")
        return finding(
            "JU004", contract, len(held), lines, cause="a policy on the way permits it", mend=_MEND
        )

    # What must not be sent.

    def _unsent(self, contract: Contract) -> Outcome:
        """Nothing goes out over sessions of a profile."""
        case, outcome = self.case, Outcome()
        sent: list[str] = []
        for text in contract.subjects:
            for device in case.roster.devices(text):
                facts = case.survey.switches[device]
                outcome.rows += facts.counts.get(contract.over, 0)
                rules = self._exports(device, contract.over)
                if rules is not None and not any(rule.permit for rule in rules):
                    continue
                out = self._sent(device, rules)
                if out:
                    outcome.failed += facts.counts.get(contract.over, 0)
                    sent.append(f"{device} sends {', '.join(out[:SHOWN])}")
        if sent:
            outcome.findings.append(
                finding(
                    "JU004",
                    contract,
                    outcome.failed,
                    sent[:SHOWN],
                    cause="the export policy permits it, or is missing",
                    mend=_MEND,
                )
            )
        return outcome

    def _exports(self, device: str, profile: str) -> tuple[Rule, ...] | None:
        config = self.case.built.network.configs[self.case.built.switches[device]]
        group = config.groups.get(profile)
        if group is None:
            return ()
        if not group.exports:
            return None
        return config.policies.get(group.exports, Rules("", ())).rules

    def _sent(self, device: str, rules: tuple[Rule, ...] | None) -> list[str]:
        """What a device would send by an export policy."""
        case = self.case
        network, process = case.built.network, case.built.switches[device]
        found = []
        for group in case.table.groups:
            row = case.table.row(process, group.prefixes[0], group.view)
            if row is None:
                continue
            matched = frozenset(network.index.matching(parse(group.prefixes[0])))
            route = row.route
            if (
                rules is None
                or apply(rules, matched, route.carries, route.carries, route.length) is not None
            ):
                found.append(group.prefixes[0])
        return found
