"""Where a lab runs: namespaces of this kernel, or a user-mode kernel of its own."""

import os
import signal
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from barefabric.errors import Diagnostic, OutsideError
from barefabric.lab import namespaces, preflight
from barefabric.lab.client import connect
from barefabric.lab.state import State, alive, forget
from barefabric.lab.types import LabPlan, Missing, Started

NAMESPACES, UML, AUTO = "namespaces", "uml", "auto"
WAYS = (AUTO, NAMESPACES, UML)


def choose(plan: LabPlan, wanted: str) -> tuple[str, list[str]]:
    """How a plan is to run, and what is to be said about it.

    Raises LAB004 with everything that is missing where it cannot run.
    """
    here = preflight.missing(plan) if wanted != UML else []
    if wanted != UML and not here:
        return NAMESPACES, []
    if wanted == NAMESPACES:
        raise _refusal(here)
    there = uml_missing(plan)
    if not there:
        return UML, [f"not in namespaces: {m.what}" for m in here]
    raise _refusal([*here, *(m._replace(what=f"user-mode Linux: {m.what}") for m in there)])


def uml_missing(plan: LabPlan) -> list[Missing]:
    """What keeps a plan from running in a user-mode kernel here."""
    uml = _uml()
    if uml is None:
        return [Missing("this version cannot run it")]
    found: list[Missing] = uml.available()
    return [*found, *preflight.missing_programs(plan)]


def _uml() -> Any:
    """The runner for user-mode Linux."""
    try:
        return import_module("barefabric.lab.uml.runner")
    except ModuleNotFoundError:
        return None


def _refusal(missing: list[Missing]) -> OutsideError:
    found = dict.fromkeys(missing)
    return OutsideError([Diagnostic("LAB004", m.what, mend=m.mend) for m in found])


def start(plan: LabPlan, folder: Path, how: str, memory: int | None = None) -> Started:
    """Start a lab; it comes up on its own."""
    if how == UML:
        started: Started = _uml().start(plan, folder, memory=memory)
        return started
    return namespaces.start(folder)


def stop(state: State) -> None:
    """End a lab and leave nothing behind.

    It is asked first, so that it ends in order, and killed where it does not answer.
    """
    if alive(state):
        _ask(state)
        if state.started.how == NAMESPACES:
            namespaces.stop(state)
        else:
            _kill(state)
    forget(state.folder)


def _ask(state: State) -> None:
    try:
        with connect(state.started.channel, 0.5) as client:
            client.ask("down", patience=2)
    except OutsideError:
        return


def _kill(state: State, seconds: float = 5) -> None:
    for number in (0, signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + seconds
        if number and alive(state):
            os.kill(state.started.pid, number)
        while time.monotonic() < until and alive(state):
            namespaces.reap(state.started.pid)
            time.sleep(0.05)
