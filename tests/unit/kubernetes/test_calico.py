"""Calico's files: what the leaves rely on, and what the operator must not disagree with."""

import pytest
import yaml

from barefabric.derive.prefixes import blocks_per_node
from barefabric.model.session import Speaker
from readback.designs import HOSTS, SITUATIONS, bonded, clusters_of, files_of, routed, situation
from readback.manifests import documents

BGP = (
    "quickstart", "three-racks", "calico allocates", "an ASN per node, a password",
    "routed, calico announces", "routed, metallb beside calico", "both kinds in one cluster",
    "both-families", "dual, routed, numbered", "dual, IPv6 first, calico allocates",
    "dual fabric, IPv6 cluster",
)  # fmt: skip


def as_the_operator_makes_it(pool: dict) -> dict:
    """The IPPool that tigera/operator makes of a pool of its Installation (``ToProjectCalico``)."""
    vxlan = {"None": "Never", "VXLAN": "Always"}[pool["encapsulation"]]
    return {
        "cidr": pool["cidr"],
        "blockSize": pool["blockSize"],
        "ipipMode": "Never",
        "vxlanMode": vxlan,
        "natOutgoing": pool["natOutgoing"] == "Enabled",
        "nodeSelector": pool["nodeSelector"],
        "allowedUses": pool["allowedUses"],
        "assignmentMode": pool["assignmentMode"],
    }


@pytest.mark.parametrize("name", SITUATIONS)
def test_installation_and_pools_say_the_same(name):
    for files in clusters_of(situation(name)):
        (installation,) = documents(files, "Installation")
        network = installation["spec"]["calicoNetwork"]
        pods = [
            p for p in documents(files, "IPPool") if "LoadBalancer" not in p["spec"]["allowedUses"]
        ]
        made = {p["name"]: as_the_operator_makes_it(p) for p in network["ipPools"]}
        assert {p["metadata"]["name"]: p["spec"] for p in pods} == made
        for pool in pods:
            labels = pool["metadata"]["labels"]
            assert labels == {"app.kubernetes.io/managed-by": "tigera-operator"}
        encapsulated = any(p["spec"]["vxlanMode"] == "Always" for p in pods)
        assert network["bgp"] == ("Disabled" if encapsulated else "Enabled")
        looked_for = {key[-2:]: value for key, value in network.items() if "Autodetect" in key}
        held = {"V6" if ":" in pool["spec"]["cidr"] else "V4" for pool in pods}
        assert looked_for == {key: {"kubernetes": "NodeInternalIP"} for key in held}


@pytest.mark.parametrize("name", BGP)
def test_what_is_announced_is_what_leaves_accept(name):
    design = situation(name)
    for cluster in design.clusters.values():
        files = files_of(design, cluster.name)
        (ipam,) = documents(files, "IPAMConfiguration")
        assert ipam["spec"]["strictAffinity"] is True
        limits = {s.profile.a.max_prefix for s in design.sessions
                  if s.profile.cluster == cluster.name
                  and s.profile.b.speaker is Speaker.CALICO}  # fmt: skip
        most = ipam["spec"]["maxBlocksPerHost"]
        families = {"ipv6" if ":" in prefix else "ipv4" for prefix in cluster.pods}
        assert max(blocks_per_node(cluster, f) for f in families) < most <= min(limits)
        (configuration,) = documents(files, "BGPConfiguration")
        told = [p["cidr"] for p in configuration["spec"].get("serviceLoadBalancerIPs", [])]
        pools = [p for pool in cluster.pools for p in pool.prefixes]
        assert told == (pools if cluster.announcer == "calico" else [])


def test_vxlan_has_no_bgp_at_all():
    files = files_of(situation("routed-frr"))
    assert not documents(files, "BGPConfiguration")
    assert not [p for p in documents(files, "BGPPeer") if "calico" in p["apiVersion"]]
    (ipam,) = documents(files, "IPAMConfiguration")
    assert "maxBlocksPerHost" not in ipam["spec"]
    (installation, *_) = documents(files, "Installation")
    assert installation["spec"]["calicoNetwork"]["mtu"] == 9000 - 50


def test_passwords_are_named_never_written():
    files = files_of(situation("three-racks"))
    for peer in documents(files, "BGPPeer"):
        reference = peer["spec"]["password"]["secretKeyRef"]
        assert reference == {"name": "bgp-fabric-bgp", "key": "password"}
    (role,) = documents(files, "Role")
    (rule,) = role["rules"]
    assert rule["resourceNames"] == ["bgp-fabric-bgp"]
    assert rule["verbs"] == ["get", "list", "watch"]
    (binding,) = documents(files, "RoleBinding")
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "calico-node", "namespace": "calico-system"}
    ]
    assert "calico/rbac.yaml" not in files_of(situation("quickstart"))


def test_one_peer_for_each_leaf_and_kind_of_node():
    files = files_of(situation("both kinds in one cluster"))
    peers = {p["metadata"]["name"]: p["spec"] for p in documents(files, "BGPPeer")}
    assert list(peers) == ["r1-leaf1", "r1-leaf2", "r2-leaf1", "r2-leaf2"]
    assert peers["r1-leaf1"]["peerIP"] == "10.10.0.2"
    assert peers["r1-leaf1"]["nodeSelector"] == "barefabric.io/rack == 'r1'"
    assert peers["r2-leaf2"]["peerIP"] == "10.255.0.6"


