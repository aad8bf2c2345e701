from dataclasses import replace
from pathlib import Path

import pytest
from test_judge_designs import TOPOLOGIES, example, small

from barefabric.derive.contracts import contracts
from barefabric.model.contract import ContractKind, selector
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.topology.schema import UserContract
from barefabric.verify.judge import verify
from barefabric.verify.roster import Roster

EXAMPLES = ["quickstart", "three-racks", "routed-frr", "five-stage"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_ids_are_stable_and_their_own(name: str) -> None:
    design = example(name)
    first, second = contracts(design), contracts(design)
    assert first == second == design.contracts
    assert len({contract.id for contract in first}) == len(first)
    assert all(contract.id.startswith(f"{contract.kind}/") for contract in first)
    assert all(contract.sentence and "  " not in contract.sentence for contract in first)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_selector_means_something(name: str) -> None:
    """Subjects and prefixes may be empty groups only where the contract speaks of others."""
    design = example(name)
    roster = Roster(design)
    for contract in design.contracts:
        for text in contract.subjects:
            known = roster.devices(text)
            assert known or "!=" in text, (contract.id, text)
            assert all(
                device in design.switches or device in design.servers or device in design.upstreams
                for device in known
            )
            assert roster.count(text) == len(known)
        for text in contract.prefixes:
            assert text == "@all" or roster.prefixes(text), (contract.id, text)


def test_their_number_grows_with_racks_alone(tmp_path: Path) -> None:
    few = len(small(tmp_path, racks=4, servers=2).contracts)
    more_servers = len(small(tmp_path, racks=4, servers=12).contracts)
    more_racks = len(small(tmp_path, racks=8, servers=2).contracts)
    assert more_servers == few
    assert more_racks - few == 4 * 9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r1-leaf1", ["r1-leaf1"]),
        ("@leaves:rack=r2", ["r2-leaf1", "r2-leaf2"]),
        ("@leaves:rack!=r2", ["r1-leaf1", "r1-leaf2", "r3-leaf1", "r3-leaf2"]),
        ("@servers:rack=r1,control=yes", ["r1-control1"]),
        (
            "@servers:rack=r1,control=no,cluster=prod",
            [*(f"r1-worker{n}" for n in range(1, 13)), "r1-storage1"],
        ),
        ("@leaves:controls=prod,rack=r3", ["r3-leaf1", "r3-leaf2"]),
        ("@leaves:serves!=prod", []),
        ("@spines:serves=prod", ["spine1", "spine2"]),
        ("@borders", ["border1", "border2"]),
    ],
)
def test_device_selectors(text: str, expected: list[str]) -> None:
    roster = Roster(example("three-racks"))
    assert sorted(roster.devices(text)) == sorted(expected)
    assert roster.count(text) == len(expected)
    assert all(roster.includes(text, device) for device in expected)
    assert not roster.includes(text, "r9-leaf9")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("10.10.0.0/24", 1), ("@loopbacks:rack=r1", 2), ("@loopbacks:role=spine", 2),
        ("@pods:rack=r1", 14), ("@pods:cluster=prod", 42), ("@racks", 3), ("@hosts", 0),
    ],
)  # fmt: skip
def test_prefix_selectors(text: str, count: int) -> None:
    assert len(Roster(example("three-racks")).prefixes(text)) == count


def test_a_selector_that_is_none_is_an_error() -> None:
    assert selector("leaf1") is None
    with pytest.raises(ValueError, match="is no condition"):
        selector("@leaves:pod")


def user(kind: str, source: str, target: str, **more: int) -> UserContract:
    return UserContract.model_validate(
        {"name": "mine", "kind": kind, "source": source, "target": target, **more}
    )


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        (user("reach", "r1", "r3-worker1"), True),
        (user("reach", "prod", "prod"), True),
        (user("reach", "wan-a", "198.51.100.0/24"), True),
        (user("reach", "r1", "nowhere"), False),
        (user("reach", "nobody", "r1"), False),
        (user("reach", "wan-a", "r1"), False),
        (user("never-reach", "wan-a", "r1"), True),
        (user("never-reach", "r2", "r1"), False),
        (user("max-path-length", "r1", "prod", length=4), True),
        (user("max-path-length", "r1", "prod", length=3), False),
        (user("survives", "r1", "r3-worker1"), True),
        (user("survives", "r1", "0.0.0.0/0"), True),
        (user("survives", "r1", "r3-worker1", failures=2), True),
        (user("survives", "r1", "prod", failures=2), True),
        (user("survives", "r1", "192.0.2.77"), False),
        (user("survives", "nobody", "r1"), False),
    ],
    ids=lambda value: (
        f"{value.kind} {value.source} {value.target}" if value not in (True, False) else ""
    ),
)
def test_contracts_of_the_users_own(statement: UserContract, holds: bool) -> None:
    design = example("three-racks")
    (mine,) = [c for c in contracts(design, [statement]) if c.id.startswith("user/")]
    verdict = verify(replace(design, contracts=(mine,)))
    assert verdict.proven is holds
    assert all(found.evidence for found in verdict.findings)


UPSTREAMS = """
contracts:
  - {name: no way in, never-reach: {from: wan-a, to: r1}}
  - {name: services, reach: {from: wan-b, to: 198.51.100.0/24}}
  - {name: shut, never-reach: {from: wan-a, to: 198.51.100.0/24}}
  - {name: near, max-path-length: {from: wan-a, to: 198.51.100.0/24, length: 9}}
"""


def test_contracts_may_begin_at_upstream_routers(tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    path.write_text((TOPOLOGIES / "three-racks.yaml").read_text(encoding="utf-8") + UPSTREAMS)
    design = design_values(load(path)).design
    verdict = verify(design, failures=0)
    assert {found.contract for found in verdict.findings} == {"user/shut"}
    assert verdict.findings[0].evidence[0].startswith("wan-a to 198.51.100.")
    assert verdict.findings[0].cause == "a route leads there, and nothing on the way refuses it"
    assert sum(c.id.startswith("user/") for c in design.contracts) == 4


@pytest.mark.parametrize(("kind", "holds"), [("reach", False), ("never-reach", True)])
def test_a_prefix_of_a_family_that_the_fabric_does_not_carry(kind: str, holds: bool) -> None:
    design = example("quickstart")
    (mine,) = [
        c for c in contracts(design, [user(kind, "r1", "fd00:64::/64")]) if c.id.startswith("user/")
    ]
    verdict = verify(replace(design, contracts=(mine,)))
    assert verdict.proven is holds


def test_what_this_judge_cannot_decide_is_not_proven() -> None:
    design = example("quickstart")
    (mine,) = [
        c
        for c in contracts(design, [user("survives", "r1", "r1", failures=3)])
        if c.id.startswith("user/")
    ]
    verdict = verify(replace(design, contracts=(mine,)))
    assert mine.kind is ContractKind.SURVIVES
    assert not verdict.proven
    assert verdict.judgements[0].counts[ContractKind.SURVIVES].undecided == 1
