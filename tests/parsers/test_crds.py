"""Every generated custom resource against upstream's own schema, as an API server checks it."""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml

from readback.designs import SITUATIONS, clusters_of, situation
from readback.manifests import LOADER
from readback.schemas import faults, validators

GROUPS = ("projectcalico.org/", "metallb.io/")


def resources(name: str) -> list[dict[str, Any]]:
    """Every custom resource of a design's clusters."""
    texts = [
        text
        for files in clusters_of(situation(name))
        for path, text in files.items()
        if path.endswith(".yaml")
    ]
    every = [d for text in texts for d in yaml.load_all(text, LOADER)]
    return [d for d in every if d.get("apiVersion", "").startswith(GROUPS)]


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_resource_is_valid(name):
    found = resources(name)
    assert len(found) >= 2
    for resource in found:
        assert faults(resource) == [], resource


def test_every_schema_is_used():
    seen = {(r["apiVersion"], r["kind"]) for name in SITUATIONS for r in resources(name)}
    unused = set(validators()) - seen
    # An old version of BGPPeer is served and not written.
    assert unused == {("metallb.io/v1beta1", "BGPPeer")}


def damaged(kind: str, **changes: Any) -> dict[str, Any]:
    """A resource that is valid, but for a change."""
    resource = next(r for r in resources("quickstart") if r["kind"] == kind)
    return {**resource, "spec": {**resource["spec"], **changes}}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("IPPool", {"blocksize": 26}),
        ("IPPool", {"vxlanMode": "never"}),
        ("IPPool", {"cidr": "10.64.0.1/16"}),
        ("IPAMConfiguration", {"maxBlocksPerHost": 1_000_001}),
        ("BGPFilter", {"importV4": [{"action": "Drop"}]}),
        ("BGPConfiguration", {"asNumber": 4200000001}),
        ("IPAddressPool", {"addresses": "203.0.113.0/24"}),
        ("BFDProfile", {"receiveInterval": 5}),
        ("BGPAdvertisement", {"aggregationLength": 0}),
    ],
)
def test_faults_are_found(kind, changes):
    assert faults(damaged(kind, **changes))


def test_an_asn_that_is_too_large_for_calico_is_found():
    peer = next(r for r in resources("three-racks") if r["kind"] == "BGPPeer")
    assert faults(peer) == []
    assert faults({**peer, "spec": {**peer["spec"], "asNumber": 4200020001}})


# Rules of x-kubernetes-validations and of webhooks, which a schema does not run.


def of_kind(api: str, kind: str) -> Iterator[dict[str, Any]]:
    for name in SITUATIONS:
        for resource in resources(name):
            if resource["kind"] == kind and resource["apiVersion"].startswith(api):
                yield resource


def test_rules_of_pools():
    for pool in of_kind("projectcalico.org", "IPPool"):
        spec = pool["spec"]
        assert "Never" in (spec["ipipMode"], spec["vxlanMode"])
        network = ip_network(spec["cidr"])
        least, most = (20, 32) if network.version == 4 else (116, 128)
        assert max(least, network.prefixlen) <= spec["blockSize"] <= most
        if "LoadBalancer" in spec["allowedUses"]:
            assert spec["allowedUses"] == ["LoadBalancer"]
            assert spec["ipipMode"] == spec["vxlanMode"] == "Never"
            assert spec["nodeSelector"] == "all()"
            assert spec["disableBGPExport"] is False


def test_pools_of_a_cluster_are_apart():
    for name in SITUATIONS:
        for kind, field in (("IPPool", "cidr"), ("IPAddressPool", "addresses")):
            prefixes = []
            for resource in resources(name):
                if resource["kind"] == kind:
                    value = resource["spec"][field]
                    prefixes += [value] if isinstance(value, str) else value
            networks = [ip_network(p) for p in prefixes]
            pairs = [(a, b) for i, a in enumerate(networks) for b in networks[:i]]
            assert not any(a.overlaps(b) for a, b in pairs if a.version == b.version)


def test_rules_of_calico_peers():
    filters = {f["metadata"]["name"] for f in of_kind("projectcalico.org", "BGPFilter")}
    for peer in of_kind("projectcalico.org", "BGPPeer"):
        spec = peer["spec"]
        assert spec["peerIP"]
        assert spec["nodeSelector"]
        assert not {"node", "peerSelector", "localWorkloadSelector"} & spec.keys()
        assert set(spec["filters"]) <= filters
        if "password" in spec:
            assert spec["password"]["secretKeyRef"].keys() == {"name", "key"}
    for found in of_kind("projectcalico.org", "BGPFilter"):
        for rules in found["spec"].values():
            assert all("cidr" not in rule and "operations" not in rule for rule in rules)
    for found in of_kind("projectcalico.org", "BGPConfiguration"):
        assert found["metadata"]["name"] == "default"
        assert found["spec"]["nodeToNodeMeshEnabled"] is False
        assert not {"nodeMeshPassword", "nodeMeshMaxRestartTime"} & found["spec"].keys()


