"""Where labs leave word of themselves: a folder each, removed with the lab.

``/run/fabric-lab/<name>/`` for root, else ``$XDG_RUNTIME_DIR/fabric-lab/<name>/``. A lab is alive
while the process in its ``state.json`` is: the process id with the time when it started, since
ids are used again.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from barefabric.errors import fail
from barefabric.lab.types import LabPlan, Started, plain, read_plan

STATE, PLAN, SOCKET = "state.json", "plan.json", "control"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,30}")


class State(NamedTuple):
    """A lab that is up, or coming up."""

    name: str
    folder: Path
    started: Started
    born: str
    topology: str
    build: str


def root() -> Path:
    """The folder of all labs of this user."""
    if os.geteuid() == 0:
        return Path("/run/fabric-lab")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime) if runtime else Path(f"/tmp/fabric-lab-{os.geteuid()}")  # noqa: S108
    return base / "fabric-lab"


def born(pid: int) -> str:
    """When a process started, in ticks since boot: field 22 of ``stat``; empty if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def alive(state: State) -> bool:
    """Whether the lab's process is still the one that was started."""
    return bool(state.born) and born(state.started.pid) == state.born


def claim(name: str) -> Path:
    """Make the folder of a new lab.

    Raises LAB001 for a bad name and LAB002 for one that is taken.
    """
    if not NAME.fullmatch(name):
        mend = "--name: up to 31 letters, digits, dots, dashes or underscores"
        raise fail("LAB001", f"{name!r} cannot be the name of a lab", mend=mend)
    folder = root() / name
    known = read(folder)
    if known is not None and alive(known):
        raise fail("LAB002", f"the lab {name} is up already",
                   mend=f"fabric lab down --lab {name}, or give this one a --name")  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def write_plan(folder: Path, plan: LabPlan) -> Path:
    """Leave the plan where the supervisor finds it."""
    path = folder / PLAN
    path.write_text(json.dumps(plain(plan)), encoding="utf-8")
    return path


def plan_of(state: State) -> LabPlan:
    """The plan that a lab was made from."""
    return read_plan(json.loads((state.folder / PLAN).read_text(encoding="utf-8")))


def write(folder: Path, plan: LabPlan, started: Started) -> State:
    """Leave word of a lab that was started."""
    state = State(plan.name, folder, started, born(started.pid), plan.topology, plan.build)
    document = {**state._asdict(), "folder": str(folder), "started": started._asdict()}
    temporary = folder / f".{STATE}"
    temporary.write_text(json.dumps(document), encoding="utf-8")
    temporary.replace(folder / STATE)
    return state


def read(folder: Path) -> State | None:
    """What a lab left word of; None where there is nothing to be read."""
    try:
        document: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
        started = Started(**document["started"])
        return State(**{**document, "folder": folder, "started": started})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def labs() -> Iterator[State]:
    """Labs that are alive; what dead ones left is removed."""
    folder = root()
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        state = read(entry)
        if state is not None and alive(state):
            yield state
        elif state is not None:
            forget(entry)


def forget(folder: Path) -> None:
    """Remove the folder of a lab, and that of all labs where it was the last one."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.parent.rmdir()
    except OSError:
        return


def find(name: str = "") -> State:
    """The lab of a name, or the only one there is. Raises LAB003 where that is not one."""
    every = list(labs())
    found = [state for state in every if state.name == name] if name else every
    if len(found) == 1:
        return found[0]
    names = ", ".join(state.name for state in every)
    if name:
        raise fail("LAB003", f"there is no lab {name}", mend=_mend(names))
    if every:
        raise fail("LAB003", f"there are several labs: {names}", mend="say which: --lab NAME")
    raise fail("LAB003", "there is no lab", mend=_mend(names))


def _mend(names: str) -> str:
    return f"labs that are up: {names}" if names else "fabric lab up TOPOLOGY"
