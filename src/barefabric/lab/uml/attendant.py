"""The process in the lab's kernel that minds its two serial lines.

The first carries requests in and answers out, the second tells the relay how many bytes of requests
were read. The relay never has more than :data:`WINDOW` unread ones under way: a line of user-mode
Linux whose buffer of 4,096 fills up is throttled, and never delivers anything again
(arch/um/drivers/line.c of Linux 6.1: ``line_throttle`` takes its descriptor out of the kernel's
poll, and ``line_unthrottle`` does not put it back).

When the relay ends, however that happens, both lines close, and the lab switches itself off.
"""

import contextlib
import os
import select
import tty
from typing import NamedTuple

WINDOW = 1024
"""Bytes of requests that may be under way."""
CHUNK = 4096


class Lines(NamedTuple):
    """What the supervisor reads requests from and writes answers to."""

    requests: int
    answers: int


def open_line(path: str) -> int:
    """A serial line as it is: bytes go through unchanged (cfmakeraw(3))."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    return descriptor


def attend(serial: str, counts: str) -> Lines | None:
    """Leave the attendant behind. In its own process, nothing is returned, when a line closed."""
    line = open_line(serial)
    counter = open_line(counts)
    requests, feed = os.pipe()
    if os.fork() != 0:
        os.close(counter)
        os.close(feed)
        return Lines(requests, line)
    os.close(requests)
    os.set_blocking(feed, False)
    with contextlib.suppress(OSError):
        _mind(line, counter, feed)
    return None


def _mind(line: int, counter: int, feed: int) -> None:
    """Pass requests on until a line closes. What the supervisor does not take yet is kept."""
    kept = b""
    while True:
        ready, able, _ = select.select((line, counter), (feed,) if kept else (), ())
        if counter in ready and not os.read(counter, CHUNK):
            return
        if line in ready:
            data = os.read(line, CHUNK)
            if not data:
                return
            os.write(counter, b"%d\n" % len(data))
            kept += data
        if kept and (able or ready):
            kept = kept[_write(feed, kept) :]


def _write(feed: int, data: bytes) -> int:
    try:
        return os.write(feed, data)
    except BlockingIOError:
        return 0


class Window:
    """The relay's side: what of its bytes may be sent now."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self._under_way = 0
        self._counts = b""

    def add(self, data: bytes) -> None:
        """Put bytes in the queue."""
        self.waiting += data

    def take(self) -> bytes:
        """The bytes to send now; they count as under way."""
        size = max(0, WINDOW - self._under_way)
        data = bytes(self.waiting[:size])
        del self.waiting[:size]
        self._under_way += len(data)
        return data

    def read(self, counts: bytes) -> None:
        """What came on the second line: numbers of bytes that were read, one a line."""
        *lines, self._counts = (self._counts + counts).split(b"\n")
        self._under_way -= sum(int(text) for text in lines if text.strip().isdigit())
