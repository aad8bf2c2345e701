"""A server's files as text and as data."""

import time
from configparser import ConfigParser

import pytest
import yaml

from barefabric.derive.server import server_intent
from barefabric.hosts import netplan
from barefabric.hosts.files import server_files
from barefabric.model.device import Attach
from barefabric.model.session import SessionKind
from readback.designs import SITUATIONS, server_files_of, shipped, situation, small


@pytest.mark.parametrize("name", SITUATIONS)
def test_netplan_text_is_what_the_document_says(name):
    design = situation(name)
    for server in design.servers:
        intent = server_intent(design, server)
        assert yaml.safe_load(netplan.text(intent)) == netplan.document(intent)


@pytest.mark.parametrize("name", SITUATIONS)
def test_which_files_a_server_has(name):
    design = situation(name)
    for server in design.servers.values():
        files = list(server_files_of(design, server.name))
        expected = ["01-barefabric.yaml"]
        if server.attach is Attach.ROUTED:
            expected += ["frr.conf", "daemons", "sysctl.conf", "networkd.conf"]
        if server.control_plane and design.clusters[server.cluster].endpoint_use == "kube-vip":
            expected.append("kube-vip.yaml")
        assert files == expected


def network(design, server):
    text = server_files_of(design, server)["01-barefabric.yaml"]
    return yaml.safe_load(text)["network"]


def test_a_bonded_server():
    design = situation("three-racks")
    server, rack = design.servers["r2-control1"], design.racks["r2"]
    found = network(design, server.name)
    bond = found["bonds"]["bond0"]
    assert bond["interfaces"] == ["eno1", "eno2"]
    assert bond["parameters"]["mode"] == "802.3ad"
    own = [address.partition("/")[0] for address in bond["addresses"]]
    assert own == [server.address, server.second_address]
    assert bond["routes"] == [{"to": "default", "via": rack.gateway}]
    assert bond["mtu"] == found["ethernets"]["eno1"]["mtu"] == 9000
    worker = network(design, "r2-worker1")
    assert worker["bonds"]["bond0"]["addresses"] == [f"{design.servers['r2-worker1'].address}/24"]


def test_a_routed_server_has_no_route_of_its_own():
    found = network(situation("routed-frr"), "r1-worker1")
    assert found["ethernets"]["lo"] == {"addresses": ["10.10.0.11/32"]}
    for name in ("eno1", "eno2"):
        link = found["ethernets"][name]
        assert link["link-local"] == ["ipv6"]
        assert link["accept-ra"] is False
        assert not {"addresses", "routes", "gateway4", "dhcp4"} & link.keys()


def test_interfaces_have_the_names_the_topology_gives_them():
    design = small(
        "  named: {nics: 2 x 25G, attach: bond, mtu: 8900, interfaces: [enp1s0f0, enp1s0f1]}\n"
        "spines: 2\nracks:\n"
        "  - {name: r1, leaves: {type: pair, count: 2}, servers: {named: 1}}\n"
    )
    found = network(design, "r1-named1")
    assert list(found["ethernets"]) == ["enp1s0f0", "enp1s0f1"]
    assert found["bonds"]["bond0"]["mtu"] == 8900


MIXED_MTUS = """\
  slow: {nics: 2 x 25G, attach: bond, mtu: 1500}
  idle: {nics: 2 x 25G, attach: bond, mtu: 1400}
spines: 2
racks:
  - {name: r1, leaves: {type: pair, count: 2}, servers: {bonded: 1}}
  - {name: r2, leaves: {type: pair, count: 2}, servers: {bonded: 1, slow: 1}}
  - {name: r3, leaves: 2, servers: {routed: 1}}
clusters:
  - {name: fast, servers: {racks: [r1]}, pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico}
  - {name: both, servers: {racks: [r2]}, pods: 10.65.0.0/16, services: 10.97.0.0/16, cni: calico}
  - name: over
    servers: {racks: [r3]}
    pods: 10.66.0.0/16
    services: 10.98.0.0/16
    cni: {use: calico, mode: vxlan}
"""


def test_servers_of_a_rack_share_the_smallest_mtu_and_other_racks_keep_theirs():
    design = small(MIXED_MTUS)
    found = {name: server_intent(design, name).mtu for name in design.servers}
    assert found == {"r1-bonded1": 9000, "r2-bonded1": 1500, "r2-slow1": 1500, "r3-routed1": 9000}
    assert network(design, "r2-bonded1")["bonds"]["bond0"]["mtu"] == 1500
    assert network(design, "r3-routed1")["ethernets"]["eno1"]["mtu"] == 9000


def test_pods_have_the_mtu_of_their_own_nodes():
    design = small(MIXED_MTUS)
    found = {name: cluster.mtu for name, cluster in design.clusters.items()}
    assert found == {"fast": 9000, "both": 1500, "over": 8950}


def test_a_single_link():
    design = small("spines: 2\nracks:\n  - {name: r1, leaves: 1, servers: {plain: 1}}\n")
    (link,) = network(design, "r1-plain1")["ethernets"].values()
    assert link["addresses"] == ["10.10.0.11/24"]
    assert link["routes"] == [{"to": "default", "via": "10.10.0.1"}]
    assert "bonds" not in network(design, "r1-plain1")


