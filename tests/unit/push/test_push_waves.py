"""The waves: nobody is cut off who has a second way, and the reasons say what is true."""

import sys
from collections import Counter
from collections.abc import Iterable
from types import FrameType
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from push_fabrics import FabricBuilder, five_stage, three_racks

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.push.waves import Plan, plan_waves


@st.composite
def fabrics(draw: st.DrawFn) -> Design:
    """Fabrics of any shape, with cables where nobody would lay them too."""
    fabric = FabricBuilder()
    pods = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    planes = draw(st.integers(1, 3))
    several = len(pods) > 1
    supers = [
        fabric.switch(f"superspine{n + 1}", Role.SUPERSPINE, plane=n % planes + 1)
        for n in range(planes * draw(st.integers(1, 2)) if several else 0)
    ]
    leaves: list[str] = []
    spines: list[str] = []
    for number, count in enumerate(pods, 1):
        pod = f"p{number}" if several else ""
        tier = fabric.spines(count, pod)
        spines += tier
        for place, spine in enumerate(tier if supers else ()):
            fabric.link(supers[place % planes :: planes], [spine])
        for rack, size in enumerate(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)), 1):
            names = fabric.rack(f"{pod}r{rack}", size, draw(st.integers(0, 3)), pod)
            for leaf in names:
                uppers = st.lists(st.sampled_from(tier), min_size=1, unique=True)
                fabric.link(draw(st.just(tier) | uppers), [leaf])
            leaves += names
    for border in range(draw(st.integers(0, 2))):
        fabric.link(spines, [fabric.switch(f"border{border + 1}", Role.BORDER)])
    odd = st.tuples(st.sampled_from(spines), st.sampled_from(leaves))
    for spine, leaf in draw(st.lists(odd, max_size=4)):
        fabric.link([spine], [leaf])
    legs = st.lists(st.sampled_from(leaves), min_size=1, max_size=4, unique=True)
    for number, found in enumerate(draw(st.lists(legs, max_size=3)), 1):
        fabric.server(f"odd{number}", "", found)
    exits = st.sampled_from([*leaves, *fabric.switches])
    for number, switch in enumerate(draw(st.lists(exits, max_size=3, unique=True))):
        fabric.upstream(f"wan{number}", switch)
    return fabric.design()


@st.composite
def changes(draw: st.DrawFn, design: Design) -> set[str]:
    """What changes: everything, but for some; or only some."""
    some = set(draw(st.lists(st.sampled_from([*design.switches]), unique=True)))
    return set(design.switches) - some if draw(st.booleans()) else some


def neighbors(design: Design, kind: CableKind) -> dict[str, set[str]]:
    """The devices above each device."""
    found: dict[str, set[str]] = {}
    for cable in design.cables:
        if cable.kind is kind:
            found.setdefault(cable.b, set()).add(cable.a)
    return found


def members(plan: Plan) -> list[set[str]]:
    """The switches of each wave."""
    return [{step.switch for step in wave.steps} for wave in plan.waves]


@settings(max_examples=300)
@given(st.data())
def test_whatever_changes_nobody_with_a_second_way_is_cut_off(data: st.DataObject) -> None:
    design = data.draw(fabrics())
    changed = data.draw(changes(design))
    waves = members(plan_waves(design, changed))
    assert Counter(name for wave in waves for name in wave) == Counter(changed)
    legs, above = neighbors(design, CableKind.SERVER), neighbors(design, CableKind.FABRIC)
    for wave in waves:
        roles = {design.switches[name].role for name in wave}
        assert len(roles) == 1, "a wave never mixes layers"
        for device, uppers in (*legs.items(), *above.items()):
            assert len(uppers) == 1 or uppers - wave, f"{device} keeps nothing in {wave}"
        assert not roles & {Role.BORDER} or len(wave) == 1
        assert_one_of_each_group(design, wave)


def assert_one_of_each_group(design: Design, wave: Iterable[str]) -> None:
    """One leaf of a rack, one spine of a pod, one exit of the fabric."""
    switches = [design.switches[name] for name in wave]
    racks = Counter(switch.rack for switch in switches if switch.role is Role.LEAF)
    pods = Counter(switch.pod for switch in switches if switch.role is Role.SPINE)
    exits = {upstream.switch for upstream in design.upstreams.values()}
    assert max([*racks.values(), *pods.values()], default=1) == 1
    assert len(exits.intersection(wave)) <= 1 or switches[0].role is not Role.LEAF


