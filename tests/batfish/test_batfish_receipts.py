"""Every example topology was proven by Batfish, in exactly the files that are rendered now."""

import importlib.util
import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from barefabric.errors import FabricError
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish.proof import SCHEMA, digests, judged_files
from barefabric.verify.batfish.service import address, answers

ROOT = Path(__file__).parents[2]
RECEIPTS = Path(__file__).parent / "receipts"
NOT_YET = {"GE010", "GE011"}
TOPOLOGIES = sorted(path.stem for path in (ROOT / "topologies").glob("*.yaml"))


@pytest.fixture(autouse=True, scope="module")
def say_so() -> None:
    where = address("", os.environ)
    if importlib.util.find_spec("pybatfish") is None or not answers(where):
        said = f"Batfish was not run: nothing answers at {where}; its receipts stand for it"
        # A class of its own could not travel from a worker of pytest-xdist to the summary.
        warnings.warn(said, UserWarning, stacklevel=1)


def designed(name: str) -> Design | None:
    try:
        return design_values(load(ROOT / "topologies" / f"{name}.yaml")).design
    except FabricError as fault:
        if {d.code for d in fault.diagnostics} <= NOT_YET:
            return None
        raise


def receipt(name: str) -> dict[str, Any] | None:
    path = RECEIPTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def changed(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return sorted(p for p in old.keys() | new.keys() if old.get(p) != new.get(p))


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_files_are_those_that_batfish_judged(name: str) -> None:
    design, kept = designed(name), receipt(name)
    if design is None:
        assert kept is None, f"{name} cannot be designed any more, but has a receipt"
        return
    assert kept is not None, f"{name} was never shown to Batfish: `make prove`"
    files = digests(design, judged_files(design))
    wrong = changed(kept["files"], files)
    assert not wrong, f"changed since Batfish judged them, run `make prove`: {wrong[:9]}"


def test_there_are_receipts_of_examples_only() -> None:
    kept = {path.stem for path in RECEIPTS.glob("*.json")}
    assert kept
    assert kept <= set(TOPOLOGIES)


@pytest.mark.parametrize("path", sorted(RECEIPTS.glob("*.json")), ids=lambda p: p.stem)
def test_batfish_found_nothing(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["schema"] == SCHEMA
    assert kept["findings"] == []
    assert (kept["failed"], kept["undecided"]) == (0, 0)
    held = kept["held"]
    assert all(held[kind] > 0 for kind in ("check", "session", "route", "refused", "survives"))


def test_a_changed_line_is_noticed() -> None:
    """The comparison itself: one more line in one file of one switch."""
    design, kept = designed("quickstart"), receipt("quickstart")
    assert design is not None
    assert kept is not None
    files = judged_files(design)
    files["r1-leaf1"]["startup-config"] += "!\n"
    assert changed(kept["files"], digests(design, files)) == ["switches/r1-leaf1/startup-config"]