def lines(design, server):
    return server_files_of(design, server)["frr.conf"].splitlines()


def test_a_host_announces_its_own_addresses_and_nothing_else():
    text = lines(situation("routed, metallb beside calico"), "r1-routed1")
    own = [x for x in text if x.startswith("ip prefix-list OWN ")]
    assert own == [
        "ip prefix-list OWN seq 10 permit 10.10.0.11/32",
        "ip prefix-list OWN seq 20 permit 10.10.0.139/32",
    ]
    start = text.index("route-map TO-LEAVES permit 10")
    assert text[start + 1 : start + 3] == [
        " match as-path OWN", " match ip address prefix-list OWN",
    ]  # fmt: skip
    assert "bgp as-path access-list OWN seq 5 permit ^$" in text
    assert sum(x.startswith("route-map TO-LEAVES ") for x in text) == 1
    assert "  neighbor LEAVES route-map TO-LEAVES out" in text


def test_a_host_takes_a_default_and_its_leaves_loopbacks():
    design = situation("routed-frr")
    text = lines(design, "r2-worker1")
    permitted = [
        x.split()[-1] for x in text if x.startswith("ip prefix-list ") and " OWN " not in x
    ]
    leaves = design.racks["r2"].leaves
    loopbacks = [f"{design.switches[leaf].loopback}/32" for leaf in leaves]
    assert permitted == ["0.0.0.0/0", *loopbacks]
    assert "  neighbor LEAVES route-map FROM-LEAVES in" in text


def test_a_host_dials_and_leaves_port_179_to_the_cni():
    for name in ("routed-frr", "routed, numbered"):
        design = situation(name)
        server = next(iter(design.servers))
        files = server_files_of(design, server)
        assert 'bgpd_options="   -A 127.0.0.1 -p 0"' in files["daemons"].splitlines()
        assert not any("passive" in line for line in files["frr.conf"].splitlines())
        host = [s.profile for s in design.sessions if s.profile.kind is SessionKind.HOST]
        assert all(profile.a.passive for profile in host)


def test_traffic_of_a_host_with_link_addresses_comes_from_its_loopback():
    numbered = lines(situation("routed, numbered"), "r1-routed1")
    assert " set src 10.10.0.11" in numbered
    assert "ip protocol bgp route-map SOURCE" in numbered
    unnumbered = lines(situation("routed-frr"), "r1-worker1")
    assert not any("SOURCE" in line for line in unnumbered)


def test_kernel_settings():
    text = server_files_of(situation("routed-frr"), "r1-worker1")["sysctl.conf"]
    told = dict(x.split(" = ") for x in text.splitlines() if x and not x.startswith("#"))
    assert told["net.ipv4.conf.all.rp_filter"] == "2"
    assert told["net.ipv4.fib_multipath_hash_policy"] == "1"
    assert told["net.ipv4.conf.all.ignore_routes_with_linkdown"] == "1"
    assert told["net.ipv4.ip_forward"] == "1"
    assert "net.ipv6.fib_multipath_hash_policy" not in told


def test_flows_of_ipv6_use_both_links_too():
    text = server_files_of(shipped("both-families"), "r2-worker1")["sysctl.conf"]
    told = dict(x.split(" = ") for x in text.splitlines() if x and not x.startswith("#"))
    assert told["net.ipv6.fib_multipath_hash_policy"] == "1"


def test_flows_of_both_families_use_both_links():
    key = "net.ipv6.fib_multipath_hash_policy = 1"
    for name, six in (("routed-frr", False), ("both-families", True)):
        server = {"routed-frr": "r1-worker1", "both-families": "r2-worker1"}[name]
        text = server_files_of(situation(name), server)["sysctl.conf"]
        assert (key in text.splitlines()) is six


@pytest.mark.parametrize(
    ("name", "server", "interface"),
    [
        ("both-families", "r1-node1", ("bonds", "bond0")),
        ("dual, one link", "r1-plain1", ("ethernets", "eno1")),
        ("dual, routed, metallb beside calico", "r1-routed1", ("ethernets", "lo")),
    ],
)
def test_the_second_ipv6_address_is_no_source_by_itself(name, server, interface):
    design = situation(name)
    section, port = interface
    found = network(design, server)[section][port]["addresses"]
    own = design.servers[server]
    assert [a.partition("/")[0] for a in found[:3]] == [
        own.address, own.second_address, own.address6,
    ]  # fmt: skip
    ((address, said),) = found[3].items()
    assert address.partition("/")[0] == own.second_address6
    assert said == {"lifetime": 0}


def test_networkd_leaves_the_routes_of_frr_alone():
    text = server_files_of(situation("routed-frr"), "r1-worker1")["networkd.conf"]
    told = ConfigParser()
    told.read_string(text)
    assert told["Network"]["ManageForeignRoutes"] == "no"


def test_many_bonded_servers_take_little_time():
    """81,920 files must not take 2 s of CPU: 24 microseconds each, given the intents."""
    design = situation("five-stage")
    intents = [server_intent(design, name) for name in list(design.servers)[:500]]
    begin = time.process_time()
    for _ in range(10):
        for intent in intents:
            for _path, _text in server_files(design, intent):
                pass
    assert (time.process_time() - begin) / 5000 < 24e-6
