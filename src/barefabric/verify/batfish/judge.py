"""Batfish's verdict on a design."""

from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.model.design import AnnouncementKind, Design
from barefabric.verify.batfish.case import BASE, BATFISH, Case, Outcome
from barefabric.verify.batfish.failures import check_failures
from barefabric.verify.batfish.files import sample_address
from barefabric.verify.batfish.flows import check_absent, check_flows, check_loops
from barefabric.verify.batfish.half import left_out
from barefabric.verify.batfish.marks import check_marks
from barefabric.verify.batfish.parsing import check_addresses, check_parsing
from barefabric.verify.batfish.policies import check_policies
from barefabric.verify.batfish.routes import batfish_routes, check_routes
from barefabric.verify.batfish.sample import sample
from barefabric.verify.batfish.service import Address, Service, answers
from barefabric.verify.batfish.sessions import check_attached, check_sessions
from barefabric.verify.batfish.snapshot import Rendered, Snapshot, render, snapshot
from barefabric.verify.batfish.stations import LINK_LOCAL
from barefabric.verify.batfish.upstreams import OUTSIDE
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.survey import Survey
from barefabric.verify.verdict import Count, Judgement, NotRun

if TYPE_CHECKING:
    from barefabric.model.contract import ContractKind

FORKED = 250
"""Devices up to which failures are tried too: each costs as much as the intact network."""

Progress = Callable[[str], None]
"""Called with what is being checked."""


def judge(
    design: Design,
    where: Address,
    rendered: Rendered | None = None,
    progress: Progress = lambda _: None,
    *,
    failures: bool = True,
) -> Judgement | NotRun:
    """Let Batfish judge a design by its rendered files.

    ``rendered`` are the files to judge, by device and path; without them they are rendered here.
    ``failures`` asks for a few failures of each class too, where the fabric is small enough.
    Where nobody named a service and none answers at the usual place, the judge did not run.
    Raises :class:`OutsideError` (BF002, BF003) for a service that was named and does not work.
    """
    if not where.said_by and not answers(where):
        return NotRun(
            BATFISH,
            f"nothing answers at {where}",
            "fabric batfish start runs one; --batfish HOST[:PORT] or BATFISH_HOST names one",
        )
    started = perf_counter()
    with Service(where) as service:
        return Run(design, service, rendered, failures=failures).judge(progress, started)


class Run:
    """One run of the judge: a design, its files, and a service that is shown them."""

    def __init__(
        self, design: Design, service: Service, rendered: Rendered | None, *, failures: bool
    ) -> None:
        self.whole = design
        self.sample = sample(design)
        self.service = service
        files = render(design, self.sample.design.servers) if rendered is None else rendered
        self.snapshot: Snapshot = snapshot(self.sample.design, files)
        self.case = Case(service, self.snapshot, self._fabric(), files)
        self.forks = failures and len(self.snapshot.configs) <= FORKED

    def _fabric(self) -> Fabric:
        """The built-in computation, on what is shown to Batfish."""
        survey = Survey(self.sample.design)
        for name in self.whole.switches:
            survey.switch(switch_intent(self.whole, name))
        for name in self.sample.design.servers:
            survey.server(server_intent(self.whole, name))
        return Fabric(survey)

    def judge(self, progress: Progress, started: float) -> Judgement:
        """Ask everything."""
        counts: dict[ContractKind, Count] = {}
        findings = []
        for outcome in self.outcomes(progress):
            known = counts.get(outcome.kind, Count())
            counts[outcome.kind] = known.plus(outcome.count)
            findings += outcome.findings
        return Judgement(
            BATFISH,
            self.service.version,
            self._settings(),
            counts,
            tuple(findings),
            perf_counter() - started,
            self._notes(),
        )

    def outcomes(self, progress: Progress) -> Iterator[Outcome]:
        """What each check finds, one after the other; nothing is asked before it is wanted."""
        case = self.case
        progress("loading")
        self.service.load(self.snapshot, BASE)
        progress("parsing")
        yield check_parsing(case)
        yield check_addresses(case, self._shared())
        progress("sessions")
        yield check_sessions(case)
        yield check_attached(case, self.whole)
        progress("routes")
        yield check_routes(case, Computed(case.fabric))
        yield check_absent(case, batfish_routes(case, case.ask("routes")))
        progress("policies")
        yield from check_policies(case)
        yield check_marks(case)
        progress("packets")
        yield check_flows(case)
        yield check_loops(case)
        if self.forks:
            yield check_failures(case, BASE, progress)

    def _shared(self) -> frozenset[str]:
        """Addresses that several devices are meant to have: services, and the world outside."""
        shared = {
            sample_address(a.prefix)
            for a in self.case.design.announcements
            if a.kind not in (AnnouncementKind.POD, AnnouncementKind.LOOPBACK)
        }
        return frozenset((*shared, OUTSIDE, LINK_LOCAL))

    def _settings(self) -> Mapping[str, str]:
        settings = {
            "service": str(self.service.where),
            "devices": str(len(self.snapshot.configs)),
            "rewrites": "; ".join(self.snapshot.rewrites) or "none",
            "failures": "one of each class" if self.forks else "none",
        }
        if self.sample.said:
            settings["sample"] = self.sample.said
        if left := left_out(self.whole):
            settings["families"] = "ipv4"
            settings["not judged"] = left
        return settings

    def _notes(self) -> tuple[str, ...]:
        """What nobody may take for judged."""
        left = left_out(self.whole)
        return (f"not judged by {BATFISH}: {left}",) if left else ()
