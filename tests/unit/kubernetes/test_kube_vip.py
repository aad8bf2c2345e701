"""kube-vip's static pod, read as kube-vip reads its environment."""

import re

import pytest
import yaml

from barefabric.kubernetes import kube_vip
from barefabric.model.session import Bfd, Speaker
from readback.designs import server_files_of, situation
from readback.hosts import environment

NAMES = ("three-racks", "vxlan, kube-vip, a password")
NAMES6 = ("dual, vxlan, kube-vip by IPv6", "dual, IPv6 first, calico allocates")


def pods(name):
    design = situation(name)
    for server in design.servers.values():
        files = server_files_of(design, server.name)
        assert ("kube-vip.yaml" in files) is server.control_plane
        if server.control_plane:
            yield design, server, files["kube-vip.yaml"]


@pytest.mark.parametrize("name", NAMES)
def test_it_speaks_from_the_second_address(name):
    for design, server, text in pods(name):
        variables = environment(text)
        assert variables["bgp_sourceip"] == variables["bgp_routerid"] == server.second_address
        assert variables["bgp_as"] == str(server.asn)
        assert variables["address"] == design.clusters[server.cluster].endpoint
        leaves = design.racks[server.rack].leaves
        assert len(variables["bgp_peers"].split(",")) == len(leaves)


@pytest.mark.parametrize("name", NAMES6)
def test_an_ipv6_endpoint_is_announced_over_ipv6(name):
    for design, server, text in pods(name):
        variables = environment(text)
        assert variables["address"] == "fd00:112::10"
        assert variables["vip_subnet"] == "128"
        assert variables["bgp_sourceip"] == server.second_address6
        assert variables["bgp_routerid"] == server.second_address
        peers = re.findall(r"\[([0-9a-f:]+)\]:", variables["bgp_peers"])
        sessions = design.sessions_by_device[server.name]
        assert peers == [s.a_address for s in sessions if s.profile.b.speaker is Speaker.KUBE_VIP]
        assert len(peers) == 2


@pytest.mark.parametrize("name", NAMES)
def test_it_does_one_thing(name):
    for _, _, text in pods(name):
        variables = environment(text)
        assert variables["cp_enable"] == variables["bgp_enable"] == "true"
        for off in ("svc_enable", "lb_enable", "vip_arp", "vip_leaderelection"):
            assert variables[off] == "false"
        assert variables["vip_interface"] == "lo"
        assert variables["vip_subnet"] == "32"


def test_the_address_is_announced_only_while_the_api_answers():
    for _, _, text in pods("three-racks"):
        variables = environment(text)
        address = variables["control_plane_health_check_address"]
        url = re.fullmatch(r"https://(\w+):6443/livez", address)
        pod = yaml.safe_load(text)["spec"]
        assert {"ip": "127.0.0.1", "hostnames": [url[1]]} in pod["hostAliases"]
        assert url[1] == "kubernetes"  # one of the names in kubeadm's certificate of the API server
        mounts = {m["mountPath"] for m in pod["containers"][0]["volumeMounts"]}
        assert variables["control_plane_health_check_ca_path"] in mounts
        assert {v["hostPath"]["type"] for v in pod["volumes"]} == {"File"}


def test_the_password_is_a_placeholder():
    for _, _, text in pods("three-racks"):
        assert text.count("${secret:fabric-bgp}") == 2


def test_bfd_is_counted_in_microseconds():
    """GoBGP's unit, to which kube-vip hands its numbers unchanged."""
    design = situation("three-racks")
    session = next(s for s in design.sessions if s.profile.b.speaker is Speaker.KUBE_VIP)
    with_bfd = session._replace(profile=session.profile._replace(bfd=Bfd(250, 4), password=""))
    assert kube_vip.peer(with_bfd) == "10.10.0.2:4200020001::false:::true;250000;250000;4"


def test_no_pod_without_an_endpoint_or_with_one_served_by_others():
    design = situation("quickstart")
    assert "kube-vip.yaml" not in server_files_of(design, "r1-node1")
