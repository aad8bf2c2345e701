"""A kernel that boots, answers, and leaves nothing behind, whoever runs it and however it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

import barefabric
from barefabric.errors import OutsideError
from barefabric.lab.client import Client, connect
from barefabric.lab.types import Host, LabPlan, Link, Missing, Setup, Started
from barefabric.lab.uml import kernel, runner

pytestmark = pytest.mark.needs("linux.uml")

NOBODY = 65534
SYSTEM_PYTHON = "/usr/bin/python3"


def end(address: str) -> Setup:
    return Setup(
        ip=(f"addr add {address} dev swp1", "link set swp1 up"),
        needs=("bonding", "8021q", "bridge", "vrf", "macvlan", "nf_tables", "dummy"),
    )


PLAN = LabPlan(
    "two",
    "two",
    "",
    "",
    "",
    (
        Host("a", "switch", "", end("10.0.0.1/24"), ()),
        Host("b", "switch", "", end("10.0.0.2/24"), ()),
    ),
    (Link("k", "fabric", "a", "swp1", "b", "swp1"),),
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path that everyone may enter, as sockets and hostfs need."""
    made = Path(tempfile.mkdtemp(prefix="uml-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


class Lab:
    """A lab that was started in ``folder``."""

    def __init__(self, folder: Path, started: Started) -> None:
        self.started = started
        self.first = int((folder / "uml" / "pid").read_text())
        self.client: Client = connect(started.channel)
        self.client.wait_until_up(lambda _event: None)

    def run(self, host: str, *argv: str) -> str:
        done = self.client.ask("exec", where=host, argv=argv)
        assert done["status"] == 0, done
        return str(done["out"])

    def kernels(self) -> list[int]:
        """Processes of this machine that belong to this kernel."""
        first = self.first
        return [pid for pid, leader in sessions().items() if leader == first]


def sessions() -> dict[int, int]:
    """The session of each process that runs; a zombie does not."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                found[int(entry.name)] = int(fields[3])
    return found


def until(seconds: float, wanted: Callable[[], bool]) -> bool:
    end_of_patience = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > end_of_patience:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def lab(folder: Path) -> Iterator[Lab]:
    running = Lab(folder, runner.start(PLAN, folder))
    yield running
    runner.stop(running.started.pid)


def test_hosts_reach_each_other_in_a_kernel_that_has_what_ours_may_lack(lab: Lab) -> None:
    assert "1 received" in lab.run("a", "ping", "-c1", "-W2", "10.0.0.2")
    assert lab.run("a", "uname", "-r") != os.uname().release
    modules = {line.split()[0] for line in lab.run("a", "cat", "/proc/modules").splitlines()}
    assert {"bonding", "8021q", "bridge", "vrf", "macvlan", "nf_tables", "sch_netem"} <= modules


def test_nothing_of_the_machine_can_be_written_from_inside(lab: Lab, folder: Path) -> None:
    done = lab.client.ask("exec", where="a", argv=["touch", str(folder / "mark")])
    assert done["status"] != 0
    assert "Read-only" in done["err"]


def test_down_ends_every_process(lab: Lab) -> None:
    assert lab.kernels()
    lab.client.ask("down")
    assert until(5, lambda: not lab.kernels())
    assert until(5, lambda: lab.started.pid not in sessions())


@pytest.mark.parametrize("victim", ["relay", "kernel", "both", "guard too"])
def test_whoever_is_killed_the_rest_goes_too(lab: Lab, victim: str) -> None:
    first = lab.first
    assert first in lab.kernels()
    guards = [p for p in children(lab.started.pid) if p != first]
    assert len(guards) == 1
    victims = {"relay": [lab.started.pid], "kernel": [first], "both": [lab.started.pid, first]}
    for pid in victims.get(victim, [guards[0], lab.started.pid]):
        os.kill(pid, signal.SIGKILL)
    assert until(10, lambda: not lab.kernels())
    gone = {lab.started.pid, first, *guards}
    assert until(10, lambda: not gone & set(sessions()))


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_several_callers_are_served(lab: Lab) -> None:
    others = [connect(lab.started.channel) for _ in range(3)]
    for number, other in enumerate(others):
        done = other.ask("exec", where="a", argv=["echo", str(number)])
        assert done["out"] == f"{number}\n"
        other.close()


def test_a_caller_that_holds_the_lab_ends_it_by_leaving(lab: Lab) -> None:
    other = connect(lab.started.channel)
    other.ask("hold")
    other.close()
    assert until(10, lambda: not lab.kernels())


def test_a_long_answer_arrives_whole(lab: Lab) -> None:
    text = lab.run("a", "seq", "200000")
    assert text.split() == [str(n) for n in range(1, 200001)]


def test_long_requests_arrive_whole_one_after_another(lab: Lab) -> None:
    """More than a serial line holds, twice: a line that was ever throttled would be dead."""
    text = "x" * 100_000
    for _ in range(2):
        done = lab.client.ask("exec", where="a", argv=["wc", "-c"], text=text)
        assert done["out"].strip() == "100000"


def test_requests_of_a_caller_wait_while_anothers_is_answered(lab: Lab) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(lab.started.channel.removeprefix("unix:"))
        slow = {"id": 1, "do": "exec", "where": "a", "argv": ["sleep", "1"]}
        caller.sendall(json.dumps(slow).encode() + b"\n")
        for number in range(20):
            quick = {"id": number, "do": "exec", "where": "a", "argv": ["true"], "text": "y" * 500}
            caller.sendall(json.dumps(quick).encode() + b"\n")
        assert lab.run("a", "echo", "there") == "there\n"


def test_rubbish_on_the_socket_is_answered_and_harms_nobody(lab: Lab) -> None:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(lab.started.channel.removeprefix("unix:"))
        caller.sendall(b"\x00\xff rubbish\n")
        said = [json.loads(line) for line in read_lines(caller, "error")]
    assert any("not a request" in line.get("error", "") for line in said)
    assert lab.run("a", "true") == ""


def read_lines(caller: socket.socket, last: str) -> list[bytes]:
    caller.settimeout(10)
    data = b""
    while last.encode() not in data or not data.endswith(b"\n"):
        data += caller.recv(65536)
    return data.splitlines()


def test_a_kernel_that_does_not_come_up_is_reported_with_its_last_words(folder: Path) -> None:
    with pytest.raises(OutsideError, match="LAB020") as fault:
        runner.start(PLAN, folder, memory=16)
    assert "console.log" in fault.value.diagnostics[0].mend


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "find_kernel", lambda: None)
    found: list[Missing] = runner.available(memory=10**9)
    assert found[0].mend == runner.PACKAGE
    assert any("noexec" in m.what for m in found)


DRIVER = """
import json, os, sys
from pathlib import Path
from barefabric.lab.client import connect
from barefabric.lab.types import read_plan
from barefabric.lab.uml import runner
folder = Path(sys.argv[1])
started = runner.start(read_plan(json.loads(sys.argv[2])), folder / "lab")
client = connect(started.channel)
client.wait_until_up(lambda event: None)
done = client.ask("exec", where="a", argv=["ping", "-c1", "-W2", "10.0.0.2"])
print(json.dumps({"uid": os.getuid(), "ping": done, "who": client.ask(
    "exec", where="b", argv=["id", "-u"])["out"]}))
client.ask("down")
runner.stop(started.pid)
"""


def as_nobody() -> dict[str, Any]:
    user: dict[Literal["user", "group", "extra_groups"], Any] = {
        "user": NOBODY,
        "group": NOBODY,
        "extra_groups": [],
    }
    return dict(user) if os.geteuid() == 0 else {}


@pytest.mark.skipif(not Path(SYSTEM_PYTHON).exists(), reason=f"{SYSTEM_PYTHON} is missing")
def test_it_runs_without_root(folder: Path) -> None:
    """Everything outside is done by an ordinary user, who is root inside."""
    source = folder / "src" / "barefabric"
    shutil.copytree(
        Path(barefabric.__file__).parent, source, ignore=shutil.ignore_patterns("*.pyc")
    )
    folder.chmod(0o777)
    text = json.dumps(runner.plain(PLAN))
    python = SYSTEM_PYTHON if os.geteuid() == 0 else sys.executable
    done = subprocess.run(
        (python, "-c", DRIVER, str(folder), text),
        env={"PYTHONPATH": str(source.parent), "PATH": os.environ["PATH"] + ":/usr/sbin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **as_nobody(),
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["uid"] != 0
    assert "1 received" in said["ping"]["out"]
    assert said["who"] == "0\n"


def test_the_kernel_found_here_has_all_modules_that_a_lab_may_ask_for() -> None:
    found = kernel.find_kernel()
    assert found is not None
    dependencies = (found.modules / "modules.dep").read_text()
    assert kernel.load_order(dependencies, kernel.modules_for(kernel.WANTED))
