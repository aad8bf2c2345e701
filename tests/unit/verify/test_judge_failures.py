"""Single failures: equal ones stand for each other, and what takes over is really there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from test_judge_designs import WITH_BORDER, example, small, survey

from barefabric.model.cable import CableKind
from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify import failures
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.deciding.case import Case, Outcome
from barefabric.verify.deciding.shape import Shape
from barefabric.verify.deciding.survives import SurviveDecider
from barefabric.verify.judge import verify
from barefabric.verify.wiring import Failure


def decider(design: Design) -> SurviveDecider:
    fabric = Fabric(survey(design))
    computed = Computed(fabric)
    case = Case(fabric.survey, computed.wiring, computed.sessions, computed.built, computed.table)
    return SurviveDecider(case, fabric)


def outcomes(design: Design) -> dict[str, tuple[int, int]]:
    """Failures and those that cut something off, by kind."""
    judge = decider(design)
    found: dict[str, Outcome] = {
        c.over: judge.decide(c) for c in design.contracts if c.kind is ContractKind.SURVIVES
    }
    return {kind: (outcome.rows, outcome.failed) for kind, outcome in found.items()}


def without_pair_sessions(design: Design) -> Design:
    rest = tuple(s for s in design.sessions if s.profile.name != "pair")
    return replace(design, sessions=rest)


def without_a_session(design: Design) -> Design:
    """Leaf r1-leaf1 has lost a spine already, and its iBGP session: one more and it is alone."""
    gone = {("spine1", "r1-leaf1"), ("r1-leaf1", "r1-leaf2")}
    return replace(design, sessions=tuple(s for s in design.sessions if (s.a, s.b) not in gone))


CASES: list[tuple[str, Callable[[Path], Design]]] = [
    ("pairs", lambda folder: small(folder, racks=2, servers=2)),
    ("routed", lambda folder: small(folder, attach="routed", racks=2, servers=2)),
    ("border", lambda folder: small(folder, more=WITH_BORDER, servers=1)),
    ("one spine", lambda folder: small(folder, spines=1, servers=2)),
    ("no iBGP", lambda folder: without_pair_sessions(small(folder, spines=1, servers=2))),
    ("one leg lame", lambda folder: without_a_session(small(folder, servers=2))),
    ("three racks", lambda _: example("three-racks")),
    ("both families", lambda _: example("both-families")),
]


@pytest.mark.parametrize(("name", "make"), CASES, ids=[name for name, _ in CASES])
def test_equal_failures_have_equal_outcomes(
    name: str, make: Callable[[Path], Design], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure by failure, the sweep finds what the sweep by classes finds."""
    design = make(tmp_path)
    by_class = outcomes(design)
    monkeypatch.setattr(failures.Finder, "key", lambda _, candidate: candidate.name)
    assert outcomes(design) == by_class


def test_every_failure_is_counted(tmp_path: Path) -> None:
    design = small(tmp_path, more=WITH_BORDER)
    found = outcomes(design)
    cables = [cable.kind for cable in design.cables]
    assert found == {
        "links": (cables.count(CableKind.FABRIC), 0),
        "peer-links": (2, 0),
        "server-links": (cables.count(CableKind.SERVER), 0),
        "spines": (2, 0),
        "leaves": (4, 0),
        "borders": (1, 0),
        "racks": (2, 0),
        "upstreams": (1, 0),
    }


def test_few_are_computed(tmp_path: Path) -> None:
    judge = decider(small(tmp_path, racks=12, servers=6))
    classes = [
        failures.failure_classes(judge.case, kind)
        for kind in ("links", "server-links", "spines", "leaves", "racks")
    ]
    assert [len(found) for found in classes] == [1, 1, 1, 1, 1]
    assert [found[0].stands_for for found in classes] == [48, 144, 2, 24, 12]


