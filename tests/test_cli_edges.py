"""The command line where a user slips, or where what is around it does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from barefabric.cli.guard import guarded
from test_cli import ROOT, fabric

T = "quickstart.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the smallest example."""
    shutil.copy(ROOT / "topologies" / T, tmp_path)
    return tmp_path


def test_a_name_to_keep_that_nothing_has_is_refused(folder: Path) -> None:
    """Else a slip of the pen would take the numbers of the name that was meant."""
    assert fabric("design", T, cwd=folder).returncode == 0
    lock = folder / "quickstart.lock"
    clash = lock.read_text().replace(
        "loopback r1-leaf1 = 10.255.0.3", "loopback r1-leaf1 = 10.255.0.1"
    )
    lock.write_text(clash)
    done = fabric("settle", T, "--keep", "spin1", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error LE014: the ledger has nothing called spin1" in done.stderr
    assert lock.read_text() == clash
    done = fabric("settle", T, "--keep", "spine1", cwd=folder)
    assert done.stdout.startswith("loopback r1-leaf1: 10.255.0.1 -> 10.255.0.")


def test_reclaiming_makes_no_ledger(folder: Path) -> None:
    done = fabric("reclaim", "quikstart.yaml", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error IN001: no such file" in done.stderr
    assert "did you mean quickstart.yaml?" in done.stderr
    done = fabric("reclaim", T, cwd=folder)
    assert (done.returncode, done.stdout) == (0, "nothing to reclaim in quickstart.lock\n")
    assert [path.name for path in folder.iterdir()] == [T]


def lists_of_lists(value: Any, path: str = "") -> Iterator[str]:
    """Where a document has rows without names for what stands in them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from lists_of_lists(item, f"{path}.{key}")
    elif isinstance(value, list):
        kinds = {type(item) for item in value}
        if list in kinds or len(kinds) > 1:
            yield path
        for item in value:
            yield from lists_of_lists(item, f"{path}[]")


def test_documents_name_whatever_they_say(folder: Path) -> None:
    """A row of bare values cannot keep stable keys."""
    assert fabric("design", T, cwd=folder).returncode == 0
    (folder / "new.yaml").write_text((folder / T).read_text().replace("node: 4", "node: 5"))
    questions = {
        ("show", "device", "r1-leaf1"): "ports",
        ("show", "session", "r1-leaf1", "spine1"): "a",
        ("why", "10.255.0.3"): "answers",
        ("diff", T, "new.yaml"): "devices",
    }
    for question, key in questions.items():
        done = fabric(*question, "--json", cwd=folder)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert list(lists_of_lists(document)) == [], question
        said = document[0] if isinstance(document, list) else document
        assert said[key]
        if key == "ports":
            assert {"ASN", "loopback"} <= set(said["facts"])
        if key == "a":
            assert said["a"]["imports"]["name"] == "FROM-LEAVES"
        if key == "devices":
            assert said["devices"]["added"] == ["r1-node5"]
            assert said["compared"] == [T, "new.yaml"]


def in_shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``fabric`` is the command."""
    code = "from barefabric.cli import main; main()"
    function = f"fabric() {{ '{sys.executable}' -c '{code}' \"$@\"; }}\n"
    return subprocess.run(
        ["bash", "-c", function + line], cwd=cwd, env={**os.environ, "BATFISH_HOST": "off"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["schema", "explain IN012", "--help", f"check {T}"])
def test_a_reader_that_goes_away_is_no_fault(folder: Path, command: str, unbuffered: str) -> None:
    line = f"export PYTHONUNBUFFERED={unbuffered}; fabric {command} | :; exit ${{PIPESTATUS[0]}}"
    done = in_shell(line, folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_verdict_outlives_its_reader(folder: Path) -> None:
    """What somebody reads of it changes nothing: CI asks the status."""
    path = folder / T
    never = "contracts: [{name: no, never-reach: {from: r1-leaf1, to: spine1}}]"
    path.write_text(f"{path.read_text()}\n{never}\n")
    assert fabric("design", T, cwd=folder).returncode == 1
    for command in (f"verify {T}", f"verify --json {T}", f"check {T}"):
        done = in_shell(f"fabric {command} | :; exit ${{PIPESTATUS[0]}}", folder)
        assert (done.returncode, done.stderr) == (1, "")


def test_a_full_disk_behind_stdout_is_outside(folder: Path) -> None:
    for command in (f"check {T}", f"check --json {T}", "schema"):
        done = in_shell(f"fabric {command} > /dev/full", folder)
        assert done.returncode == 3
        assert done.stderr.startswith("error GE017: the output cannot be written: No space left")


def test_closed_streams_change_no_status(folder: Path) -> None:
    for command, status in ((f"design {T}", 0), (f"check {T}", 0), ("check no.yaml", 1)):
        for streams in (">&-", "2>&-", "<&- >&- 2>&-"):
            done = in_shell(f"fabric {command} {streams}", folder)
            assert done.returncode == status, (command, streams)
            assert "Traceback" not in done.stderr + done.stdout
    assert fabric("verify", T, cwd=folder).returncode == 0


def test_no_tree_is_written_whose_numbers_cannot_be_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The build goes elsewhere; the topology's folder is read-only."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert guarded(["design", str(folder / T), "--out", str(folder / "out")]) == 3
    assert "error LE001: cannot write the ledger" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == [T]
    monkeypatch.undo()
    assert guarded(["design", "-q", str(folder / T), "--out", str(folder / "out")]) == 0
    monkeypatch.setattr(os, "access", lambda *_: False)
    again = ["design", "-q", str(folder / T), "--out", str(folder / "again")]
    assert guarded(again) == 0, "a ledger that stays as it is is not written"


def test_a_topology_that_may_not_be_read_is_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(Path, "open", refuse)
    assert guarded(["check", str(folder / T)]) == 3
    assert "error IN003: the file cannot be read: Permission denied" in capsys.readouterr().err


def test_commands_that_are_told_can_be_copied(tmp_path: Path) -> None:
    """The topology stands in a folder whose name has a space; so does every command about it."""
    folder = tmp_path / "our lab"
    folder.mkdir()
    shutil.copy(ROOT / "topologies" / T, folder / "a b.yaml")
    path = "our lab/a b.yaml"
    said = fabric("push", "--dry-run", "--offline", path, cwd=tmp_path).stderr
    assert f"  fabric design '{path}'" in said.splitlines()
    done = fabric("init", "our lab/new one.yaml", cwd=tmp_path)
    assert done.stdout.endswith("next: fabric design 'our lab/new one.yaml'\n")
    for _ in range(2):
        told = fabric("design", path, cwd=tmp_path).stdout.splitlines()[-1]
        assert told.endswith(f"next: fabric verify '{path}'")
    done = in_shell(told.partition("next: ")[2], tmp_path)
    assert done.returncode == 0, done.stderr
    (folder / "latin.yaml").write_bytes(b"fabric: caf\xe9\n")
    said = fabric("check", "our lab/latin.yaml", cwd=tmp_path).stderr
    assert "iconv -f ISO-8859-1 -t UTF-8 'our lab/latin.yaml' > new.yaml" in said


def test_models_of_long_names_fit_a_terminal(folder: Path) -> None:
    """Ports of a role's models stand beside their names, or below them."""
    ports = "downlink: 48 x 25G, uplink: [4 x 100G, 4 x 100G{}]"
    for more in ("", ", 1 x 10G, 2 x 40G, 2 x 40G"):
        text = (ROOT / "topologies" / T).read_text()
        text = text.replace(
            "spines: 2\nracks:\n",
            "spines: 2\nracks:\n"
            "  - {name: r2, leaves: {type: other, count: 2}, servers: {node: 4}}\n",
        ).replace(
            "server_types:",
            f"  other: {{nos: arista_eos, ports: {{{ports.format(more)}}}, pair: mlag}}\n"
            "server_types:",
        )
        (folder / T).write_text(text)
        said = fabric("check", T, cwd=folder).stdout.splitlines()
        assert max(map(len, said)) <= 100
        found = "\n".join(said)
        assert found.count("48 x 25G: ") == 2
        assert found.count("8 x 100G: ") == 2


def test_a_report_that_cannot_be_written_is_outside(folder: Path) -> None:
    assert fabric("design", T, cwd=folder).returncode == 0
    for name in (".", "build"):
        done = fabric("verify", T, "--junit", name, cwd=folder)
        assert done.returncode == 3
        assert done.stderr.startswith("error JU032: the report cannot be written: Is a directory")
    assert not list(folder.glob(".*"))


def test_why_takes_a_place_as_errors_write_it(folder: Path) -> None:
    assert fabric("design", T, cwd=folder).returncode == 0
    for place in (f"{T}:10", f"{T}:10:9"):
        done = fabric("why", place, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{T}:10 ")
