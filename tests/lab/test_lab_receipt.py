"""What a lab said stays with the build it was said of, and with no other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from barefabric.lab.receipt import verdict_of, with_lab
from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.pipeline import design
from barefabric.verify.judge import verify
from barefabric.verify.receipt import make_receipt, read_receipt, word_kept, write_receipt
from barefabric.verify.verdict import Count, Finding, Judgement, Sides
from live_labs import ROOT, built

WORD = Judgement(
    "lab", "FRR 8.4.4", {"hosts": "16"},
    {ContractKind.ROUTE: Count(3, 30, 29, 1), ContractKind.REACH: Count(1, 8, 8)},
    (Finding("LAB033", "route/x", "x is so", "lab", 1, ("it is not",), "because", "mend it",
             kind=ContractKind.ROUTE, sides=(Sides("a to b", "x", "y"),), places=("a:1",)),),
    1.5, ("a note",),
)  # fmt: skip
GOOD = Judgement("lab", "FRR 8.4.4", {}, {ContractKind.REACH: Count(1, 8, 8)}, (), 1.0)


@pytest.fixture
def build(tmp_path: Path) -> tuple[Path, Design]:
    topology = built(tmp_path, ROOT / "topologies" / "routed-frr.yaml")
    return tmp_path / "build", design(topology).design


def recorded(build: Path, found: Design, word: Judgement) -> None:
    verdict = verdict_of(found, build, word)
    write_receipt(build, make_receipt(build, verdict, found.contracts))


def test_a_word_is_read_back_whole(build: tuple[Path, Design]) -> None:
    folder, found = build
    recorded(folder, found, WORD)
    assert word_kept(folder, found.contracts, "lab") == WORD
    assert word_kept(folder, found.contracts, "Batfish") is None
    receipt = read_receipt(folder)
    assert receipt is not None
    assert receipt.judges == ("built-in", "lab")
    assert not receipt.proven


def test_it_is_not_about_other_files_or_other_contracts(build: tuple[Path, Design]) -> None:
    folder, found = build
    recorded(folder, found, GOOD)
    assert word_kept(folder, found.contracts[1:], "lab") is None
    (folder / "switches" / "spine1" / "frr.conf").write_text("hostname other\n")
    assert word_kept(folder, found.contracts, "lab") is None


def test_the_word_of_batfish_stays_when_the_lab_gives_its_own(build: tuple[Path, Design]) -> None:
    folder, found = build
    batfish = Judgement("Batfish", "1", {}, {ContractKind.ROUTE: Count(1, 5, 5)}, (), 1.0)
    recorded(folder, found, batfish)
    verdict = verdict_of(found, folder, GOOD)
    assert verdict.judges == ("built-in", "Batfish", "lab")
    assert [other.judge for other in verdict.not_run] == ["files"]
    assert verdict.proven


def test_so_does_the_word_of_the_judge_of_files(build: tuple[Path, Design]) -> None:
    """Files are read by ``fabric verify``; the lab's check reads none and keeps what it said."""
    folder, found = build
    files = Judgement("files", "1", {"read": "frr (7)"}, {ContractKind.CHECK: Count(9, 50, 50)},
                      (), 1.0)  # fmt: skip
    recorded(folder, found, files)
    verdict = verdict_of(found, folder, GOOD)
    assert verdict.judges == ("built-in", "files", "lab")
    assert verdict.judgements[1] == files
    assert [other.judge for other in verdict.not_run] == ["Batfish"]


def test_what_was_proven_of_two_failures_at_a_time_stays(build: tuple[Path, Design]) -> None:
    folder, found = build
    two = verify(found, failures=2)
    write_receipt(folder, make_receipt(folder, two, found.contracts))
    recorded(folder, found, GOOD)
    kept = word_kept(folder, found.contracts, "built-in")
    assert kept is not None
    assert kept.settings["failures"] == "2"
    assert kept.counts == two.judgements[0].counts


def test_what_was_said_of_no_failures_gives_way(build: tuple[Path, Design]) -> None:
    folder, found = build
    none = verify(found, failures=0)
    write_receipt(folder, make_receipt(folder, none, found.contracts))
    assert verdict_of(found, folder, GOOD).judgements[0].settings["failures"] == "1"


def test_a_bad_word_of_the_lab_keeps_the_verdict_bad(build: tuple[Path, Design]) -> None:
    folder, found = build
    assert verify(found).proven
    recorded(folder, found, WORD)
    verdict = with_lab(verify(found, failures=0), found, folder)
    assert [f.code for f in verdict.findings] == ["LAB033"]
    assert not verdict.proven


def test_fabric_verify_shows_what_the_lab_said(build: tuple[Path, Design]) -> None:
    folder, found = build
    recorded(folder, found, GOOD)
    argv = (sys.executable, "-c", "from barefabric.cli import main; main()", "verify",
            "routed-frr.yaml", "--out", "build", "--batfish", "off", "--require", "lab",
            "--json")  # fmt: skip
    run = subprocess.run(argv, cwd=folder.parent, capture_output=True, text=True, check=False,
                         env=os.environ)  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert set(json.loads(run.stdout)["judges"]) == {"built-in", "files", "lab"}
    assert word_kept(folder, found.contracts, "lab") == GOOD
