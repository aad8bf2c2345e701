"""One line on stderr that says how far a long run is, rewritten in place, gone at the end."""

import os
import shutil
import sys
import time
from types import TracebackType
from typing import IO, Self

EVERY = 0.1
"""Seconds between two changes of the line: more is flicker."""


class ProgressLine:
    """The line. Nothing is written where the stream (stderr) is no terminal."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stderr
        self.shown = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self._next = 0.0
        self._dirty = False

    def show(self, text: str) -> None:
        """Say what is going on now, cut to the width of the terminal."""
        if not self.shown or time.monotonic() < self._next:
            return
        width = shutil.get_terminal_size().columns - 1
        self.stream.write(f"\r\x1b[K{text[:width]}")
        self.stream.flush()
        self._next, self._dirty = time.monotonic() + EVERY, True

    def clear(self) -> None:
        """Leave nothing of it behind."""
        if self._dirty:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self._dirty = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()
