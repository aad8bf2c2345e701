"""Labs for tests: a topology is built in a folder of its own and brought up in namespaces."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from barefabric.build import build
from barefabric.lab import preflight
from barefabric.lab.live import Live, Prepared, prepare
from barefabric.pipeline import design

ROOT = Path(__file__).parents[1]
PROGRAMS = ("vtysh", "frr-reload.py", "bird", "gobgpd", "gobgp", "ip", "nft", "nsenter", "unshare")


def built(folder: Path, topology: Path) -> Path:
    """A copy of a topology in a folder of its own, with its build beside it."""
    path = folder / topology.name
    shutil.copy(topology, path)
    build(design(path), folder / "build")
    return path


def lab_name(word: str) -> str:
    """A name that no other run of the tests on this machine has."""
    return f"{word}-{os.getpid()}"


def planned(path: Path, word: str) -> Prepared:
    """The plan of a built topology, for namespaces."""
    missing = list(preflight.missing_rights())
    if missing:
        pytest.skip(f"{missing[0].what}: {missing[0].mend}")
    return prepare(path, path.parent / "build", lab_name(word), "namespaces")


def until(holds: Callable[[], bool], seconds: float = 20.0, pause: float = 0.2) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def at_rest(live: Live) -> None:
    """Every route and every session is there."""
    wrong = live.settle()
    assert wrong == [], wrong
    assert until(lambda: not live.case.sessions.down), live.case.sessions.down
