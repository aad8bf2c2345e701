"""`fabric verify` reads the files of a build as they lie on disk, and says which line is wrong."""

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent


class Seed(NamedTuple):
    """A line of a file, what stands there instead, and what must be said of it."""

    name: str
    path: str
    old: str
    new: str
    contract: str
    planned: str
    stated: str

    @property
    def topology(self) -> str:
        return f"{self.name}.yaml"


SEEDS = {
    "EOS": Seed(
        "quickstart", "switches/r1-leaf1/startup-config",
        "neighbor SPINES timers 3 9", "neighbor SPINES timers 30 90",
        "files/timers", "timers SPINES 3 9", "timers SPINES 30 90",
    ),
    "FRR on a switch": Seed(
        "routed-frr", "switches/spine1/frr.conf",
        "maximum-paths 64", "maximum-paths 1",
        "files/paths-of-family", "paths of family ipv4 64", "paths of family ipv4 1",
    ),
    "FRR on a server": Seed(
        "routed-frr", "nodes/r2-worker3/frr.conf",
        "neighbor LEAVES timers 3 9", "neighbor LEAVES timers 60 180",
        "files/timers", "timers LEAVES 3 9", "timers LEAVES 60 180",
    ),
    "netplan": Seed(
        "quickstart", "nodes/r1-node4/01-barefabric.yaml",
        "mode: 802.3ad", "mode: active-backup",
        "files/server-lacp", "server lacp", "",
    ),
}  # fmt: skip


def fabric(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where no Batfish is."""
    return subprocess.run(
        [sys.executable, "-c", "from barefabric.cli import main; main()", *arguments],
        cwd=folder, env={**os.environ, "BATFISH_HOST": "off"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two examples, designed."""
    folder = tmp_path_factory.mktemp("built")
    for name in ("quickstart", "routed-frr"):
        shutil.copy(ROOT / "topologies" / f"{name}.yaml", folder)
        assert fabric(folder, "design", f"{name}.yaml").returncode == 0
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    target = tmp_path / "work"
    shutil.copytree(built, target)
    return target


def spoil(folder: Path, seed: Seed) -> int:
    """Write the wrong line; its number."""
    path = folder / "build" / seed.name / seed.path
    text = path.read_text()
    assert seed.old in text
    path.write_text(text.replace(seed.old, seed.new, 1))
    return text[: text.index(seed.old)].count("\n") + 1


def found(folder: Path, seed: Seed, *more: str) -> dict[str, Any]:
    done = fabric(folder, "verify", seed.topology, "--json", *more)
    assert done.returncode == 1, done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)
def test_a_wrong_line_on_disk_is_a_finding(seed: Seed, folder: Path) -> None:
    number, device = spoil(folder, seed), seed.path.split("/")[1]
    verdict = found(folder, seed)
    assert not verdict["proven"]
    assert list(verdict["judges"]) == ["files"]
    same, line = verdict["judges"]["files"]["findings"]
    assert (same["code"], same["evidence"]) == ("GE008", [f"{seed.path} differs"])
    assert (line["code"], line["contract"], line["judge"]) == ("FI001", seed.contract, "files")
    said = [f"{device} does not say: {seed.planned}"]
    if seed.stated:
        said.append(f"{device} says: {seed.stated}")
        assert line["places"] == [f"{seed.path}:{number}   {seed.new}"]
    assert line["evidence"] == said
    assert line["rows"] == len(said)
    assert "changed" in line["cause"]


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)
def test_no_receipt_is_written_of_it(seed: Seed, folder: Path) -> None:
    assert fabric(folder, "verify", seed.topology).returncode == 0
    path = folder / "build" / seed.name / "verify" / "receipt.json"
    before = path.read_bytes()
    spoil(folder, seed)
    done = fabric(folder, "verify", seed.topology)
    assert done.returncode == 1
    assert seed.path in done.stdout
    assert f"{seed.contract}, " in done.stdout
    assert "fabric explain FI001" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert path.read_bytes() == before


def test_a_file_that_is_gone_states_nothing(folder: Path) -> None:
    seed = SEEDS["FRR on a server"]
    (folder / "build" / seed.name / seed.path).unlink()
    findings = found(folder, seed)["judges"]["files"]["findings"]
    assert findings[0]["evidence"] == [f"{seed.path} is missing"]
    timers = next(f for f in findings if f["contract"] == "files/timers")
    assert timers["evidence"] == ["r2-worker3 does not say: timers LEAVES 3 9"]


def test_a_build_of_another_design_is_not_read(folder: Path) -> None:
    """Its lines follow another plan: that they differ from this one says nothing."""
    path = folder / "quickstart.yaml"
    path.write_text(path.read_text() + "\nunderlay: {timers: {keepalive: 5, hold: 15}}\n")
    done = fabric(folder, "verify", "quickstart.yaml", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "GE008" in done.stderr


def test_a_sound_build_has_the_word_of_both_judges(folder: Path) -> None:
    done = fabric(folder, "verify", "routed-frr.yaml", "--json", "--require", "files")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    word = verdict["judges"]["files"]
    assert word["settings"] == {"read": "frr (7), servers (8)"}
    count = word["counts"]["check"]
    assert count["held"] == count["rows"] > 500
    assert [other["judge"] for other in verdict["not_run"]] == ["Batfish", "lab"]
    receipt = json.loads((folder / "build/routed-frr/verify/receipt.json").read_text())
    assert receipt["judges"] == ["built-in", "files"]
    assert receipt["results"]["judges"]["files"]["counts"]["check"] == count


def test_reports_for_ci_systems_have_it(folder: Path) -> None:
    seed = SEEDS["netplan"]
    spoil(folder, seed)
    found(folder, seed, "--junit", "v.xml", "--sarif", "v.sarif")
    suites = ET.fromstring((folder / "v.xml").read_bytes())  # noqa: S314 (our own)
    cases = suites.findall("testsuite[@name='files: own checks']/*")
    failed = {c.get("classname"): c for c in cases if c.find("failure") is not None}
    assert failed.keys() == {"files/same", seed.contract}
    results = json.loads((folder / "v.sarif").read_text())["runs"][0]["results"]
    assert [r["ruleId"] for r in results] == ["GE008", "FI001"]
    text = (folder / seed.topology).read_text().splitlines()
    for result in results:
        (place,) = result["locations"]
        line = text[place["physicalLocation"]["region"]["startLine"] - 1]
        assert "r1" in line or "racks" in line, line


def test_a_push_may_ask_for_it(folder: Path) -> None:
    path = folder / "quickstart.yaml"
    path.write_text(path.read_text() + "\npush: {require: [files]}\n")
    assert fabric(folder, "verify", "quickstart.yaml", "--batfish", "off").returncode == 0
    dry = ("push", "--dry-run", "--offline", "--json", "quickstart.yaml")
    proof = json.loads(fabric(folder, *dry).stdout)["proof"]
    assert proof["required"]["judges"] == ["files"]
    assert proof["proven"] is True
    path.write_text(path.read_text().replace("[files]", "[file]"))
    done = fabric(folder, "check", "quickstart.yaml")
    assert done.returncode == 1
    assert "built-in, files, batfish" in " ".join(done.stderr.split())
