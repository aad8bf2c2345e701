"""Run a command so that every fault ends in a sentence and an exit status, never a traceback."""

import gc
import os
import sys
from pathlib import Path

from barefabric.errors import FabricError

INTERRUPTED = 130
"""Exit status after Ctrl-C, also from the command line's own library, which then says nothing."""


def guarded(arguments: list[str]) -> int:
    """Run the command line; return its exit status."""
    # A run makes millions of values that live until its end; collecting them again and again
    # would double its time.
    gc.disable()
    # pydantic would look through all installed packages for plugins of its own.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _open_streams()
    try:
        return _run(arguments)
    except FabricError as fault:
        from barefabric.cli.output import report_faults

        report_faults(fault)
        return fault.exit_status
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except SystemExit:
        # So ends the command line's own library where the reader of its help went away.
        return 0
    except Exception as fault:  # noqa: BLE001 (a fault of ours must not end in a traceback)
        status = _usage_status(fault)
        return _internal_fault(arguments) if status is None else status


def _open_streams() -> None:
    """Where stdout or stderr was closed (``>&-``), what goes there is lost, and nothing else."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))


def _run(arguments: list[str]) -> int:
    from barefabric.cli.app import app
    from barefabric.cli.output import writing

    outcome = app(arguments, standalone_mode=False, prog_name="fabric")
    with writing():
        sys.stdout.flush()
    if outcome == INTERRUPTED:
        sys.stderr.write("interrupted\n")
    return outcome if isinstance(outcome, int) else 0


def _usage_status(fault: Exception) -> int | None:
    """Show a fault of the command line's own (unknown option, missing argument); 2 for all of them.

    Recognized by what they offer, since the library that raises them may carry its own copy of
    click. None for any other fault.
    """
    show, status = getattr(fault, "show", None), getattr(fault, "exit_code", None)
    if not callable(show) or not isinstance(status, int):
        return None
    if status:
        show()
    return 2 if status else 0


def _internal_fault(arguments: list[str]) -> int:
    """Write the traceback to a file and name it."""
    import tempfile
    import traceback

    handle, name = tempfile.mkstemp(prefix="fabric-fault-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as report:
        report.write(f"fabric {' '.join(arguments)}\n\n{traceback.format_exc()}")
    last = traceback.extract_tb(sys.exc_info()[2])[-1]
    sys.stderr.write(
        f"error GE001: a fault in fabric itself ({Path(last.filename).name}:{last.lineno}), not in "
        f"your input\n  please report it with {name}\n  the old build is as it was\n"
    )
    return 3
