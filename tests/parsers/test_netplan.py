"""Every server's netplan file through netplan itself, and what systemd-networkd would be told."""

import subprocess
from configparser import ConfigParser

import pytest

from barefabric.derive.server import server_intent
from barefabric.model.device import Attach
from readback.designs import SITUATIONS, server_files_of, situation, small

pytestmark = pytest.mark.needs("netplan")

SINGLE = "spines: 2\nracks:\n  - {name: r1, leaves: 1, servers: {plain: 1}}\n"


class Repeated(dict):
    """Keys of an INI section that may stand several times, such as Address."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def generated(folder, text):
    """Sections of each file that netplan generates, by the file's name."""
    source = folder / "etc/netplan/01-barefabric.yaml"
    source.parent.mkdir(parents=True)
    source.write_text(text)
    source.chmod(0o600)
    done = subprocess.run(
        ["netplan", "generate", "--root-dir", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = {}
    for path in (folder / "run/systemd/network").iterdir():
        parser = ConfigParser(strict=False, dict_type=Repeated, interpolation=None)
        parser.optionxform = str
        parser.read(path)
        sections = {name: dict(parser[name]) for name in parser.sections()}
        found[path.name.removeprefix("10-netplan-")] = sections
    return found


def addresses(section):
    return section.get("Address", "").split()


def check_addresses(intent, sections):
    """Every address, the second one of IPv6 as no source of anything that does not name it."""
    second = intent.server.second_address6
    own = list(intent.addresses)
    aside = [a for a in own if second and a.partition("/")[0] == second]
    assert addresses(sections["Network"]) == [a for a in own if a not in aside]
    if aside:
        assert sections["Address"] == {"Address": aside[0], "PreferredLifetime": "0"}
    else:
        assert "Address" not in sections


def check_routes(intent, sections):
    """A default route for each family."""
    route = {key: value.split() for key, value in sections["Route"].items()}
    gateways = [gateway for gateway in (intent.gateway, intent.gateway6) if gateway]
    assert route == {"Destination": ["0.0.0.0/0", "::/0"][: len(gateways)], "Gateway": gateways}


def check_bond(intent, files):
    bond = files["bond0.netdev"]
    assert bond["NetDev"] == {"Name": "bond0", "MTUBytes": str(intent.mtu), "Kind": "bond"}
    assert bond["Bond"] == {
        "Mode": "802.3ad",
        "LACPTransmitRate": "fast",
        "MIIMonitorSec": "100ms",
        "TransmitHashPolicy": "layer3+4",
    }
    network = files["bond0.network"]
    check_addresses(intent, network)
    assert network["Network"]["IPv6AcceptRA"] == "no"
    check_routes(intent, network)
    for nic in intent.nics:
        member = files[f"{nic.name}.network"]
        assert member["Network"]["Bond"] == "bond0"
        assert member["Link"] == {"RequiredForOnline": "no", "MTUBytes": str(intent.mtu)}
        assert not addresses(member["Network"])


def check_routed(intent, files):
    assert not any("Route" in sections for sections in files.values())
    check_addresses(intent, files["lo.network"])
    for nic in intent.nics:
        link = files[f"{nic.name}.network"]
        assert link["Link"] == {"RequiredForOnline": "no", "MTUBytes": str(intent.mtu)}
        assert link["Network"]["IPv6AcceptRA"] == "no"
        assert addresses(link["Network"]) == [a for a in (nic.address, nic.address6) if a]
        wanted = "no" if nic.address and not nic.address6 else "ipv6"
        assert link["Network"]["LinkLocalAddressing"] == wanted


def check_single(intent, files):
    (nic,) = intent.nics
    link = files[f"{nic.name}.network"]
    assert link["Link"] == {"MTUBytes": str(intent.mtu)}
    assert link["Network"]["IPv6AcceptRA"] == "no"
    check_addresses(intent, link)
    check_routes(intent, link)


CHECKS = {Attach.BOND: check_bond, Attach.ROUTED: check_routed, Attach.SINGLE: check_single}


def kinds(design):
    """Servers that differ in more than their numbers: one of each kind."""
    found = {}
    for server in design.servers.values():
        found.setdefault((server.attach, server.type, server.uses_second), server.name)
    return found.values()


@pytest.mark.parametrize("name", [*SITUATIONS, "single"])
def test_netplan_takes_every_kind_of_file(name, tmp_path):
    design = small(SINGLE) if name == "single" else situation(name)
    for server in kinds(design):
        intent = server_intent(design, server)
        files = generated(tmp_path / server, server_files_of(design, server)["01-barefabric.yaml"])
        CHECKS[intent.server.attach](intent, files)


def test_every_server_of_a_design(tmp_path):
    design = situation("three-racks")
    for server in design.servers:
        intent = server_intent(design, server)
        files = generated(tmp_path / server, server_files_of(design, server)["01-barefabric.yaml"])
        check_bond(intent, files)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mode: 802.3ad", "mode: lacp"),
        ("10.10.0.1\n", "10.10.0.300\n"),
        ("lacp-rate: fast", "lacp_rate: fast"),
        ("- eno2", "- eno3"),
    ],
)
def test_netplan_refuses_what_is_wrong(tmp_path, old, new):
    text = server_files_of(situation("quickstart"), "r1-node1")["01-barefabric.yaml"]
    assert old in text
    with pytest.raises(AssertionError):
        generated(tmp_path, text.replace(old, new))
