"""FRR on Linux: the files beside ``frr.conf``, and what the daemons do not judge."""

import re

from intents import BRIDGED, ROUTED, SERVICES, example, fabric, files


def stanzas(text: str) -> dict[str, list[str]]:
    """Lines of each interface, by name."""
    found: dict[str, list[str]] = {}
    for part in text.split("\n\n"):
        match = re.search(r"^iface (\S+).*\n((?:    .*\n?)*)", part, re.MULTILINE)
        if match:
            assert match[1] not in found
            assert f"auto {match[1]}\n" in part
            found[match[1]] = [line.strip() for line in match[2].splitlines()]
    return found


def test_interfaces_of_a_routed_leaf() -> None:
    design = fabric(ROUTED, "frr")
    found = stanzas(files(design, "r1-leaf1")["interfaces"])
    ports = [port.name for port in design.switches["r1-leaf1"].model.ports]
    assert list(found) == ["lo", "mgmt", "eth0", *ports]
    assert found["lo"] == ["address 10.255.0.3/32"]
    assert found["mgmt"] == [
        "address 127.0.0.1/8",
        "vrf-table 1001",
        *(
            f"{when} ip rule {what} pref 900 iif lo to {server} lookup 1001 || true"
            for server in ("192.0.2.2", "192.0.2.3")
            for when, what in (("up", "add"), ("down", "del"))
        ),
    ]
    assert found["eth0"] == ["address 172.20.0.13/16", "gateway 172.20.0.1", "vrf mgmt"]
    assert found["swp49"] == ["alias spine1 swp1", "mtu 9214"]
    assert found["swp48"] == ["alias unused", "link-down yes"]
    spine = stanzas(files(design, "spine1")["interfaces"])
    assert spine["swp1"] == [
        "alias r1-leaf1 swp49", "link-autoneg off", "link-speed 100000", "mtu 9214",
    ]  # fmt: skip


def test_interfaces_of_a_bridging_leaf() -> None:
    found = stanzas(files(fabric(BRIDGED, "frr"), "r1-leaf1")["interfaces"])
    assert found["swp49"] == ["alias spine1 swp1", "mtu 9214", "address 10.254.0.1/31"]
    assert found["swp5"] == [
        "alias r1-single1 eno1", "link-autoneg off", "link-speed 10000", "mtu 9214",
        "bridge-access 100",
    ]  # fmt: skip
    assert found["swp1"] == ["alias r1-bonded1 eno1"]
    assert found["bond1"] == [
        "alias r1-bonded1",
        "mtu 9214",
        "bond-mode 802.3ad",
        "bond-lacp-rate fast",
        "bond-miimon 100",
        "bond-xmit-hash-policy layer3+4",
        "bond-slaves swp1 swp2",
        "bridge-access 100",
    ]
    assert found["bridge"] == [
        "bridge-vlan-aware yes",
        "bridge-ports bond1 bond3 swp5 swp6",
        "bridge-vids 100",
    ]
    assert found["vlan100"] == [
        "alias servers of rack r1",
        "vlan-id 100",
        "vlan-raw-device bridge",
        "mtu 9214",
        "address 10.10.0.2/24",
        "address 10.10.0.1/24",
    ]
    assert "bridge" not in stanzas(files(fabric(BRIDGED, "frr"), "border1")["interfaces"])


def test_sessions_on_a_vlan_state_their_address() -> None:
    """The VLAN's interface has the gateway's address too."""
    text = files(fabric(BRIDGED, "frr"), "r1-leaf1")["frr.conf"]
    assert " neighbor EDGE-CALICO update-source 10.10.0.2\n" in text
    assert " neighbor EDGE-METALLB update-source 10.10.0.2\n" in text
    assert "neighbor SPINES update-source" not in text


def test_the_second_as_number_stands_beside_the_port() -> None:
    text = files(example("routed-frr"), "spine1")["frr.conf"]
    assert (
        " neighbor swp1 interface peer-group LEAVES\n neighbor swp1 remote-as 4200020001\n" in text
    )
    leaf = files(example("routed-frr"), "r1-leaf1")["frr.conf"]
    assert " neighbor SPINES remote-as 4200000001\n" in leaf
    assert "neighbor swp49 remote-as" not in leaf