def test_without_ibgp_a_leaf_without_uplinks_loses_packets(tmp_path: Path) -> None:
    """One spine: a leaf whose uplink fails must send over its peer."""
    sound = small(tmp_path, spines=1, servers=2)
    assert outcomes(sound)["links"] == (4, 0)
    lame = without_pair_sessions(sound)
    assert outcomes(lame)["links"] == (4, 4)
    found = {f.contract: f for f in verify(lame).findings}
    assert found["survives/links"].code == "JU008"
    line = found["survives/links"].evidence[0]
    assert line.startswith("without the link spine1 - r1-leaf1 (and 3 like it): ")


def test_a_lame_leg_breaks_at_the_next_failure(tmp_path: Path) -> None:
    design = without_a_session(small(tmp_path, servers=2))
    found = outcomes(design)
    assert found["links"][1] == 1
    assert found["spines"][1] == 1


def test_what_is_cut_off_does_not_count(tmp_path: Path) -> None:
    """With one link, a server goes with its leaf; with one spine, racks go apart."""
    design = small(tmp_path, spines=1, servers=2)
    alone = Shape(design, Failure(devices=frozenset({"spine1"}))).cut_off
    assert alone in (
        {f"r1-{x}" for x in ("leaf1", "leaf2", "node1", "node2")},
        {f"r2-{x}" for x in ("leaf1", "leaf2", "node1", "node2")},
    )
    legs = [c for c in design.cables if c.kind is CableKind.SERVER and c.b == "r1-node1"]
    one = Failure(cables=frozenset({legs[0].key}))
    both = Failure(cables=frozenset(c.key for c in legs))
    assert Shape(design, one).cut_off == frozenset()
    assert Shape(design, both).cut_off == {"r1-node1"}


def test_without_its_only_leaf_the_spine_is_what_is_left(tmp_path: Path) -> None:
    """Every part is one device then: a server that reaches nobody is no fault of the design.

    What is said of it is the same from run to run, and in the order a person counts.
    """
    path = tmp_path / "one.yaml"
    path.write_text(
        "fabric: one\n"
        "switch_types:\n"
        "  spine: {nos: frr, ports: 16 x 100G}\n"
        "  leaf: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}\n"
        "server_types: {node: {nics: 2 x 25G, attach: bond}}\n"
        "spines: 2\n"
        "racks: [{name: r1, leaves: 1, servers: {node: 12}}]\n"
    )
    design = design_values(load(path)).design
    cut = Shape(design, Failure(devices=frozenset({"r1-leaf1"}))).cut_off
    assert cut == {"spine2", *(f"r1-node{n}" for n in range(1, 13))}
    assert verify(design).proven
    leaves = next(c for c in design.contracts if c.id == "survives/leaves")
    (note,) = decider(design).decide(leaves).notes
    assert note.endswith("without r1-leaf1, r1-node1 and 12 more are cut off")


def test_a_dead_leg_is_reached_over_the_peer_link(tmp_path: Path) -> None:
    design = small(tmp_path, servers=2)
    leg = next(c for c in design.cables if (c.a, c.b) == ("r1-leaf1", "r1-node1"))
    computed = Computed(Fabric(survey(design)), Failure(cables=frozenset({leg.key})))
    built, table = computed.built, computed.table
    block = next(a.prefix for a in design.announcements if a.server == "r1-node1")
    row = table.row(built.switches["r1-leaf1"], block)
    assert row is not None
    assert [built.network.names[hop] for hop in row.hops] == ["r1-node1"]
    peer = frozenset(c.key for c in design.cables if c.kind is CableKind.PEER)
    computed = Computed(Fabric(survey(design)), Failure(cables=peer | {leg.key}))
    built, table = computed.built, computed.table
    assert table.row(built.switches["r1-leaf1"], block) is None


def test_the_intact_fabric_can_be_judged_alone(tmp_path: Path) -> None:
    design = small(tmp_path)
    judgement = verify(design, failures=0).judgements[0]
    assert ContractKind.SURVIVES not in judgement.counts
    assert judgement.settings["failures"] == "0"


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    verify(small(tmp_path), progress=lambda *step: told.append(step))
    assert told
    assert all(done < total and what for done, total, what in told)
