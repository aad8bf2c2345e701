"""The command ``fabric``: parse, call, print. What a command does stands in the stages."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    0 fine; 1 the input or the verdict is bad; 2 wrong usage; 3 something outside failed, or the
    tool itself; 130 interrupted.
    """
    from barefabric.cli.guard import guarded

    sys.exit(guarded(sys.argv[1:] if arguments is None else list(arguments)))
