"""Writes what a judge leaves behind: in one step, or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from barefabric.errors import Diagnostic, OutsideError, Place


def write_whole(path: Path, text: str, code: str, what: str) -> None:
    """Write a file in one step; its folder is made. Raises :class:`OutsideError` with ``code``."""
    whole = path.resolve()
    temporary = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(whole)
    except OSError as fault:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        message = f"{what} cannot be written: {fault.strerror or fault}"
        place = Place(str(path))
        raise OutsideError([Diagnostic(code, message, (place,))]) from fault
