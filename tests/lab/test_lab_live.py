"""A lab in namespaces, from the files of topologies/routed-frr.yaml."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from barefabric.lab import namespaces, runner, state
from barefabric.lab.client import connect
from barefabric.lab.judging.failures import decide_failures, trials
from barefabric.lab.judging.judge import judge
from barefabric.lab.live import Live, bring_up
from barefabric.model.contract import ContractKind
from barefabric.verify.verdict import Count
from live_labs import PROGRAMS, ROOT, built, lab_name, planned, until

pytestmark = [pytest.mark.needs(*PROGRAMS), pytest.mark.xdist_group("lab-routed")]
RELOAD = "/usr/lib/frr/frr-reload.py"


def run(live: Live, where: str, *argv: str) -> tuple[int, str]:
    done = live.client.ask("exec", where=where, argv=argv)
    return done["status"], done["out"] + done["err"]


def test_every_contract_holds_on_kernels_daemons_and_packets(routed: Live) -> None:
    word = judge(routed.case)
    assert [(f.contract, f.evidence) for f in word.findings] == []
    packets = word.counts.pop(ContractKind.REACH)  # type: ignore[attr-defined]
    assert (packets.contracts, packets.held, packets.rows >= 96) == (4, packets.rows, True)
    assert word.counts == {
        ContractKind.SESSION: Count(9, 95, 95),
        ContractKind.ROUTE: Count(23, 284, 284),
        ContractKind.ABSENT: Count(5, 146, 146),
    }
    (note,) = word.notes
    assert note.startswith("the lab did not decide these contracts")
    assert "refused (9), survives failures (7), own checks (15)" in note
    left = (ContractKind.REFUSED, ContractKind.SURVIVES, ContractKind.CHECK)
    others = {c.id for c in routed.expected.design.contracts if c.kind in left}
    assert set(word.settings["not decided"].split(", ")) == others
    assert word.settings["routes compared"] == "150"


def test_after_each_of_ten_single_failures_the_routes_are_the_computed_ones(routed: Live) -> None:
    chosen = trials(routed.expected, 10)
    assert len({trial.name for trial in chosen}) == 10
    said: list[str] = []
    outcomes = list(decide_failures(routed.case, chosen, said.append))
    assert [f.evidence for o in outcomes for f in o.findings] == []
    assert all(outcome.rows > 100 for outcome in outcomes)
    assert len(said) == 10


def test_a_failure_that_is_another_one_is_noticed(routed: Live) -> None:
    """The positive control of the test above: the same judge, given the wrong expectation."""
    from barefabric.lab.judging.failures import settle

    first, second = trials(routed.expected, 40)[:2]
    routed.client.ask("fault", name="other", **first.request)
    try:
        wanted = routed.expected.table(second.failure)
        lines, _ = settle(routed.case.table_now, wanted, second.failure.devices, 1.5)
    finally:
        routed.client.ask("heal", names=["other"])
    assert lines
    assert routed.settle() == []


def test_what_runs_is_what_the_files_say(routed: Live) -> None:
    """``frr-reload.py --test`` finds nothing to change, on every host with FRR."""
    frr = [h.name for h in routed.plan.hosts if h.parts[0].daemon == "frr"]
    assert len(frr) == 15
    for name in (frr[0], frr[2], frr[6], frr[-1]):
        status, said = run(routed, name, RELOAD, "--test", "--stdout", "--log-level", "error",
                           "/etc/frr/frr.conf")  # fmt: skip
        assert (status, changes(said)) == (0, []), name


def test_the_same_program_finds_a_change(routed: Live) -> None:
    run(routed, "spine1", "vtysh", "-c", "conf t", "-c", "ip prefix-list LOCAL seq 99 permit any")
    try:
        _, said = run(routed, "spine1", RELOAD, "--test", "--stdout", "--log-level", "error",
                      "/etc/frr/frr.conf")  # fmt: skip
    finally:
        run(routed, "spine1", "vtysh", "-c", "conf t", "-c", "no ip prefix-list LOCAL seq 99")
    assert changes(said)


def changes(said: str) -> list[str]:
    """Lines that frr-reload.py would delete or add."""
    lines = [line for line in said.splitlines() if line.strip()]
    return [x for x in lines if not x.startswith(("Lines To", "====", "!"))]


def test_the_files_in_a_host_are_those_of_the_build(routed: Live) -> None:
    build = Path(routed.plan.build)
    for where, path, source in (
        ("r1-leaf1", "/etc/frr/frr.conf", "switches/r1-leaf1/frr.conf"),
        ("r1-leaf1", "/etc/network/interfaces", "switches/r1-leaf1/interfaces"),
        ("r2-worker4", "/etc/netplan/01-barefabric.yaml", "nodes/r2-worker4/01-barefabric.yaml"),
    ):
        status, said = run(routed, where, "cat", path)
        if status and path.startswith(("/etc/netplan", "/etc/network")):
            continue  # that folder is not on this machine
        assert said == (build / source).read_text(encoding="utf-8")


def test_a_host_is_alone_and_has_its_own_name(routed: Live) -> None:
    assert run(routed, "r1-leaf1", "hostname") == (0, "r1-leaf1\n")
    _, links = run(routed, "r1-worker1/metallb", "ip", "-br", "link")
    assert {line.split("@")[0].split()[0] for line in links.splitlines()} == {
        "lo",
        "eno1",
        "eno2",
        "lab0",
        "lab1",
    }
    assert (
        "r1-leaf1"
        not in subprocess.run(("ip", "netns"), capture_output=True, text=True, check=True).stdout
    )


def processes_of(pid: int) -> set[int]:
    """A process with all below it."""
    found, left = set[int](), [pid]
    while left:
        one = left.pop()
        found.add(one)
        try:
            left += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
    return found


def running(pids: set[int]) -> set[int]:
    return {pid for pid in pids if state.born(pid)}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    topology = ROOT / "tests" / "lab" / "topologies" / "policies.yaml"
    return built(tmp_path_factory.mktemp("small"), topology)


def test_two_labs_stand_side_by_side(routed: Live, small: Path) -> None:
    other = bring_up(planned(small, "second"), hold=True)
    try:
        names = {known.name for known in state.labs()}
        assert {routed.plan.name, other.plan.name} <= names
        assert {live.client.ask("status")["state"] for live in (routed, other)} == {"up"}
        assert run(other, "r1-leaf1", "hostname") == run(routed, "r1-leaf1", "hostname")
    finally:
        runner.stop(other.state)
    assert routed.client.ask("status")["state"] == "up"


def test_a_killed_supervisor_leaves_nothing(small: Path) -> None:
    live = bring_up(planned(small, "killed"))
    every = processes_of(live.state.started.pid)
    assert len(every) > 30
    os.kill(live.state.started.pid, signal.SIGKILL)
    assert until(lambda: not (running(every) - {live.state.started.pid}), 10)
    namespaces.reap(live.state.started.pid)
    assert live.state.name not in {known.name for known in state.labs()}
    assert not live.state.folder.exists()


def test_down_leaves_nothing(small: Path) -> None:
    live = bring_up(planned(small, "down"))
    every = processes_of(live.state.started.pid)
    runner.stop(live.state)
    assert running(every) == set()
    assert not live.state.folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_command_cleans_up(small: Path, number: signal.Signals) -> None:
    name = lab_name(f"cut-{number}")
    argv = (sys.executable, "-c", "from barefabric.cli import main; main()", "lab", "up",
            str(small), "--out", str(small.parent / "build"), "--name", name)  # fmt: skip
    command = subprocess.Popen(argv, stderr=subprocess.PIPE, start_new_session=True)
    folder = state.root() / name
    assert until((folder / state.STATE).exists, 20, 0.02)
    known = state.read(folder)
    assert known is not None
    time.sleep(0.7)
    every = processes_of(known.started.pid)
    command.send_signal(number)
    assert command.wait(15) == 130
    assert command.stderr is not None
    assert b"Traceback" not in command.stderr.read()
    assert running(every) == set()
    assert not folder.exists()


def test_a_lab_that_is_not_kept_ends_with_its_command(small: Path) -> None:
    """Even when the command is killed and cannot clean up: the lab notices."""
    live = bring_up(planned(small, "held"), hold=True)
    every = processes_of(live.state.started.pid)
    live.client.close()
    assert until(lambda: not (running(every) - {live.state.started.pid}), 10)
    namespaces.reap(live.state.started.pid)
    assert live.state.name not in {known.name for known in state.labs()}


def test_a_file_with_a_fault_does_not_come_up_unnoticed(small: Path) -> None:
    """A password at one end, a policy that is not there: both show."""
    build = small.parent / "build"
    spine = build / "switches" / "spine1" / "frr.conf"
    leaf = build / "switches" / "r2-leaf2" / "frr.conf"
    kept = spine.read_text(encoding="utf-8"), leaf.read_text(encoding="utf-8")
    spine.write_text(kept[0].replace(" neighbor BORDERS password ${secret:fabric}\n", ""))
    leaf.write_text(kept[1].replace(" set local-preference 50\n", " set local-preference 150\n"))
    try:
        prepared = planned(small, "faulty")
        assert prepared.edited in ("switches/spine1/frr.conf", "switches/r2-leaf2/frr.conf")
        live = bring_up(prepared, hold=True)
        try:
            wrong = live.settle(15)
            word = judge(live.case)
        finally:
            runner.stop(live.state)
    finally:
        spine.write_text(kept[0], encoding="utf-8")
        leaf.write_text(kept[1], encoding="utf-8")
    assert wrong
    sessions = next(f for f in word.findings if f.code == "LAB030")
    assert sessions.contract == "session/borders"
    assert "fabric:spine1:border1" in sessions.evidence[0]


def test_a_fault_in_a_file_that_a_daemon_refuses_names_the_host(small: Path) -> None:
    from barefabric.errors import OutsideError

    leaf = small.parent / "build" / "switches" / "r1-leaf1" / "frr.conf"
    kept = leaf.read_text(encoding="utf-8")
    leaf.write_text(kept.replace("router bgp", "rooter bgp"), encoding="utf-8")
    prepared = planned(small, "refused")
    try:
        with pytest.raises(OutsideError, match=r"LAB012.*r1-leaf1: vtysh: line 6: % Unknown"):
            bring_up(prepared)
    finally:
        leaf.write_text(kept, encoding="utf-8")
    assert not (state.root() / prepared.plan.name).exists()


def test_status_and_exec_speak_json(routed: Live) -> None:
    def fabric(*words: str) -> object:
        argv = (sys.executable, "-c", "from barefabric.cli import main; main()", "lab", *words)
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    name = routed.plan.name
    told = fabric("status", "--lab", name, "--json")
    assert isinstance(told, list)
    assert (told[0]["state"], told[0]["ended"]) == ("up", [])
    ran = fabric("exec", "--lab", name, "--json", "spine2", "--", "hostname")
    assert ran == {"status": 0, "out": "spine2\n", "err": ""}


def test_requests_that_cannot_be_done_are_refused_in_words(routed: Live) -> None:
    from barefabric.errors import OutsideError

    with connect(routed.state.started.channel) as client:
        for request, said in (
            ({"do": "dance"}, "there is no request dance"),
            ({"do": "exec", "where": "moon", "argv": ["ls"]}, "there is no moon in this lab"),
            ({"do": "fault", "name": "x", "kind": "cut", "links": ["no such"]}, "there is no link"),
            ({"do": "heal", "names": ["never"]}, "never is not broken"),
        ):
            with pytest.raises(OutsideError, match=said):
                client.ask(**request)  # type: ignore[arg-type]
        assert client.ask("status")["faults"] == []
