"""Node objects, kubelet's arguments and kubeadm's settings."""

import re

import pytest
import yaml

from readback.designs import SITUATIONS, clusters_of, files_of, situation
from readback.manifests import documents, node_addresses


@pytest.mark.parametrize("name", SITUATIONS)
def test_labels_are_the_same_wherever_they_stand(name):
    design = situation(name)
    for cluster in design.clusters.values():
        files = files_of(design, cluster.name)
        nodes = {n["metadata"]["name"]: n for n in documents(files, "Node")}
        assert list(nodes) == list(cluster.nodes)
        lines = dict(line.split(" ", 1) for line in files["kubelet-arguments.txt"].splitlines())
        for node, found in nodes.items():
            server = design.servers[node]
            assert found.keys() == {"apiVersion", "kind", "metadata"}
            expected = {
                "barefabric.io/rack": server.rack,
                "topology.kubernetes.io/zone": server.rack,
            }
            assert found["metadata"]["labels"] == expected
            pairs = re.search(r"--node-labels=(\S+)$", lines[node])[1].split(",")
            assert dict(pair.split("=") for pair in pairs) == expected
            own = {"4": server.address, "6": server.address6}
            order = dict.fromkeys("6" if ":" in prefix else "4" for prefix in cluster.services)
            assert node_addresses(files)[node] == [own[family] for family in order]


def test_kubeadm_knows_the_endpoint_and_its_first_node():
    files = files_of(situation("three-racks"))
    init, cluster = yaml.safe_load_all(files["kubeadm.yaml"])
    assert init["localAPIEndpoint"] == {"advertiseAddress": "10.10.0.11", "bindPort": 6443}
    assert init["nodeRegistration"]["name"] == "r1-control1"
    arguments = init["nodeRegistration"]["kubeletExtraArgs"]
    assert {"name": "node-ip", "value": "10.10.0.11"} in arguments
    assert cluster["controlPlaneEndpoint"] == "10.112.0.10:6443"
    assert cluster["apiServer"]["certSANs"] == ["10.112.0.10"]
    assert cluster["networking"] == {"podSubnet": "10.64.0.0/14", "serviceSubnet": "10.96.0.0/16"}
    assert cluster["kubernetesVersion"] == "stable-1.36"
    arguments = cluster["controllerManager"]["extraArgs"]
    assert arguments == [{"name": "allocate-node-cidrs", "value": "false"}]


@pytest.mark.parametrize(
    ("name", "first", "pods", "services"),
    [
        ("dual, vxlan, kube-vip by IPv6", "address",
         "10.64.0.0/16,fd00:64::/48", "10.96.0.0/16,fd00:96::/112"),
        ("dual, IPv6 first, calico allocates", "address6",
         "2001:db8:64::/48,10.64.0.0/16", "fd00:96::/112,10.96.0.0/16"),
    ],
)  # fmt: skip
def test_kubeadm_with_both_families(name, first, pods, services):
    """The API server advertises an address of the family that services name first."""
    design = situation(name)
    files = files_of(design)
    init, cluster = yaml.safe_load_all(files["kubeadm.yaml"])
    server = design.servers["r1-bonded1"]
    address = getattr(server, first)
    assert init["localAPIEndpoint"]["advertiseAddress"] == address
    told = {a["name"]: a["value"] for a in init["nodeRegistration"]["kubeletExtraArgs"]}
    assert told["node-ip"].split(",")[0] == address
    assert set(told["node-ip"].split(",")) == {server.address, server.address6}
    assert cluster["networking"] == {"podSubnet": pods, "serviceSubnet": services}
    assert cluster["controlPlaneEndpoint"] == "[fd00:112::10]:6443"
    assert cluster["apiServer"]["certSANs"] == ["fd00:112::10"]


def test_kubeadm_without_a_control_plane_in_the_topology():
    init, cluster = yaml.safe_load_all(files_of(situation("quickstart"))["kubeadm.yaml"])
    assert init["nodeRegistration"]["name"] == "r1-node1"
    assert "controlPlaneEndpoint" not in cluster


def test_nodes_are_no_part_of_the_kustomization():
    for name in SITUATIONS:
        for files in clusters_of(situation(name)):
            resources = yaml.safe_load(files["kustomization.yaml"])["resources"]
            assert not {"nodes.yaml", "kubeadm.yaml"} & set(resources)
