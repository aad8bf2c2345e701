"""What goes to the terminal: results to stdout, errors and progress to stderr."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from barefabric.errors import Diagnostic, FabricError, OutsideError


def coloured(stream: IO[str]) -> bool:
    """Whether colour may be used: a terminal, and NO_COLOR (no-color.org) unset or empty."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def writing() -> Iterator[None]:
    """Around whatever writes to stdout.

    A reader that went away (``fabric ... | head``) wants no more; the command ends as it would
    have. Raises OutsideError GE017 where stdout takes nothing for another reason.
    """
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as fault:
        reason = f"the output cannot be written: {fault.strerror}"
        raise OutsideError([Diagnostic("GE017", reason)]) from fault


def print_result(text: str) -> None:
    """Print a result to stdout."""
    with writing():
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def print_json(document: Any) -> None:
    """Print one JSON document to stdout."""
    with writing():
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False, default=_plain)
        sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    """JSON for what the encoder does not know: paths as text, named tuples are tuples already."""
    return str(value)


def as_records(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Diagnostics for ``--json``."""
    return [
        {
            "code": d.code,
            "severity": d.severity.value,
            "message": d.message,
            "places": [{"path": p.path, "line": p.line, "column": p.column} for p in d.places],
            "allowed": d.allowed,
            "mend": d.mend,
        }
        for d in diagnostics
    ]


def report_faults(fault: FabricError) -> None:
    """Print a fault's diagnostics to stderr."""
    from barefabric.diagnostics import report

    outcome = "nothing done" if isinstance(fault, OutsideError) else "nothing written"
    sys.stderr.write(report(fault.diagnostics, colour=coloured(sys.stderr), outcome=outcome))
