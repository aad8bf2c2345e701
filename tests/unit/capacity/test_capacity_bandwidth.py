"""Oversubscription and failures: sums on one side, smallest cuts on the other."""

from collections.abc import Callable

import pytest

from barefabric.capacity.bandwidth import filled_ratio, losses, rack_ratios, switch_ratios
from barefabric.capacity.graph import between, bisection, graph
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role

Make = Callable[[str], Design]

SINGLE = """
fabric: single
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  two: {nics: 2 x 25G, attach: bond}
  one: {nics: 1 x 25G, attach: single}
spines: 3
racks:
  - {name: "r[1-2]", leaves: 2, servers: {two: 3, one: 5}}
"""


def test_oversubscription_of_three_racks(named: Make) -> None:
    leaf = next(r for r in switch_ratios(named("three-racks")) if r.name == "r1-leaf1")
    assert (leaf.down, leaf.up) == (13 * 25 + 100, 200)
    assert leaf.ratio == pytest.approx(2.125)
    assert {r.ratio for r in rack_ratios(named("three-racks"))} == {2.125}


def test_spines_are_judged_only_below_superspines(named: Make) -> None:
    assert {r.role for r in switch_ratios(named("three-racks"))} == {Role.LEAF}
    spines = [r for r in switch_ratios(named("five-stage")) if r.role is Role.SPINE]
    assert {(r.down, r.up, r.ratio) for r in spines} == {(4800, 800, 6.0)}
    assert len(spines) == 16


def test_a_leaf_filled_with_servers(named: Make) -> None:
    filled = filled_ratio(named("three-racks"), "r1-leaf1")
    assert (filled.down, filled.up) == (48 * 25 + 100, 200)


def test_no_uplink_is_infinitely_bad(named: Make) -> None:
    ratio = rack_ratios(named("quickstart"))[0]
    assert ratio._replace(up=0).ratio == float("inf")
    assert ratio._replace(down=0).ratio == 0


def test_losses_of_three_racks(named: Make) -> None:
    found = losses(named("three-racks"))
    assert [(x.device, x.scope, x.before, x.after, x.alike) for x in found] == [
        ("spine1", "rack r1", 400, 200, 1),
        ("r1-leaf1", "rack r1", 400, 200, 5),
    ]
    assert {x.share for x in found} == {0.5}
    assert {x.cut_off for x in found} == {0}


def test_losses_of_five_stages(named: Make) -> None:
    found = {x.role: x for x in losses(named("five-stage"))}
    assert found[Role.SPINE].share == pytest.approx(7 / 8)
    assert (found[Role.SUPERSPINE].scope, found[Role.SUPERSPINE].before) == ("pod p1", 6400)
    assert found[Role.SUPERSPINE].after == 5600
    assert found[Role.SUPERSPINE].alike == 7


def test_a_dead_leaf_cuts_off_servers_with_one_link(written: Make) -> None:
    design = written(SINGLE)
    leaf = next(x for x in losses(design) if x.role is Role.LEAF)
    links = [c for c in design.cables if c.kind is CableKind.SERVER and c.a == leaf.device]
    assert leaf.cut_off == sum("one" in c.b for c in links) > 0


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr", "five-stage"])
def test_losses_agree_with_the_smallest_cut(named: Make, name: str) -> None:
    """What is said to be left is what maximum flow finds between the rack and all others."""
    design = named(name)
    for loss in losses(design):
        if loss.role is Role.SUPERSPINE or len(design.racks) < 2:
            continue
        rack = loss.scope.removeprefix("rack ")
        others = [other for other in design.racks if other != rack]
        assert between(design, [rack], others) == loss.before
        assert between(design, [rack], others, dead=[loss.device]) == loss.after


def test_a_dead_superspine_narrows_the_pods(named: Make) -> None:
    design = named("five-stage")
    loss = next(x for x in losses(design) if x.role is Role.SUPERSPINE)
    east = [rack for rack in design.racks if rack.startswith("p1")]
    west = [rack for rack in design.racks if rack.startswith("p2")]
    assert between(design, east, west) == loss.before
    assert between(design, east, west, dead=[loss.device]) == loss.after


def test_bisection(named: Make) -> None:
    assert bisection(named("quickstart")) == 0, "one rack has no other half"
    assert bisection(named("three-racks")) == 400
    assert bisection(named("three-racks"), dead=["spine1"]) == 200
    assert bisection(named("three-racks"), dead=["spine1", "spine2"]) == 0
    assert bisection(named("five-stage")) == 6400


def test_an_unknown_rack_is_an_error(named: Make) -> None:
    with pytest.raises(KeyError):
        between(named("three-racks"), ["r1"], ["r9"])


def test_the_graph_has_every_device_and_cable(any_design: Design) -> None:
    made = graph(any_design)
    assert set(made) == {*any_design.switches, *any_design.servers, *any_design.upstreams}
    assert made.number_of_edges() == len(any_design.cables)
    assert made.size(weight="speed") == sum(cable.speed for cable in any_design.cables)
    bare = graph(any_design, servers=False)
    assert not set(bare) & set(any_design.servers)
    leaf = next(s for s in any_design.switches.values() if s.role is Role.LEAF)
    assert bare.nodes[leaf.name] == {"role": "leaf", "rack": leaf.rack}