def test_daemons_start_with_the_profile_the_configuration_is_written_for() -> None:
    found = files(example("routed-frr"), "spine1")
    assert found["frr.conf"].startswith("frr defaults datacenter\nhostname spine1\n")
    assert 'frr_profile="datacenter"\n' in found["daemons"]
    assert "bgpd=yes\nbfdd=yes\n" in found["daemons"]


def test_kernel_settings() -> None:
    lines = files(example("routed-frr"), "spine1")["sysctl.conf"].splitlines()
    pairs = dict(line.split(" = ") for line in lines if line and line[0] != "#")
    assert pairs["net.ipv4.ip_forward"] == "1"
    assert pairs["net.ipv4.fib_multipath_hash_policy"] == "1"
    assert pairs["net.ipv4.conf.all.ignore_routes_with_linkdown"] == "1"
    assert pairs["net.ipv4.conf.all.rp_filter"] == "0"
    assert pairs["net.ipv4.conf.all.send_redirects"] == "0"
    assert pairs["net.ipv4.conf.default.send_redirects"] == "0"
    assert pairs["net.ipv4.udp_l3mdev_accept"] == "1"


def without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_services() -> None:
    found = files(fabric(BRIDGED, "frr"), "spine1")
    assert without_comments(found["resolv.conf"]) == [
        "search example.net", "nameserver 192.0.2.2", "nameserver 192.0.2.3",
    ]  # fmt: skip
    assert without_comments(found["chrony.conf"])[:2] == [
        "server 192.0.2.1 iburst", "bindacqdevice mgmt",
    ]  # fmt: skip
    assert without_comments(found["rsyslog.conf"]) == [
        '*.* action(type="omfwd" target="192.0.2.4" port="514" protocol="udp" device="mgmt")'
    ]


def test_without_settings_no_file_of_a_service_is_written() -> None:
    found = files(example("routed-frr"), "spine1")
    assert sorted(found) == ["daemons", "frr.conf", "interfaces", "sysctl.conf"]
    assert "ip rule" not in found["interfaces"]


def test_accounts() -> None:
    more = SERVICES.replace(
        "users: [{name: ops, secret: ops}]",
        "users: [{name: ops, secret: ops}, {name: eye, role: network-operator, secret: ops},"
        " {name: lab, role: wireshark, secret: ops}]",
    )
    found = files(fabric(ROUTED, "frr", more), "spine1")
    assert found["accounts"].splitlines()[-3:] == [
        "account ops sudo,frrvty password '${secret:ops}'",
        "account eye adm password '${secret:ops}'",
        "account lab wireshark password '${secret:ops}'",
    ]
    assert without_comments(found["sudoers"]) == ["ops ALL=(ALL:ALL) NOPASSWD: ALL"]


def test_the_first_line_says_where_a_file_belongs() -> None:
    for name, text in files(fabric(BRIDGED, "frr"), "spine1").items():
        assert name == "frr.conf" or re.match(r"# /[a-z./\d-]+( \(ifupdown2\))?\n", text)


LANES = """
fabric: lanes
switch_types:
  spine: {{nos: {nos}, ports: 32 x 100G}}
  leaf: {{nos: {nos}, ports: 32 x 100G}}
server_types:
  node: {{nics: 2 x 25G, attach: routed}}
  fat: {{nics: 2 x 50G, attach: routed}}
spines: 2
racks:
  - {{name: r1, leaves: 2, servers: {{node: 6, fat: 3}}}}
"""


def test_parts_of_a_port_that_is_broken_out() -> None:
    """The first part in use has the port split before it comes up; the whole port is gone."""
    found = stanzas(files(fabric(LANES, "frr", ""), "r1-leaf1")["interfaces"])
    ports = [name for name in found if name.startswith("swp")]
    assert ports[:10] == [
        "swp1s0", "swp1s1", "swp2s0",
        "swp3s0", "swp3s1", "swp3s2", "swp3s3", "swp4s0", "swp4s1", "swp5",
    ]  # fmt: skip
    splits = {name: line for name in found for line in found[name] if "split" in line}
    assert {name: line.rpartition("split ")[2] for name, line in splits.items()} == {
        "swp1s0": "swp1 count 2", "swp2s0": "swp2 count 2",
        "swp3s0": "swp3 count 4", "swp4s0": "swp4 count 4",
    }  # fmt: skip
    assert splits["swp3s0"].startswith("pre-up ip link show swp3s0 || devlink port split ")
