"""Contracts about failures: routes are computed anew without what failed, then packets followed.

What the failure itself takes away is left out: devices that are gone, those that no cable connects
any more to the rest (a server with one link goes with its leaf), and pairs of devices between which
no way up and down is left. It is noted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from barefabric.model.contract import Contract, ContractKind
from barefabric.render.natural import natural
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.deciding.reach import ReachDecider, Wrong, nothing
from barefabric.verify.deciding.shape import Shape
from barefabric.verify.double import pair_classes
from barefabric.verify.failures import LINKS, SWITCHES, FailureClass, failure_classes
from barefabric.verify.wiring import Failure

Progress = Callable[[int, int, str], None]
"""Called with how many failures are done, of how many, and which one comes now."""

PAIRS = "pairs"
"""What ``over`` of :data:`TWO` says."""
PAIRED = (*LINKS, *SWITCHES, "upstreams")
"""Kinds of failure that the sweep of two at a time is made of."""
MOST = 2
"""How many failures at a time are computed."""
TWO = Contract(
    "survives/two",
    ContractKind.SURVIVES,
    "with any two of links, switches and upstream routers gone, whoever is left reaches what is "
    "left, but for what the shape itself takes away",
    prefixes=("@all",),
    over=PAIRS,
)
"""The contract that ``--failures 2`` adds."""


def quiet(done: int, total: int, what: str) -> None:
    """No progress."""


class Loss(NamedTuple):
    """What one failure does beyond itself: a line for each fault, and what the shape takes away."""

    faults: list[str]
    shape: str


@dataclass
class _Job:
    """A contract, the failures it is about, and what must be reached without them."""

    contract: Contract
    classes: list[FailureClass]
    reach: tuple[Contract, ...]
    outcome: Outcome = field(default_factory=Outcome)
    lines: list[str] = field(default_factory=list)
    shapes: list[tuple[int, str]] = field(default_factory=list)


class SurviveDecider:
    """Decides contracts of kind ``survives``. Each failure is computed once for all of them.

    ``more`` are contracts beside those of the design.
    """

    def __init__(
        self,
        case: Case,
        fabric: Fabric,
        progress: Progress = quiet,
        more: Sequence[Contract] = (),
    ) -> None:
        self.case, self.fabric, self.progress, self.more = case, fabric, progress, more
        self.contracts = tuple(
            c
            for c in case.design.contracts
            if c.kind is ContractKind.REACH and c.id.startswith("reach/")
        )
        self._singles: dict[str, list[FailureClass]] = {}
        self._pairs: dict[tuple[str, ...], list[FailureClass]] = {}
        self._known: dict[str, Outcome] = {}

    def decide(self, contract: Contract) -> Outcome:
        """One row for each failure; equal ones are computed once."""
        if contract.id not in self._known:
            mine = [c for c in self.case.design.contracts if c.kind is ContractKind.SURVIVES]
            mine += self.more
            self.sweep(mine if contract in mine else [contract])
        return self._known[contract.id]

    def sweep(self, contracts: Sequence[Contract]) -> None:
        """Decide contracts together."""
        jobs = [job for contract in contracts if (job := self._job(contract)) is not None]
        work: dict[Failure, list[tuple[_Job, FailureClass]]] = {}
        for job in jobs:
            for one in job.classes:
                work.setdefault(self._plain(one.failure), []).append((job, one))
        for number, (failure, users) in enumerate(work.items()):
            self.progress(number, len(work), users[0][1].name)
            self._try(failure, users)
        for job in jobs:
            self._known[job.contract.id] = _settled(job)

    def _job(self, contract: Contract) -> _Job | None:
        """What a contract asks for; None where it asks for more than this judge computes."""
        if contract.over == PAIRS:
            return _Job(contract, self._pairs_of(PAIRED), self.contracts)
        if not contract.over.isdigit():
            return _Job(contract, self._singles_of(contract.over), self.contracts)
        if int(contract.over) > MOST:
            self._known[contract.id] = _too_many(contract)
            return None
        reach = contract._replace(kind=ContractKind.REACH, over="")
        if not ReachDecider(self.case).wrong(reach)[0]:
            self._known[contract.id] = nothing(contract)
            return None
        kinds = (*LINKS, *SWITCHES)
        classes = [one for kind in kinds for one in self._singles_of(kind)]
        if int(contract.over) > 1:
            classes += self._pairs_of(kinds)
        return _Job(contract, classes, (reach,))

    def _singles_of(self, kind: str) -> list[FailureClass]:
        if kind not in self._singles:
            self._singles[kind] = failure_classes(self.case, kind)
        return self._singles[kind]

    def _pairs_of(self, kinds: tuple[str, ...]) -> list[FailureClass]:
        if kinds not in self._pairs:
            self._pairs[kinds] = pair_classes(self.case, kinds)
        return self._pairs[kinds]

    def _plain(self, failure: Failure) -> Failure:
        """A failure without cables that go with a device anyway."""
        if not failure.devices or not failure.cables:
            return failure
        ends = self.case.ends
        gone = failure.devices
        return Failure(gone, frozenset(k for k in failure.cables if gone.isdisjoint(ends[k])))

    def _try(self, failure: Failure, users: list[tuple[_Job, FailureClass]]) -> None:
        """Compute what is left once, and tell everybody who asked."""
        computed = Computed(self.fabric, failure)
        left = Case(
            self.case.survey, computed.wiring, computed.sessions, computed.built, computed.table
        )
        shape = Shape(self.case.design, failure)
        cut = failure.devices | shape.cut_off
        gone = {prefix for prefix in self.case.table.owners if self._gone(prefix, cut)}
        decider = ReachDecider(left, without=cut, ignoring=gone)
        known: dict[tuple[Contract, ...], Loss] = {}
        for job, one in users:
            loss = known.get(job.reach)
            if loss is None:
                loss = known[job.reach] = self._loss(decider, job.reach, shape, cut)
            _note(job, one, loss)

    def _loss(
        self,
        decider: ReachDecider,
        contracts: Iterable[Contract],
        shape: Shape,
        cut: frozenset[str],
    ) -> Loss:
        """What no longer arrives: what should, and what cannot."""
        faults, apart = [], ""
        for contract in contracts:
            _, bad = decider.wrong(contract)
            real = [wrong for wrong in bad if self._could(wrong, shape, cut)]
            if real:
                faults.append(decider.told(real[0]))
            elif bad:
                apart = (
                    apart or f"no way up and down is left from {bad[0].device} to {bad[0].prefix}"
                )
        if shape.cut_off:
            servers = self.case.design.servers
            names = sorted(shape.cut_off, key=lambda name: (name not in servers, natural(name)))
            more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
            apart = f"{names[0]}{more} {'are' if more else 'is'} cut off"
        return Loss(faults, apart)

    def _could(self, wrong: Wrong, shape: Shape, cut: frozenset[str]) -> bool:
        """Whether a way is left that packets could take, if only routes led over it.

        What a device has itself it reaches without the network.
        """
        source = next((d for d in self.case.roster.devices(wrong.device) if d not in cut), "")
        holders = self._holders(wrong.prefix)
        design = self.case.design
        known = source in design.servers or source in design.switches or source in design.upstreams
        if not known or not holders:
            return True
        return shape.joined(source, [h for h in holders if h not in cut and h != source])

    def _holders(self, prefix: str) -> list[str]:
        """The devices that a prefix leads to: a server by its address, else who originates it."""
        server = self.case.server_at.get(prefix)
        if server is not None:
            return [server]
        names = self.case.names
        owners = self.case.table.owners.get(prefix, ())
        return [names[process] for process, own in owners if not own.discards]

    def _gone(self, prefix: str, cut: frozenset[str]) -> bool:
        """Whether everything that originated a prefix is gone or cut off."""
        names = self.case.names
        owners = self.case.table.owners[prefix]
        return all(names[process] in cut for process, own in owners if not own.discards)


def _note(job: _Job, one: FailureClass, loss: Loss) -> None:
    """Count a failure for a contract."""
    job.outcome.rows += one.stands_for
    alike = f" (and {one.stands_for - 1:,} like it)" if one.stands_for > 1 else ""
    if loss.faults:
        job.outcome.failed += one.stands_for
        job.lines += [f"without {one.name}{alike}: {fault}" for fault in loss.faults]
    if loss.shape:
        job.shapes.append((one.stands_for, f"without {one.name}{alike}, {loss.shape}"))


def _settled(job: _Job) -> Outcome:
    """The outcome of a contract once all its failures were tried."""
    outcome = job.outcome
    if job.lines:
        cause = "nothing takes over for what failed"
        mend = "a second link, leaf, spine or border, or a policy that lets its routes pass"
        lines = job.lines[:SHOWN]
        if len(job.lines) > SHOWN:
            lines.append(f"and {len(job.lines) - SHOWN:,} more kinds of failure")
        outcome.findings.append(
            finding("JU008", job.contract, outcome.failed, lines, cause=cause, mend=mend)
        )
    if job.contract.over == PAIRS:
        outcome.notes.append(
            f"two failures: {outcome.rows:,} pairs, computed as {len(job.classes):,} kinds of pair"
        )
    if job.shapes:
        number = sum(count for count, _ in job.shapes)
        examples = "; ".join(text for _, text in job.shapes[:2])
        outcome.notes.append(
            f"{job.contract.id}: the shape alone takes something away in {number:,} of "
            f"{outcome.rows:,} failures: {examples}"
        )
    return outcome


def _too_many(contract: Contract) -> Outcome:
    line = f"this judge computes up to {MOST} failures at a time"
    found = finding("JU007", contract, 1, [line], decided=False)
    return Outcome(rows=1, undecided=1, findings=[found])
