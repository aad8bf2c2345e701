"""Reading ifupdown2's files, and leaving them to ``ifup`` where that is installed."""

from pathlib import Path

import pytest

from barefabric.derive.switch import switch_intent
from barefabric.lab.wiring import ifup, ifupdown
from barefabric.lab.wiring.switches import switch_setup
from barefabric.pipeline import design

ROOT = Path(__file__).parents[3]
ROUTED = (ROOT / "tests/golden/routed-frr/switches/r1-leaf1/interfaces").read_text()
PORTS = ("swp1", "swp2", "swp3", "swp49")

BRIDGED = """\
auto swp1
iface swp1
    mtu 9214
    bridge-access 100
auto swp2
iface swp2
    alias node1 eno1
auto swp3
iface swp3
auto swp4
iface swp4
    link-down yes
auto bond2
iface bond2
    mtu 9214
    bond-mode 802.3ad
    bond-lacp-rate fast
    bond-miimon 100
    bond-xmit-hash-policy layer3+4
    bond-slaves swp2 swp3
    bridge-access 100
auto bridge
iface bridge
    bridge-vlan-aware yes
    bridge-ports bond2 swp1
    bridge-vids 100
auto vlan100
iface vlan100
    vlan-id 100
    vlan-raw-device bridge
    mtu 9214
    address 10.10.0.2/24
    address 10.10.0.1/24
"""


def test_routed_ports_and_the_loopback() -> None:
    setup = ifupdown.read(ROUTED, PORTS)
    assert setup.ip[:3] == (
        "addr add 10.255.0.3/32 dev lo",
        "link set swp1 mtu 9214",
        "link set swp1 up",
    )
    assert setup.needs == ()
    assert "the management network and its VRF are left out" in setup.remarks
    assert "unused ports do not exist" in setup.remarks


def test_ports_without_a_cable_are_left_out() -> None:
    names = {line.split()[2] for line in ifupdown.read(ROUTED, ("swp1",)).ip if "link" in line}
    assert names == {"swp1"}


def test_a_bond_takes_its_members_while_they_are_down() -> None:
    lines = ifupdown.read(BRIDGED, PORTS).ip
    assert "link set swp2 up" not in lines
    made = (
        "link add bond2 type bond mode 802.3ad miimon 100 xmit_hash_policy layer3+4 lacp_rate fast"
    )
    start = lines.index(made)
    assert lines[start + 1 : start + 5] == (
        "link set swp2 master bond2",
        "link set swp3 master bond2",
        "link set bond2 mtu 9214",
        "link set bond2 up",
    )


def test_the_bridge_has_its_members_and_vlans() -> None:
    setup = ifupdown.read(BRIDGED, PORTS)
    assert setup.ip[-3:] == (
        "link set bond2 master bridge",
        "link set swp1 master bridge",
        "link set bridge mtu 9214 up",
    )
    assert setup.bridge == (
        "vlan add dev bond2 vid 100 pvid untagged",
        "vlan add dev swp1 vid 100 pvid untagged",
        "vlan add dev bridge vid 100 self",
    )
    assert setup.late == (
        "link add link bridge name vlan100 type vlan id 100",
        "link set vlan100 mtu 9214",
        "addr add 10.10.0.2/24 dev vlan100",
        "addr add 10.10.0.1/24 dev vlan100",
        "link set vlan100 up",
    )
    assert setup.needs == ("bonding", "bridge", "vlan_filtering", "8021q")


def test_an_option_that_is_passed_over_is_said() -> None:
    changed = BRIDGED.replace("    bond-miimon 100\n", "    bond-min-links 2\n")
    (said,) = set(ifupdown.read(changed, PORTS).remarks) - set(
        ifupdown.read(BRIDGED, PORTS).remarks
    )
    assert said == "the lab's own reading of interfaces passes over bond-min-links"


def test_our_own_files_are_read_whole() -> None:
    for path in sorted((ROOT / "tests/golden/routed-frr/switches").glob("*/interfaces")):
        remarks = ifupdown.read(path.read_text(), PORTS).remarks
        assert not [r for r in remarks if "passes over" in r], path


def test_ifup_gets_the_interfaces_that_the_lab_has(monkeypatch: pytest.MonkeyPatch) -> None:
    found = design(ROOT / "topologies/routed-frr.yaml").design
    files = {"interfaces": ROUTED, "sysctl.conf": "net.ipv4.ip_forward = 1\n"}
    intent = switch_intent(found, "r1-leaf1")
    monkeypatch.setattr(ifup, "runs_here", lambda: True)
    through = switch_setup(found, intent, files, PORTS)
    assert (through.reader, through.ip, through.bridge, through.late) == ("ifupdown2", (), (), ())
    (program,) = through.programs
    assert program.once
    assert program.argv[-1].endswith("ifup lo swp1 swp2 swp3 swp49\n")
    assert ("net.ipv4.ip_forward", "1") in through.sysctls
    monkeypatch.setattr(ifup, "runs_here", lambda: False)
    ours = switch_setup(found, intent, files, PORTS)
    assert ours.reader == ifupdown.READER
    assert ours.programs == ()
    assert ours.ip == ifupdown.read(ROUTED, PORTS).ip


def test_interfaces_are_named_as_the_file_names_them() -> None:
    assert ifupdown.interfaces(BRIDGED, PORTS) == (
        "swp1",
        "swp2",
        "swp3",
        "bond2",
        "bridge",
        "vlan100",
    )
