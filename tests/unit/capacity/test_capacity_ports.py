"""Ports, addresses, AS numbers, routes and power: counts that can be checked by hand."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from barefabric.capacity import load
from barefabric.capacity.addresses import asns, pod_rooms, pools
from barefabric.capacity.load import Use, loads, path_width, room
from barefabric.capacity.ports import blocks, port_use, tier_ports
from barefabric.capacity.power import power
from barefabric.capacity.routes import per_rack, route_count, table_use
from barefabric.model.cable import CableKind
from barefabric.model.design import AsnPool, Design
from barefabric.model.device import Role, TableSizes

Make = Callable[[str], Design]

RACK = """
fabric: rack
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
spines: 2
racks:
  - {name: r1, leaves: 2, servers: {node: 4}}
"""


def test_tiers_of_three_racks(named: Make) -> None:
    assert [(t.role.value, t.switches, t.text) for t in tier_ports(named("three-racks"))] == [
        ("leaf", 6, "48 x 25G: 13 used, 35 free"),
        ("leaf", 6, "8 x 100G: 2 up, 2 peer, 1 server, 3 free"),
        ("spine", 2, "32 x 100G: 8 used, 24 free"),
        ("spine", 2, "2 x 10G: 2 free"),
        ("border", 2, "32 x 100G: 2 up, 1 outside, 29 free"),
        ("border", 2, "2 x 10G: 2 free"),
    ]


def test_a_tier_of_unequal_switches_shows_the_range(written: Make) -> None:
    design = written(RACK + "  - {name: r2, leaves: 2, servers: {node: 9}}\n")
    leaf = tier_ports(design)[0]
    assert leaf.text == "48 x 25G: 4-9 used, 39-44 free"
    assert leaf.used[Use.SERVER] == (4, 9)


def test_every_end_of_every_cable_takes_a_port(any_design: Design) -> None:
    ends: Counter[str] = Counter()
    for cable in any_design.cables:
        ends.update(end for end in (cable.a, cable.b) if end in any_design.switches)
    for name, uses in port_use(any_design).items():
        assert sum(use.taken for use in uses) == ends[name]
        assert (
            sum(use.free for use in uses) == len(any_design.switches[name].model.ports) - ends[name]
        )


def test_gbits_are_those_of_the_cables(any_design: Design) -> None:
    total = sum(sum(its.gbits.values()) for its in loads(any_design).values())
    ours = any_design.switches
    assert total == sum(
        cable.speed * sum(end in ours for end in (cable.a, cable.b)) for cable in any_design.cables
    )


def test_lanes_of_one_cage_take_one_port(written: Make) -> None:
    design = written(RACK.replace("node: 4", "node: 54"))
    downlinks, uplinks = port_use(design)["r1-leaf1"]
    assert downlinks.used == {Use.SERVER: 48}
    assert uplinks.used == {Use.UP: 2, Use.PEER: 2, Use.SERVER: 2}
    assert loads(design)["r1-leaf1"].gbits[Use.SERVER] == 54 * 25


def test_blocks_are_runs_of_equal_ports(named: Make) -> None:
    leaf = named("quickstart").switches["r1-leaf1"].model
    assert [(b.group, b.speed, b.size, b.first) for b in blocks(leaf)] == [
        ("downlink", 25, 48, 0),
        ("uplink", 100, 8, 48),
    ]


def test_the_load_is_computed_once_for_a_design(
    named: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = named("quickstart")
    counted: list[str] = []

    def count(asked: Design) -> object:
        counted.append(asked.name)
        return original(asked)

    original = load._count
    monkeypatch.setattr(load, "_count", count)
    first = loads(design)
    assert loads(design) is first
    assert loads(replace(design, name="other")) is not first
    assert counted == ["quickstart", "other"]


def test_room_asks_for_a_speed(named: Make) -> None:
    spine = loads(named("three-racks"))["spine1"]
    assert room(spine, 100) == (32, 24)
    assert room(spine, 10) == (2, 2)
    assert room(spine, 400) == (0, 0)


def test_paths_are_the_least_of_all_limits(named: Make) -> None:
    design = named("quickstart")
    leaf = design.switches["r1-leaf1"]
    software = path_width(design, leaf)
    assert software > 8
    narrow = replace(leaf, model=replace(leaf.model, tables=TableSizes(ecmp=8)))
    assert path_width(design, narrow) == 8
    wish = replace(design, underlay=design.underlay._replace(ecmp=4))
    assert path_width(wish, narrow) == 4


# Addresses and AS numbers


def test_pools_say_what_is_used_and_free(named: Make) -> None:
    fills = {fill.name: fill for fill in pools(named("three-racks"))}
    assert fills["links"].unit == "/31"
    assert fills["links"].used == 16 + 2 * 3
    assert fills["servers"].free == 253
    assert fills["loopbacks"].share == pytest.approx(10 / 4095)


def test_what_is_held_is_not_free(named: Make) -> None:
    design = named("three-racks")
    held = tuple(pool._replace(retired=6) for pool in design.pools)
    fill = next(f for f in pools(replace(design, pools=held)) if f.name == "servers")
    assert (fill.used, fill.held, fill.free) == (3, 6, 247)


def test_pod_blocks(named: Make) -> None:
    (space,) = pod_rooms(named("three-racks"))
    assert space.blocks == 1 << (26 - 14)
    assert space.per_node == 97
    assert space.needed == 3


def test_ranges_of_as_numbers(named: Make) -> None:
    design = replace(
        named("three-racks"),
        asn_pools=(
            AsnPool("leaf", 4200020001, 4200020010),
            AsnPool("node", 64512, 65534),
            AsnPool("spine", 4200000001, 4200000001),
        ),
    )
    fills = {fill.name: fill for fill in asns(design)}
    assert (fills["leaf"].used, fills["leaf"].size, fills["leaf"].free) == (3, 10, 7)
    nodes = {server.asn for server in design.servers.values()}
    shown = {profile.a.local_as for profile in design.profiles.values()} - {0}
    assert fills["node"].used == len(nodes | shown)
    assert fills["spine"].share == 1


# Routes


def test_routes_by_class(named: Make) -> None:
    assert route_count(named("three-racks"))._asdict() == {
        "loopbacks": 10,
        "racks": 3,
        "hosts": 0,
        "pods": 42 * 3,
        "services": 500 + 2 + 1,
        "outside": 1,
    }
    routed = route_count(named("routed-frr"))
    assert (routed.racks, routed.hosts, routed.pods, routed.services) == (0, 8, 0, 128)


def test_a_rack_more_adds_what_the_count_says(written: Make) -> None:
    cluster = """
