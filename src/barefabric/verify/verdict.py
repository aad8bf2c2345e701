"""What judges say: one verdict for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.model.contract import ContractKind

BUILT_IN = "built-in"
"""Name of the judge that computes. It always runs."""
FILES = "files"
"""Name of the judge that reads the files of a build. It always runs in ``fabric verify``."""
NOT_READ = "not read"
"""Its setting that names network OSes whose files it cannot read."""


class Count(NamedTuple):
    """Rows of one class of contract as one judge decided them. ``contracts`` counts statements."""

    contracts: int = 0
    rows: int = 0
    held: int = 0
    failed: int = 0
    undecided: int = 0

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(*(a + b for a, b in zip(self, other, strict=True)))


class Sides(NamedTuple):
    """Two answers to one question: what was asked, and what each judge says."""

    about: str
    built_in: str
    other: str


class Finding(NamedTuple):
    """A contract that does not hold, or cannot be decided.

    ``code`` is explained by ``fabric explain``. ``rows`` is how many rows of the contract are
    concerned. ``evidence`` says what was found, line by line; ``cause`` what it likely comes
    from; ``mend`` what to change. ``decided`` is false where the judge could not tell. ``kind`` is
    the class of contract. ``sides`` are there where two judges differ: the network is what neither
    of them may be believed about until one is mended. ``places`` are lines of rendered files.
    """

    code: str
    contract: str
    sentence: str
    judge: str
    rows: int
    evidence: tuple[str, ...]
    cause: str = ""
    mend: str = ""
    decided: bool = True
    kind: ContractKind | None = None
    sides: tuple[Sides, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The evidence as text, a line each; where judges differ, both answers in a line."""
        different = (
            f"{s.about}: built-in {s.built_in}; {self.judge} {s.other}" for s in self.sides
        )
        return (*different, *self.evidence, *self.places)


class NotRun(NamedTuple):
    """A judge that did not run: why, and how to make it run."""

    judge: str
    why: str
    how: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one judge decided.

    ``seconds`` is CPU time, ``settings`` is whatever changes results, ``notes`` are worth knowing
    and change no verdict.
    """

    judge: str
    version: str
    settings: Mapping[str, str]
    counts: Mapping[ContractKind, Count]
    findings: tuple[Finding, ...]
    seconds: float
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Count:
        """All classes together."""
        whole = Count()
        for count in self.counts.values():
            whole = whole.plus(count)
        return whole


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a design. It is good when no judge that ran found anything."""

    fabric: str
    contracts: int
    judgements: tuple[Judgement, ...]
    not_run: tuple[NotRun, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found, judge by judge."""
        return tuple(f for j in self.judgements for f in j.findings)

    @property
    def proven(self) -> bool:
        """Whether every row of every judge that ran holds."""
        return bool(self.judgements) and not self.findings

    @property
    def judges(self) -> tuple[str, ...]:
        """Judges that ran."""
        return tuple(j.judge for j in self.judgements)