@given(st.data())
def test_the_servers_said_to_lose_their_path_are_those_that_do(data: st.DataObject) -> None:
    design = data.draw(fabrics())
    changed = data.draw(changes(design))
    plan = plan_waves(design, changed)
    lost: set[str] = set()
    for wave, down in zip(plan.waves, members(plan), strict=True):
        expected = dark(design, down) - dark(design, set())
        assert set(wave.dark) == expected
        lost |= expected
    assert plan.dark == len(lost)
    assert plan.servers == len(design.servers)


def dark(design: Design, down: set[str]) -> set[str]:
    """The servers without a path to a spine, found by walking up from each of them."""
    legs, above = neighbors(design, CableKind.SERVER), neighbors(design, CableKind.FABRIC)

    def climbs(leaf: str) -> bool:
        peer = design.switches[leaf].peer
        through_peer = {peer} - down - {""}
        ways = above.get(leaf, set()).union(*(above.get(name, set()) for name in through_peer))
        return leaf not in down and bool(ways - down)

    return {name for name in design.servers if not any(map(climbs, legs.get(name, ())))}


@given(st.integers(2, 3), st.integers(2, 5), st.integers(1, 2), st.data())
def test_pods_meet_over_some_superspine_in_every_wave(
    pods: int, spines: int, planes: int, data: st.DataObject
) -> None:
    design = five_stage(pods, max(spines, planes + 1), planes, racks=1)
    changed = data.draw(changes(design))
    above = neighbors(design, CableKind.FABRIC)
    tiers: dict[str, list[str]] = {}
    for switch in design.switches.values():
        if switch.role is Role.SPINE:
            tiers.setdefault(switch.pod, []).append(switch.name)
    for wave in members(plan_waves(design, changed)):
        reached = [
            {up for spine in tier if spine not in wave for up in above[spine] if up not in wave}
            for tier in tiers.values()
        ]
        assert set.intersection(*reached)


def test_three_racks_are_ordered_as_an_engineer_would() -> None:
    design = three_racks()
    plan = plan_waves(design, set(design.switches))
    assert [[step.switch for step in wave.steps] for wave in plan.waves] == [
        ["r3-leaf2"],
        ["r1-leaf1", "r2-leaf1", "r3-leaf1"],
        ["r1-leaf2", "r2-leaf2"],
        ["spine1"],
        ["spine2"],
        ["border1"],
        ["border2"],
    ]
    assert [wave.steps[0].reason for wave in plan.waves] == [
        "canary: newest rack, its pair stays up",
        "first of each pair; no server loses both legs",
        "second of each pair",
        "one of two: every leaf keeps spine2",
        "one of two: every leaf keeps spine1",
        "one of two: border2 keeps wan-b",
        "one of two: border1 keeps wan-a",
    ]
    assert {step.reason for step in plan.waves[1].steps} == {plan.waves[1].steps[0].reason}
    assert (plan.servers, plan.dark, plan.unchanged) == (42, 0, 0)


def test_only_what_changes_takes_part_and_the_rest_is_counted() -> None:
    plan = plan_waves(three_racks(), {"r2-leaf1": "", "spine2": "", "no-such-switch": ""})
    assert [[s.switch for s in wave.steps] for wave in plan.waves] == [["r2-leaf1"], ["spine2"]]
    assert plan.unchanged == 8
    assert plan_waves(three_racks(), set()).waves == ()


def test_one_switch_alone_is_no_canary() -> None:
    (wave,) = plan_waves(three_racks(), {"r3-leaf2"}).waves
    assert wave.steps[0].reason == "its pair stays up; no server loses both legs"


def test_superspines_go_one_in_each_plane_and_pods_in_step() -> None:
    design = five_stage(pods=2, spines=4, planes=2, racks=1)
    plan = plan_waves(design, [n for n in design.switches if "spine" in n])
    assert [[s.switch for s in wave.steps] for wave in plan.waves][1:] == [
        ["p1-spine1", "p2-spine1"],
        ["p1-spine2", "p2-spine2"],
        ["p1-spine3", "p2-spine3"],
        ["p1-spine4"],
        ["superspine1", "superspine2"],
        ["superspine3", "superspine4"],
    ]
    reasons = {step.switch: step.reason for wave in plan.waves for step in wave.steps}
    assert reasons["p2-spine4"] == "canary: one of four: every leaf keeps three spines"
    assert reasons["p1-spine2"] == "one of four per pod: every leaf keeps three spines"
    assert reasons["superspine1"] == "one of two per plane: every spine keeps one"


