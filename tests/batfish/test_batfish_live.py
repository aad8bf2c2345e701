"""Batfish itself, where a service answers: the examples hold, and what was dressed changes nothing.

That it also says no is shown by tests/faults.
"""

import os
from pathlib import Path

import pytest

from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish import snapshot as snapshots
from barefabric.verify.batfish.judge import judge
from barefabric.verify.batfish.proof import judged_files
from barefabric.verify.batfish.service import address
from barefabric.verify.batfish.snapshot import Rendered
from barefabric.verify.verdict import Judgement, NotRun

ROOT = Path(__file__).parents[2]


def designed(name: str) -> Design:
    return design_values(load(ROOT / "topologies" / f"{name}.yaml")).design


def judged(design: Design, files: Rendered, *, failures: bool = False) -> Judgement:
    found = judge(design, address("", os.environ), files, failures=failures)
    assert not isinstance(found, NotRun)
    return found


def codes(judgement: Judgement) -> set[str]:
    return {finding.code for finding in judgement.findings}


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr"])
def test_the_examples_hold(name: str) -> None:
    design = designed(name)
    found = judged(design, judged_files(design), failures=True)
    assert [(f.code, f.evidence) for f in found.findings] == []
    assert {kind for kind, count in found.counts.items() if count.held} == set(ContractKind)


@pytest.fixture(scope="module")
def unnumbered(tmp_path_factory: pytest.TempPathFactory) -> Design:
    """Two racks, so that packets cross the links."""
    path = tmp_path_factory.mktemp("topology") / "unnumbered.yaml"
    text = (ROOT / "topologies/quickstart.yaml").read_text(encoding="utf-8")
    rack = "  - {name: r1, leaves: 2, servers: {node: 4}}\n"
    assert rack in text
    text = text.replace(rack, rack + rack.replace("r1", "r2"))
    path.write_text(f"{text}\nunderlay: {{links: unnumbered}}\n", encoding="utf-8")
    return design_values(load(path)).design


def test_addresses_under_unnumbered_links_let_packets_through(unnumbered: Design) -> None:
    assert codes(judged(unnumbered, judged_files(unnumbered))) == set()


def test_addresses_under_unnumbered_links_change_no_session_and_no_route(
    unnumbered: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them only packets are lost."""
    monkeypatch.setattr(snapshots, "_hidden_addresses", lambda _: {})
    assert codes(judged(unnumbered, judged_files(unnumbered))) == {"BF050"}
