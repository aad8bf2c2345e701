"""Single failures, given to the lab one after another: the routes that are left."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from barefabric.lab.judging.case import Expected, LabCase, finding
from barefabric.lab.judging.layer2 import with_pairs
from barefabric.lab.judging.tables import Table, differences, rows
from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.verify.deciding.case import Outcome
from barefabric.verify.failures import FailureClass, failure_classes
from barefabric.verify.wiring import Failure

PATIENCE = 40.0
"""Seconds for the routes to become what they must: more than a hold time and a reconnection."""
SLOW = 3
"""How much longer it may take in a user-mode kernel, which has one processor for all hosts."""
KINDS = ("links", "leaves", "spines", "server-links", "borders", "upstreams", "superspines",
         "peer-links")  # fmt: skip


class Trial(NamedTuple):
    """A failure as the computation and as the lab takes it."""

    name: str
    failure: Failure
    request: dict[str, Any]


def trials(expected: Expected, most: int) -> list[Trial]:
    """Up to so many single failures, of each kind in turn, of different classes first."""
    case, design = expected.case, expected.design
    by_kind = [[_trial(design, one) for one in failure_classes(case, kind)] for kind in KINDS]
    turns = zip_longest(*by_kind)
    return [trial for turn in turns for trial in turn if trial is not None][:most]


def _trial(design: Design, one: FailureClass) -> Trial:
    failure = one.failure
    if failure.devices:
        (device,) = failure.devices
        return Trial(f"{device} is gone", failure, {"kind": "isolate", "where": device})
    request = {"kind": "cut", "links": sorted(failure.cables)}
    return Trial(f"{one.name} is cut", with_pairs(design, failure), request)


def decide_failures(
    case: LabCase, failures: Iterable[Trial], progress: Callable[[str], None]
) -> Iterator[Outcome]:
    """After each failure the kernels' routes are those of the built-in computation."""
    patience = _patience(case)
    for number, trial in enumerate(failures, 1):
        progress(f"failure {number}: {trial.name}")
        name = f"check-{number}"
        case.client.ask("fault", name=name, **trial.request)
        try:
            gone = trial.failure.devices
            wanted = case.expected.table(trial.failure)
            lines, compared = settle(case.table_now, wanted, gone, patience)
        finally:
            case.client.ask("heal", names=[name])
        left, _ = settle(case.table_now, case.expected.table(), frozenset(), patience)
        outcome = Outcome(rows=compared, failed=min(len(lines) + len(left), compared))
        if lines or left:
            sentence = f"{trial.name}: the routes left are those of the built-in computation"
            healed = [f"after healing, {line}" for line in left]
            outcome.findings.append(
                finding("LAB036", ContractKind.SURVIVES.value, sentence, [*lines, *healed])
            )
        yield outcome


def _patience(case: LabCase) -> float:
    """Seconds for the routes to settle in this lab."""
    return PATIENCE * (SLOW if case.client.ask("status")["within"] == "uml" else 1)


def settle(
    look: Callable[[], Table],
    wanted: Table,
    gone: frozenset[str],
    patience: float = PATIENCE,
) -> tuple[list[str], int]:
    """Wait until the lab's routes are the wanted ones; what differs in the end, of how many."""
    until = time.monotonic() + patience
    while True:
        table = look()
        lines = differences(wanted, table, gone)
        if not lines or time.monotonic() > until:
            return lines, rows(wanted, table, gone)
        time.sleep(0.2)
