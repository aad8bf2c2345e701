"""`fabric why` and `fabric show` of a fabric with both families."""

from pathlib import Path

import pytest
from inquire_fabrics import Built, built

from barefabric.errors import FabricError
from barefabric.inquire.device import show_device
from barefabric.inquire.facts import Fact
from barefabric.inquire.owners import all_owners
from barefabric.inquire.session import show_session
from barefabric.inquire.why import why


def facts_of(fabric: Built, thing: str) -> dict[str, Fact]:
    (answer,) = why(fabric.designed, thing, fabric.out).answers
    return {fact.label: fact for fact in reversed(answer.facts)}


def line_of(place: str) -> str:
    path, _, number = place.rpartition(":")
    return Path(path).read_text(encoding="utf-8").splitlines()[int(number) - 1]


@pytest.mark.parametrize(
    ("thing", "value", "sentence", "ledger"),
    [
        ("fd00:255::3", "fd00:255::3/128", "loopback of leaf r1-leaf1",
         ["loopback6 r1-leaf1 = fd00:255::3"]),
        ("fd00:254::5", "fd00:254::5/127",
         "leaf r1-leaf2, Ethernet49/1, towards spine1 Ethernet2/1",
         ["link6 r1-leaf2 spine1 1 = fd00:254::4/127"]),
        ("FD00:254:0::0014", "fd00:254::14/127",
         "leaf r1-leaf1, iBGP of the pair, towards r1-leaf2",
         ["link6 r1-leaf2 r1-leaf1 routing = fd00:254::14/127"]),
        ("fd00:10::1", "fd00:10::1/64", "gateway of rack r1's servers, on its leaves",
         ["rack6 r1 = fd00:10::/64"]),
        ("fd00:10::3", "fd00:10::3/64", "leaf r1-leaf2 in VLAN 100 of rack r1",
         ["rack6 r1 = fd00:10::/64"]),
        ("fd00:10:0:1::/64", "fd00:10:0:1::/64",
         "prefix of rack r2 (loopbacks of its routed servers)", ["rack6 r2 = fd00:10:0:1::/64"]),
        ("fd00:10::c", "fd00:10::c/64", "server r1-node2, on its bond",
         ["rack6 r1 = fd00:10::/64", "node r1-node2 = 10.10.0.12"]),
        ("fd00:10:0:1::b/128", "fd00:10:0:1::b/128", "server r2-worker1, on its loopback",
         ["rack6 r2 = fd00:10:0:1::/64", "node r2-worker1 = 10.10.1.11"]),
    ],
)  # fmt: skip
def test_the_ledgers_line(thing: str, value: str, sentence: str, ledger: list[str]) -> None:
    fabric = built("both-families")
    (answer,) = why(fabric.designed, thing, fabric.out).answers
    assert (answer.value, answer.sentence) == (value, sentence)
    numbers = [fact for fact in answer.facts if fact.label == "number"]
    assert [line_of(fact.place) for fact in numbers] == ledger
    address = value.partition("/")[0]
    assert answer.used
    for found in answer.used:
        text = (fabric.out / found.path).read_text(encoding="utf-8").splitlines()[found.line - 1]
        assert address in text


def test_every_ipv6_address_is_explained_with_facts() -> None:
    fabric = built("both-families")
    six = [(v, o) for v, o in all_owners(fabric.designed.design) if ":" in v]
    assert {o.use.value for _, o in six} >= {
        "loopback", "link", "pair", "gateway", "leaf", "server", "second", "upstream",
    }  # fmt: skip
    for value, owner in six:
        (answer,) = why(fabric.designed, value).answers
        assert answer.value == f"{value}/{owner.length}"
        assert answer.facts


def test_rules_say_what_holds_in_ipv6() -> None:
    fabric = built("both-families")
    assert facts_of(fabric, "fd00:255::1")["rule"].text.startswith("a /128 for each switch")
    assert "BGP id" not in facts_of(fabric, "fd00:255::1")["rule"].text
    assert "RFC 6164" in facts_of(fabric, "fd00:254::1")["rule"].text
    rule = "as far into the rack's /64 as 10.10.0.11 is into 10.10.0.0/24"
    assert facts_of(fabric, "fd00:10::b")["rule"].text == rule
    second = why(fabric.designed, "fd00:10::8b").answers[0].facts[0]
    assert second.text == "the node address fd00:10::b and half a rack's IPv4 prefix (128)"
    assert "/122" in facts_of(fabric, "fd00:64::/48")["blocks"].text
    assert "/26" in facts_of(fabric, "10.64.0.0/16")["blocks"].text
    assert facts_of(fabric, "fd00:255::/48")["use"].text == "7 of 2^80 used, 2^80 free"
    assert "swp1" in why(fabric.designed, "2001:db8:2::1").answers[0].sentence


