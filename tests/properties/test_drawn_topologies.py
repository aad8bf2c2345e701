"""Whatever legal topology is drawn, every judge finds it sound, and both ends of sessions pair."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from topologies_at_random import Draw

from barefabric.build import build_files
from barefabric.errors import FabricError
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.deciding import survives
from barefabric.verify.failures import Case, FailureClass, candidates
from barefabric.verify.judge import Judge, verify
from barefabric.verify.reading.build import read_build
from ledger_labs import write
from readback import pairing

SEEDS = range(20)
FEWEST = 12
"""So many of the topologies that are drawn must fit: else nothing is tested."""

MOST_CABLES = 27
"""In larger ones, to compute each failure by itself takes long."""


def drawn(folder: Path) -> Iterator[tuple[int, Design]]:
    for seed in SEEDS:
        try:
            yield seed, design_values(load(write(folder, Draw(seed).topology()))).design
        except FabricError:
            continue


def test_they_are_sound(tmp_path: Path) -> None:
    found = []
    for seed, design in drawn(tmp_path):
        build = tmp_path / f"build{seed}"
        files = dict(build_files(design))
        for path, text in files.items():
            (build / path).parent.mkdir(parents=True, exist_ok=True)
            (build / path).write_text(text)
        judge = Judge(design)
        word = read_build(design, build, judge).word
        judgements = (*judge.verdict().judgements, word)
        faults = [(f.contract, f.evidence) for j in judgements for f in j.findings]
        found.append((seed, faults, disagreements(design, files)))
    assert len(found) >= FEWEST
    assert [each for each in found if each[1] or each[2]] == []


def disagreements(design: Design, files: dict[str, str]) -> list[str]:
    """In what two ends of a session differ, as the files state them."""
    folders: dict[str, dict[str, dict[str, str]]] = {}
    for path, text in files.items():
        top, _, rest = path.partition("/")
        name, _, file = rest.partition("/")
        folders.setdefault(top, {}).setdefault(name, {})[file] = text
    devices = {**folders["switches"], **folders.get("nodes", {})}
    ends = list(pairing.ends_of(design, devices, folders.get("clusters", {})))
    return pairing.disagreements(design, ends)


def test_classes_of_failures_count_as_much_as_each_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def each(case: Case, kind: str) -> list[FailureClass]:
        return [FailureClass(c.failure, c.name, 1) for c in candidates(case, kind)]

    designs = [
        lamed(design)
        for _, design in drawn(tmp_path)
        if design.servers and len(design.cables) <= MOST_CABLES
    ]
    by_class = [survived(design) for design in designs]
    monkeypatch.setattr(survives, "failure_classes", each)
    assert [survived(design) for design in designs] == by_class
    assert any(failed for failures in by_class for _, failed in failures.values())


def lamed(design: Design) -> Design:
    """A fabric whose first spine has lost all its sessions but one: much depends on the others."""
    spine = design.sessions[0].a
    rest = [s for s in design.sessions if s.a != spine]
    return replace(design, sessions=(design.sessions[0], *rest))


def survived(design: Design) -> dict[str, tuple[int, int]]:
    """Rows of what survives, and those that fail, by contract."""
    verdict = verify(design)
    failed = {f.contract: f.rows for f in verdict.findings if f.contract.startswith("survives/")}
    counts = [c for j in verdict.judgements for k, c in j.counts.items() if k == "survives"]
    rows = sum(count.rows for count in counts)
    return {name: (rows, number) for name, number in failed.items()} or {"all": (rows, 0)}
