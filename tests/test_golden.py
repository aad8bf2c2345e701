"""The whole output of the example topologies, file by file; `make golden` writes it anew.

five-stage has 2,400 files. One device of each kind is kept as text, all files by their digest.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from barefabric.build import build_files
from barefabric.ledger.file import format_ledger
from barefabric.pipeline import Designed, design_values
from barefabric.topology.load import load

ROOT = Path(__file__).parent.parent
WHOLE = ("quickstart", "three-racks", "routed-frr", "both-families")
SAMPLE = (
    "switches/superspine1/", "switches/p1-spine1/", "switches/p1-spine8/", "switches/p1r01-leaf1/",
    "switches/p2r24-leaf2/", "nodes/p1r01-worker1/", "nodes/p2r24-worker40/", "clusters/west/READ",
    "clusters/east/kustomization", "plan/asn-plan.md", "plan/bill-of-materials.md", "plan/topology",
)  # fmt: skip


def designed(name: str) -> Designed:
    """An example, designed as on its first day: without a ledger."""
    return design_values(load(ROOT / "topologies" / f"{name}.yaml"))


def files(name: str) -> Iterator[tuple[str, str]]:
    made = designed(name)
    yield from build_files(made.design)
    yield f"{name}.lock", format_ledger(made.numbers.ledger)


@pytest.mark.golden
@pytest.mark.parametrize("name", WHOLE)
def test_whole_tree(name: str, golden: Any, tmp_path: Path) -> None:
    for path, text in files(name):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    golden.check_tree(name, tmp_path)


@pytest.mark.golden
def test_five_stage(golden: Any, tmp_path: Path) -> None:
    digests = []
    for path, text in files("five-stage"):
        digests.append(f"{hashlib.sha256(text.encode()).hexdigest()[:16]}  {path}\n")
        if path.startswith(SAMPLE):
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    (tmp_path / "DIGESTS").write_text("".join(sorted(digests, key=lambda d: d[18:])), "utf-8")
    golden.check_tree("five-stage", tmp_path)
