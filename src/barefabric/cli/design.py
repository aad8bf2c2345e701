"""``fabric design`` and ``fabric check``."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barefabric.cli.output import coloured, print_json, print_result
from barefabric.errors import Diagnostic


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    topology: Path
    out: Path | None
    locked: bool
    max_renumber: int
    as_json: bool
    quiet: bool
    verbose: bool


class Clock:
    """Says to stderr, where asked, how long each stage took."""

    def __init__(self, loud: bool) -> None:
        self.loud = loud
        self.start = self.last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        if self.loud:
            sys.stderr.write(f"{stage:<10} {now - self.last:6.2f} s\n")
        self.last = now

    @property
    def total(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start


def _designed(request: Request, clock: Clock) -> Any:
    """The design, refused where it would move what must stay."""
    from barefabric.build import refuse_moves, refuse_unlocked
    from barefabric.pipeline import design as run

    designed = run(request.topology)
    refuse_moves(designed.numbers.moves, request.max_renumber, request.topology)
    if request.locked:
        refuse_unlocked(designed)
    clock.lap("design")
    return designed


def _looks(design: Any) -> list[Diagnostic]:
    """What deserves a look, though nothing is wrong."""
    from barefabric.capacity.looks import looks as capacity_looks
    from barefabric.derive.remarks import looks as remarks
    from barefabric.kubernetes.lints import looks as kubernetes_looks

    return [*kubernetes_looks(design), *capacity_looks(design), *remarks(design)]


def design(request: Request) -> int:
    """Design, write, judge the intact fabric, and say what changed.

    0 where every contract holds, 1 where one does not; the files are written either way, because
    they are what to look into.
    """
    from barefabric.build import build
    from barefabric.capacity.summary import summary
    from barefabric.cli.summary import as_document, as_text
    from barefabric.verify.judge import Judge

    clock = Clock(request.verbose)
    designed = _designed(request, clock)
    judge = Judge(designed.design, failures=0)
    built = build(designed, request.out, judge)
    clock.lap("write")
    verdict = judge.verdict()
    clock.lap("judge")
    if not request.quiet:
        facts, looks = summary(designed.design), _looks(designed.design)
        clock.lap("summary")
        if request.as_json:
            print_json(as_document(designed, facts, looks, verdict, built))
        else:
            ink = coloured(sys.stdout)
            print_result(as_text(designed, facts, looks, verdict, built, clock.total, ink))
    return 0 if verdict.proven else 1


def check(request: Request) -> int:
    """Do all of it and write nothing. The status is that of :func:`design`."""
    from barefabric.build import rehearse
    from barefabric.capacity.summary import summary
    from barefabric.cli.summary import as_document, as_text
    from barefabric.verify.judge import Judge

    clock = Clock(request.verbose)
    designed = _designed(request, clock)
    judge = Judge(designed.design, failures=0)
    files = rehearse(designed, judge)
    clock.lap("render")
    verdict = judge.verdict()
    clock.lap("judge")
    if not request.quiet:
        facts, looks = summary(designed.design), _looks(designed.design)
        if request.as_json:
            print_json(as_document(designed, facts, looks, verdict, None))
        else:
            ink = coloured(sys.stdout)
            text = as_text(designed, facts, looks, verdict, None, clock.total, ink)
            sound = "sound" if verdict.proven else "not sound"
            print_result(f"{text}\n  {sound}: {files:,} files would be written; nothing was")
    return 0 if verdict.proven else 1
