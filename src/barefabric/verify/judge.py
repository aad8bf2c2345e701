"""The built-in judge: computed routes and checks of the model, against the contracts."""

import gc
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from barefabric import __version__
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.intent import ServerIntent, SwitchIntent
from barefabric.verify.build import Fabric
from barefabric.verify.checks.addresses import check_addresses
from barefabric.verify.checks.clusters import check_clusters
from barefabric.verify.checks.limits import check_limits
from barefabric.verify.checks.numbers import check_numbers
from barefabric.verify.checks.panel import check_ports
from barefabric.verify.checks.settings import check_settings
from barefabric.verify.checks.tally import Tally
from barefabric.verify.compute import Computed
from barefabric.verify.deciding.absent import AbsentDecider
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.deciding.reach import ReachDecider
from barefabric.verify.deciding.refused import RefusedDecider
from barefabric.verify.deciding.routes import RouteDecider
from barefabric.verify.deciding.sessions import SessionCounts
from barefabric.verify.deciding.survives import TWO, Progress, SurviveDecider, quiet
from barefabric.verify.survey import Survey
from barefabric.verify.verdict import BUILT_IN, FILES, Count, Finding, Judgement, NotRun, Verdict

NOT_RUN = (
    NotRun(FILES, "this command reads no build", "fabric verify"),
    NotRun("Batfish", "this command does not ask it", "fabric verify"),
    NotRun("lab", "no lab was asked", "fabric lab up, then fabric lab check"),
)
"""Judges that the verdict names as not run."""


class Decider(Protocol):
    """Decides contracts of one kind."""

    def decide(self, contract: Contract) -> Outcome:
        """All rows of a contract."""


def verify(
    design: Design,
    switches: Iterable[SwitchIntent] | None = None,
    servers: Iterable[ServerIntent] | None = None,
    *,
    failures: int = 1,
    progress: Progress = quiet,
) -> Verdict:
    """Judge a design by its contracts.

    ``failures`` 0 leaves out contracts about failures: the intact fabric is judged alone. 2 adds
    one: every two links, switches and upstream routers at a time.

    Intents are computed from the design unless they are given; then they must be those of all
    switches (and of all routed servers), and it is them that are judged.
    """
    judge = Judge(design, failures=failures, progress=progress)
    with _without_collection():
        for switch in _switch_intents(design) if switches is None else switches:
            judge.switch(switch)
        for server in _server_intents(design) if servers is None else servers:
            judge.server(server)
        return judge.verdict()


def _switch_intents(design: Design) -> Iterator[SwitchIntent]:
    from barefabric.derive.switch import switch_intent

    return (switch_intent(design, name) for name in design.switches)


def _server_intents(design: Design) -> Iterator[ServerIntent]:
    """Intents of routed servers: a bonded one has no routing to judge."""
    from barefabric.derive.server import server_intent

    return (
        server_intent(design, server.name)
        for server in design.servers.values()
        if server.attach is Attach.ROUTED
    )


