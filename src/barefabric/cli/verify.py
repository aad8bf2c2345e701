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
from barefabric.cli.stale import other_design
from barefabric.errors import Diagnostic, OutsideError, UsageError
from barefabric.model.design import Design
from barefabric.verify.agreement import side_by_side
from barefabric.verify.verdict import BUILT_IN, FILES, NOT_READ, Judgement, NotRun, Verdict

if TYPE_CHECKING:
    from barefabric.cli.design import Clock
    from barefabric.topology.load import Loaded
    from barefabric.verify.judge import Judge

OFF = "off"
"""What ``--batfish`` or BATFISH_HOST says where Batfish is not wanted."""

JUDGES = (BUILT_IN, FILES, "batfish", "lab")
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
    """Judge the design and its files, and write a receipt for the build.

    0 where everything holds, 1 where something does not, 3 where a required judge did not run.
    Raises :class:`FabricError` GE008 where the build was made from another design.
    """
    from barefabric.build import default_out
    from barefabric.cli.design import Clock
    from barefabric.pipeline import design
    from barefabric.verify.judge import Judge
    from barefabric.verify.reading.build import read_build

    _check_required(request)
    clock = Clock(request.verbose)
    designed = design(request.topology)
    build = request.out or default_out(designed.design)
    judge = Judge(designed.design, failures=request.failures)
    read = read_build(designed.design, build, judge)
    if read.other:
        raise other_design(build, read.differs, request.topology)
    clock.lap("design and files")
    if read.differs:
        verdict = _of_files(designed.design, read.word)
    else:
        verdict = _of_all(judge, read.word, build, request, clock)
    _write_reports(verdict, designed.loaded, designed.design, request)
    path, digest = ("", "") if read.differs else _receipt(build, verdict, designed.design)
    _show(verdict, path, digest, request, clock)
    if not read.differs:
        _refuse_missing(verdict, request.require)
    return 0 if verdict.proven else 1


def _of_files(design: Design, word: Judgement) -> Verdict:
    """The verdict on a build that was changed: only what reads it can say anything about it."""
    why, how = "the build is not what the design renders", "fabric design"
    others = tuple(NotRun(judge, why, how) for judge in (BUILT_IN, "Batfish", "lab"))
    return Verdict(design.name, len(design.contracts), (word,), others)


def _of_all(
    judge: "Judge", files: Judgement, build: Path, request: Request, clock: "Clock"
) -> Verdict:
    """The verdict of all judges that can be asked."""
    from barefabric.lab.receipt import with_lab

    with ProgressLine() as line:
        line.show("built-in: routes of the intact fabric, kinds of failure")
        judge.progress = _Sweep(line).show
        verdict = with_word(judge.verdict(), files)
        clock.lap("built-in")
        verdict = with_word(verdict, _ask_batfish(judge.design, request, line))
    verdict = with_lab(verdict, judge.design, build)
    clock.lap("Batfish")
    return verdict


def _receipt(build: Path, verdict: Verdict, design: Design) -> tuple[str, str]:
    """Write the receipt; its path, and the digest of the build."""
    from barefabric.verify.receipt import make_receipt, write_receipt

    receipt = make_receipt(build, verdict, design.contracts)
    return str(write_receipt(build, receipt)), receipt.digest


def _show(verdict: Verdict, receipt: str, digest: str, request: Request, clock: "Clock") -> None:
    """Print the verdict as it was asked for."""
    from barefabric.verify.report import as_json, report

    if request.as_json:
        print_json({**as_json(verdict), "receipt": receipt, "digest": digest})
    elif not request.quiet:
        print_result(report(verdict, receipt=receipt, digest=digest, seconds=clock.total))


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


def with_word(verdict: Verdict, word: Judgement | NotRun) -> Verdict:
    """The verdict with another judge's word."""
    others = tuple(n for n in verdict.not_run if n.judge != word.judge)
    if isinstance(word, NotRun):
        return replace(verdict, not_run=(word, *others))
    whole = replace(verdict, judgements=(*verdict.judgements, word), not_run=others)
    return side_by_side(whole)


def _refuse_missing(verdict: Verdict, required: tuple[str, ...]) -> None:
    """Raise :class:`OutsideError` GE012 for judges that had to run and did not, or not on all."""
    ran = {name.lower() for name in verdict.judges}
    missing = [n for n in verdict.not_run if n.judge.lower() in set(required) - ran]
    if FILES in required:
        missing += _not_read(verdict)
    if missing:
        raise OutsideError(
            [
                Diagnostic("GE012", f"{n.judge} was required and did not run: {n.why}", mend=n.how)
                for n in missing
            ]
        )


def _not_read(verdict: Verdict) -> list[NotRun]:
    """The judge of files, where it could not read those of some network OS."""
    names = (j.settings.get(NOT_READ, "") for j in verdict.judgements if j.judge == FILES)
    how = "write vendor_templates/<nos>/read.toml"
    return [NotRun(FILES, f"it cannot read files of {name}", how) for name in names if name]
