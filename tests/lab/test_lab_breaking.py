"""Faults: what is broken, what the plan predicts, which flows show it, and how it is told."""

from pathlib import Path

import pytest

from barefabric.errors import FabricError
from barefabric.lab.breaking import KINDS, breakable
from barefabric.lab.judging.case import Expected
from barefabric.lab.judging.failures import trials
from barefabric.lab.judging.layer2 import with_pairs
from barefabric.lab.measuring import as_json, cost, table
from barefabric.pipeline import design

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def routed() -> Expected:
    return Expected(design(ROOT / "topologies" / "routed-frr.yaml").design)


@pytest.fixture(scope="module")
def bonded() -> Expected:
    return Expected(design(ROOT / "topologies" / "quickstart.yaml").design)


@pytest.mark.parametrize(
    ("kind", "predicted", "why"),
    [
        ("link", 0, "carrier is lost at once"),
        ("silent", 900, "BFD 300 ms x 3"),
        ("one-way", 1900, "BFD 300 ms x 3, and a second to tell the end that still hears"),
        ("dead", 900, "BFD 300 ms x 3"),
        ("device", 0, "carrier is lost at once"),
        ("daemon", 0, "the kernel goes on forwarding"),
    ],
)
def test_what_the_plan_predicts(routed: Expected, kind: str, predicted: int, why: str) -> None:
    found = breakable(routed, kind, ())
    assert (found.predicted, found.why) == (predicted, why)


def test_a_bond_notices_by_its_own_means(bonded: Expected) -> None:
    leg = breakable(bonded, "leg", ("r1-leaf1", "r1-node2"))
    assert leg.name == "r1-leaf1 - r1-node2"
    assert (leg.predicted, leg.request["kind"]) == (100, "cut")
    silent = breakable(bonded, "silent", ("r1-leaf1", "r1-node2"))
    assert (silent.predicted, silent.why) == (3000, "LACP at the fast rate")


def test_a_lost_peer_link_takes_the_second_leafs_servers_with_it(bonded: Expected) -> None:
    found = breakable(bonded, "peer-link", ())
    assert found.failure is not None
    peers = {c.key for c in bonded.design.cables if c.kind == "peer"}
    assert set(found.request["links"]) == peers
    assert len(found.failure.cables - peers) == 4
    half = found.failure._replace(cables=frozenset(sorted(peers)[:1]))
    assert with_pairs(bonded.design, half) == half


def test_flows_of_what_is_gone_are_left_out(routed: Expected) -> None:
    found = breakable(routed, "device", ("r1-worker1",), 24)
    address = routed.design.servers["r1-worker1"].address
    assert found.flows
    assert all(source != "r1-worker1" and to != address for source, _, to, _ in found.flows)
    upstream = breakable(routed, "upstream", ())
    assert "198.18.0.1" not in {to for _, _, to, _ in upstream.flows}


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "peer-link"])
def test_every_fault_has_something_to_break(routed: Expected, kind: str) -> None:
    found = breakable(routed, kind, ())
    assert found.name
    assert len(found.flows) == 48


@pytest.mark.parametrize(
    ("kind", "where", "code"),
    [
        ("earthquake", (), "LAB007"),
        ("device", ("moon",), "LAB008"),
        ("link", ("spine1", "spine2"), "LAB008"),
        ("peer-link", (), "LAB008"),
        ("upstream", ("spine1",), "LAB008"),
    ],
)
def test_what_cannot_be_broken_is_refused(
    routed: Expected, kind: str, where: tuple[str, ...], code: str
) -> None:
    with pytest.raises(FabricError, match=code):
        breakable(routed, kind, where)


def test_ten_trials_are_ten_failures_of_several_kinds(routed: Expected) -> None:
    chosen = trials(routed, 10)
    assert len({t.failure for t in chosen}) == 10
    assert {t.request["kind"] for t in chosen} == {"cut", "isolate"}


def flow(lost: int, gap: float, last: float | None) -> dict[str, object]:
    return {"sent": 100, "lost": lost, "gap": gap, "first": 5.0, "last": last}


def test_the_worst_flow_is_told(routed: Expected) -> None:
    broken = breakable(routed, "silent", ("spine1", "r1-leaf1"))
    answer = {
        "broken": {"took": 20, "calm": True,
                   "flows": [flow(0, 0.0, None), flow(40, 410.0, 430.0), flow(9, 90.0, 95.0)]},
        "mended": {"took": 20, "calm": False, "flows": [flow(3, 30.0, 31.0)]},
        "interval": 10,
    }  # fmt: skip
    found = cost(broken, answer)
    assert (found.broken.hit, found.broken.worst, found.broken.healed) == (2, 410.0, 430.0)
    assert found.broken.lost == 49
    shown = table([found])
    assert "2 of 3" in shown
    assert "410 ms" in shown
    assert ">30 ms" in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert as_json([found])[0]["broken"]["gaps"] == [0.0, 410.0, 90.0]
