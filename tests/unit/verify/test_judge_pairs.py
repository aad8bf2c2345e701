"""Two failures at a time: kinds of pair stand for all pairs, and losses that cannot be helped."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from test_judge_designs import WITH_BORDER, example, small
from test_judge_failures import CASES, decider, without_a_session

from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.verify.deciding.case import Outcome
from barefabric.verify.deciding.shape import Shape
from barefabric.verify.deciding.survives import PAIRED, TWO, SurviveDecider
from barefabric.verify.double import pair_classes
from barefabric.verify.failures import FailureClass, candidates
from barefabric.verify.judge import verify
from barefabric.verify.wiring import Failure


def all_pairs(judge: SurviveDecider, kinds: tuple[str, ...]) -> list[FailureClass]:
    """Every pair by itself."""
    singles = [one for kind in kinds for one in candidates(judge.case, kind)]
    return [
        FailureClass(
            Failure(a.failure.devices | b.failure.devices, a.failure.cables | b.failure.cables),
            f"{a.name} and {b.name}", 1,
        )
        for a, b in combinations(singles, 2)
    ]  # fmt: skip


PAIR_CASES: list[tuple[str, Callable[[Path], Design]]] = [
    *CASES[:6],
    ("single leaves", lambda folder: small(folder, leaves=1, attach="routed", servers=2)),
]


def by_the_shape(outcome: Outcome) -> str:
    """How many pairs the note says lose something by the shape alone."""
    said = [note for note in outcome.notes if "by the shape" in note or "the shape alone" in note]
    return said[0].partition(" in ")[2].partition(" of ")[0] if said else "0"


@pytest.mark.parametrize(("name", "make"), PAIR_CASES, ids=[name for name, _ in PAIR_CASES])
def test_kinds_of_pair_stand_for_all_pairs(
    name: str, make: Callable[[Path], Design], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pair by pair, the sweep finds what the sweep by kinds finds."""
    design = make(tmp_path)
    by_kind = decider(design)
    found = by_kind.decide(TWO)
    alone = decider(design)
    every = all_pairs(alone, PAIRED)
    monkeypatch.setattr(alone, "_pairs_of", lambda _: every)
    expected = alone.decide(TWO)
    assert (found.rows, found.failed) == (len(every), expected.failed)
    assert by_the_shape(found) == by_the_shape(expected)
    assert len(by_kind._pairs_of(PAIRED)) < len(every)


def test_pairs_of_large_fabrics_are_counted_and_not_listed(tmp_path: Path) -> None:
    few = decider(small(tmp_path, racks=4, servers=4))
    kinds = pair_classes(few.case, PAIRED)
    singles = sum(1 for kind in PAIRED for _ in candidates(few.case, kind))
    assert sum(kind.stands_for for kind in kinds) == singles * (singles - 1) // 2
    (tmp_path / "more").mkdir()
    more = decider(small(tmp_path / "more", racks=12, servers=10))
    again = pair_classes(more.case, PAIRED)
    assert len(again) == len(kinds), "symmetry does not grow with the fabric"
    singles = sum(1 for kind in PAIRED for _ in candidates(more.case, kind))
    assert sum(kind.stands_for for kind in again) == singles * (singles - 1) // 2


def test_a_sound_fabric_survives_two(tmp_path: Path) -> None:
    verdict = verify(small(tmp_path, more=WITH_BORDER), failures=2)
    (judgement,) = verdict.judgements
    assert verdict.proven, judgement.findings
    assert judgement.settings["failures"] == "2"
    assert any(note.startswith("two failures: ") for note in judgement.notes)
    (said,) = [note for note in judgement.notes if note.startswith("survives/two: ")]
    assert "the shape alone takes something away" in said
    assert "cut off" in said
    alone = verify(small(tmp_path, more=WITH_BORDER)).judgements[0]
    survives = ContractKind.SURVIVES
    assert judgement.counts[survives].contracts == alone.counts[survives].contracts + 1
    assert judgement.counts[survives].rows > alone.counts[survives].rows


def test_what_two_failures_break_is_found(tmp_path: Path) -> None:
    """One spine: a leaf that loses its uplink and its peer link has bonds up and no way out."""
    verdict = verify(small(tmp_path, spines=1, servers=2), failures=2)
    (found,) = verdict.findings
    assert (found.contract, found.code) == ("survives/two", "JU008")
    assert found.evidence[0].startswith("without the link spine1 - r1-leaf1 and ")
    assert found.rows == 4, "each of four leaves"


