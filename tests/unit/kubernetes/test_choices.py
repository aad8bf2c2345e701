"""Components that go together, and those that don't."""

import pytest

from barefabric.kubernetes.choices import check, unsupported
from readback.designs import cluster_text, loaded

CALICO, VXLAN = "cni: calico", "cni: {use: calico, mode: vxlan}"
CILIUM, TUNNEL = "cni: cilium", "cni: {use: cilium, mode: vxlan}"
PLANE = "control_plane: {servers: [r1-bonded1], endpoint: {address: 10.112.0.10, use: %s}}\n"
KUBE_VIP = PLANE % "kube-vip"


def balancer(**keys: str) -> str:
    said = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return f"load_balancer: {{{said}, pools: {{web: 192.0.2.0/28}}}}"


def codes(cluster: str, racks: str = "r1") -> list[str]:
    text = cluster_text(f"servers: [bonded]\n{cluster}", racks=racks)
    return [found.code for found in check(loaded(text))]


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        # The table of pairs: network plugin, allocator, announcer.
        (f"{CALICO}", []),
        (f"{CALICO}\n{balancer(use='calico')}", []),
        (f"{CALICO}\n{balancer(use='metallb')}", []),
        (f"{CALICO}\n{balancer(use='metallb', announce='cni')}", []),
        (f"{CALICO}\n{balancer(use='metallb', announce='metallb')}", []),
        (f"{CALICO}\n{balancer(use='metallb', announce='l2')}", []),
        (f"{CALICO}\n{balancer(use='cilium')}", ["K8S002"]),
        (f"{CALICO}\n{balancer(use='calico', announce='metallb')}", ["K8S003"]),
        (f"{CALICO}\n{balancer(use='calico', announce='l2')}", ["K8S006"]),
        (f"{VXLAN}\n{balancer(use='metallb')}", []),
        (f"{VXLAN}\n{balancer(use='metallb', announce='metallb')}", []),
        (f"{VXLAN}\n{balancer(use='metallb', announce='l2')}", []),
        (f"{VXLAN}\n{balancer(use='metallb', announce='cni')}", ["K8S004"]),
        (f"{VXLAN}\n{balancer(use='calico')}", ["K8S004"]),
        (f"{CILIUM}\n{balancer(use='cilium')}", []),
        (f"{CILIUM}\n{balancer(use='metallb', announce='metallb')}", ["K8S008"]),
        (f"{CILIUM}\n{balancer(use='calico')}", ["K8S002"]),
        (f"{TUNNEL}\n{balancer(use='metallb')}", []),
        (f"{TUNNEL}\n{balancer(use='cilium')}", ["K8S004"]),
        # A third speaker on control-plane nodes.
        (f"{CALICO}\n{KUBE_VIP}{balancer(use='metallb')}", []),
        (f"{CALICO}\n{PLANE % 'external'}{balancer(use='metallb', announce='metallb')}", []),
        (f"{CALICO}\n{KUBE_VIP}{balancer(use='metallb', announce='metallb')}", ["K8S001"]),
        (f"{VXLAN}\n{KUBE_VIP}{balancer(use='metallb')}", []),
        # Several at once, each once.
        (f"{VXLAN}\n{balancer(use='cilium', announce='metallb')}", ["K8S002", "K8S003"]),
        (f"{VXLAN}\n{balancer(use='calico', announce='l2')}", ["K8S006"]),
    ],
)  # fmt: skip
def test_pairs(cluster, expected):
    assert codes(cluster) == expected


def test_layer_two_ends_at_the_rack():
    cluster = f"{CALICO}\n{balancer(use='metallb', announce='l2')}"
    assert codes(cluster) == []
    assert codes(cluster, racks="r[1-2]") == ["K8S005"]
    text = cluster_text(f"servers: [r2]\n{cluster}", racks="r[1-3]")
    assert check(loaded(text)) == []


def test_both_ways_out_and_both_places_are_named():
    cluster = f"{CALICO}\n{KUBE_VIP}{balancer(use='metallb', announce='metallb')}"
    text = cluster_text(f"servers: [bonded]\n{cluster}")
    (found,) = check(loaded(text))
    assert "leave out announce" in found.mend
    assert "use: external" in found.mend
    announce, endpoint = found.places
    assert "announce: metallb" in announce.excerpt
    assert announce.excerpt[announce.column - 1 :].startswith("metallb")
    assert "10.112.0.10" in endpoint.excerpt


def test_a_default_is_shown_where_it_comes_from():
    text = cluster_text(f"servers: [bonded]\n{VXLAN}\n{balancer(use='calico')}")
    (found,) = check(loaded(text))
    assert found.places[0].excerpt[found.places[0].column - 1 :].startswith("calico")


def test_cilium_is_one_clear_error_for_each_cluster():
    text = cluster_text(f"servers: [bonded]\n{CILIUM}")
    (found,) = unsupported(loaded(text))
    assert found.code == "K8S090"
    assert found.places[0].excerpt.strip() == CILIUM
    assert unsupported(loaded(cluster_text(f"servers: [bonded]\n{CALICO}"))) == []