@pytest.mark.parametrize("name", SITUATIONS)
def test_rules_of_metallb_peers(name):
    """``internal/config/config.go`` and ``validation.go``, for peers that share a node."""
    found = resources(name)
    profiles = {r["metadata"]["name"] for r in found if r["kind"] == "BFDProfile"}
    peers = [r for r in found if r["apiVersion"] == "metallb.io/v1beta2"]
    by_node: dict[str, list[dict[str, Any]]] = {}
    for peer in peers:
        spec = peer["spec"]
        (selector,) = spec["nodeSelectors"]
        ((label, node),) = selector["matchLabels"].items()
        assert label == "kubernetes.io/hostname"
        by_node.setdefault(node, []).append(spec)
        assert ("peerASN" in spec) != ("dynamicASN" in spec)
        assert ("peerAddress" in spec) != ("interface" in spec)
        assert spec["peerASN"] != spec["myASN"] or not spec.get("ebgpMultiHop")
        hold, keepalive = spec["holdTime"], spec.get("keepaliveTime", "0s")
        connect = spec.get("connectTime", "1s")
        assert all(re.fullmatch(r"\d+s", time) for time in (hold, keepalive, connect))
        assert 3 <= int(hold[:-1]) >= int(keepalive[:-1])
        assert spec.get("bfdProfile", next(iter(profiles), "")) in {*profiles, ""}
        assert "password" not in spec
    for specs in by_node.values():
        assert len({s["routerID"] for s in specs}) == 1
        assert len({s["myASN"] for s in specs}) == 1
        assert ip_address(specs[0]["routerID"]).version == 4
        ends = {(":" in s["peerAddress"], s["sourceAddress"]) for s in specs}
        assert len(ends) == len({six for six, _ in ends})
        assert all((":" in source) is six for six, source in ends)
        assert len({s["peerAddress"] for s in specs}) == len(specs)
    routers = [specs[0]["routerID"] for specs in by_node.values()]
    assert len(set(routers)) == len(routers)


@pytest.mark.parametrize("name", SITUATIONS)
def test_native_mode_is_asked_for_nothing_it_lacks(name):
    """``DiscardFRROnly`` of MetalLB: native mode refuses the whole configuration for these."""
    for files in clusters_of(situation(name)):
        if "metallb/values.yaml" not in files:
            continue
        values = yaml.safe_load(files["metallb/values.yaml"])
        if values["frrk8s"]["enabled"]:
            continue
        found = [
            resource
            for text in (files.get("metallb/peers.yaml", ""), files.get("metallb/pools.yaml", ""))
            for resource in yaml.load_all(text, LOADER)
        ]
        announced = any(resource["kind"] == "BGPAdvertisement" for resource in found)
        for resource in found:
            assert resource["kind"] != "BFDProfile"
            wrong = {"bfdProfile", "keepaliveTime", "connectTime", "vrf", "interface"}
            wrong |= {"dualStackAddressFamily"}
            assert not wrong & resource["spec"].keys()
            if announced and resource["kind"] == "IPAddressPool":
                assert not any(":" in prefix for prefix in resource["spec"]["addresses"])


@pytest.mark.parametrize("name", SITUATIONS)
def test_names_are_unique(name):
    for files in clusters_of(situation(name)):
        every = [
            (d["apiVersion"], d["kind"], d["metadata"].get("namespace"), d["metadata"]["name"])
            for path, text in files.items()
            if path.endswith(".yaml") and path not in ("kubeadm.yaml", "metallb/values.yaml")
            for d in yaml.load_all(text, LOADER)
        ]
        assert len(set(every)) == len(every)


@pytest.mark.parametrize("name", SITUATIONS)
def test_peers_that_are_announced_to_exist(name):
    for files in clusters_of(situation(name)):
        found = [r for t in files.values() if "metallb.io" in t for r in yaml.load_all(t, LOADER)]
        peers = [r["metadata"]["name"] for r in found if r["kind"] == "BGPPeer"]
        for resource in found:
            if resource["kind"] == "BGPAdvertisement":
                assert resource["spec"]["peers"] == peers


@pytest.mark.parametrize("name", SITUATIONS)
def test_names_are_names(name):
    for resource in resources(name):
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", resource["metadata"]["name"])
        in_namespace = resource["apiVersion"].startswith("metallb.io/")
        assert (resource["metadata"].get("namespace") == "metallb-system") is in_namespace
