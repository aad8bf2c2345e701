"""The lab's verdict on a design."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from time import perf_counter

from barefabric.lab.judging.case import LAB, Expected, LabCase
from barefabric.lab.judging.decide import decide_absent, decide_routes, decide_sessions, total
from barefabric.lab.judging.failures import Trial, decide_failures
from barefabric.lab.judging.packets import Packets
from barefabric.lab.judging.paths import Paths
from barefabric.lab.judging.tables import rows
from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.deciding.case import Outcome
from barefabric.verify.report import LABELS
from barefabric.verify.verdict import Count, Finding, Judgement

Progress = Callable[[str], None]


def judge(
    case: LabCase,
    *,
    failures: Iterable[Trial] = (),
    versions: str = "",
    progress: Progress = lambda _: None,
) -> Judgement:
    """Decide a design's contracts on the lab as it is now.

    What daemons keep to themselves is not decided here: contracts of kind ``refused`` and
    ``check``; those about failures are not where none is tried. All of them are named in the
    settings, and their kinds in a note. ``failures`` are tried one after another, and mended.
    """
    started = perf_counter()
    packets = Packets(case)
    steps = (
        (ContractKind.SESSION, "sessions", decide_sessions),
        (ContractKind.ROUTE, "routes", decide_routes),
        (ContractKind.ABSENT, "what must not be there", decide_absent),
        (ContractKind.REACH, "packets", lambda c: chain(packets.decide(), Paths(c).decide())),
        (ContractKind.SURVIVES, "failures", lambda c: decide_failures(c, failures, progress)),
    )
    counts: dict[ContractKind, Count] = {}
    findings: list[Finding] = []
    for kind, what, decide in steps:
        progress(what)
        whole, number = total(decide(case))
        if number:
            counts[kind] = _count(whole, number)
            findings += (f._replace(kind=f.kind or kind) for f in whole.findings)
    left = [contract for contract in case.design.contracts if contract.kind not in counts]
    notes = [*case.without_answer, *not_decided(left)]
    return Judgement(
        LAB,
        versions,
        {**_settings(case, packets), "not decided": ", ".join(c.id for c in left)},
        counts,
        tuple(findings),
        perf_counter() - started,
        tuple(notes),
    )


def not_decided(contracts: Iterable[Contract]) -> Iterator[str]:
    """A sentence about contracts that the lab leaves to others; nothing where there are none."""
    kinds = Counter(contract.kind for contract in contracts)
    if kinds:
        named = ", ".join(f"{LABELS[kind]} ({count})" for kind, count in kinds.items())
        yield f"the lab did not decide these contracts, which the built-in judge does: {named}"


def _count(whole: Outcome, contracts: int) -> Count:
    held = whole.rows - whole.failed - whole.undecided
    return Count(contracts, whole.rows, held, whole.failed, whole.undecided)


def _settings(case: LabCase, packets: Packets) -> dict[str, str]:
    plan = case.plan
    readers = dict.fromkeys(host.setup.reader for host in plan.hosts)
    stand_ins = sorted({host.stand_in for host in plan.hosts if host.stand_in})
    settings = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "hosts": str(len(plan.hosts)),
        "interfaces": ", ".join(readers),
        "stand-ins": f"FRR for {', '.join(stand_ins)}" if stand_ins else "none",
        "routes compared": str(rows(case.expected.table(), case.table)),
        "changed lines": str(sum(len(host.changes) for host in plan.hosts)),
    }
    if packets.sampled:
        settings["packets"] = packets.sampled
    return settings


__all__ = ["Expected", "judge"]
