"""The interfaces of a leaf with a partner, as lines for iproute2."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from barefabric.derive.switch import switch_intent
from barefabric.lab.hosts import as_frr
from barefabric.lab.types import Setup
from barefabric.lab.wiring.mlag import held_rules
from barefabric.lab.wiring.pairs import keepalive_links, pair_setup, split_horizon, system_of
from barefabric.model.design import Design
from barefabric.pipeline import design

ROOT = Path(__file__).parents[3]


@cache
def found(name: str) -> Design:
    return design(ROOT / f"topologies/{name}.yaml").design


def setup_of(topology: str, leaf: str, *ports: str) -> Setup:
    intent = as_frr(switch_intent(found(topology), leaf))
    assert intent.mlag is not None
    return pair_setup(found(topology), intent, intent.mlag, frozenset(ports))


def bonds(setup: Setup) -> dict[str, str]:
    lines = [line.split() for line in setup.ip if " type bond " in line]
    return {words[2]: " ".join(words[5:]) for words in lines}


@pytest.mark.parametrize(("topology", "rack"), [("quickstart", "r1"), ("three-racks", "r2")])
def test_both_leaves_are_one_system_to_each_server(topology: str, rack: str) -> None:
    one, two = (bonds(setup_of(topology, f"{rack}-leaf{n}")) for n in (1, 2))
    assert one == two
    shared = {name: options for name, options in one.items() if name != "peerlink"}
    assert len(shared) == len(found(topology).racks[rack].servers)
    assert len({options.split("ad_user_port_key ")[1] for options in shared.values()}) == len(
        shared
    )
    assert all(f"ad_actor_system {system_of(rack)} " in options for options in shared.values())
    assert "ad_actor_system" not in one["peerlink"], "the leaves see each other as two systems"


def test_pairs_are_different_systems() -> None:
    assert system_of("r1") != system_of("r2")
    assert int(system_of("r1")[:2], 16) & 3 == 2, "unicast, of local administration"


def test_the_gateway_is_shared_and_the_own_address_is_not() -> None:
    late = [setup_of("quickstart", f"r1-leaf{n}").late for n in (1, 2)]
    for lines in late:
        assert "addr add 10.10.0.1/32 dev vlan100-v0" in lines
        assert (
            "link add link vlan100 name vlan100-v0 address 00:00:5e:00:01:01"
            " type macvlan mode private"
        ) in lines
    assert "addr add 10.10.0.2/24 dev vlan100" in late[0]
    assert "addr add 10.10.0.3/24 dev vlan100" in late[1]


def test_vlans_of_the_pair_go_down_with_the_peer_link() -> None:
    setup = setup_of("quickstart", "r1-leaf1")
    assert "link add link peerlink name vlan4093 type vlan id 4093" in setup.late
    assert "link add link peerlink name vlan4094 type vlan id 4094" in setup.late
    assert "link add link bridge name vlan100 type vlan id 100" in setup.late
    assert not [line for line in setup.bridge if "409" in line]


def test_servers_are_untagged_and_nothing_is_learned_on_the_peer_link() -> None:
    bridge = setup_of("quickstart", "r1-leaf1").bridge
    assert "vlan add dev bond1 vid 100 pvid untagged" in bridge
    assert "vlan add dev peerlink vid 100" in bridge
    assert "link set dev peerlink learning off" in bridge
    assert "fdb add 00:00:5e:00:01:01 dev bridge vlan 100 self permanent" in bridge


def test_each_leaf_knows_the_others_bridge_by_the_peer_link() -> None:
    one, two = (setup_of("quickstart", f"r1-leaf{n}") for n in (1, 2))
    own = next(line.split()[4] for line in two.ip if " type bridge " in line)
    assert f"fdb add {own} dev peerlink vlan 100 master static" in one.bridge


def test_ports_have_their_sizes_before_they_are_members() -> None:
    lines = setup_of("quickstart", "r1-leaf1").ip
    assert lines.index("link set Ethernet1 master bond1") < lines.index("link set bond1 up")
    assert "link set bond1 mtu 9214" in lines
    assert "addr add 10.254.0.1/31 dev Ethernet49_1" in lines


def test_all_bonds_are_held_back_until_the_daemon_knows_better() -> None:
    text = setup_of("quickstart", "r1-leaf1").nft
    assert '"bond1", "bond2", "bond3", "bond4"' in text
    assert 'iifname "peerlink" oifname @held drop' in text
    assert "elements" not in split_horizon(())


def test_the_daemon_replaces_the_whole_set() -> None:
    assert list(held_rules(["bond2", "bond1"])) == [
        "flush set bridge mlag held",
        'add element bridge mlag held { "bond1", "bond2" }',
    ]
    assert list(held_rules([])) == ["flush set bridge mlag held"]


def orders(topology: str, leaf: str, *ports: str) -> dict[str, Any]:
    (program,) = setup_of(topology, leaf, *ports).programs
    read: dict[str, Any] = json.loads(program.argv[-1])
    return read


def test_the_daemons_know_each_other() -> None:
    one, two = (orders("three-racks", f"r3-leaf{n}", "eth0") for n in (1, 2))
    assert (one["first"], two["first"]) == (True, False)
    assert (one["peer"], one["peer_address"]) == (two["name"], two["address"])
    assert one["keepalive"]["peer_address"] == two["keepalive"]["address"]
    assert one["bonds"] == two["bonds"]
    assert (
        one["interfaces"] == two["interfaces"] == [f"vlan{found('three-racks').racks['r3'].vlan}"]
    )


def test_without_another_path_it_is_said() -> None:
    assert orders("quickstart", "r1-leaf1")["keepalive"] is None
    alone, watched = (setup_of("quickstart", "r1-leaf1", *ports) for ports in ((), ("eth0",)))
    assert any("a lost one looks like a dead one" in remark for remark in alone.remarks)
    assert not any("looks like a dead one" in remark for remark in watched.remarks)
    assert "vrf" in watched.needs
    assert "vrf" not in alone.needs


def test_each_pair_has_a_path_beside_the_peer_link() -> None:
    links = keepalive_links(found("three-racks"))
    assert [(link.a, link.b) for link in links] == [
        (f"r{n}-leaf1", f"r{n}-leaf2") for n in (1, 2, 3)
    ]
    assert {(link.a_port, link.b_port) for link in links} == {("eth0", "eth0")}