clusters:
  - name: c
    servers: [node]
    pods: 10.64.0.0/14
    services: 10.96.0.0/16
    cni: calico
"""
    one = written(RACK + cluster)
    two = written(RACK.replace("name: r1", 'name: "r[1-2]"') + cluster)
    assert per_rack(one) == {"r1": 2 + 1 + 4 * 3}
    assert route_count(two).total - route_count(one).total == per_rack(one)["r1"]


def test_a_table_is_compared_with_its_size(named: Make) -> None:
    design = named("three-racks")
    assert {use.size for use in table_use(design)} == {0}
    sized = with_table(design, Role.LEAF, 1000)
    leaf = next(use for use in table_use(sized) if use.role is Role.LEAF)
    assert leaf.share == pytest.approx(643 / 1000)
    assert leaf.switches == 6


def with_table(design: Design, role: Role, routes: int) -> Design:
    """The design with a route table of a known size on one tier."""
    switches = {
        name: replace(s, model=replace(s.model, tables=TableSizes(ipv4_routes=routes)))
        if s.role is role
        else s
        for name, s in design.switches.items()
    }
    return replace(design, switches=switches)


def test_watts_by_place(named: Make) -> None:
    design = named("three-racks")
    by_place = {p.where: p for p in power(design)}
    assert list(by_place) == ["r1", "r2", "r3", "spines", "borders"]
    spine = design.switches["spine1"].model.watts
    assert by_place["spines"].watts == 2 * spine > 0
    unknown = power(named("routed-frr"))
    assert sum(p.unknown for p in unknown) == len(named("routed-frr").switches)


def test_upstream_ports_are_counted(named: Make) -> None:
    upstream = [c for c in named("three-racks").cables if c.kind is CableKind.UPSTREAM]
    load_of = loads(named("three-racks"))
    assert all(load_of[c.a].gbits[Use.OUTSIDE] == c.speed for c in upstream)
