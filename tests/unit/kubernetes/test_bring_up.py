"""What the README has done to a cluster, step by step, as the programs that it calls take it."""

import re
import subprocess

import pytest
import yaml

from barefabric.kubernetes.lints import looks
from readback.designs import SITUATIONS, files_of, situation, small
from readback.manifests import documents

CALICOCTL = {
    "BGPConfiguration", "BGPFilter", "BGPPeer", "ClusterInformation", "FelixConfiguration",
    "GlobalNetworkPolicy", "GlobalNetworkSet", "HostEndpoint", "IPPool", "IPReservation",
    "KubeControllersConfiguration", "NetworkPolicy", "NetworkSet", "Node", "Profile",
    "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy", "StagedNetworkPolicy", "Tier",
    "WorkloadEndpoint",
}  # fmt: skip
"""Kinds that calicoctl v3.32.1 takes; it refuses a file with any other as a whole."""

RACK = "{{name: {name}, leaves: {{type: pair, count: 2}}, servers: {{bonded: 3}}}}"


def cluster(keys: str, *, rack: str = "r1", pods: str = "10.64.0.0/16") -> dict[str, str]:
    """The files of a cluster of one rack's servers."""
    return files_of(design(keys, rack=rack, pods=pods))


def design(keys: str, *, rack: str = "r1", pods: str = "10.64.0.0/16"):
    lines = f"services: 10.96.0.0/16\npods: {pods}\n{keys}".strip().splitlines()
    return small(
        f"spines: 2\nracks:\n  - {RACK.format(name=rack)}\nclusters:\n  - name: c1\n"
        "    servers: [bonded]\n" + "".join(f"    {line}\n" for line in lines)
    )  # fmt: skip


def every_cluster():
    for name in SITUATIONS:
        found = situation(name)
        for each in found.clusters.values():
            yield each, files_of(found, each.name)


def test_calicoctl_is_given_what_it_takes():
    told = 0
    for each, files in every_cluster():
        text = files["README.md"]
        for path in re.findall(r"calicoctl apply -f (\S+)", text):
            if path != "-":
                told += 1
                kinds = {d["kind"] for d in yaml.safe_load_all(files[path])}
                assert kinds <= CALICOCTL, (each.name, path)
        for affinity, most in re.findall(
            r"calicoctl ipam configure --strictaffinity=(\w+) --max-blocks-per-host=(\d+) ", text
        ):
            (ipam,) = documents(files, "IPAMConfiguration")
            assert affinity == str(ipam["spec"]["strictAffinity"]).lower()
            assert int(most) == ipam["spec"]["maxBlocksPerHost"]
    assert told > 10