def test_leaves_without_a_way_up_and_down_are_no_fault(tmp_path: Path) -> None:
    """Two spines, and each of two single leaves keeps another one: no way up and down is left."""
    design = small(tmp_path, attach="routed", racks=2, servers=1, leaves=1)
    judge = decider(design)
    outcome = judge.decide(TWO)
    assert outcome.failed == 0, outcome.findings
    lost = {("spine1", "r1-leaf1"), ("spine2", "r2-leaf1")}
    gone = frozenset(c.key for c in design.cables if (c.a, c.b) in lost)
    shape = Shape(design, Failure(cables=gone))
    assert len(gone) == 2
    assert not shape.joined("r1-node1", ["r2-node1"])
    assert shape.joined("r1-node1", ["spine2"])
    assert shape.joined("r1-node1", ["r2-node1", "spine2"])


def user(failures: int) -> Contract:
    return Contract(
        "user/mine", ContractKind.SURVIVES, "mine", ("@servers:rack=r1",), ("@pods:rack=r2",),
        (), str(failures),
    )  # fmt: skip


def with_contract(design: Design, contract: Contract) -> Design:
    return replace(design, contracts=(*design.contracts, contract))


@pytest.mark.parametrize("failures", [1, 2])
def test_a_users_own_contract_is_decided(failures: int, tmp_path: Path) -> None:
    sound = small(tmp_path, servers=2)
    verdict = verify(with_contract(sound, user(failures)))
    assert verdict.proven, verdict.findings
    lame = without_a_session(sound)
    found = {f.contract: f for f in verify(with_contract(lame, user(failures))).findings}
    assert found["user/mine"].decided
    assert found["user/mine"].code == "JU008"


def test_two_failures_are_more_than_one(tmp_path: Path) -> None:
    """What is lost by two failures is not lost by one, and is found where two are asked for."""
    design = small(tmp_path, spines=1, servers=2)
    judge = decider(with_contract(design, user(2)))
    one, two = judge.decide(user(1)), decider(with_contract(design, user(2))).decide(user(2))
    assert one.failed == 0
    assert two.failed > 0
    assert two.rows > one.rows


def test_three_are_too_many(tmp_path: Path) -> None:
    verdict = verify(with_contract(small(tmp_path), user(3)))
    (found,) = verdict.findings
    assert (found.code, found.decided) == ("JU007", False)
    assert "up to 2 failures" in found.evidence[0]


def test_each_failure_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leaf and a link of this leaf are the leaf alone."""
    design = with_contract(small(tmp_path, servers=2), user(2))
    judge = SurviveDecider(decider(design).case, decider(design).fabric, more=[TWO])
    tried: Counter[Failure] = Counter()
    plain = SurviveDecider._try
    monkeypatch.setattr(
        SurviveDecider, "_try", lambda self, f, users: (tried.update([f]), plain(self, f, users))
    )
    for contract in (*(c for c in design.contracts if c.kind is ContractKind.SURVIVES), TWO):
        judge.decide(contract)
    assert set(tried.values()) == {1}
    ends = judge.case.ends
    assert all(f.devices.isdisjoint(ends[key]) for f in tried for key in f.cables)


def test_the_shape_of_a_single_failure_is_noted(tmp_path: Path) -> None:
    """A server with one link goes with its leaf: said, and no fault."""
    design = small(tmp_path, attach="single", racks=2, servers=2)
    (judgement,) = verify(design).judgements
    said = [note for note in judgement.notes if note.startswith("survives/leaves: ")]
    assert said, judgement.notes
    assert "cut off" in said[0]


def test_progress_counts_all_failures(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    verify(small(tmp_path), failures=2, progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told)}


@pytest.mark.parametrize("name", ["quickstart", "three-racks"])
def test_the_examples_survive_two(name: str) -> None:
    verdict = verify(example(name), failures=2)
    assert verdict.proven, verdict.findings


def test_routed_servers_do_not_survive_every_pair() -> None:
    """A leaf that has only the spine left that lost its border: packets go there all the same."""
    (found,) = verify(example("routed-frr"), failures=2).findings
    assert found.contract == "survives/two"
    first = found.evidence[0]
    assert first.startswith("without the link spine1 - r1-leaf1 and the link spine2 - border1")
    assert "0.0.0.0/0: the packet is discarded at spine2" in first
