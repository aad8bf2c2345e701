"""The command ``fabric``: parse, call, print. What a command does stands in the stages."""

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit status.

    0 fine; 1 the input or the verdict is bad; 2 wrong usage; 3 something outside failed, or the
    tool itself; 130 interrupted.
    """
    from barefabric.cli.guard import guarded

    _leave(guarded(sys.argv[1:] if arguments is None else list(arguments)))


def _leave(status: int) -> NoReturn:
    """End the process without taking its values apart one by one: a large fabric has millions."""
    atexit._run_exitfuncs()  # noqa: SLF001 (nothing public runs them)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
