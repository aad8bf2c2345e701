"""Several callers on one serial line: whose answer is whose.

Requests carry an ``id`` of the caller's choosing. On the line each gets a number of its own, and
answers get the caller's back. What the lab says unasked (``id`` 0) goes to every caller, and to
those that come later as well, so that none misses how the boot went. A caller that asks to ``hold``
the lab ends it by leaving: the lab itself sees one line that never closes. No input or output here.
"""

import json
from typing import Any, NamedTuple

HOLD = "hold"
"""The request by which a caller ties the lab's life to its own."""


class Letter(NamedTuple):
    """A line for a caller."""

    caller: int
    line: bytes


class Switchboard:
    """Translates lines between callers, who are numbers here, and the serial line."""

    def __init__(self) -> None:
        self.callers: list[int] = []
        self.unasked: list[bytes] = []
        self.latest = b""
        self.waiting: list[bytes] = []
        self.open, self.ended = False, False
        self._holders: set[int] = set()
        self._next = 0
        self._asked: dict[int, tuple[int, Any]] = {}

    def join(self, caller: int) -> list[Letter]:
        """A new caller, and what was said before it came."""
        self.callers.append(caller)
        said = [*self.unasked, self.latest] if self.latest else self.unasked
        return [Letter(caller, line) for line in said]

    def leave(self, caller: int) -> None:
        """A caller went; answers to it will be dropped."""
        self.callers.remove(caller)
        self.ended = self.ended or caller in self._holders
        self._asked = {n: asked for n, asked in self._asked.items() if asked[0] != caller}

    def ask(self, caller: int, line: bytes) -> tuple[list[bytes], list[Letter]]:
        """A caller's line: what goes on the serial line now, and what comes back at once.

        Until the lab has said its first word nothing may be written to it: it is kept.
        """
        request = _object(line)
        if request is None or not isinstance(request.get("do"), str):
            answer = {"id": 0, "error": "not a request: a JSON object with id and do, in one line"}
            return [], [Letter(caller, _line(answer))]
        if request["do"] == HOLD:
            self._holders.add(caller)
            return [], [Letter(caller, _line({"id": request.get("id"), "result": {}}))]
        self._next += 1
        self._asked[self._next] = (caller, request.get("id"))
        out = _line({**request, "id": self._next})
        if not self.open:
            self.waiting.append(out)
            return [], []
        return [out], []

    def hear(self, line: bytes) -> tuple[list[bytes], list[Letter]]:
        """A line from the lab: what may now be written to it, and what callers get.

        A line that is no JSON object is a kernel's or a program's outcry: nobody gets it.
        """
        said = _object(line)
        if said is None or "id" not in said:
            return [], []
        released, self.open = ([] if self.open else self.waiting), True
        self.waiting = self.waiting if not released else []
        number = said["id"]
        if number == 0:
            self._keep(said)
            return released, [Letter(caller, _line(said)) for caller in self.callers]
        asked = self._asked.get(number)
        if asked is None:
            return released, []
        if "event" not in said:
            del self._asked[number]
        return released, [Letter(asked[0], _line({**said, "id": asked[1]}))]

    def _keep(self, event: dict[str, Any]) -> None:
        """Of progress only the latest is worth telling to those who come later."""
        if event.get("event") == "progress":
            self.latest = _line(event)
        else:
            self.unasked.append(_line(event))
            self.latest = b""


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
