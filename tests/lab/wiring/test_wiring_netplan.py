"""Reading netplan's files: what the lab would do where systemd-networkd is not there."""

from pathlib import Path

import pytest

from barefabric.derive.server import server_intent
from barefabric.lab.wiring import netplan, networkd
from barefabric.lab.wiring.servers import server_setup
from barefabric.pipeline import design

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
BONDED = (GOLDEN / "quickstart/nodes/r1-node1/01-barefabric.yaml").read_text()
ROUTED = (GOLDEN / "routed-frr/nodes/r1-worker1/01-barefabric.yaml").read_text()
PORTS = ("eno1", "eno2")


def test_a_bond_is_made_as_the_file_says() -> None:
    setup = netplan.read(BONDED, PORTS)
    assert setup.ip == (
        "link set eno1 mtu 9000",
        "link set eno2 mtu 9000",
        "link add bond0 type bond mode 802.3ad miimon 100 xmit_hash_policy layer3+4 lacp_rate fast",
        "link set eno1 master bond0",
        "link set eno2 master bond0",
        "link set bond0 up",
        "link set bond0 mtu 9000",
        "addr add 10.10.0.11/24 dev bond0",
        "addr add 10.10.0.139/24 dev bond0",
    )
    assert setup.late == ("route add default via 10.10.0.1",)
    assert setup.needs == ("bonding",)
    assert setup.remarks == ()


def test_ports_without_a_cable_are_no_members() -> None:
    assert "link set eno2 master bond0" not in netplan.read(BONDED, ("eno1",)).ip


def test_what_the_file_leaves_out_is_the_kernels_default() -> None:
    plain = BONDED.replace("        lacp-rate: fast\n", "").replace(
        "        transmit-hash-policy: layer3+4\n", ""
    )
    (line,) = [line for line in netplan.read(plain, PORTS).ip if "type bond" in line]
    assert line.endswith("xmit_hash_policy layer2 lacp_rate slow")


def test_a_routed_server_has_its_address_on_the_loopback() -> None:
    setup = netplan.read(ROUTED, PORTS)
    assert "addr add 10.10.0.11/32 dev lo" in setup.ip
    assert ("net.ipv6.conf.default.accept_ra", "0") in setup.sysctls
    assert setup.needs == ()


def test_a_deprecated_address_is_added_as_one() -> None:
    six = "        - fd00:10::b/64\n        - fd00:10::8b/64:\n            lifetime: 0\n"
    setup = netplan.read(BONDED.replace("      routes:\n", f"{six}      routes:\n"), PORTS)
    assert setup.ip[-2:] == (
        "addr add fd00:10::b/64 dev bond0",
        "addr add fd00:10::8b/64 preferred_lft 0 dev bond0",
    )
    assert setup.remarks == ()


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("      accept-ra: false\n", "      gateway4: 10.10.0.1\n", "bonds: gateway4"),
        ("        lacp-rate: fast\n", "        min-links: 2\n", "bonds: parameters: min-links"),
        ("  bonds:\n", "  vlans: {}\n  bonds:\n", "vlans"),
    ],
)
def test_a_key_that_is_passed_over_is_said(before: str, after: str, key: str) -> None:
    changed = BONDED.replace(before, after)
    assert changed != BONDED
    assert netplan.read(changed, PORTS).remarks == (
        f"the lab's own reading of netplan passes over {key}",
    )


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr"])
def test_our_own_files_are_read_whole(name: str) -> None:
    for path in sorted((GOLDEN / name / "nodes").glob("*/01-barefabric.yaml")):
        assert netplan.read(path.read_text(), PORTS).remarks == (), path


def test_the_reader_is_said_and_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = design(ROOT / "topologies/quickstart.yaml").design
    intent = server_intent(found, "r1-node1")
    files = {"01-barefabric.yaml": BONDED}
    monkeypatch.setattr(networkd, "runs_here", lambda: True)
    monkeypatch.setattr(networkd, "generator", lambda: "/lib/netplan/generate")
    through = server_setup(found, intent, files, PORTS)
    assert (through.reader, through.ip, through.late) == ("systemd-networkd", (), ())
    assert [p.name for p in through.programs] == [
        "netplan-generate",
        "systemd-networkd",
        "wait-online",
    ]
    assert through.needs == ("bonding",)
    ours = server_setup(found, intent, files, PORTS, own_reading=True)
    assert ours.reader == netplan.READER
    assert ours.programs == ()
    monkeypatch.setattr(networkd, "runs_here", lambda: False)
    assert server_setup(found, intent, files, PORTS) == ours


def test_servers_have_different_identities() -> None:
    """networkd makes hardware addresses of bonds from it: equal ones would be equal addresses."""
    assert networkd.machine_id("r1-node1") != networkd.machine_id("r1-node2")
    assert len(bytes.fromhex(networkd.machine_id("r1-node1"))) == 16