def test_one_peer_for_each_leaf_and_family():
    """An IPv6 session has a name of its own; that of IPv4 stays what it is without IPv6."""
    files = files_of(situation("both-families"), "routed")
    peers = {p["metadata"]["name"]: p["spec"] for p in documents(files, "BGPPeer")}
    addresses = {name: spec["peerIP"] for name, spec in peers.items()}
    assert addresses == {
        "r2-leaf1": "10.255.0.5", "r2-leaf2": "10.255.0.6",
        "r2-leaf1-ipv6": "fd00:255::5", "r2-leaf2-ipv6": "fd00:255::6",
    }  # fmt: skip
    for leaf in ("r2-leaf1", "r2-leaf2"):
        assert {**peers[leaf], "peerIP": ""} == {**peers[f"{leaf}-ipv6"], "peerIP": ""}
    (rules,) = documents(files, "BGPFilter")
    assert rules["spec"].keys() == {"exportV4", "importV4", "exportV6", "importV6"}


def test_filters_of_one_family_alone():
    (rules,) = documents(files_of(situation("dual fabric, IPv6 cluster")), "BGPFilter")
    assert rules["spec"].keys() == {"exportV6", "importV6"}
    (rules,) = documents(files_of(situation("dual fabric, IPv4 cluster")), "BGPFilter")
    assert rules["spec"].keys() == {"exportV4", "importV4"}


def test_pods_that_the_world_can_route_keep_their_addresses():
    files = files_of(situation("dual, IPv6 first, calico allocates"))
    hidden = {p["spec"]["cidr"]: p["spec"]["natOutgoing"] for p in documents(files, "IPPool")
              if "Workload" in p["spec"]["allowedUses"]}  # fmt: skip
    assert hidden == {"10.64.0.0/16": True, "2001:db8:64::/48": False}
    files = files_of(situation("dual, one link"))
    assert all(p["spec"]["natOutgoing"] for p in documents(files, "IPPool"))


def test_one_limit_of_blocks_holds_for_both_families():
    """Calico counts each family against it, and so must the leaf's limits in both."""
    design = situation("dual, IPv6 first, calico allocates")
    (ipam,) = documents(files_of(design), "IPAMConfiguration")
    assert ipam["spec"]["maxBlocksPerHost"] == 16  # 110 pods in blocks of /28: 7, and one more
    limits = {s.profile.a.max_prefix for s in design.sessions
              if s.profile.b.speaker is Speaker.CALICO}  # fmt: skip
    assert min(limits) >= 16
    assert len(limits) == 2


def test_vxlan_of_ipv6_takes_more_of_each_packet():
    (installation, *_) = documents(files_of(situation("dual, l2")), "Installation")
    assert installation["spec"]["calicoNetwork"]["mtu"] == 9000 - 70


def test_peers_come_from_the_sessions():
    """A design whose sessions differ from its topology gives manifests of the sessions."""
    from dataclasses import replace

    design = situation("quickstart")
    moved = tuple(
        s._replace(a_address="192.0.2.77", a_asn=64999) if s.a == "r1-leaf2" else s
        for s in design.sessions
    )
    files = files_of(replace(design, sessions=moved))
    (first, second) = [p for p in documents(files, "BGPPeer") if "peerIP" in p["spec"]]
    assert first["spec"]["peerIP"] == "10.10.0.2"
    assert second["spec"]["peerIP"] == "192.0.2.77"
    assert second["spec"]["asNumber"] == 64999


def test_blocks_of_load_balancer_pools_fit_them():
    files = files_of(situation("calico allocates"))
    pools = {
        p["spec"]["cidr"]: p["spec"]["blockSize"]
        for p in documents(files, "IPPool")
        if p["spec"]["allowedUses"] == ["LoadBalancer"]
    }
    assert pools == {"192.0.2.0/28": 28, "198.51.100.0/25": 26, "10.112.16.0/20": 26}


@pytest.mark.parametrize(
    ("scheme", "asns"),
    [
        ("per_cluster", {None}),
        ("per_rack", {"64512", "64513"}),
        ("per_node", {str(n) for n in range(64512, 64518)}),
    ],
)
def test_asns_of_nodes(scheme, asns):
    make = routed(HOSTS + f"cni: {{use: calico, node_asn: {scheme}}}", racks="r[1-2]")
    files = files_of(make)
    nodes = documents(files, "Node")
    annotation = "projectcalico.org/ASNumber"
    assert {n["metadata"].get("annotations", {}).get(annotation) for n in nodes} == asns
    (configuration,) = documents(files, "BGPConfiguration")
    assert configuration["spec"].get("asNumber") == (64512 if scheme == "per_cluster" else None)


def test_files_are_yaml_that_says_what_was_meant():
    """Strings that look like numbers or booleans stay strings."""
    files = files_of(bonded("servers: [bonded]\ncni: {use: calico, node_asn: per_node}"))
    for node in yaml.safe_load_all(files["nodes.yaml"]):
        assert all(isinstance(v, str) for v in node["metadata"]["annotations"].values())
        assert all(isinstance(v, str) for v in node["metadata"]["labels"].values())
