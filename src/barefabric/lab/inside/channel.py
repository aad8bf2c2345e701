"""How the lab is talked to: JSON values, one a line, over a socket, a pair of pipes or a tty."""

import json
import os
import socket
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

Message = dict[str, Any]
Serve = Callable[["Line"], None]


class Line:
    """One client: a stream to read requests from and one to write answers to."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self.source, self.sink = source, sink
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write a message. Raises :class:`OSError` where the client is gone."""
        raw = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self.sink.write(raw)
            self.sink.flush()

    def requests(self) -> Iterator[Message]:
        """Requests until the client leaves; lines that are no JSON object are answered so."""
        for raw in self.source:
            try:
                message = json.loads(raw)
            except ValueError:
                message = None
            if isinstance(message, dict):
                yield message
            elif raw.strip():
                self.send({"id": 0, "error": "that was no JSON object"})


def listen(channel: str, serve: Serve) -> None:
    """Open a channel and serve its clients in threads of their own.

    ``unix:PATH``, ``fd:IN,OUT`` or ``tty:PATH``. Raises :class:`ValueError` for another one.
    """
    kind, _, where = channel.partition(":")
    if kind == "unix":
        _listen_unix(Path(where), serve)
    elif kind == "fd":
        first, second = (int(word) for word in where.split(","))
        _thread(serve, Line(os.fdopen(first, "rb"), os.fdopen(second, "wb")))
    elif kind == "tty":
        descriptor = os.open(where, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(descriptor, termios.TCSANOW)
        sink = os.fdopen(os.dup(descriptor), "wb", buffering=0)
        _thread(serve, Line(os.fdopen(descriptor, "rb"), sink))
    else:
        raise ValueError(channel)


def _listen_unix(path: Path, serve: Serve) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    path.chmod(0o600)
    server.listen(8)

    def accept() -> None:
        while True:
            client, _ = server.accept()
            _thread(serve, Line(client.makefile("rb"), client.makefile("wb")))

    threading.Thread(target=accept, daemon=True).start()


def _thread(serve: Serve, line: Line) -> None:
    threading.Thread(target=serve, args=(line,), daemon=True).start()
