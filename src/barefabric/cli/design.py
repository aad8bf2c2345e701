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
    """Design, write, and say what changed."""
    from barefabric.build import build
    from barefabric.capacity.summary import summary
    from barefabric.cli.summary import as_document, as_text

    clock = Clock(request.verbose)
    designed = _designed(request, clock)
    built = build(designed, request.out)
    clock.lap("write")
    if request.quiet:
        return 0
    facts, looks = summary(designed.design), _looks(designed.design)
    clock.lap("summary")
    if request.as_json:
        print_json(as_document(designed, facts, looks, built))
    else:
        text = as_text(designed, facts, looks, built, clock.total, coloured(sys.stdout))
        print_result(text)
    return 0


def check(request: Request) -> int:
    """Do all of it and write nothing."""
    from barefabric.build import rehearse
    from barefabric.capacity.summary import summary
    from barefabric.cli.summary import as_document, as_text

    clock = Clock(request.verbose)
    designed = _designed(request, clock)
    files = rehearse(designed)
    clock.lap("render")
    if request.quiet:
        return 0
    facts, looks = summary(designed.design), _looks(designed.design)
    if request.as_json:
        print_json(as_document(designed, facts, looks, None))
    else:
        text = as_text(designed, facts, looks, None, clock.total, coloured(sys.stdout))
        print_result(f"{text}\n  sound: {files:,} files would be written; nothing was")
    return 0
