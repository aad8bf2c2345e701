"""What differs between files and plan, as findings: one for each kind of fact, with its lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from barefabric.model.contract import ContractKind
from barefabric.verify.reading.compare import Difference
from barefabric.verify.verdict import FILES, Finding

SHOWN = 6
"""Lines of evidence in a finding: three facts that are stated otherwise."""


class Why(Enum):
    """What a difference comes from: the likely cause, and what to change."""

    EDITED = (
        "the file was changed after fabric design wrote it, or written by another version",
        "fabric design writes it anew",
    )
    EXTRA = (
        "a line of extra: says so",
        "take the line out of extra:, or ask for it by a key of the topology",
    )
    WRITTEN = (
        "the rendered file is not what the design asks for",
        "the template of the line; or, if the line is right, vendor_templates/{nos}/read.toml",
    )


class Wrong(NamedTuple):
    """A difference, and where it was found. ``folder`` is the device's in the build."""

    difference: Difference
    folder: str
    nos: str
    why: Why

    @property
    def place(self) -> str:
        """The line of the file, empty where no line says it."""
        line = self.difference.line
        if line is None:
            return ""
        text = "" if self.difference.secret else f"   {line.text}"
        return f"{self.folder}/{line.path}:{line.number}{text}"


def contract_of(fact: str) -> str:
    """The id of the contract that files state all facts of one name as planned."""
    return f"files/{fact.replace(' ', '-').lower()}"


@dataclass
class Failed:
    """Everything that differs about facts of one name: the number, and the first of them."""

    rows: int = 0
    first: list[Wrong] = field(default_factory=list)
    whys: dict[Why, None] = field(default_factory=dict)

    def add(self, wrong: Wrong) -> None:
        """Note a difference."""
        self.rows += 1
        self.whys[wrong.why] = None
        if len(self.first) < SHOWN:
            self.first.append(wrong)

    def finding(self, fact: str) -> Finding:
        """The finding on one kind of fact."""
        more = self.rows - len(self.first)
        said = tuple(str(wrong.difference) for wrong in self.first)
        nos = ", ".join(dict.fromkeys(wrong.nos for wrong in self.first))
        return Finding(
            "FI001",
            contract_of(fact),
            f'what files say of "{fact}" is what the plan says',
            FILES,
            self.rows,
            (*said, f"and {more:,} more") if more else said,
            "; ".join(why.value[0] for why in self.whys),
            "; ".join(why.value[1].replace("{nos}", nos) for why in self.whys),
            kind=ContractKind.CHECK,
            places=tuple(filter(None, (wrong.place for wrong in self.first))),
        )


@dataclass
class Differing:
    """Files of a build that are not what the design renders: all of them counted."""

    files: int = 0
    differing: list[str] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """The finding on them, where there are some."""
        rows = len(self.differing)
        if rows:
            more = (f"and {rows - SHOWN:,} more",) if rows > SHOWN else ()
            yield Finding(
                "GE008",
                "files/same",
                "every file of the build is what the design renders",
                FILES,
                rows,
                (*self.differing[:SHOWN], *more),
                "it was changed after fabric design wrote it, or written by another version",
                "fabric design writes it anew, and fabric verify judges it then",
                kind=ContractKind.CHECK,
            )
