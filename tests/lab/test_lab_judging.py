"""Kernel tables in the words of the plan, and where they differ from the computed routes."""

from pathlib import Path
from typing import Any

import pytest

from barefabric.build import build_files
from barefabric.lab.judging.case import Expected
from barefabric.lab.judging.sessions import bfd_faults, lab_sessions
from barefabric.lab.judging.tables import GATEWAY, OWN, Names, differences, kernel_table, lab_table
from barefabric.lab.plan import Source, lab_plan
from barefabric.lab.types import LabPlan
from barefabric.model.design import Design
from barefabric.pipeline import design

ROOT = Path(__file__).parents[2]
Made = tuple[Design, LabPlan]


def made(name: str) -> Made:
    found = design(ROOT / "topologies" / f"{name}.yaml").design
    source = Source(found, dict(build_files(found)), frozenset({"gobgpd", "gobgp"}))
    return found, lab_plan(source, "lab")


@pytest.fixture(scope="module")
def routed() -> Made:
    return made("routed-frr")


@pytest.fixture(scope="module")
def bonded() -> Made:
    return made("quickstart")


def via(port: str, gateway: str = "169.254.0.1", **more: Any) -> dict[str, Any]:
    return {"gateway": gateway, "dev": port, "flags": [], **more}


def table(found: Made, device: str, *routes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    names = Names(*found)
    return {p: hops for (_, p), hops in kernel_table(names, {device: {"routes": routes}}).items()}


def test_unnumbered_next_hops_are_known_by_their_port(routed: Made) -> None:
    both = {"dst": "default", "nexthops": [via("swp50"), via("swp49")]}
    one = {"dst": "10.10.0.11", **via("swp1")}
    assert table(routed, "r1-leaf1", both, one) == {
        "0.0.0.0/0": ("spine1", "spine2"),
        "10.10.0.11/32": ("r1-worker1",),
    }


def test_next_hops_behind_a_bond_are_known_by_their_address(bonded: Made) -> None:
    route = {"dst": "203.0.113.1", "nexthops": [via("vlan100", "10.10.0.139"),
                                                via("vlan100", "10.10.0.141")]}  # fmt: skip
    assert table(bonded, "r1-leaf1", route) == {"203.0.113.1/32": ("r1-node1", "r1-node3")}
    assert table(bonded, "r1-node1", {"dst": "default", **via("bond0", "10.10.0.1")}) == {
        "0.0.0.0/0": (GATEWAY,)
    }


def test_a_bonded_servers_default_is_expected(bonded: Made) -> None:
    expected = Expected(bonded[0])
    assert expected.table()["r1-node1", "0.0.0.0/0"] == (GATEWAY,)


def test_a_dead_next_hop_is_none(routed: Made) -> None:
    dead = {**via("swp49"), "flags": ["dead", "linkdown"]}
    route = {"dst": "default", "nexthops": [dead, via("swp50")]}
    assert table(routed, "r1-leaf1", route) == {"0.0.0.0/0": ("spine2",)}


@pytest.mark.parametrize(
    "route",
    [
        {"type": "blackhole", "dst": "default", "flags": []},
        {"type": "local", "dst": "10.255.0.3", "dev": "lo", "flags": []},
        {"dst": "10.10.0.0/24", "dev": "vlan100", "scope": "link", "flags": []},
    ],
)
def test_what_is_discarded_local_or_connected_is_a_devices_own(
    routed: Made, route: dict[str, Any]
) -> None:
    assert set(table(routed, "r1-leaf1", route).values()) == {(OWN,)}


def test_a_next_hop_that_nobody_has_shows_as_it_is(routed: Made) -> None:
    route = {"dst": "default", **via("swp48", "192.0.2.9")}
    assert table(routed, "r1-leaf1", route) == {"0.0.0.0/0": ("192.0.2.9 dev swp48",)}


def test_rows_that_only_one_side_has_differ_but_for_own_networks(routed: Made) -> None:
    ours = {("a", "10.0.0.1/32"): ("x",), ("a", "10.0.0.2/32"): (OWN,)}
    lab = {
        ("a", "10.0.0.2/32"): (OWN,),
        ("a", "10.9.0.0/31"): (OWN,),
        ("b", "0.0.0.0/0"): ("y",),
        ("gone", "0.0.0.0/0"): ("z",),
    }
    assert differences(ours, lab, frozenset({"gone"})) == [
        "a to 10.0.0.1/32: built-in x; kernel no route",
        "b to 0.0.0.0/0: built-in no route; kernel y",
    ]


def test_a_router_outside_tells_what_it_heard(routed: Made) -> None:
    facts = {"upstream": {"routes": [{"dst": "default", **via("eth1")}],
                          "received": {"": ["198.51.100.0/24"]}}}  # fmt: skip
    assert lab_table(Names(*routed), facts) == {
        ("upstream", "0.0.0.0/0"): (OWN,),
        ("upstream", "198.51.100.0/24"): ("border1",),
    }


def test_what_a_router_outside_heard_counts_while_its_port_is_up(routed: Made) -> None:
    own = {"type": "local", "dst": "198.51.100.1", "dev": "eth1", "flags": []}
    down = {"dst": "default", **via("eth1"), "flags": ["dead", "linkdown"]}
    facts = {"upstream": {"routes": [own, down], "received": {"": ["198.51.100.0/24"]}}}
    assert ("upstream", "198.51.100.0/24") not in lab_table(Names(*routed), facts)


# IPv6.


@pytest.fixture(scope="module")
def both() -> Made:
    return made("both-families")


def six(dst: str, **more: Any) -> dict[str, Any]:
    return {"dst": dst, "family": "ipv6", "flags": [], **more}


def test_defaults_of_both_families_are_different_rows(both: Made) -> None:
    routes = ({"dst": "default", **via("swp49")}, six("default", **via("swp50", "fe80::2")))
    assert table(both, "r2-leaf1", *routes) == {"0.0.0.0/0": ("spine1",), "::/0": ("spine2",)}


def test_all_next_hops_of_ipv6_are_known_by_port_or_address(both: Made) -> None:
    hops = [via("swp50", "fe80::2"), via("swp49", "fe80::1")]
    assert table(both, "r2-leaf1", six("fd00:65::/122", nexthops=hops)) == {
        "fd00:65::/122": ("spine1", "spine2")
    }
    behind = six("2001:db8:113::1", **via("vlan100", "fd00:10::b"))
    assert table(both, "r1-leaf1", behind) == {"2001:db8:113::1/128": ("r1-node1",)}
    default = six("default", **via("bond0", "fd00:10::1"))
    assert table(both, "r1-node1", default) == {"::/0": (GATEWAY,)}


def test_a_link_local_next_hop_on_a_shared_network_is_whose_it_is(both: Made) -> None:
    """And nobody's where two have it, or none."""

    def hop(facts: dict[str, Any]) -> tuple[str, ...]:
        route = six("default", **via("vlan4093", "fe80::9"))
        facts = {"r1-leaf1": {"routes": [route]}, **facts}
        return kernel_table(Names(*both), facts)["r1-leaf1", "::/0"]

    mine = {"routes": [six("fe80::9", type="local", dev="vlan4093")]}
    assert hop({"r1-leaf2": mine}) == ("r1-leaf2",)
    assert hop({"r1-leaf2": mine, "spine1": mine}) == ("fe80::9 dev vlan4093",)
    assert hop({}) == ("fe80::9 dev vlan4093",)


def test_of_two_routes_the_lower_metric_counts(both: Made) -> None:
    low = six("default", metric=20, **via("swp49", "fe80::1"))
    high = six("default", metric=1024, **via("swp50", "fe80::2"))
    for routes in ((low, high), (high, low)):
        assert table(both, "r2-leaf1", *routes) == {"::/0": ("spine1",)}


def test_link_local_networks_are_in_no_table(both: Made) -> None:
    assert table(both, "r2-leaf1", six("fe80::9", type="local", dev="swp49")) == {}


def test_expected_routes_are_those_of_both_families(both: Made) -> None:
    expected = Expected(both[0]).table()
    assert expected["r1-node1", "::/0"] == (GATEWAY,)
    assert expected["r2-leaf1", "::/0"] == ("spine1", "spine2")
    ipv6 = sum(":" in prefix for _, prefix in expected)
    assert ipv6 == len(expected) - ipv6 > 100


def told(peer: str, state: str = "Established", bfd: str | None = "Up") -> dict[str, Any]:
    return {"peer": peer, "state": state, "bfd": bfd, "why": "Hold Timer Expired", "over": ""}


def test_a_session_is_up_where_both_ends_say_so(routed: Made) -> None:
    def facts(*at_leaf: dict[str, Any]) -> dict[str, Any]:
        return {"spine1": {"sessions": {"": [told("swp1")]}},
                "r1-leaf1": {"sessions": {"": list(at_leaf)}}}  # fmt: skip

    def down(told_: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        found = lab_sessions(routed[0], told_).down
        return {d.session.id: d.reasons for d in found}

    session = "fabric:spine1:r1-leaf1:swp1"
    assert session not in down(facts(told("swp49")))
    assert down(facts(told("swp49", "Active")))[session] == (
        "r1-leaf1 says Active (Hold Timer Expired)",
    )
    assert down(facts())[session] == ("r1-leaf1 has no such neighbor",)


def test_bfd_counts_where_a_daemon_has_it(routed: Made) -> None:
    facts = {"spine1": {"sessions": {"": [told("swp1", bfd="Down")]}},
             "r1-leaf1": {"sessions": {"": [told("swp49", bfd=None)]}}}  # fmt: skip
    lines = [line for line in bfd_faults(routed[0], facts) if "spine1:r1-leaf1" in line]
    assert lines == ["fabric:spine1:r1-leaf1:swp1: BFD is down at spine1"]
