"""The process that owns a lab's kernel: starts it, carries its control channel, ends with it.

Outside, callers connect to a Unix socket; inside is a serial line. When the kernel ends, the relay
ends. When the relay ends, however it does, its lines close and the lab switches itself off; a guard
makes sure of it, since the kernel is several processes of the machine, of which those that
wait for input outlive a killed one.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from barefabric.lab.uml.attendant import Window
from barefabric.lab.uml.switchboard import Letter, Switchboard

SERIALS = (8, 9)
"""The descriptors under which the kernel finds its ends of the serial lines."""
GRACE = 5.0
"""Seconds that a lab has to switch itself off once its serial line is closed."""
CHUNK = 1 << 16


class Relay:
    """One kernel, its serial line, and the callers."""

    def __init__(
        self, lines: tuple[socket.socket, socket.socket], listener: socket.socket, pid: int
    ) -> None:
        self.line, self.counts = lines
        self.listener, self.pid = listener, pid
        self.board, self.window = Switchboard(), Window()
        self.selector = selectors.DefaultSelector()
        self.sockets: dict[int, socket.socket] = {}
        self.read: dict[int, bytearray] = {}
        self.unsent: dict[int, bytearray] = {}
        self.running = True
        for known in (*lines, listener):
            known.setblocking(False)
            self._watch(known)

    def _watch(self, known: socket.socket) -> None:
        number = known.fileno()
        self.sockets[number] = known
        self.read[number], self.unsent[number] = bytearray(), bytearray()
        self.selector.register(known, selectors.EVENT_READ)

    def run(self) -> None:
        """Carry lines until the serial line closes or a signal ends it."""
        while self.running:
            for key, events in self.selector.select(0.5):
                number = key.fd
                if number not in self.sockets:
                    continue
                if events & selectors.EVENT_WRITE:
                    self._send(number)
                if events & selectors.EVENT_READ and number in self.sockets:
                    self._receive(number)
            if _gone(self.pid):
                self.running = False

    def _receive(self, number: int) -> None:
        if number == self.listener.fileno():
            caller, _ = self.listener.accept()
            caller.setblocking(False)
            self._watch(caller)
            self._deliver(self.board.join(caller.fileno()))
            return
        try:
            data = self.sockets[number].recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(number)
            return
        if number == self.counts.fileno():
            self.window.read(data)
            self._queue(self.line.fileno(), self.window.take())
            return
        *lines, rest = (self.read[number] + data).split(b"\n")
        self.read[number] = bytearray(rest)
        for line in lines:
            self._line(number, bytes(line))

    def _line(self, number: int, line: bytes) -> None:
        if number == self.line.fileno():
            out, letters = self.board.hear(line)
        elif number in self.sockets:
            out, letters = self.board.ask(number, line)
        else:
            return
        for text in out:
            self.window.add(text)
        self._queue(self.line.fileno(), self.window.take())
        self._deliver(letters)

    def _deliver(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self._queue(letter.caller, letter.line)

    def _queue(self, number: int, text: bytes) -> None:
        if number in self.sockets:
            self.unsent[number] += text
            self._send(number)

    def _send(self, number: int) -> None:
        waiting = self.unsent[number]
        try:
            while waiting:
                sent = self.sockets[number].send(waiting[:CHUNK])
                del waiting[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._close(number)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting else 0)
        self.selector.modify(self.sockets[number], events)

    def _close(self, number: int) -> None:
        if number in (self.line.fileno(), self.counts.fileno()):
            self.running = False
            return
        known = self.sockets.pop(number)
        self.selector.unregister(known)
        known.close()
        self.board.leave(number)
        self.running = self.running and not self.board.ended


def _gone(pid: int) -> bool:
    """Whether our child has ended; it is waited for."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def start_kernel(orders: dict[str, Any], console: Path) -> int:
    """Start the kernel as the leader of a session of its own. Returns its process id.

    Its output goes to ``console``. Its memory is a file in ``TMPDIR`` that it deletes at once.
    """
    with console.open("wb") as log:
        process = subprocess.Popen(
            orders["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=orders["environment"],
            pass_fds=SERIALS,
            start_new_session=True,
        )
    return process.pid


def _serial(number: int) -> socket.socket:
    """Our end of a serial line whose other end is the descriptor ``number``."""
    ours, theirs = socket.socketpair()
    os.dup2(theirs.fileno(), number)
    theirs.close()
    return ours


def guard(pid: int) -> None:
    """Leave a process behind that ends what is left of the kernel when we are gone.

    It holds one end of a pipe whose other end only we have.
    """
    ours, theirs = os.pipe()
    os.set_inheritable(theirs, False)
    if os.fork() != 0:
        os.close(ours)
        return
    os.setsid()
    os.closerange(0, ours)
    os.closerange(ours + 1, 4096)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.read(ours, 1):
        pass
    finish(pid)
    os._exit(0)


def finish(pid: int, grace: float = GRACE) -> None:
    """Wait for the kernel to switch itself off, then kill whatever is left of its session."""
    until = time.monotonic() + grace
    while time.monotonic() < until and _alive(pid):
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    """Whether the kernel's first process runs; one that only waits to be reaped does not."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def main(arguments: Sequence[str]) -> int:
    """Run a relay: ``FOLDER``, which holds ``uml.json``; the socket will be ``FOLDER/control``."""
    folder = Path(arguments[0])
    orders = json.loads((folder / "uml.json").read_text(encoding="utf-8"))
    listener = socket.socket(socket.AF_UNIX)
    path = folder / "control"
    path.unlink(missing_ok=True)
    os.umask(0o077)
    listener.bind(str(path))
    listener.listen(16)
    lines = (_serial(SERIALS[0]), _serial(SERIALS[1]))
    pid = start_kernel(orders, folder / "console.log")
    for number in SERIALS:
        os.close(number)
    guard(pid)
    relay = Relay(lines, listener, pid)

    def stop(_number: int, _frame: object) -> None:
        relay.running = False

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        relay.run()
    finally:
        path.unlink(missing_ok=True)
        for line in lines:
            line.close()
        finish(pid)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
