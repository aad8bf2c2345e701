"""Host routing in FRR itself: vtysh reads every file, and real daemons run some."""

import os
import re
import subprocess

import pytest
from host_lab import RELOAD, Router, Wire, documents, run_lab

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.model.device import Attach
from barefabric.render.configs import switch_files
from readback.designs import SITUATIONS, server_files_of, situation

ROUTED = ("routed-frr", "both-families", "routed, calico announces",
          "routed, metallb beside calico", "routed, numbered", "both kinds in one cluster",
          "dual, routed, numbered", "dual, routed, metallb beside calico")  # fmt: skip
VALUE = "of-the-test"
"""What stands for every secret here: as a push would fill it in."""

namespaces = pytest.mark.skipif(
    os.geteuid() != 0, reason="root is needed to make network namespaces"
)


def routed_servers(design):
    return [s.name for s in design.servers.values() if s.attach is Attach.ROUTED]


def filled(text):
    return re.sub(r"\$\{secret:[^}]+\}", VALUE, text)


def test_every_situation_with_routed_servers_is_here():
    found = [name for name in SITUATIONS if routed_servers(situation(name))]
    assert sorted(found) == sorted(ROUTED)


@pytest.mark.needs("vtysh")
@pytest.mark.parametrize("name", ROUTED)
def test_vtysh_reads_every_file(name, tmp_path):
    design = situation(name)
    for server in routed_servers(design):
        path = tmp_path / f"{server}.conf"
        path.write_text(server_files_of(design, server)["frr.conf"])
        done = subprocess.run(
            ["vtysh", "-C", "-f", str(path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.strip() == ""


@pytest.mark.needs("vtysh")
def test_vtysh_refuses_what_is_wrong(tmp_path):
    text = server_files_of(situation("routed-frr"), "r1-worker1")["frr.conf"]
    path = tmp_path / "frr.conf"
    path.write_text(text.replace("maximum-paths 64", "maximum-path 64x"))
    done = subprocess.run(["vtysh", "-C", "-f", str(path)], capture_output=True, check=False)
    assert done.returncode != 0


def rack_of(design, host):
    """The host and its leaves as routers, each with the configuration that is generated for it."""
    intent = server_intent(design, host)
    files = server_files_of(design, host)
    aside = f"{intent.server.second_address6}/128"
    addresses = [("lo", f"{a} preferred_lft 0" if a == aside else a) for a in intent.addresses]
    addresses += [(nic.name, a) for nic in intent.nics for a in (nic.address, nic.address6) if a]
    options = re.search(r'^bgpd_options="(.+)"$', files["daemons"], re.MULTILINE)[1].split()
    routers, wires = {}, []
    for nic in intent.nics:
        leaf = switch_intent(design, nic.peer)
        conf = dict(switch_files(design, leaf))["frr.conf"]
        (port,) = [p for p in leaf.routed if p.name == nic.peer_port]
        own = [("lo", leaf.loopback), ("lo", leaf.loopback6)]
        own += [(port.name, port.address), (port.name, port.address6)]
        own = [(device, address) for device, address in own if address]
        routers[nic.peer] = Router(filled(conf), own)
        wires.append(Wire(nic.peer, nic.peer_port, host, nic.name))
    # The host comes last: its first dial finds leaves that listen.
    routers[host] = Router(filled(files["frr.conf"]), addresses, " ".join(options[2:]))
    return routers, wires


def run_rack(design, script):
    """The first routed server, its leaves, and what a script printed beside them."""
    host = routed_servers(design)[0]
    routers, wires = rack_of(design, host)
    leaves = [wire.a for wire in wires]
    script = script.format(
        reload=RELOAD.format(name=host), host=host, leaves=" ".join(leaves), first=leaves[0],
        own=1 + _two(design), loopback6=design.switches[leaves[0]].loopback6, count=len(leaves),
    )  # fmt: skip
    return design.servers[host], leaves, run_lab(routers, wires, script)


SCRIPT = """
printf '%s' '@reload@'
{reload}
printf '%s' '@state@'
for leaf in {leaves}; do
  wait_for 60 {host} 'show bgp summary established' "$leaf"
  count_of {own} 'proto bgp' ip -n $leaf route
done
count_of {count} '"pfxRcd":1,' on {host} vtysh -N {host} -c 'show bgp summary json'
count_of {count} '"pfxSnt":{own},' on {host} vtysh -N {host} -c 'show bgp summary json'
count_of {count} '"status":"up"' on {host} vtysh -N {host} -c 'show bfd peers json'
count_of {count} '10.255.0.* proto bgp' ip -n {host} route
on {host} vtysh -N {host} -c 'show bgp summary json' -c 'show bfd peers json'
ip -j -n {host} route
ip -j -n {first} route
ip netns exec {host} ss -Htln 'sport = :179' | wc -l
"""


@pytest.mark.needs("vtysh", "zebra", "bgpd", "bfdd", "frr-reload.py", "unshare", "ip", "ss")
@namespaces
@pytest.mark.parametrize("name", ["routed, numbered", "routed, metallb beside calico"])
def test_daemons_run_it_as_it_was_meant(name):
    design = situation(name)
    server, leaves, output = run_rack(design, SCRIPT)
    reload, _, state = output.partition("@reload@")[2].partition("@state@")
    assert reload.strip() == "", "frr-reload.py would change what was just booted"
    summary, bfd, routes, at_leaf, listening = documents(state)
    check_sessions(design, summary["ipv4Unicast"], bfd, leaves)
    check_kernel(design, server, routes, at_leaf, leaves)
    assert listening == 0, "port 179 is the CNI's"


SCRIPT6 = """
for leaf in {leaves}; do
  wait_for 60 {host} 'show bgp ipv6 unicast summary established' "$leaf"
  count_of {own} 'proto bgp' ip -6 -n $leaf route
done
count_of {count} 'fd00:255:.* proto bgp' ip -6 -n {host} route
printf '%s' '@state@'
ip -6 -j -n {host} route
ip -6 -j -n {first} route
ip -6 -j -n {host} route get {loopback6}
"""


@pytest.mark.needs("vtysh", "zebra", "bgpd", "bfdd", "unshare", "ip")
@namespaces
@pytest.mark.parametrize("name", ["dual, routed, numbered", "dual, routed, metallb beside calico"])
def test_daemons_carry_ipv6_as_it_was_meant(name):
    """What the kernels hold: routes over each link, from the node's own address."""
    design = situation(name)
    server, leaves, output = run_rack(design, SCRIPT6)
    loopbacks = {leaf: design.switches[leaf].loopback6 for leaf in leaves}
    routes, at_leaf, chosen = documents(output.partition("@state@")[2])
    nics = {nic.peer: nic for nic in server_intent(design, server.name).nics}
    found = {route["dst"]: route for route in routes if route.get("protocol") == "bgp"}
    assert found.keys() == set(loopbacks.values())
    for leaf, loopback in loopbacks.items():
        assert found[loopback]["dev"] == nics[leaf].name
        numbered = bool(nics[leaf].address6)
        assert found[loopback].get("prefsrc") == (server.address6 if numbered else None)
    assert chosen[0]["prefsrc"] == server.address6
    announced = {route["dst"] for route in at_leaf if route.get("protocol") == "bgp"}
    second = {server.second_address6} if server.uses_second else set()
    assert announced == {server.address6, *second}


def check_sessions(design, summary, bfd, leaves):
    assert summary["peerCount"] == len(leaves)
    assert {p["state"] for p in summary["peers"].values()} == {"Established"}
    assert {p["remoteAs"] for p in summary["peers"].values()} == {
        design.switches[leaf].asn for leaf in leaves
    }
    assert {p["pfxRcd"] for p in summary["peers"].values()} == {1}
    assert {p["pfxSnt"] for p in summary["peers"].values()} == {1 + _two(design)}
    assert [p["status"] for p in bfd] == ["up"] * len(leaves)
    interval = design.underlay.bfd.interval
    assert {p["receive-interval"] for p in bfd} == {interval}


def _two(design):
    """1 where hosts announce a second address."""
    return int(any(s.uses_second for s in design.servers.values()))


def check_kernel(design, server, routes, at_leaf, leaves):
    """At the host its leaves' loopbacks, each over its own link; at a leaf the host's addresses."""
    nics = {nic.peer: nic for nic in server_intent(design, server.name).nics}
    found = {route["dst"]: route for route in routes if route["protocol"] == "bgp"}
    assert found.keys() == {design.switches[leaf].loopback for leaf in leaves}
    for leaf in leaves:
        route, nic = found[design.switches[leaf].loopback], nics[leaf]
        assert route["dev"] == nic.name
        assert route.get("prefsrc") == (server.address if nic.address else None)
    announced = {route["dst"] for route in at_leaf if route["protocol"] == "bgp"}
    second = {server.second_address} if server.uses_second else set()
    assert announced == {server.address, *second}
