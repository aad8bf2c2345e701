"""What a lost peer link means for the routes that a lab is held to."""

from functools import cache
from pathlib import Path

from barefabric.lab.judging.case import Expected
from barefabric.lab.judging.layer2 import with_pairs
from barefabric.lab.judging.tables import GATEWAY
from barefabric.model.cable import CableKind
from barefabric.pipeline import design
from barefabric.verify.wiring import Failure

ROOT = Path(__file__).parents[3]


@cache
def expected() -> Expected:
    return Expected(design(ROOT / "topologies/quickstart.yaml").design)


def cables(kind: CableKind, device: str) -> frozenset[str]:
    found = expected().design.cables_by_device[device]
    return frozenset(cable.key for cable in found if cable.kind is kind)


PEER = cables(CableKind.PEER, "r1-leaf1")


def test_the_second_leaf_loses_its_servers() -> None:
    whole = with_pairs(expected().design, Failure(cables=PEER))
    assert whole.cables == PEER | cables(CableKind.SERVER, "r1-leaf2")
    assert with_pairs(expected().design, whole) == whole


def test_a_peer_link_with_one_cable_left_is_none_lost() -> None:
    some = Failure(cables=frozenset(sorted(PEER)[:1]))
    assert with_pairs(expected().design, some) == some


def test_a_dead_leaf_is_no_lost_peer_link() -> None:
    gone = Failure(devices=frozenset(("r1-leaf1",)), cables=PEER)
    assert with_pairs(expected().design, gone) == gone


def test_the_rack_is_reached_by_the_first_leaf_alone() -> None:
    table, intact = expected().table(Failure(cables=PEER)), expected().table()
    prefix = expected().design.racks["r1"].prefix
    assert intact["spine1", prefix] == ("r1-leaf1", "r1-leaf2")
    assert table["spine1", prefix] == ("r1-leaf1",)
    assert ("r1-leaf2", prefix) not in table
    assert table["r1-leaf1", prefix] == intact["r1-leaf1", prefix]


def test_a_server_without_a_cable_has_no_default_left() -> None:
    row = ("r1-node1", "0.0.0.0/0")
    both = cables(CableKind.SERVER, "r1-node1")
    assert len(both) == 2
    assert expected().table()[row] == (GATEWAY,)
    assert expected().table(Failure(cables=frozenset(sorted(both)[:1])))[row] == (GATEWAY,)
    assert row not in expected().table(Failure(cables=both))