def test_nodes_have_their_as_number_before_they_dial():
    """calico-node speaks with AS 64512 where nobody says otherwise."""
    told = 0
    for each, files in every_cluster():
        if "calico/bgp.yaml" not in files:
            continue
        text = files["README.md"]
        steps = re.findall(r"^(sed .*) \| calicoctl apply -f -$", text, re.MULTILINE)
        if not each.asn:
            assert not steps
            assert all("annotations" in node["metadata"] for node in documents(files, "Node"))
            continue
        (command,) = steps
        assert text.index(command) < text.index("calicoctl apply -f calico/peers.yaml")
        stood = command.replace("calico/bgp.yaml", "")
        done = subprocess.run(
            ["sh", "-c", stood], input=files["calico/bgp.yaml"], capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        spec = yaml.safe_load(done.stdout)["spec"]
        assert spec.pop("nodeToNodeMeshEnabled") is True
        assert spec["asNumber"] == each.asn
        told += each.asn != 64512
    assert told


def test_kubectl_takes_over_what_calicoctl_made():
    for _, files in every_cluster():
        text = files["README.md"]
        made = set(re.findall(r"calicoctl apply -f (calico/\S+)", text))
        taken = re.findall(r"^kubectl apply (-f calico/ippools.*)$", text, re.MULTILINE)
        if "calico/bgp.yaml" in files:
            (arguments,) = taken
            assert set(re.findall(r"-f (\S+)", arguments)) == made | {"calico/ipam.yaml"}
            assert text.index(arguments) > text.index("calicoctl apply -f calico/bgp.yaml")
            before = text[: text.index(arguments)]
            assert "condition=Available tigerastatus/apiserver" in before
        else:
            assert not taken
        waits = re.findall(r"^kubectl wait --for=(\S+) tigerastatus", text, re.MULTILINE)
        assert waits == ["create", "condition=Available"]


def test_an_installation_that_the_operator_filled_in_is_applied_again():
    """The list of pools is one field to the API server, and the operator's since it wrote to it."""
    for _, files in every_cluster():
        after = files["README.md"].partition("## After a change")[2]
        command = "kubectl apply --server-side --force-conflicts -f calico/installation.yaml"
        assert command in after


@pytest.mark.parametrize("mode", ["bgp", "vxlan"])
def test_several_pod_pools_of_a_family(mode):
    """kubeadm and kube-proxy take one range of a family; Calico's operator compares with it."""
    files = cluster(f"cni: {{use: calico, mode: {mode}}}", pods="[10.64.0.0/16, 10.80.0.0/16]")
    _, whole, proxy = yaml.safe_load_all(files["kubeadm.yaml"])
    assert whole["networking"] == {"serviceSubnet": "10.96.0.0/16"}
    assert proxy["kind"] == "KubeProxyConfiguration"
    assert proxy["detectLocalMode"] == "InterfaceNamePrefix"
    assert proxy["detectLocal"] == {"interfaceNamePrefix": "cali"}
    text = files["README.md"]
    assert "kubeadm takes one pod range of a family" in text
    pools = text.index("calicoctl apply -f calico/ippools.yaml")
    assert pools < text.index("-f calico/installation.yaml")


def test_one_pod_pool_of_each_family_is_what_kubeadm_takes():
    for each, files in every_cluster():
        init, whole, *rest = yaml.safe_load_all(files["kubeadm.yaml"])
        assert init["kind"] == "InitConfiguration"
        families = [":" in pool for pool in each.pods]
        assert ("podSubnet" in whole["networking"]) is (len(set(families)) == len(families))
        assert bool(rest) is ("podSubnet" not in whole["networking"])


def test_every_node_forwards_before_kubeadm_looks():
    """Its check fails where the kernel does not forward, in IPv4 as in IPv6."""
    for each, files in every_cluster():
        text = files["README.md"]
        own = re.search(r"nodes/\S+/sysctl\.conf ", text)
        said = re.search(r"^printf '.*' (.*) > /etc/sysctl\.d/", text, re.MULTILINE)
        assert own or said, each.name
        if said:
            both = any(":" in prefix for prefix in each.services)
            assert said[1].split() == ["ipv4.ip_forward", "ipv6.conf.all.forwarding"][: 1 + both]
            assert said.start() < text.index("kubeadm init --config")


THREE = "control_plane: {servers: [r1-bonded1, r1-bonded2, r1-bonded3]%s}\n"


def test_several_control_plane_nodes_without_an_endpoint():
    """kubeadm would join no second one."""
    found = design("cni: calico\n" + THREE % "")
    _, whole = yaml.safe_load_all(files_of(found)["kubeadm.yaml"])
    assert whole["controlPlaneEndpoint"] == "10.10.0.11:6443"
    assert "apiServer" not in whole
    assert "r1-bonded1's own address" in files_of(found)["README.md"]
    (look,) = [each for each in looks(found) if each.code == "K8S026"]
    assert "r1-bonded1" in look.message

    one = design("cni: calico\ncontrol_plane: {servers: [r1-bonded1]}\n")
    _, whole = yaml.safe_load_all(files_of(one)["kubeadm.yaml"])
    assert "controlPlaneEndpoint" not in whole
    assert "K8S026" not in [each.code for each in looks(one)]


def test_an_etcd_of_your_own_is_not_forgotten():
    """Left out, kubeadm would make a stacked one; without endpoints it refuses the file."""
    files = cluster("cni: calico\n" + THREE % ", etcd: external, endpoint: 10.112.0.10")
    _, whole = yaml.safe_load_all(files["kubeadm.yaml"])
    assert whole["etcd"]["external"]["endpoints"] == []
    assert "until `etcd.external` has endpoints" in files["README.md"]


@pytest.mark.parametrize(
    ("plane", "only"),
    [(THREE % ", endpoint: 10.112.0.10", True), ("", False),
     ("control_plane: {servers: [r1-bonded1]}", False)],
)  # fmt: skip
def test_pods_may_run_where_there_is_no_other_node(plane, only):
    text = cluster(f"cni: calico\n{plane}")["README.md"]
    command = "kubectl taint nodes --all node-role.kubernetes.io/control-plane-"
    assert (command in text) is only
    if only:
        assert text.index(command) < text.index("tigera-operator.yaml")


def test_a_host_name_in_upper_case_finds_its_arguments(tmp_path):
    """kubelet writes the node's name in lower case, whatever the host is called."""
    files = cluster("cni: calico", rack="R1")
    command = re.search(r'^ARGS="\$\((.+)\)"$', files["README.md"], re.MULTILINE)[1]
    (tmp_path / "kubelet-arguments.txt").write_text(files["kubelet-arguments.txt"])
    script = f"hostname() {{ echo R1-bonded2; }}; {command}"
    done = subprocess.run(
        ["sh", "-ec", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("--node-ip=10.10.0.12 --node-labels=barefabric.io/rack=R1")


@pytest.mark.parametrize("announce", ["l2", "metallb"])
@pytest.mark.parametrize("plane", ["", "control_plane: {servers: [r1-bonded1]}"])
def test_who_announces_is_told_wherever_metallb_does(announce, plane):
    pools = "pools: {web: 10.10.0.64/28}" if announce == "l2" else "pools: {web: 203.0.113.0/28}"
    files = cluster(
        f"cni: calico\nload_balancer: {{use: metallb, announce: {announce}, {pools}}}\n{plane}"
    )
    speaker = yaml.safe_load(files["metallb/values.yaml"])["speaker"]
    ignored = "`ignoreExcludeLB`" in files["README.md"]
    assert "node.kubernetes.io/exclude-from-external-load-balancers" in files["README.md"]
    assert ignored is speaker.get("ignoreExcludeLB", False) is (not plane)
