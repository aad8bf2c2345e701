"""MetalLB's files: how it runs, what it gives, whom it speaks with."""

from dataclasses import replace

import pytest
import yaml

from barefabric.kubernetes import metallb
from barefabric.kubernetes.files import cluster_files
from barefabric.kubernetes.view import cluster_view
from barefabric.model.kubernetes import Pool
from barefabric.model.session import Speaker
from readback.designs import SITUATIONS, clusters_of, files_of, situation
from readback.manifests import documents
from readback.schemas import faults


@pytest.mark.parametrize(
    ("name", "speaker", "frr"),
    [
        ("quickstart", True, True),
        ("three-racks", False, False),
        ("routed-frr", True, False),
        ("vxlan, bonded", True, True),
        ("routed, calico announces", False, False),
        ("routed, metallb beside calico", True, False),
    ],
)
def test_how_it_runs(name, speaker, frr):
    values = yaml.safe_load(files_of(situation(name))["metallb/values.yaml"])
    ignoring = {"ignoreExcludeLB": True} if speaker else {}
    assert values == {
        "speaker": {"enabled": speaker, "frr": {"enabled": False}, **ignoring},
        "frrk8s": {"enabled": frr},
    }


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_pool_is_allocated_and_announced_once(name):
    design = situation(name)
    for cluster in design.clusters.values():
        files = files_of(design, cluster.name)
        pools = {p["metadata"]["name"]: p["spec"] for p in documents(files, "IPAddressPool")}
        wanted = {p.name.lower(): list(p.prefixes) for p in cluster.pools}
        if cluster.load_balancer != "metallb":
            assert not pools
            continue
        assert {name: list(spec["addresses"]) for name, spec in pools.items()} == wanted
        announced = [a["spec"] for a in documents(files, "BGPAdvertisement")]
        if cluster.announcer == "metallb":
            (spec,) = announced
            assert spec["ipAddressPools"] == list(pools)
            assert spec["aggregationLength"] == 32
            six = any(":" in prefix for prefixes in wanted.values() for prefix in prefixes)
            assert spec.get("aggregationLengthV6") == (128 if six else None)
            peers = [p for p in documents(files, "BGPPeer") if "metallb" in p["apiVersion"]]
            assert spec["peers"] == [p["metadata"]["name"] for p in peers]
        else:
            assert not announced


def test_speakers_have_addresses_of_their_own_beside_calico():
    design = situation("routed, metallb beside calico")
    sources = {s.b_address for s in design.sessions if s.profile.b.speaker is Speaker.METALLB}
    assert sources == {server.second_address for server in design.servers.values()}
    every = documents(files_of(design), "BGPPeer")
    peers = [p["spec"] for p in every if "metallb" in p["apiVersion"]]
    assert {p["sourceAddress"] for p in peers} == sources
    assert all(p["ebgpMultiHop"] is True for p in peers)


def test_a_node_has_one_router_id_and_a_name_for_each_session():
    """FRR takes one identifier for all sessions of a node, and it has four octets."""
    design = situation("both-families")
    files = files_of(design, "bonded")
    peers = [p for p in documents(files, "BGPPeer") if "metallb" in p["apiVersion"]]
    named = {p["metadata"]["name"]: p["spec"] for p in peers}
    assert len(named) == len(peers) == 16
    server = design.servers["r1-node1"]
    four, six = named["r1-node1-r1-leaf1"], named["r1-node1-r1-leaf1-ipv6"]
    assert four["routerID"] == six["routerID"] == server.second_address
    assert (four["peerAddress"], four["sourceAddress"]) == ("10.10.0.2", server.second_address)
    assert (six["peerAddress"], six["sourceAddress"]) == ("fd00:10::2", server.second_address6)


def test_passwords_are_secrets_in_metallbs_namespace():
    files = files_of(situation("an ASN per node, a password"))
    peers = [p["spec"] for p in documents(files, "BGPPeer") if "metallb" in p["apiVersion"]]
    expected = {"name": "bgp-bgp", "namespace": "metallb-system"}
    assert [p["passwordSecret"] for p in peers] == [expected] * len(peers)


def answering_arp():
    """A cluster of one rack that asks for ARP, with a pool inside the rack's prefix."""
    design = situation("vxlan, bonded")
    cluster = replace(
        design.clusters["c1"], announcer="l2", pools=(Pool("lan", ("10.10.0.96/28",)),)
    )
    sessions = tuple(s for s in design.sessions if s.profile.b.speaker is not Speaker.METALLB)
    return replace(design, clusters={"c1": cluster}, sessions=sessions), cluster


def test_layer_two_where_it_is_asked_for():
    files = dict(cluster_files(*answering_arp()))
    (found,) = documents(files, "L2Advertisement")
    assert found["spec"] == {"ipAddressPools": ["lan"]}
    assert not faults(found)
    assert not documents(files, "BGPPeer")
    assert not documents(files, "BGPAdvertisement")
    assert yaml.safe_load(files["metallb/values.yaml"])["speaker"]["enabled"] is True


def test_bfd_profiles_are_those_in_use():
    for name in SITUATIONS:
        for files in clusters_of(situation(name)):
            profiles = {p["metadata"]["name"] for p in documents(files, "BFDProfile")}
            used = {p["spec"].get("bfdProfile") for p in documents(files, "BGPPeer")} - {None}
            assert profiles == used


def test_no_file_without_metallb():
    assert not any(p.startswith("metallb/") for p in files_of(situation("calico allocates")))


def test_a_pool_less_cluster_has_no_advertisement():
    design = situation("quickstart")
    cluster = replace(design.clusters["demo"], pools=())
    files = dict(metallb.files(cluster_view(design, cluster)))
    assert "metallb/pools.yaml" not in files
    assert "metallb/peers.yaml" in files
