"""The lab's verdict on a design."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain
from time import perf_counter

from barefabric.lab.judging.case import LAB, Expected, LabCase
from barefabric.lab.judging.decide import decide_absent, decide_routes, decide_sessions, total
from barefabric.lab.judging.failures import Trial, decide_failures
from barefabric.lab.judging.packets import Packets
from barefabric.lab.judging.paths import Paths
from barefabric.lab.judging.tables import rows
from barefabric.model.contract import ContractKind
from barefabric.verify.deciding.case import Outcome
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
    ``check``. ``failures`` are tried one after another at the end, and mended.
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
    notes = [f"{line}" for line in case.without_answer]
    return Judgement(
        LAB,
        versions,
        _settings(case, packets),
        counts,
        tuple(findings),
        perf_counter() - started,
        tuple(notes),
    )


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