def test_what_belongs_to_nothing_and_what_does_not_exist() -> None:
    fabric = built("both-families")
    for thing, says in (
        ("fd00:254::ffff", "in fd00:254::/48, pool of links; free"),
        ("fd00:255::", "its first address, never used"),
        ("fd00:255:0:ffff:ffff:ffff:ffff:ffff", "pool of loopbacks; free"),
        ("fd00:64::40/122", "in fd00:64::/48, pods of cluster bonded"),
    ):
        (answer,) = why(fabric.designed, thing).answers
        assert says in answer.sentence
    assert [a.sentence for a in why(fabric.designed, "::/0").answers] == [
        "accepted from upstream router isp",
        "default of last resort",
    ]
    for thing, code in (("2001:db8:ffff::1", "INQ005"), ("fd00::1::2", "INQ004"),
                        ("fd00::/129", "INQ004"), ("::ffff", "INQ005")):  # fmt: skip
        with pytest.raises(FabricError) as caught:
            why(fabric.designed, thing)
        assert caught.value.diagnostics[0].code == code


def test_values_on_a_line_of_ipv6() -> None:
    fabric = built("both-families")

    def values(path: str, text: str) -> dict[str, str]:
        lines = (fabric.out / path).read_text(encoding="utf-8").splitlines()
        number = next(n for n, line in enumerate(lines, 1) if text in line)
        found = why(fabric.designed, f"{path}:{number}", fabric.out)
        return {answer.value: answer.sentence for answer in found.answers}

    leaf = "switches/r1-leaf1/startup-config"
    found = values(leaf, "neighbor fd00:254:: peer group SPINES6")
    assert found["fd00:254::/127"] == "spine spine1, Ethernet1/1, towards r1-leaf1 Ethernet49/1"
    assert found["SPINES6"] == "peer group of r1-leaf1: its sessions with spine[1-2]"
    assert values(leaf, "permit fd00:64::/48")["fd00:64::/48"] == "pods of cluster bonded"
    peer = values("clusters/bonded/metallb/peers.yaml", "fd00:10::8b")
    assert peer["fd00:10::8b/64"] == "second address of server r1-node1"
    assert values("nodes/r1-node1/01-barefabric.yaml", "fd00:10::1")


def test_devices_show_both_families() -> None:
    design = built("both-families").designed.design
    leaf = show_device(design, "r1-leaf1")
    facts = dict(leaf.facts)
    assert facts["loopback"] == "10.255.0.3/32 and fd00:255::3/128"
    assert "fd00:10::2/64 gateway fd00:10::1" in facts["VLANs"]
    uplink = next(p for p in leaf.ports if p.name == "Ethernet49/1")
    assert uplink.address == "10.254.0.1/31 fd00:254::1/127"
    assert {"SPINES", "SPINES6", "PEER6"} <= {g.group for g in leaf.sessions}
    server = dict(show_device(design, "r2-worker1").facts)
    assert server["address"] == "10.10.1.11/32 and fd00:10:0:1::b/128 on its loopback"
    bonded = dict(show_device(design, "r1-node1").facts)
    assert bonded["gateway"] == "10.10.0.1 and fd00:10::1"
    assert dict(show_device(design, "isp").facts)["ours"] == "192.0.2.1/31 and 2001:db8:2::1/127"


def test_a_session_announces_its_own_family_alone() -> None:
    design = built("both-families").designed.design
    pairs = (("spine1", "r1-leaf1"), ("border1", "isp"), ("r2-leaf1", "r2-worker1"))
    for one, other in pairs:
        found = show_session(design, one, other)
        assert {facts.families for facts in found} == {("ipv4",), ("ipv6",)}
        for facts in found:
            six = facts.families == ("ipv6",)
            said = (*facts.a.announces, *facts.b.announces, facts.a.address, facts.b.address)
            assert said
            assert all((":" in text) == six for text in said)
    leaf = show_session(design, "spine1", "r1-leaf1")[1].a
    assert leaf.announces == ("fd00:255::1/128", "::/0")
    assert leaf.passes_on
