"""The supervisor: has a lab brought up, then does what it is asked."""

import json
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from barefabric.lab.inside import network
from barefabric.lab.inside.boot import bring_up
from barefabric.lab.inside.channel import Line, Message, listen
from barefabric.lab.inside.lab import Lab
from barefabric.lab.inside.programs import ProgramError
from barefabric.lab.inside.requests import REQUESTS, RequestError
from barefabric.lab.types import read_plan

FAULTS = (network.SetupError, ProgramError, OSError)


class Supervisor:
    """Serves one lab."""

    def __init__(self, plan: Path, folder: Path, channel: str, within: str) -> None:
        document = json.loads(plan.read_text(encoding="utf-8"))
        self.lab = Lab(read_plan(document), folder, within)
        self.channel = channel
        self._events: list[Message] = []
        self._lines: list[Line] = []
        self._lock = threading.Lock()

    def run(self) -> int:
        """Bring the lab up and serve until told to end; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.lab.over.set())
        listen(self.channel, self._serve)
        threading.Thread(target=self._boot, daemon=True).start()
        self.lab.over.wait()
        self._tell({"id": 0, "event": "ended"})
        return 0

    def _boot(self) -> None:
        started = time.monotonic()
        try:
            bring_up(self.lab, self._progress)
        except FAULTS as fault:
            self._failed(str(fault))
        except Exception as fault:  # noqa: BLE001  (whatever it is, the user must hear of it)
            traceback.print_exc(file=sys.stderr)
            self._failed(repr(fault))
        else:
            self.lab.state, self.lab.seconds = "up", time.monotonic() - started
            self._tell({"id": 0, "event": "ready", "seconds": self.lab.seconds})

    def _failed(self, why: str) -> None:
        self.lab.state = "failed"
        self._tell({"id": 0, "event": "failed", "error": why})

    # Talking.

    def _progress(self, what: str, done: int, of: int) -> None:
        self._tell({"id": 0, "event": "progress", "what": what, "done": done, "of": of})

    def _tell(self, event: Message) -> None:
        """An event for all who listen, and for those who come later."""
        with self._lock:
            if event["event"] != "progress":
                self._events.append(event)
            lines = list(self._lines)
        for line in lines:
            self._send(line, event)

    def _send(self, line: Line, message: Message) -> None:
        try:
            line.send(message)
        except (OSError, ValueError):
            with self._lock:
                if line in self._lines:
                    self._lines.remove(line)

    def _serve(self, line: Line) -> None:
        """One client's requests, one after another.

        A line that is no socket carries the requests of several clients, so that none may wait
        for another's.
        """
        with self._lock:
            past = list(self._events)
            self._lines.append(line)
        for event in past:
            self._send(line, event)
        try:
            for request in line.requests():
                if self.channel.startswith("unix:"):
                    self._answer(line, request)
                else:
                    threading.Thread(target=self._answer, args=(line, request), daemon=True).start()
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                if line in self._lines:
                    self._lines.remove(line)
            if self.lab.held_by is threading.current_thread():
                self.lab.over.set()

    def _answer(self, line: Line, request: Message) -> None:
        number = request.get("id", 0)

        def progress(what: str, done: int, of: int) -> None:
            line.send({"id": number, "event": "progress", "what": what, "done": done, "of": of})

        handler = REQUESTS.get(str(request.get("do")))
        if handler is None:
            line.send({"id": number, "error": f"there is no request {request.get('do')}"})
            return
        try:
            result: Any = handler(self.lab, request, progress)
        except (RequestError, *FAULTS) as fault:
            line.send({"id": number, "error": str(fault)})
        except Exception as fault:  # noqa: BLE001  (a request must not end the lab)
            traceback.print_exc(file=sys.stderr)
            line.send({"id": number, "error": repr(fault)})
        else:
            line.send({"id": number, "result": result})