@contextmanager
def _without_collection() -> Iterator[None]:
    """Garbage collection off: the judge makes many small values and no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Judge:
    """Takes the intents of a design in, as they are made, and gives the verdict at the end."""

    def __init__(self, design: Design, *, failures: int = 1, progress: Progress = quiet) -> None:
        self.design, self.failures, self.progress = design, failures, progress
        self.survey = Survey(design)
        self._seconds = 0.0

    def switch(self, intent: SwitchIntent) -> None:
        """Take a switch in."""
        start = time.process_time()
        self.survey.switch(intent)
        self._seconds += time.process_time() - start

    def server(self, intent: ServerIntent) -> None:
        """Take a server in. One without routing has nothing to judge."""
        if intent.bgp is None:
            return
        start = time.process_time()
        self.survey.server(intent)
        self._seconds += time.process_time() - start

    def verdict(self) -> Verdict:
        """Compute the routes and decide every contract."""
        start = time.process_time()
        fabric = Fabric(self.survey)
        case = compute_case(fabric)
        tally = checks(case)
        deciders = _deciders(case, tally)
        more = [TWO] if self.failures > 1 else []
        if self.failures:
            deciders[ContractKind.SURVIVES] = SurviveDecider(case, fabric, self.progress, more)
        contracts = [*self.design.contracts, *more]
        counts, findings, notes = _decide(contracts, deciders)
        judgement = Judgement(
            BUILT_IN,
            __version__,
            {"failures": str(self.failures), "families": "IPv4 and IPv6"},
            counts,
            tuple(findings),
            self._seconds + time.process_time() - start,
            (*tally.notes, *notes),
        )
        return Verdict(self.design.name, len(self.design.contracts), (judgement,), NOT_RUN)


def compute_case(fabric: Fabric) -> Case:
    """The routes of the intact fabric, ready to decide on."""
    computed = Computed(fabric)
    return Case(fabric.survey, computed.wiring, computed.sessions, computed.built, computed.table)


def checks(case: Case) -> Tally:
    """Every check of the design, counted."""
    survey = case.survey
    tally = survey.tally
    survey.pairs.missing()
    check_addresses(survey, tally)
    check_numbers(survey, tally)
    check_ports(survey.cabling, tally)
    check_limits(case, tally)
    check_settings(case, tally)
    check_clusters(case.design, tally)
    return tally


def _deciders(case: Case, tally: Tally) -> dict[ContractKind, Decider]:
    return {
        ContractKind.SESSION: SessionCounts(case),
        ContractKind.ROUTE: RouteDecider(case),
        ContractKind.ABSENT: AbsentDecider(case),
        ContractKind.REFUSED: RefusedDecider(case),
        ContractKind.REACH: ReachDecider(case),
        ContractKind.CHECK: CheckDecider(tally),
    }


def _decide(
    contracts: Iterable[Contract], deciders: Mapping[ContractKind, Decider]
) -> tuple[Mapping[ContractKind, Count], list[Finding], list[str]]:
    """Decide every contract that has a decider."""
    counts: dict[ContractKind, Count] = {}
    findings: list[Finding] = []
    notes: list[str] = []
    for contract in contracts:
        decider = deciders.get(contract.kind)
        if decider is None:
            continue
        outcome = decider.decide(contract)
        held = outcome.rows - outcome.failed - outcome.undecided
        count = Count(1, outcome.rows, held, outcome.failed, outcome.undecided)
        counts[contract.kind] = counts.get(contract.kind, Count()).plus(count)
        findings += outcome.findings
        notes += outcome.notes
    return counts, findings, notes


class CheckDecider:
    """Decides contracts that are checks: the tally knows."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def decide(self, contract: Contract) -> Outcome:
        """The rows of a check."""
        name = contract.over
        failed = self.tally.failed[name]
        outcome = Outcome(max(self.tally.rows[name], failed), failed)
        faults = self.tally.faults.get(name, [])
        if faults:
            lines = [fault.line for fault in faults[:SHOWN]]
            if failed > len(lines):
                lines.append(f"and {failed - len(lines):,} more")
            outcome.findings.append(
                finding(
                    CODES.get(name, "JU010"),
                    contract,
                    failed,
                    lines,
                    cause=faults[0].cause,
                    mend=faults[0].mend,
                )
            )
        return outcome


CODES = {
    "addresses": "JU011", "pools": "JU012", "asns": "JU013", "router-ids": "JU014",
    "ports": "JU015", "links": "JU016", "neighbors": "JU017", "settings": "JU018",
    "mtu": "JU019", "ecmp": "JU020", "max-prefix": "JU021", "timers": "JU022",
    "tables": "JU023", "policies": "JU024", "kubernetes": "JU025", "gateways": "JU026",
    "bonds": "JU027", "peer-links": "JU028",
}  # fmt: skip
"""The code of each check, for ``fabric explain``."""
