"""The supervisor: brings a lab up from its plan, then does what it is asked."""

import json
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from barefabric.lab.inside import network
from barefabric.lab.inside.channel import Line, Message, listen
from barefabric.lab.inside.hosts import Places
from barefabric.lab.inside.programs import ProgramError, Programs
from barefabric.lab.types import Host, LabPlan, read_plan

Say = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
FAULTS = (network.SetupError, ProgramError, OSError)


class Supervisor:
    """One lab."""

    def __init__(self, plan: Path, folder: Path, channel: str, within: str) -> None:
        self.plan: LabPlan = read_plan(json.loads(plan.read_text(encoding="utf-8")))
        self.folder, self.channel, self.within = folder, channel, within
        self.places = Places(folder / "inside")
        self.programs = Programs(self.places)
        self.state, self.remarks, self.seconds = "starting", list[str](), 0.0
        self.held_by: threading.Thread | None = None
        self.heal: dict[str, Callable[[], None]] = {}
        self._events: list[Message] = []
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._end = threading.Event()

    def run(self) -> int:
        """Bring the lab up and serve until told to end; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._end.set())
        listen(self.channel, self._serve)
        booting = threading.Thread(target=self._boot, daemon=True)
        booting.start()
        self._end.wait()
        self._tell({"id": 0, "event": "ended"})
        return 0

    def end(self) -> None:
        """End the lab soon: the answer to the request goes out first."""
        threading.Timer(0.1, self._end.set).start()

    # Coming up.

    def _boot(self) -> None:
        started = time.monotonic()
        try:
            self._bring_up()
        except FAULTS as fault:
            self._failed(str(fault))
        except Exception as fault:  # noqa: BLE001  (whatever it is, the user must hear of it)
            traceback.print_exc(file=sys.stderr)
            self._failed(repr(fault))
        else:
            self.state, self.seconds = "up", time.monotonic() - started
            self._tell({"id": 0, "event": "ready", "seconds": self.seconds})

    def _failed(self, why: str) -> None:
        self.state = "failed"
        self._tell({"id": 0, "event": "failed", "error": why})

    def _bring_up(self) -> None:
        hosts, every = self.plan.hosts, len(self.plan.hosts)
        for number, host in enumerate(hosts, 1):
            self.places.add(host)
            self._progress("hosts", number, every)
        absent = self._each_in_its_network(hosts, network.write_sysctls)
        self.remarks += network.remarks_of(absent)
        self._progress("cables", 0, len(self.plan.links))
        network.lay_cables(self.plan.links)
        with ThreadPoolExecutor(2) as pool:
            jobs = pool.map(lambda host: network.bring_up(self.places, host), hosts)
            for number, _ in enumerate(jobs, 1):
                self._progress("interfaces", number, every)
        self.programs.start_all(lambda done, of: self._progress("daemons", done, of))

    def _each_in_its_network(
        self, hosts: Iterable[Host], work: Callable[[Host], list[str]]
    ) -> dict[str, list[str]]:
        """Do something in each host's network, in threads that end there."""
        found: dict[str, list[str]] = {}

        def inside(host: Host) -> None:
            try:
                network.enter(host.name)
                found[host.name] = work(host)
            except (OSError, network.SetupError) as fault:
                faults.append(fault)

        faults: list[Exception] = []
        for host in hosts:
            thread = threading.Thread(target=inside, args=(host,))
            thread.start()
            thread.join()
            if faults:
                raise faults[0]
        return found

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
            if self.held_by is threading.current_thread():
                self._end.set()

    def _answer(self, line: Line, request: Message) -> None:
        from barefabric.lab.inside.requests import REQUESTS, RequestError

        number = request.get("id", 0)

        def progress(what: str, done: int, of: int) -> None:
            line.send({"id": number, "event": "progress", "what": what, "done": done, "of": of})

        handler = REQUESTS.get(str(request.get("do")))
        if handler is None:
            line.send({"id": number, "error": f"there is no request {request.get('do')}"})
            return
        try:
            result: Any = handler(self, request, progress)
        except (RequestError, *FAULTS) as fault:
            line.send({"id": number, "error": str(fault)})
        except Exception as fault:  # noqa: BLE001  (a request must not end the lab)
            traceback.print_exc(file=sys.stderr)
            line.send({"id": number, "error": repr(fault)})
        else:
            line.send({"id": number, "result": result})
