"""The README says what there is, in an order that works, and its commands run."""

import re
import subprocess

import pytest

from barefabric.kubernetes.readme_steps import _put
from barefabric.kubernetes.view import cluster_view
from readback.designs import SITUATIONS, files_of, server_files_of, situation


def all_readmes():
    for name in SITUATIONS:
        design = situation(name)
        for cluster in design.clusters:
            yield design, files_of(design, cluster)


def test_every_file_it_names_exists():
    for design, files in all_readmes():
        text = files["README.md"]
        named = set(re.findall(r"\b(?:calico|metallb)/[a-z]+\.yaml\b", text))
        named |= set(re.findall(r"\b(?:nodes|kubeadm)\.yaml\b|kubelet-arguments\.txt", text))
        assert named <= files.keys() | {"nodes.yaml"}
        for server, file in re.findall(r"nodes/([a-z0-9-]+)/([\w.-]+)", text):
            assert file in server_files_of(design, server)


def test_every_component_file_is_named():
    for _, files in all_readmes():
        for path in files:
            if path.startswith(("calico/", "metallb/")):
                assert path in files["README.md"], path


def test_the_order():
    text = files_of(situation("three-racks"))["README.md"]
    steps = [
        "01-barefabric.yaml", "manifests/kube-vip.yaml", "kubeadm init --config", "-f nodes.yaml",
        "calico/installation.yaml", "create secret generic bgp-fabric-bgp", "calico/rbac.yaml",
        "calico/peers.yaml", "calico/bgp.yaml", "metallb/namespace.yaml", "helm install",
        "metallb/pools.yaml",
    ]  # fmt: skip
    positions = [text.index(step) for step in steps]
    assert positions == sorted(positions)


def test_real_values_only():
    for design, files in all_readmes():
        text = files["README.md"]
        addresses = set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text))
        real = {a for s in design.sessions for a in (s.a_address, s.b_address)}
        for cluster in design.clusters.values():
            pools = [p for pool in cluster.pools for p in pool.prefixes]
            prefixes = (*cluster.pods, *cluster.services, *pools, cluster.endpoint)
            real |= {p.partition("/")[0] for p in prefixes}
        real |= {server.address for server in design.servers.values()}
        real |= {rack.gateway for rack in design.racks.values()}
        assert addresses <= real
        assert not re.search(r"(?<![$\\A-Z])\{", text), "a brace that no shell means"


def test_ipv6_addresses_are_real():
    said = 0
    for design, files in all_readmes():
        text = files["README.md"]
        addresses = set(re.findall(r"(?<![\w:])[0-9a-f]{4}:[0-9a-f:]*:[0-9a-f:]*(?![\w:])", text))
        real = {a for s in design.sessions for a in (s.a_address, s.b_address)}
        for cluster in design.clusters.values():
            pools = [p for pool in cluster.pools for p in pool.prefixes]
            prefixes = (*cluster.pods, *cluster.services, *pools, cluster.endpoint)
            real |= {p.partition("/")[0] for p in prefixes}
        real |= {server.address6 for server in design.servers.values()}
        real |= {rack.gateway6 for rack in design.racks.values()}
        assert addresses <= real
        said += len(addresses)
    assert said > 50


def test_what_both_families_add():
    text = files_of(situation("both-families"), "bonded")["README.md"]
    for line in (
        "ip -6 route show default   # via fd00:10::1",
        "It worked when 10.10.0.11 and fd00:10::b can be reached from other racks.",
        "show ipv6 bgp summary",
        "ipv4.ip_forward ipv6.conf.all.forwarding",
        "The gateways 10.10.0.1 and fd00:10::1 are on both leaves",
        "ipFamilyPolicy",
    ):
        assert line in text, line
    routed = files_of(situation("both-families"), "routed")["README.md"]
    assert "ip -6 route show proto bgp" in routed
    assert "ipv6.conf.all.forwarding" not in routed  # its own sysctl.conf says it
    only = files_of(situation("dual fabric, IPv4 cluster"))["README.md"]
    assert "ipFamilyPolicy" not in only
    assert "ipv6.conf.all.forwarding" not in only
    by_six = files_of(situation("dual, vxlan, kube-vip by IPv6"))["README.md"]
    assert "curl -k 'https://[fd00:112::10]:6443/livez'" in by_six
    lan = files_of(situation("dual, l2"))["README.md"]
    assert "MetalLB answers ARP and neighbor discovery for them" in lan


def test_forwarding_is_written_as_sysctl_reads_it(tmp_path):
    text = files_of(situation("both-families"), "bonded")["README.md"]
    (command,) = re.findall(
        r"^(printf .*) > /etc/sysctl\.d/90-barefabric\.conf$", text, re.MULTILINE
    )
    done = subprocess.run(["sh", "-ec", command], check=True, capture_output=True, text=True)
    assert done.stdout == "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"


def test_every_session_is_in_the_table():
    row = r"^\| \S+ \| \S+ \| \d+ \| \w[\w-]* \| (\d+): "
    for design, files in all_readmes():
        text = files["README.md"]
        told = sum(int(count) for count in re.findall(row, text, re.MULTILINE))
        cluster = re.search(r"^# Cluster (\S+)$", text, re.MULTILINE)[1]
        assert told == sum(s.profile.cluster == cluster for s in design.sessions)


@pytest.mark.needs("perl")
def test_passwords_are_filled_in(tmp_path):
    """The command for kube-vip's file as it stands, with a password that sed would choke on."""
    design = situation("three-racks")
    view = cluster_view(design, design.clusters["prod"])
    source, target = tmp_path / "kube-vip.yaml", tmp_path / "done.yaml"
    source.write_text(server_files_of(design, "r1-control1")["kube-vip.yaml"])
    commands = "\n".join(_put(view, str(source), str(target), "fabric-bgp"))
    password = "a/b&c$d'e\\1"
    environment = {"FABRIC_BGP_PASSWORD": password, "PATH": "/usr/bin:/bin"}
    subprocess.run(["sh", "-ec", commands], env=environment, check=True)
    done = target.read_text()
    assert done == source.read_text().replace("${secret:fabric-bgp}", password)
    assert target.stat().st_mode & 0o777 == 0o600


def test_kubelet_arguments_are_found_by_host_name(tmp_path):
    design = situation("three-racks")
    files = files_of(design)
    command = re.search(r'^ARGS="\$\((.+)\)"$', files["README.md"], re.MULTILINE)[1]
    (tmp_path / "kubelet-arguments.txt").write_text(files["kubelet-arguments.txt"])
    script = f"hostname() {{ echo r1-worker1; }}; {command}"
    done = subprocess.run(
        ["sh", "-ec", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    address = design.servers["r1-worker1"].address
    assert done.stdout.startswith(f"--node-ip={address} --node-labels=")
    assert done.stdout.count("\n") == 1


def test_what_a_lost_rack_means():
    text = files_of(situation("three-racks"))["README.md"]
    assert "**Rack r2**: etcd keeps 2 of 3 members, the API goes on." in text
    assert "Rack" not in files_of(situation("quickstart"))["README.md"].partition("dies")[2]
