"""A fault under traffic: how long each flow was interrupted, when it came and when it went."""

import threading
import time
from collections.abc import Callable
from typing import Any

from barefabric.lab.inside.channel import Message
from barefabric.lab.inside.flows import Endpoints, Flow, Meter
from barefabric.lab.inside.lab import Undo

Progress = Callable[[str, int, int], None]
CALM = 1.0
"""Seconds without a loss on any flow after which the network counts as healed."""


class NotCalmError(OSError):
    """Packets were lost before anything was broken."""


class Measurement:
    """One fault, measured. Times in the answer are in milliseconds."""

    def __init__(
        self, endpoints: Endpoints, flows: list[Flow], request: Message, progress: Progress
    ) -> None:
        self.interval = float(request.get("interval", 0.01))
        self.limit = float(request.get("limit", 30))
        self.after = float(request.get("after", 10))
        self.progress = progress
        self.meter = Meter(endpoints, flows, self.interval)

    def run(self, break_it: Callable[[], Undo]) -> dict[str, Any]:
        """Wait for calm, break, wait for calm, mend, wait for calm."""
        self.progress("baseline", 0, 3)
        self._baseline()
        self.progress("broken", 1, 3)
        undo: list[Undo] = []
        try:
            broken = self._phase(lambda: undo.append(break_it()), self.limit, 2 * CALM)
        finally:
            self.progress("mending", 2, 3) if undo else None
            mended = self._phase(lambda: [u() for u in undo], self.limit, self.after)
        return {"broken": broken, "mended": mended, "interval": self.interval * 1000}

    def _baseline(self) -> None:
        """Every flow must arrive for a second before anything is broken."""
        until = time.monotonic() + 10
        while not self._calm():
            if time.monotonic() > until:
                lost = [n for n, record in enumerate(self.meter.records()) if record.lost]
                raise NotCalmError(f"{len(lost)} flows lose packets before anything is broken")
            self.meter.step()

    def _calm(self) -> bool:
        return self.meter.lossless(int(CALM / self.interval))

    def _phase(self, act: Callable[[], Any], limit: float, least: float) -> dict[str, Any]:
        """Do something under traffic, then go on until all is calm, ``least`` seconds or more."""
        first, start = len(self.meter.sent), time.monotonic()
        faults: list[BaseException] = []
        done: list[float] = []

        def work() -> None:
            try:
                act()
            except Exception as fault:  # noqa: BLE001  (raised again below, in the right thread)
                faults.append(fault)
            done.append(time.monotonic())

        thread = threading.Thread(target=work)
        thread.start()
        while time.monotonic() < start + max(limit, least):
            self.meter.step()
            waited = time.monotonic() - start
            if done and waited > least and self._calm():
                break
        thread.join()
        if faults:
            raise faults[0]
        calm = self._calm()
        self.meter.settle()
        return self._told(first, start, done[0] - start, calm)

    def _told(self, first: int, start: float, took: float, calm: bool) -> dict[str, Any]:
        offset = (start - self.meter.began) * 1000
        flows = [
            {
                "sent": record.sent,
                "lost": record.lost,
                "gap": record.gap,
                "first": round(record.first - offset, 1) if record.lost else None,
                "last": round(record.last - offset, 1) if record.lost else None,
            }
            for record in self.meter.records(first)
        ]
        return {"took": round(took * 1000, 1), "calm": calm, "flows": flows}
