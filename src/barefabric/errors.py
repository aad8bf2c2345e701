"""What goes wrong, said once, with its place and its remedy.

Every fault a user can cause is a :class:`Diagnostic`. A stage collects all of them and raises one
:class:`FabricError`. The command line prints them; nothing else formats errors.
"""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import NamedTuple


class Severity(StrEnum):
    """How much a diagnostic weighs: an ``ERROR`` stops the run, a ``LOOK`` is only shown."""

    ERROR = "error"
    LOOK = "look"


class Place(NamedTuple):
    """A range in a file. ``line`` and ``column`` count from 1; 0 means the whole file.

    ``width`` is the number of characters to mark. ``excerpt`` is the line's text, if known.
    """

    path: str
    line: int = 0
    column: int = 0
    width: int = 1
    excerpt: str = ""


class Subject(NamedTuple):
    """Which one of several things a diagnostic speaks of: ``cluster``, ``k1``.

    ``says`` is what it says, without this thing's own names: where that is the same of others, a
    reader needs to be told once.
    """

    noun: str
    name: str
    says: str


class Diagnostic(NamedTuple):
    """One fault: a stable code, what is wrong, where, what is allowed and how to mend it."""

    code: str
    message: str
    places: tuple[Place, ...] = ()
    allowed: str = ""
    mend: str = ""
    severity: Severity = Severity.ERROR
    subject: Subject | None = None


class FabricError(Exception):
    """The input, the ledger or the request is wrong (exit status 1). Carries every fault found."""

    exit_status = 1

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(f"{d.code}: {d.message}" for d in self.diagnostics))


class UsageError(FabricError):
    """The command was called wrongly (exit status 2)."""

    exit_status = 2


class OutsideError(FabricError):
    """Something outside failed: a device, a disk, a service (exit status 3)."""

    exit_status = 3


def typed(path: Path | str) -> str:
    """A path as a shell takes it: what a sentence tells to type can be copied."""
    return quote(str(path))


def fail(code: str, message: str, *, path: Path | str = "", mend: str = "") -> FabricError:
    """Build an error of one diagnostic that concerns a whole file (or no file at all)."""
    places = (Place(str(path)),) if path else ()
    return FabricError([Diagnostic(code, message, places, mend=mend)])
