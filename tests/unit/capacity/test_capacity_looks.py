"""Looks: few, true, and each at its threshold."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from barefabric.capacity.looks import looks
from barefabric.errors import Severity
from barefabric.model.design import AsnPool, Design
from barefabric.model.device import Role, TableSizes

Make = Callable[[str], Design]

BASE = """
fabric: looked-at
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
spines: 2
racks:
  - {name: "r[01-RACKS]", leaves: 2, servers: {node: SERVERS}}
"""


def topology(racks: int = 2, servers: int = 2, more: str = "") -> str:
    return BASE.replace("RACKS", f"{racks:02}").replace("SERVERS", str(servers)) + more


def codes(design: Design) -> list[str]:
    return [look.code for look in looks(design)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("quickstart", []),
        ("three-racks", []),
        ("routed-frr", []),
        ("five-stage", ["CAP003", "CAP004", "CAP005"]),
    ],
)
def test_the_examples(named: Make, name: str, expected: list[str]) -> None:
    assert codes(named(name)) == expected


def test_a_look_stops_nothing_and_says_what_to_do(named: Make) -> None:
    for look in looks(named("five-stage")):
        assert look.severity is Severity.LOOK
        assert look.mend
        assert look.message[0].islower() or look.message[0].isdigit()


@pytest.mark.parametrize(("racks", "expected"), [(3, []), (4, ["CAP001"])])
def test_a_pool_nearly_full(written: Make, racks: int, expected: list[str]) -> None:
    """Of 24 /31s each rack takes 6; four racks make 100 %, three 75 %."""
    more = "addressing: {links: [10.254.0.0/27, 10.253.0.0/28]}\n"
    design = written(topology(racks, more=more))
    assert codes(design) == expected
    if expected:
        assert looks(design)[0].message == ("addressing.links is 100% full: 24 of 24 /31 in use")


def test_what_is_held_fills_a_pool_too(named: Make) -> None:
    design = named("three-racks")
    held = tuple(
        pool._replace(retired=202) if pool.name == "servers" else pool for pool in design.pools
    )
    (look,) = looks(replace(design, pools=held))
    assert look.message.endswith("3 of 256 /24 in use and 202 held for what is gone")


def test_as_numbers_nearly_used_up(named: Make) -> None:
    design = named("three-racks")
    tight = (AsnPool("leaf", 4200020001, 4200020003), AsnPool("spine", 4200000001, 4200000001))
    assert codes(replace(design, asn_pools=tight)) == ["CAP002"], "of spines one number is enough"
    roomy = (AsnPool("leaf", 4200020001, 4200020099),)
    assert codes(replace(design, asn_pools=roomy)) == []


def test_node_numbers_count_only_where_they_grow(named: Make) -> None:
    node = (AsnPool("node", 64512, 64515),)
    three = named("three-racks")
    shown = {profile.a.local_as for profile in three.profiles.values()} - {0}
    used = {server.asn for server in three.servers.values()} | shown
    exact = (AsnPool("node", min(used), min(used) + len(used) - 1),)
    assert codes(replace(three, asn_pools=exact)) == ["CAP002"] or max(used) > exact[0].last
    per_cluster = named("quickstart")
    assert codes(replace(per_cluster, asn_pools=node)) == []


@pytest.mark.parametrize(("racks", "expected"), [(11, []), (12, ["CAP003"]), (16, ["CAP003"])])
def test_spines_nearly_full(written: Make, racks: int, expected: list[str]) -> None:
    design = written(topology(racks))
    assert codes(design) == expected
    if expected:
        assert looks(design)[0].message == (
            f"the spines are full at 16 racks (32 ports on each, 2 per rack); there are {racks}"
        )


@pytest.mark.parametrize(("servers", "expected"), [(32, []), (33, ["CAP004"])])
def test_oversubscription(written: Make, servers: int, expected: list[str]) -> None:
    """32 servers of 25G are 800 Gbit/s over 200: exactly 4 : 1, which is still fine."""
    assert codes(written(topology(servers=servers))) == expected


def test_oversubscription_names_the_worst_leaf(written: Make) -> None:
    text = topology(servers=40) + "  - {name: busy, leaves: 2, servers: {node: 48}}\n"
    (look,) = looks(written(text))
    assert (
        "leaf busy-leaf1 is oversubscribed 6.0 : 1 (1,200 Gbit/s below, 200 above)" in look.message
    )


def test_narrow_peer_links(written: Make) -> None:
    """Eight spines take all uplink ports, so the peer link ends up on ports of 25G."""
    text = topology().replace("spines: 2", "spines: 8")
    (look,) = looks(written(text))
    assert look.code == "CAP005"
    assert "has 50 Gbit/s, the uplinks of each have 800; 1 other pair is alike" in look.message
    assert codes(written(topology().replace("spines: 2", "spines: 4"))) == [], "half is enough"
    assert codes(written(topology().replace("spines: 2", "spines: 5"))) == ["CAP005"]


@pytest.mark.parametrize(("size", "expected"), [(804, []), (803, ["CAP006"])])
def test_tables_nearly_full(named: Make, size: int, expected: list[str]) -> None:
    """three-racks makes 643 routes; four fifths of 803.75 are 643."""
    design = named("three-racks")
    switches = {
        name: replace(s, model=replace(s.model, tables=TableSizes(ipv4_routes=size)))
        if s.role is Role.SPINE
        else s
        for name, s in design.switches.items()
    }
    assert codes(replace(design, switches=switches)) == expected


def test_one_spine(written: Make) -> None:
    lonely = topology().replace("spines: 2", "spines: 1")
    (look,) = looks(written(lonely))
    assert look.code == "CAP007"
    assert look.message.startswith("there is one spine, spine1:")
    assert codes(written(lonely.replace("[01-02]", "[01-01]"))) == [], "one rack needs no spine"


def test_more_uplinks_than_paths(written: Make) -> None:
    text = topology(more="underlay: {ecmp: 2}\n")
    assert codes(written(text)) == []
    (look,) = looks(written(text.replace("spines: 2", "spines: 3")))
    assert look.code == "CAP008"
    assert look.message == "r01-leaf1 has 3 uplinks and spreads over at most 2 equal paths"


@pytest.mark.parametrize(
    ("prefix", "expected"), [("10.64.0.0/23", []), ("10.64.0.0/24", ["CAP009"])]
)
def test_pod_addresses(written: Make, prefix: str, expected: list[str]) -> None:
    """Four nodes need two blocks each to be full: 8 blocks of /26 are a /23."""
    cluster = f"""
clusters:
  - name: c
    servers: [node]
    pods: {prefix}
    services: 10.96.0.0/16
    cni: calico
"""
    design = written(topology(more=cluster))
    assert codes(design) == expected
    if expected:
        assert looks(design)[0].message == (
            "cluster c has 4 pod blocks of /26 for 4 nodes; full nodes take 8"
        )
