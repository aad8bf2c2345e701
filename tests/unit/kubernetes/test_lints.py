"""What is refused and what is remarked of a design."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from test_metallb import answering_arp

import barefabric.kubernetes
from barefabric.errors import FabricError, Severity
from barefabric.kubernetes.lints import looks, refuse
from barefabric.model.kubernetes import Pool
from barefabric.model.session import Bfd, Speaker
from readback.designs import (
    SITUATIONS,
    situation,
    small,
)

BALANCER = "load_balancer: {use: metallb, announce: metallb, pools: {web: 192.0.2.0/28}}"


def codes(found):
    return [d.code for d in found]


def changed(name, **changes):
    """A design with its only cluster changed."""
    design = situation(name)
    ((key, cluster),) = design.clusters.items()
    return replace(design, clusters={key: replace(cluster, **changes)})


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_designed_is_sound(name):
    assert refuse(situation(name)) == []
    assert all(d.severity is Severity.LOOK for d in looks(situation(name)))


def test_two_speakers_with_one_address():
    design = situation("quickstart")
    same = tuple(
        s._replace(b_address=design.servers[s.b].address)
        if s.profile.b.speaker is Speaker.METALLB else s
        for s in design.sessions
    )  # fmt: skip
    found = refuse(replace(design, sessions=same))
    assert codes(found) == ["K8S001"] * 8
    assert "10.10.0.11" in found[0].message
    assert "calico and metallb" in found[0].message


def test_a_node_without_a_peer():
    design = situation("quickstart")
    kept = tuple(s for s in design.sessions if s.b != "r1-node3")
    (found,) = refuse(replace(design, sessions=kept))
    assert found.code == "K8S013"
    assert "r1-node3" in found.message


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("three-racks", Speaker.CALICO),
        ("three-racks", Speaker.KUBE_VIP),
        ("routed-frr", Speaker.METALLB),
    ],
)
def test_bfd_where_there_is_none(name, speaker):
    design = situation(name)
    sessions = tuple(
        s._replace(profile=s.profile._replace(bfd=Bfd())) if s.profile.b.speaker is speaker else s
        for s in design.sessions
    )
    (found,) = refuse(replace(design, sessions=sessions))
    assert found.code == "K8S014"
    assert speaker.value in found.message


def test_kube_vip_from_the_node_address_may_have_bfd():
    design = situation("vxlan, kube-vip, a password")
    sessions = tuple(
        s._replace(profile=s.profile._replace(bfd=Bfd()), b_address=design.servers[s.b].address)
        if s.profile.b.speaker is Speaker.KUBE_VIP
        else s
        for s in design.sessions
        if s.profile.b.speaker is not Speaker.METALLB
    )
    assert refuse(replace(design, sessions=sessions)) == []


def test_metallb_on_both_kinds_of_servers():
    text = (
        "spines: 2\nracks:\n"
        "  - {name: r1, leaves: {type: pair, count: 2}, servers: {bonded: 2}}\n"
        "  - {name: r2, leaves: 2, servers: {routed: 2}}\n"
        "clusters:\n  - {name: c1, pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico, "
        "servers: [bonded, routed], load_balancer: {use: metallb, announce: metallb, "
        "pools: {web: 192.0.2.0/28}}}\n"
    )
    with pytest.raises(FabricError) as raised:
        small(text)
    assert codes(raised.value.diagnostics) == ["K8S021"]


@pytest.mark.parametrize(("length", "refused"), [(24, False), (25, True), (26, True)])
def test_a_block_for_each_node(length, refused):
    found = refuse(changed("quickstart", pods=(f"10.64.0.0/{length}",)))
    assert codes(found) == (["K8S017"] if refused else [])
    if refused:
        assert "/22" in found[0].mend  # 4 nodes of 3 blocks each: 12 blocks of /26


def test_layer_two():
    design, cluster = answering_arp()
    assert refuse(design) == []
    wrong = {
        "10.10.1.0/28": "outside the rack's prefix 10.10.0.0/24",
        "192.0.2.0/28": "outside the rack's prefix 10.10.0.0/24",
        "10.10.0.8/29": "10.10.0.11",
        "10.10.0.0/29": "10.10.0.1",
        "10.10.0.2/31": "10.10.0.2",
        "10.10.0.128/28": "10.10.0.139",
    }
    for prefix, said in wrong.items():
        moved = replace(cluster, pools=(Pool("lan", (prefix,)),))
        (found,) = refuse(replace(design, clusters={"c1": moved}))
        assert found.code == "K8S019"
        assert said in found.message


def test_ipv6_pools_in_native_mode():
    design = changed(
        "dual, routed, metallb beside calico",
        pools=(
            Pool("web", ("192.0.2.0/28", "2001:db8:1::/120")),
            Pool("v6", ("2001:db8:2::/120",)),
        ),
    )
    found = refuse(design)
    assert codes(found) == ["K8S022", "K8S022"]
    assert "pool web 2001:db8:1::/120" in found[0].message
    (cluster,) = design.clusters.values()
    calico = replace(design, clusters={cluster.name: replace(cluster, announcer="calico")})
    assert "K8S022" not in codes(refuse(calico))


def test_ipv6_pools_with_frr():
    assert refuse(situation("dual, one link")) == []


@pytest.mark.parametrize(
    ("services", "refused"),
    [
        (("10.96.0.0/12", "fd00:96::/108"), []),
        (("10.96.0.0/11", "fd00:96::/108"), ["K8S023"]),
        (("10.96.0.0/12", "fd00:96::/107"), ["K8S023"]),
        (("10.96.0.0/16", "fd00:96::/112", "fd00:97::/112"), ["K8S023"]),
    ],
)
def test_services_that_kubernetes_takes(services, refused):
    assert codes(refuse(changed("dual, routed, numbered", services=services))) == refused


@pytest.mark.parametrize(("family", "said"), [("6", "IPv6"), ("4", "IPv4")])
def test_a_pool_that_no_service_can_use(family, said):
    name = {"6": "dual fabric, IPv4 cluster", "4": "dual fabric, IPv6 cluster"}[family]
    pool = {"6": "2001:db8:1::/120", "4": "192.0.2.0/28"}[family]
    (found,) = refuse(changed(name, pools=(Pool("web", (pool,)),)))
    assert found.code == "K8S024"
    assert f"is {said}, but services have no {said}" in found.message


@pytest.mark.parametrize(("length", "refused"), [(120, False), (121, True), (122, True)])
def test_a_block_of_each_family_for_each_node(length, refused):
    pods = ("10.65.0.0/16", f"fd00:65::/{length}")
    found = refuse(changed("dual, one link", pods=pods))
    assert codes(found) == (["K8S017"] if refused else [])
    if refused:
        assert "blocks of /122" in found[0].message
        assert "/118" in found[0].mend  # 3 nodes of 3 blocks each: 9 blocks of /122


def test_a_node_without_a_peer_in_one_family():
    design = situation("dual, one link")
    kept = tuple(
        s for s in design.sessions
        if (s.b, s.profile.only_ipv6, s.profile.b.speaker)
        != ("r1-plain2", True, Speaker.CALICO)
    )  # fmt: skip
    (found,) = refuse(replace(design, sessions=kept))
    assert found.code == "K8S013"
    assert "r1-plain2" in found.message


def test_layer_two_in_ipv6():
    design = situation("dual, l2")
    assert refuse(design) == []
    wrong = {
        "fd00:10:0:1::/112": "outside the rack's prefix fd00:10::/64",
        "fd00:10::/126": "fd00:10::1",
        "fd00:10::a/127": "fd00:10::b",
        "fd00:10::80/124": "fd00:10::8b",
    }
    for prefix, said in wrong.items():
        (found,) = refuse(changed("dual, l2", pools=(Pool("lan", (prefix,)),)))
        assert found.code == "K8S019"
        assert said in found.message
    outside = refuse(changed("dual, l2", pools=(Pool("lan", ("2001:db8::/112",)),)))
    assert "by neighbor discovery" in outside[0].message


@pytest.mark.parametrize(
    ("name", "remarked"),
    [
        ("both-families", []),
        ("dual fabric, IPv4 cluster", []),
        ("dual, IPv6 first, calico allocates", []),
        ("dual, routed, metallb beside calico", ["K8S025"]),
    ],
)
def test_no_pool_of_both_families(name, remarked):
    found = [d for d in looks(situation(name)) if d.code == "K8S025"]
    assert codes(found) == remarked
    if remarked:
        assert "let Calico announce" in found[0].mend  # what MetalLB takes there is IPv4 alone
    alone = (Pool("a", ("192.0.2.0/28",)), Pool("b", ("2001:db8::/120",)))
    (found,) = [
        d for d in looks(changed("dual, one link", pools=alone)) if d.code.startswith("K8S")
    ]
    assert found.code == "K8S025"


def test_layer_two_without_a_vlan():
    design = situation("routed-frr")
    nodes = tuple(n for n in design.clusters["edge"].nodes if n.startswith("r1-"))
    pool = Pool("lan", ("10.10.0.96/28",))
    cluster = replace(design.clusters["edge"], announcer="l2", nodes=nodes, pools=(pool,))
    found = refuse(replace(design, clusters={"edge": cluster}))
    assert codes(found) == ["K8S019"]
    assert "in no VLAN" in found[0].message


def test_layer_two_over_racks_in_the_design():
    design = situation("three-racks")
    cluster = replace(design.clusters["prod"], announcer="l2")
    found = refuse(replace(design, clusters={"prod": cluster}))
    assert codes(found) == ["K8S005"]


@pytest.mark.parametrize(
    ("version", "refused", "remarked"),
    [("1.34", [], ["K8S020"]), ("1.36", ["K8S020"], []), ("v1.36.2", ["K8S020"], [])],
)
def test_asns_that_calico_cannot_hold(version, refused, remarked):
    design = changed("quickstart", version=version)
    sessions = tuple(
        s._replace(a_asn=4200020001) if s.profile.b.speaker is Speaker.CALICO else s
        for s in design.sessions
    )
    design = replace(design, sessions=sessions)
    assert codes(refuse(design)) == refused
    assert codes(looks(design)) == remarked


def plane(*racks: str):
    """A design whose control-plane servers are in these racks."""
    design = situation("three-racks")
    count: dict[str, int] = {}
    names = []
    for rack in racks:
        count[rack] = count.get(rack, 0) + 1
        names.append(f"{rack}-worker{count[rack]}")
    cluster = replace(design.clusters["prod"], control_plane=tuple(names))
    return replace(design, clusters={"prod": cluster})


@pytest.mark.parametrize(
    ("racks", "said"),
    [
        (("r1", "r2", "r3"), ["any one rack leaves etcd with 2 of 3 members: fine; one more lost"]),
        (("r1", "r1", "r2"), ["rack r1 leaves etcd with 1 of 3 members: no quorum"]),
        (("r1", "r1", "r2", "r2", "r3"), ["rack r1 leaves etcd with 3 of 5 members: fine; one"]),
        (("r1", "r1", "r1", "r2", "r3"), ["rack r1 leaves etcd with 2 of 5 members: no quorum"]),
        (("r1",), ["rack r1 leaves etcd with 0 of 1 members: no quorum"]),
        (("r1", "r2"), ["rack r1 leaves etcd with 1 of 2", "2 etcd members survive the loss of 0"]),
    ],
)  # fmt: skip
def test_etcd_without_a_rack(racks, said):
    found = looks(plane(*racks))
    assert len(found) == len(said)
    for diagnostic, part in zip(found, said, strict=True):
        assert part in diagnostic.message


def test_external_etcd_is_not_ours_to_count():
    design = plane("r1")
    cluster = replace(design.clusters["prod"], etcd="external")
    assert looks(replace(design, clusters={"prod": cluster})) == []


def test_nothing_to_give():
    assert codes(looks(changed("quickstart", pools=()))) == ["K8S015"]


def test_every_code_is_explained():
    folder = Path(barefabric.kubernetes.__file__).parent
    raised = {c for p in folder.glob("*.py") for c in re.findall(r'"(K8S\d{3})"', p.read_text())}
    explained = tomllib.loads((folder.parent / "explanations/K8S.toml").read_text())
    assert explained.keys() == raised
    assert all(entry.keys() == {"title", "text"} for entry in explained.values())
