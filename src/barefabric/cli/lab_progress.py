"""How the commands of ``fabric lab`` show what is being done, and end early."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from barefabric.cli.progress import ProgressLine


class Progress:
    """A line on stderr that is written over, on a terminal; nothing elsewhere."""

    def __init__(self, quiet: bool = False) -> None:
        self.line = None if quiet else ProgressLine()

    def say(self, what: str) -> None:
        """Show what is being done; empty to clear the line."""
        if self.line is None:
            return
        if what:
            self.line.show(what)
        else:
            self.line.clear()

    def event(self, event: dict[str, Any]) -> None:
        """Show an event of the lab."""
        if event.get("event") == "progress":
            self.say(f"lab: {event['what']} {event['done']} of {event['of']}")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a closed terminal and a polite kill do what Ctrl-C does: clean up."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {n: signal.signal(n, interrupt) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
