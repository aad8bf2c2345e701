"""Contracts about failures: routes are computed anew without what failed, then packets followed.

What the failure itself takes away is left out: devices that are gone, and those that no cable
connects any more to the rest (a server with one link goes with its leaf).
"""

from collections.abc import Callable, Iterable

from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.deciding.reach import ReachDecider
from barefabric.verify.failures import LINKS, SWITCHES, FailureClass, failure_classes
from barefabric.verify.verdict import Finding
from barefabric.verify.wiring import Failure

Progress = Callable[[int, int, str], None]
"""Called with how many failures are done, of how many, and which one comes now."""


def quiet(done: int, total: int, what: str) -> None:
    """No progress."""


class SurviveDecider:
    """Decides contracts of kind ``survives``."""

    def __init__(self, case: Case, fabric: Fabric, progress: Progress = quiet) -> None:
        self.case, self.fabric, self.progress = case, fabric, progress
        self.contracts = [
            c
            for c in case.design.contracts
            if c.kind is ContractKind.REACH and c.id.startswith("reach/")
        ]
        self._computed: dict[Failure, list[Finding]] = {}

    def decide(self, contract: Contract) -> Outcome:
        """One row for each failure; equal ones are computed once."""
        outcome = Outcome()
        kinds: Iterable[str] = (contract.over,)
        contracts = self.contracts
        if contract.over.isdigit():
            if int(contract.over) > 1:
                return self._too_many(contract)
            kinds = (*LINKS, *SWITCHES)
            contracts = [contract._replace(kind=ContractKind.REACH, over="")]
        classes = [one for kind in kinds for one in failure_classes(self.case, kind)]
        lines: list[str] = []
        for number, one in enumerate(classes):
            self.progress(number, len(classes), one.name)
            outcome.rows += one.stands_for
            found = self._without(one.failure, contracts)
            if found:
                outcome.failed += one.stands_for
                lines += _told(one, found)
        if lines:
            cause = "nothing takes over for what failed"
            mend = "a second link, leaf, spine or border, or a policy that lets its routes pass"
            outcome.findings.append(
                finding("JU008", contract, outcome.failed, lines[:SHOWN], cause=cause, mend=mend)
            )
        return outcome

    def _too_many(self, contract: Contract) -> Outcome:
        line = "this judge computes single failures"
        found = finding("JU007", contract, 1, [line], decided=False)
        return Outcome(rows=1, undecided=1, findings=[found])

    def _without(self, failure: Failure, contracts: list[Contract]) -> list[Finding]:
        """What no longer arrives although it could."""
        shared = contracts is self.contracts
        if shared and failure in self._computed:
            return self._computed[failure]
        computed = Computed(self.fabric, failure)
        left = Case(
            self.case.survey, computed.wiring, computed.sessions, computed.built, computed.table
        )
        cut = failure.devices | cut_off(self.case, failure)
        gone = {prefix for prefix in self.case.table.owners if self._gone(prefix, cut)}
        decider = ReachDecider(left, without=cut, ignoring=gone)
        found = [f for contract in contracts for f in decider.decide(contract).findings]
        if shared:
            self._computed[failure] = found
        return found

    def _gone(self, prefix: str, cut: frozenset[str]) -> bool:
        """Whether everything that originated a prefix is gone or cut off."""
        names = self.case.names
        owners = self.case.table.owners[prefix]
        return all(names[process] in cut for process, own in owners if not own.discards)


def cut_off(case: Case, failure: Failure) -> frozenset[str]:
    """Devices that no cable connects any more to the largest part of what is left."""
    near: dict[str, list[str]] = {}
    for cable in case.design.cables:
        if cable.key in failure.cables or not failure.devices.isdisjoint((cable.a, cable.b)):
            continue
        near.setdefault(cable.a, []).append(cable.b)
        near.setdefault(cable.b, []).append(cable.a)
    every = {*case.design.switches, *case.design.servers, *case.design.upstreams}
    left = every - failure.devices
    parts: list[set[str]] = []
    while left:
        part, edge = set[str](), [next(iter(left))]
        while edge:
            device = edge.pop()
            if device not in part:
                part.add(device)
                edge += near.get(device, ())
        parts.append(part)
        left -= part
    largest = max(parts, key=len, default=set[str]())
    return frozenset(every - failure.devices - largest)


def _told(one: FailureClass, found: list[Finding]) -> list[str]:
    alike = f" (and {one.stands_for - 1:,} like it)" if one.stands_for > 1 else ""
    return [f"without {one.name}{alike}: {f.evidence[0]}" for f in found]
