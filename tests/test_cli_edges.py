"""The command line where a user slips, or where what is around it does."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
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
