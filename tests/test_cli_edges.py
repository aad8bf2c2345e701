"""The command line where a user slips, or where what is around it does."""

import shutil
from pathlib import Path

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
