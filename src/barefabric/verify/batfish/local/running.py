"""Start, status and stop of a service on this machine. Starting twice starts once."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from barefabric.errors import OutsideError
from barefabric.verify.batfish.local.faults import outside
from barefabric.verify.batfish.local.memory import heap, machine
from barefabric.verify.batfish.local.probe import LOOPBACK, probe
from barefabric.verify.batfish.local.state import Record, State
from barefabric.verify.batfish.local.ways import (
    Progress,
    Wanted,
    alive,
    choose,
    finish,
    keep_words,
)

PAUSE = 0.2
"""Seconds between two looks at a service that starts."""


class Status(NamedTuple):
    """A service as it is now.

    ``version`` is empty where no Batfish answers; ``reached`` says that something does.
    ``record`` is what was started here and still runs. ``new`` says that this call started it,
    ``log`` names the file that holds its words.
    """

    port: int
    reached: bool
    version: str
    record: Record | None
    log: str
    new: bool = False

    @property
    def address(self) -> str:
        """Where it answers, as ``--batfish`` takes it."""
        return f"{LOOPBACK}:{self.port}"


def status(port: int, environment: Mapping[str, str]) -> Status:
    """What answers at a port, or the service that was started here where there is one."""
    state = State(environment)
    record = _living(state, environment)
    port = port or (record.port if record else 0)
    return _status(port, record if record and record.port == port else None, state)


def start(wanted: Wanted, environment: Mapping[str, str], progress: Progress) -> Status:
    """Have a service answer at a port; the one that does so already, else a new one.

    Raises :class:`OutsideError`: BF070 to BF072 where there is no way to run one, BF073 where
    something else has the port or another one was started here, BF074 and BF075 where it ends or
    does not answer in time (it is gone then), BF076 to BF078.
    """
    state = State(environment)
    with state.locked():
        record = _living(state, environment)
        if record is not None and record.port != wanted.port:
            raise outside(
                "BF073",
                f"a service runs already, at port {record.port}",
                mend=f"use it: --batfish {LOOPBACK}:{record.port}, or end it: fabric batfish stop",
            )
        if record is None:
            now = probe(wanted.port)
            if now.version:
                return _status(wanted.port, None, state)
            if now.reached:
                raise _taken(wanted.port)
        if record is not None:
            _wait(record, wanted, environment, state, progress)
            return _status(wanted.port, record, state)
        way = choose(wanted, environment)
        memory = wanted.memory or heap(*machine())
        record = way.begin(wanted, memory, state, progress)
        try:
            state.write(record)
            _wait(record, wanted, environment, state, progress)
        except BaseException:  # an interrupted start leaves nothing behind either
            _give_up(record, state, environment)
            raise
        return _status(wanted.port, record, state)._replace(new=True)


def stop(environment: Mapping[str, str]) -> Record | None:
    """End the service that was started here; None where there is none.

    Raises BF079 where it does not end.
    """
    state = State(environment)
    with state.locked():
        record = _living(state, environment)
        if record is not None:
            keep_words(record, state, environment)
            if not finish(record, environment):
                what = record.container[:12] or f"process {record.pid}"
                raise outside("BF079", f"{what} does not end ({record.way})", path=state.log)
        state.forget()
    return record


def _living(state: State, environment: Mapping[str, str]) -> Record | None:
    """The record of a service that still runs. A process that reuses the number is not it."""
    record = state.read()
    return record if record is not None and alive(record, environment) else None


def _status(port: int, record: Record | None, state: State) -> Status:
    now = probe(port)
    return Status(port, now.reached, now.version, record, str(state.log) if record else "")


def _wait(
    record: Record,
    wanted: Wanted,
    environment: Mapping[str, str],
    state: State,
    progress: Progress,
) -> None:
    """Wait until a service answers. Raises BF073, BF074, BF075."""
    began = time.monotonic()
    while True:
        now = probe(record.port)
        if now.version:
            return
        spent = time.monotonic() - began
        if not alive(record, environment):
            raise _ended(record, state, environment)
        if spent > wanted.patience:
            raise outside(
                "BF075",
                f"Batfish does not answer at {LOOPBACK}:{record.port} after {spent:.0f} s",
                path=state.log,
                mend="--patience SECONDS waits longer",
            )
        progress(f"waiting for {LOOPBACK}:{record.port}, {spent:.0f} s")
        time.sleep(PAUSE)


def _give_up(record: Record, state: State, environment: Mapping[str, str]) -> None:
    keep_words(record, state, environment)
    finish(record, environment)
    state.forget()


def _taken(port: int) -> OutsideError:
    return outside(
        "BF073",
        f"something that is not Batfish answers at {LOOPBACK}:{port}",
        mend="another port: fabric batfish start --port 9997",
    )


def _ended(record: Record, state: State, environment: Mapping[str, str]) -> OutsideError:
    keep_words(record, state, environment)
    text = state.log.read_text(encoding="utf-8", errors="replace") if state.log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = ("rror", "xception", "annot")
    first = next((n for n, line in enumerate(lines) if any(w in line for w in words)), 0)
    last = "; ".join(lines[first : first + 2])[:300] or "it said nothing"
    return outside("BF074", f"Batfish ended before it answered: {last}", path=state.log)
