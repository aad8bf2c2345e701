"""Labs for tests: a topology is built in a folder of its own and brought up in namespaces."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from barefabric.build import build
from barefabric.lab import preflight
from barefabric.lab.hosts import own_address
from barefabric.lab.live import Live, Prepared, prepare
from barefabric.pipeline import design

ROOT = Path(__file__).parents[1]
DEFAULT = "0.0.0.0/0"
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


# Talking to a lab.


def vtysh(live: Live, where: str, *lines: str) -> str:
    """Configure FRR on a host."""
    words = [word for line in ("configure terminal", *lines) for word in ("-c", line)]
    done = live.client.ask("exec", where=where, argv=["vtysh", *words])
    assert done["status"] == 0, done
    assert "%" not in done["out"], done
    return str(done["out"])


def asked(live: Live, where: str, command: str) -> Any:
    done = live.client.ask("exec", where=where, argv=["vtysh", "-c", f"{command} json"])
    return json.loads(done["out"])


def gobgp(live: Live, where: str, *words: str) -> None:
    done = live.client.ask("exec", where=where, argv=["gobgp", "global", "rib", *words])
    assert done["status"] == 0, done


@contextmanager
def announced(live: Live, where: str, prefix: str) -> Iterator[None]:
    """BIRD announces one IPv6 prefix more for a while."""
    head, more = "protocol static said6 {", f"route {prefix} blackhole;"

    def edit(expression: str) -> None:
        script = f"sed -i '{expression}' /etc/bird/bird.conf && birdc configure"
        done = live.client.ask("exec", where=where, argv=["sh", "-c", script])
        assert done["status"] == 0, done

    edit(f"s|^{head}|{head} {more}|")
    try:
        yield
    finally:
        edit(f"s| {more}||")


@contextmanager
def configured(live: Live, where: str, lines: list[str], undo: list[str]) -> Iterator[None]:
    """FRR configured otherwise for a while."""
    vtysh(live, where, *lines)
    try:
        yield
    finally:
        vtysh(live, where, *undo)


@contextmanager
def broken(live: Live, **fault: Any) -> Iterator[None]:
    """A fault for a while."""
    live.client.ask("fault", name="test", **fault)
    try:
        yield
    finally:
        live.client.ask("heal", names=["test"])


def hops(live: Live, device: str, prefix: str = DEFAULT) -> tuple[str, ...] | None:
    return live.case.table_now().get((device, prefix))


def becomes(live: Live, device: str, wanted: tuple[str, ...] | None, prefix: str = DEFAULT) -> bool:
    """Whether a device's route becomes the wanted one."""
    return until(lambda: hops(live, device, prefix) == wanted, 20)


def arriving(live: Live, source: str, to: str, flows: int = 16) -> int:
    """How many flows arrive, sent once each."""
    address = own_address(live.expected.design.servers[source], to)
    sent = [[source, address, to, number] for number in range(flows)]
    return sum(one is not None for one in live.client.ask("probe", flows=sent, rounds=1))


def cable(live: Live, one: str, other: str) -> str:
    return next(c.key for c in live.expected.design.cables if {c.a, c.b} == {one, other})
