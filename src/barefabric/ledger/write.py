"""Writes the ledger's file: all of it, or nothing."""

import os
from pathlib import Path

from barefabric.errors import Diagnostic, OutsideError, Place
from barefabric.ledger.file import format_ledger
from barefabric.model.ledger import Ledger


def write_ledger(path: Path, ledger: Ledger) -> bool:
    """Write the ledger atomically if its text changes; return whether it did."""
    text = format_ledger(ledger)
    try:
        if _holds(path, text):
            return False
        place = path.resolve()
        scratch = place.with_name(f".{place.name}.{os.getpid()}.new")
        try:
            scratch.write_text(text, encoding="utf-8")
            scratch.replace(place)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as fault:
        raise _unwritable(path, fault.strerror) from fault
    return True


def check_writable(path: Path, ledger: Ledger) -> None:
    """Raise OutsideError LE001 where the ledger would change and its folder takes no file.

    For a run that writes something else first, which would use numbers that nobody recorded.
    """
    if os.access(path.resolve().parent, os.W_OK):
        return
    if not _holds(path, format_ledger(ledger)):
        raise _unwritable(path, "its folder cannot be written to")


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _unwritable(path: Path, reason: str | None) -> OutsideError:
    return OutsideError(
        [Diagnostic("LE001", f"cannot write the ledger: {reason}", (Place(str(path)),))]
    )
