"""Talking to a lab from outside."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from barefabric.errors import Diagnostic, OutsideError

Event = dict[str, Any]
Report = Callable[[Event], None]
PATIENCE = 60.0
"""Seconds that a lab may take for an answer, or for the next word of its progress."""


def silent(event: Event) -> None:
    """Report nothing."""


class Client:
    """One connection to a supervisor. Requests go one after another."""

    def __init__(
        self, source: BinaryIO, sink: BinaryIO, connection: socket.socket | None = None
    ) -> None:
        self._source, self._sink, self._connection = source, sink, connection
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave; the lab stays."""
        for stream in (self._sink, self._source, self._connection):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                continue

    def ask(
        self, do: str, report: Report = silent, *, patience: float = PATIENCE, **arguments: Any
    ) -> Any:
        """The result of a request. ``report`` hears of progress and of events of the lab.

        ``patience`` is how many seconds the lab may say nothing. Raises LAB010 where it is gone,
        LAB011 where it says no, LAB014 where it says nothing.
        """
        self.be_patient(patience)
        self._number += 1
        self._send({"id": self._number, "do": do, **arguments})
        while True:
            message = self.receive()
            if message.get("id") != self._number or "event" in message:
                report(message)
            elif "error" in message:
                raise outside("LAB011", f"the lab says: {message['error']}")
            else:
                return message["result"]

    def wait_until_up(self, report: Report) -> Event:
        """Hear the lab come up. Raises LAB012 where it does not."""
        while True:
            event = self.receive()
            report(event)
            if event.get("event") == "ready":
                return event
            if event.get("event") in ("failed", "ended"):
                raise outside("LAB012", f"the lab did not come up: {event.get('error', '')}")

    def be_patient(self, seconds: float | None) -> None:
        """How long the lab may say nothing; None for as long as it likes."""
        if self._connection is not None:
            self._connection.settimeout(seconds)

    def receive(self) -> Event:
        """The next message."""
        try:
            raw = self._source.readline()
        except TimeoutError as fault:
            raise outside("LAB014", "the lab does not answer", "fabric lab down") from fault
        except (OSError, ValueError) as fault:
            raise _gone() from fault
        if not raw.endswith(b"\n"):
            raise _gone()
        message: Event = json.loads(raw)
        return message

    def _send(self, message: Event) -> None:
        try:
            self._sink.write(json.dumps(message).encode() + b"\n")
            self._sink.flush()
        except (OSError, ValueError) as fault:
            raise _gone() from fault


def _gone() -> OutsideError:
    return outside("LAB010", "the lab is gone: its supervisor ended", "fabric lab up again")


def outside(code: str, message: str, mend: str = "") -> OutsideError:
    """A fault of the lab or of this machine (exit status 3)."""
    return OutsideError([Diagnostic(code, message, mend=mend)])


def connect(channel: str, seconds: float = 10, alive: Callable[[], bool] = lambda: True) -> Client:
    """Connect to a lab's channel; one that is just being started may take some seconds.

    ``alive`` says whether waiting makes sense. Raises LAB010 where nobody answers.
    """
    path = Path(channel.partition(":")[2])
    until = time.monotonic() + seconds
    while True:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(max(seconds, 1))
        try:
            client.connect(str(path))
        except OSError as fault:
            client.close()
            if time.monotonic() > until or not alive():
                raise _gone() from fault
            time.sleep(0.02)
            continue
        return Client(client.makefile("rb"), client.makefile("wb"), client)
