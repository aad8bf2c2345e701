"""``fabric verify``."""

import json
import os
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from barefabric.cli.output import print_json, print_result
from barefabric.cli.progress import ProgressLine
from barefabric.errors import Diagnostic, OutsideError, UsageError, fail
from barefabric.model.design import Design
from barefabric.verify.agreement import side_by_side
from barefabric.verify.verdict import Judgement, NotRun, Verdict

if TYPE_CHECKING:
    from barefabric.topology.load import Loaded

OFF = "off"
"""What ``--batfish`` or BATFISH_HOST says where Batfish is not wanted."""

JUDGES = ("built-in", "batfish", "lab")
"""What ``--require`` may name."""


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    topology: Path
    out: Path | None
    batfish: str
    require: tuple[str, ...]
    as_json: bool
    quiet: bool
    verbose: bool
    failures: int = 1
    junit: Path | None = None
    sarif: Path | None = None


def verify(request: Request) -> int:
    """Judge the design and write a receipt for the build.

    0 where everything holds, 1 where something does not, 3 where a required judge did not run.
    """
    from barefabric.build import default_out, first_difference
    from barefabric.cli.design import Clock
    from barefabric.lab.receipt import with_lab
    from barefabric.pipeline import design
    from barefabric.verify.judge import Judge
    from barefabric.verify.receipt import make_receipt, write_receipt
    from barefabric.verify.report import as_json as plain
    from barefabric.verify.report import report

    _check_required(request)
    clock = Clock(request.verbose)
    designed = design(request.topology)
    build = request.out or default_out(designed.design)
    judge = Judge(designed.design, failures=request.failures)
    stale = first_difference(designed.design, build, judge)
    if stale:
        raise fail(
            "GE008",
            f"the build is not what the topology says now: {stale} differs",
            path=build,
            mend=f"fabric design {request.topology}",
        )
    clock.lap("design")
    with ProgressLine() as line:
        line.show("built-in: routes of the intact fabric, kinds of failure")
        judge.progress = _Sweep(line).show
        verdict = judge.verdict()
        clock.lap("built-in")
        verdict = with_batfish(verdict, _ask_batfish(designed.design, request, line))
    verdict = with_lab(verdict, designed.design, build)
    clock.lap("Batfish")
    _write_reports(verdict, designed.loaded, designed.design, request)
    receipt = make_receipt(build, verdict, designed.design.contracts)
    path = write_receipt(build, receipt)
    if request.as_json:
        print_json({**plain(verdict), "receipt": str(path), "digest": receipt.digest})
    elif not request.quiet:
        shown = report(verdict, receipt=str(path), digest=receipt.digest, seconds=clock.total)
        print_result(shown)
    _refuse_missing(verdict, request.require)
    return 0 if verdict.proven else 1


def _check_required(request: Request) -> None:
    for name in request.require:
        if name not in JUDGES:
            raise UsageError(
                [Diagnostic("GE009", f"there is no judge {name}", allowed=", ".join(JUDGES))]
            )


class _Sweep:
    """Words for the progress of failures: how many are done, how fast, which comes now."""

    def __init__(self, line: ProgressLine) -> None:
        self.line = line
        self.start = 0.0

    def show(self, done: int, total: int, what: str) -> None:
        """Say it. The clock starts with the first failure: what comes before is none."""
        self.start = self.start or monotonic()
        spent = monotonic() - self.start
        rate = f"{done / spent:,.1f}/s" if done and spent > 0 else "-/s"
        self.line.show(f"built-in: {done:,} of {total:,} failures, {rate}, without {what}")


def _write_reports(verdict: Verdict, loaded: "Loaded", design: Design, request: Request) -> None:
    """Reports for CI systems, good or bad. Raises :class:`OutsideError` JU032."""
    from barefabric.verify.files import write_whole

    if request.junit is not None:
        from barefabric.verify.deciding.survives import TWO
        from barefabric.verify.junit import junit

        judged = [*design.contracts, *([TWO] if request.failures > 1 else [])]
        write_whole(request.junit, junit(verdict, judged), "JU032", "the report")
    if request.sarif is not None:
        from barefabric.verify.sarif import sarif

        text = json.dumps(sarif(verdict, loaded), indent=2, ensure_ascii=False) + "\n"
        write_whole(request.sarif, text, "JU032", "the report")


def _ask_batfish(design: Design, request: Request, line: ProgressLine) -> Judgement | NotRun:
    """Batfish's word, where its client is installed and a service answers."""
    wanted = request.batfish or os.environ.get("BATFISH_HOST", "")
    if wanted == OFF:
        return NotRun("Batfish", "it is switched off", "")
    if find_spec("pybatfish") is None:
        return NotRun("Batfish", "pybatfish is not installed", "pip install 'barefabric[batfish]'")
    from barefabric.verify.batfish.judge import judge
    from barefabric.verify.batfish.service import address

    where = address(request.batfish, os.environ)
    return judge(design, where, progress=lambda what: line.show(f"Batfish: {what}"))


def with_batfish(verdict: Verdict, word: Judgement | NotRun) -> Verdict:
    """The verdict with a second judge's word."""
    others = tuple(n for n in verdict.not_run if n.judge != word.judge)
    if isinstance(word, NotRun):
        return replace(verdict, not_run=(word, *others))
    whole = replace(verdict, judgements=(*verdict.judgements, word), not_run=others)
    return side_by_side(whole)


def _refuse_missing(verdict: Verdict, required: tuple[str, ...]) -> None:
    """Raise :class:`OutsideError` GE012 for judges that had to run and did not."""
    ran = {name.lower() for name in verdict.judges}
    missing = [n for n in verdict.not_run if n.judge.lower() in set(required) - ran]
    if missing:
        raise OutsideError(
            [
                Diagnostic("GE012", f"{n.judge} was required and did not run: {n.why}", mend=n.how)
                for n in missing
            ]
        )