def test_a_plane_of_one_superspine_goes_alone_and_is_said_to_be_cut() -> None:
    fabric = FabricBuilder()
    supers = [fabric.switch(f"superspine{n}", Role.SUPERSPINE, plane=n) for n in (1, 2, 3)]
    for pod in ("p1", "p2"):
        tier = fabric.spines(3, pod)
        for upper, spine in zip(supers, tier, strict=True):
            fabric.link([upper], [spine])
        fabric.link(tier, fabric.rack(f"{pod}r1", 2, 1, pod))
    plan = plan_waves(fabric.design(), supers)
    order = [[s.switch for s in wave.steps] for wave in plan.waves]
    assert order == [[supers[2]], [supers[0]], [supers[1]]]
    assert plan.waves[1].steps[0].reason == "the only one: no spine below it has another"


def test_a_rack_with_one_leaf_is_said_to_be_cut_and_goes_alone() -> None:
    fabric = FabricBuilder()
    spines = fabric.spines(2)
    for rack in ("r1", "r2"):
        fabric.link(spines, fabric.rack(rack, 1, 3))
    fabric.link(spines, fabric.rack("r3", 2, 2))
    fabric.server("r3-node9", "r3", ["r3-leaf2"])
    plan = plan_waves(fabric.design(), fabric.switches)
    reasons = {step.switch: step.reason for wave in plan.waves for step in wave.steps}
    cut = "single-homed: its servers lose the network for the time of the change"
    assert (reasons["r1-leaf1"], reasons["r2-leaf1"]) == (cut, cut)
    assert reasons["r3-leaf1"] == "canary: newest rack, its pair stays up"
    assert reasons["r3-leaf2"].startswith("single-homed: 1 of 3 servers loses the network")
    assert [len(wave.steps) for wave in plan.waves] == [1] * 6
    assert plan.dark == 7


def test_a_single_spine_is_said_to_cut_everything() -> None:
    fabric = FabricBuilder()
    fabric.link(fabric.spines(1), fabric.rack("r1", 2, 4))
    plan = plan_waves(fabric.design(), {"spine1"})
    assert plan.waves[0].steps[0].reason == "the only one: no leaf below it has another"
    assert (plan.dark, len(plan.waves[0].dark)) == (4, 4)


def test_the_last_way_out_of_the_fabric_is_said() -> None:
    fabric = FabricBuilder()
    spines = fabric.spines(2)
    fabric.link(spines, [*fabric.rack("r1", 2, 2), fabric.switch("border1", Role.BORDER)])
    fabric.upstream("isp", "border1")
    plan = plan_waves(fabric.design(), {"border1"})
    assert plan.waves[0].steps[0].reason == (
        "the only border: no way out of the fabric meanwhile (isp)"
    )


def test_work_grows_with_the_fabric_and_not_with_its_square() -> None:
    steps_taken(1)  # Python 3.12 counts instructions from the second time on
    small, large = steps_taken(16), steps_taken(32)
    assert 0 < small < large < 2.2 * small


def steps_taken(racks: int) -> int:
    """How many bytecode instructions a plan of so many racks takes."""
    fabric = FabricBuilder()
    spines = fabric.spines(4)
    for number in range(racks):
        fabric.link(spines, fabric.rack(f"r{number}", 2, 8))
    design = fabric.design()
    taken = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal taken
        frame.f_trace_opcodes = True
        taken += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        plan_waves(design, design.switches)
    finally:
        sys.settrace(before)
    return taken


def test_a_leaf_without_spines_forwards_over_its_peer() -> None:
    fabric = FabricBuilder()
    first, second = fabric.spines(2)
    one, two = fabric.rack("r1", 2, 1)
    fabric.server("r1-single", "r1", [one])
    fabric.link([first], [one])
    fabric.link([second], [two])
    assert plan_waves(fabric.design(), {first, second}).dark == 0
    fabric.link([first], fabric.rack("r2", 1, 1))
    assert plan_waves(fabric.design(), {first, second}).waves[1].dark == ("r2-node1",)
