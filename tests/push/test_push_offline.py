"""Dry runs that touch no switch: against the last push, or a folder of running configurations."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from push_lab import SECRET, Lab

from barefabric.errors import FabricError
from barefabric.push.answers import Basis
from barefabric.push.document import document
from barefabric.push.dry_run import refuse_push
from barefabric.push.report import render


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """An offline run opens no connection and fetches no secret."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("an offline run tried to connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def push_everything(lab: Lab) -> Path:
    """Leaves behind what a push of the whole build would."""
    pushed = lab.folder / ".fabric" / "pushed" / "three-racks"
    shutil.copytree(lab.build, pushed)
    return pushed


def test_a_switch_nothing_is_known_of_is_new(lab: Lab) -> None:
    lab.environ.clear()
    result = lab.run(offline=True, only=())
    assert result.new == list(lab.design.switches)
    assert {diff.basis for diff in result.diffs.values()} == {Basis.NOTHING}
    assert result.diffs["spine1"].diff.added == 20
    assert (result.failures, result.exit_status) == ([], 1), "nothing proved the build"
    text = render(result)
    assert "new             all 10 switches: no configuration is known, every line counts" in text
    assert "${secret:fabric-bgp}" in render(result, diff=True)


def test_after_a_push_nothing_differs_until_the_build_changes(lab: Lab) -> None:
    push_everything(lab)
    result = lab.run(offline=True, only=())
    assert (result.plan.waves, len(result.unchanged)) == ((), 10)
    assert "  nothing to do   10 switches run this build" in render(result).splitlines()
    lab.write("spine2", lab.config("spine2").replace("mtu 9214", "mtu 9000"))
    result = lab.run(offline=True, only=())
    assert list(result.plan.wave_of()) == ["spine2"]
    assert result.diffs["spine2"].diff.text.splitlines() == [
        " interface Ethernet1",
        "-   mtu 9214",
        "+   mtu 9000",
    ]
    assert result.diffs["spine2"].basis is Basis.PUSHED


@pytest.mark.parametrize(
    "name", ["{}.cfg", "{}.conf", "{}", "{}/startup-config", "switches/{}/startup-config"]
)
def test_a_folder_of_running_configurations(lab: Lab, tmp_path: Path, name: str) -> None:
    running = tmp_path / "running"
    path = running / name.format("r1-leaf1")
    path.parent.mkdir(parents=True)
    header = "! Command: show running-config\n! device: r1-leaf1 (EOS-4.32.2F)\n!\n"
    path.write_text(
        header + lab.filled("r1-leaf1").replace(f"password {SECRET}", "password 7 Zm9v")
    )
    result = lab.run(running=running, only=("r1-leaf1", "r1-leaf2"))
    assert result.unchanged == ["r1-leaf1"]
    assert result.diffs["r1-leaf1"].basis is Basis.RUNNING
    assert result.diffs["r1-leaf1"].diff.uncompared == 2
    assert result.new == ["r1-leaf2"]
    assert result.compared_with == str(running)


def test_a_folder_that_is_none_is_refused(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(FabricError) as raised:
        lab.run(running=tmp_path / "nowhere")
    assert [d.code for d in raised.value.diagnostics] == ["PU009"]


def test_passwords_of_running_configurations_are_masked(lab: Lab, tmp_path: Path) -> None:
    text = lab.filled("r1-leaf1") + "tacacs-server key 7 070C285F4D06\nusername bob secret 5 $1$x\n"
    (tmp_path / "r1-leaf1.cfg").write_text(text)
    result = lab.run(running=tmp_path, only=("r1-leaf1",))
    said = render(result, diff=True) + str(document(result, diff=True)) + repr(result)
    assert "-tacacs-server key 7 <hidden>" in said
    for secret in ("070C285F4D06", "$1$x", SECRET):
        assert secret not in said


def test_all_files_of_a_switch_are_compared(lab: Lab) -> None:
    extra = lab.build / "switches" / "spine1" / "etc" / "interfaces"
    extra.parent.mkdir()
    extra.write_text("auto swp1\n")
    pushed = push_everything(lab)
    extra.write_text("auto swp1\nauto swp2\n")
    (pushed / "switches" / "spine1" / "gone.conf").write_text("x\n")
    diff = lab.run(offline=True, only=("spine1",)).diffs["spine1"].diff
    assert diff.text.splitlines() == [
        "@@ etc/interfaces",
        "@@ -1 +1,2 @@",
        " auto swp1",
        "+auto swp2",
        "@@ gone.conf",
        "@@ -1 +0,0 @@",
        "-x",
    ]
    assert (diff.added, diff.removed) == (1, 1)


def test_files_that_are_no_utf8_are_still_compared(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "r1-leaf1.cfg").write_bytes(lab.filled("r1-leaf1").encode() + b"banner \xff\n")
    diff = lab.run(running=tmp_path, only=("r1-leaf1",)).diffs["r1-leaf1"].diff
    assert diff.removed == 1


def test_a_push_that_changes_something_is_refused() -> None:
    refusal = refuse_push(Path("lab.yaml"))
    (found,) = refusal.diagnostics
    assert (found.code, refusal.exit_status) == ("PU001", 1)
    assert found.mend == "fabric push --dry-run lab.yaml"
