"""`fabric show session` and `fabric show device`."""

import json

import pytest
from inquire_fabrics import NAMES, built

from barefabric.errors import FabricError
from barefabric.inquire.names import find_device
from barefabric.inquire.show import (
    as_json,
    device_text,
    session_text,
    show_device,
    show_session,
)
from barefabric.inquire.table import WIDTH
from barefabric.model.design import Design
from barefabric.verify.prefixes import parse, passes


def design_of(name: str) -> Design:
    return built(name).designed.design


def code_of(caught: pytest.ExceptionInfo[FabricError]) -> str:
    (diagnostic,) = caught.value.diagnostics
    return diagnostic.code


@pytest.mark.parametrize(
    ("word", "name"),
    [("spine1", "spine1"), ("leaf1", "r1-leaf1"), ("node3", "r1-node3"), ("R1-LEAF2", "r1-leaf2")],
)
def test_names_may_be_short(word: str, name: str) -> None:
    assert find_device(design_of("quickstart"), word) == name


def test_a_short_name_that_fits_several() -> None:
    with pytest.raises(FabricError) as caught:
        find_device(design_of("three-racks"), "leaf1")
    assert code_of(caught) == "INQ002"
    assert "r1-leaf1, r2-leaf1, r3-leaf1" in caught.value.diagnostics[0].message


def test_a_name_that_fits_nothing() -> None:
    with pytest.raises(FabricError) as caught:
        find_device(design_of("three-racks"), "spin1")
    assert code_of(caught) == "INQ001"
    assert caught.value.diagnostics[0].mend == 'did you mean "spine1"?'


def test_both_ends_of_a_fabric_session() -> None:
    (facts,) = show_session(design_of("three-racks"), "r1-leaf1", "spine1")
    assert (facts.a.device, facts.b.device) == ("spine1", "r1-leaf1")
    assert (facts.a.address, facts.a.interface) == ("10.254.0.0", "Ethernet1/1")
    assert (facts.b.address, facts.b.interface) == ("10.254.0.1", "Ethernet49/1")
    assert (facts.a.asn, facts.b.asn) == (4200000001, 4200020001)
    assert facts.authentication == "fabric-bgp"
    assert facts.bfd == "300 ms x 3"
    assert facts.a.exports.name == "TO-LEAVES"
    assert facts.b.imports.terms[0] == (
        "10 permit DEFAULT with community 65000:250 (LAST-RESORT): set local preference 50"
    )
    assert facts.b.imports.terms[-1] == "refuse the rest"
    assert facts.b.announces[:2] == ("10.255.0.3/32", "10.10.0.0/24")
    assert "0.0.0.0/0" in facts.a.announces
    assert facts.a.passes_on
    assert not facts.b.passes_on


def test_every_session_of_two_devices_is_shown() -> None:
    found = show_session(design_of("quickstart"), "leaf1", "node3")
    assert [facts.b.speaker for facts in found] == ["calico", "metallb"]
    calico, metallb = found
    assert calico.a.asn == 65534
    assert calico.a.own_asn == 4200020001
    assert metallb.a.asn == 4200020001
    assert metallb.a.own_asn == 0
    assert calico.a.passive
    assert not calico.b.passive
    assert calico.a.announces == ()
    assert calico.b.announces == ("10.64.0.128/26",)
    assert metallb.b.announces == ("203.0.113.1/32",)


def test_a_routed_server_has_the_hosts_session_and_its_nodes() -> None:
    host, node = show_session(design_of("routed-frr"), "r1-worker1", "r1-leaf1")
    assert host.a.imports.name == "FROM-HOST-R1-WORKER1"
    assert host.b.announces == ("10.10.0.11/32",)
    assert set(host.a.announces) == {"0.0.0.0/0", "10.255.0.3/32"}
    assert node.hops == 2
    text = "\n".join(session_text((host, node)))
    assert "swp1 (unnumbered)" in text
    assert "up to 2 hops apart" in text


@pytest.mark.parametrize("name", NAMES)
def test_what_is_announced_is_taken_by_the_other_end(name: str) -> None:
    """The two ends agree: no expected prefix is refused by the importing switch's list."""
    design = design_of(name)
    pairs = {(session.a, session.b) for session in design.sessions}
    checked = 0
    for one, other in sorted(pairs):
        for facts in show_session(design, one, other):
            if facts.kind not in ("node", "host"):
                continue
            entries = [
                entry
                for listed in facts.a.lists
                for entry in listed.partition("  ")[2].split("; ")
                if listed.split("  ")[0] in " ".join(facts.a.imports.terms)
            ]
            for prefix in facts.b.announces:
                assert any(taken(prefix, entry) for entry in entries), (facts.id, prefix, entries)
                checked += 1
    assert checked


def taken(prefix: str, entry: str) -> bool:
    """Whether an entry as shown ("10.64.0.0/14, only /26") has a prefix."""
    from barefabric.model.policy import PrefixMatch

    base, _, bounds = entry.partition(", ")
    numbers = [int(word.lstrip("/")) for word in bounds.split() if word.startswith("/")]
    low, high = (numbers[0], numbers[-1]) if numbers else (0, 0)
    return passes(parse(prefix), [PrefixMatch(base, low, high)])


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("spine1", "spine2", "spine1 has sessions with"),
        ("spine1", "spine1", "no session with itself"),
        ("r1-leaf1", "r2-worker1", "no session between"),
        ("border1", "wan-b", "no session between"),
    ],
)
def test_no_session(one: str, other: str, says: str) -> None:
    with pytest.raises(FabricError) as caught:
        show_session(design_of("three-racks"), one, other)
    assert code_of(caught) == "INQ003"
    (diagnostic,) = caught.value.diagnostics
    assert says in f"{diagnostic.message} {diagnostic.allowed}"


def test_a_leaf() -> None:
    facts = show_device(design_of("three-racks"), "r1-leaf1")
    assert facts.sentence == "leaf of rack r1, 7050SX3-48YC8 (arista_eos), pair with r1-leaf2"
    assert dict(facts.facts)["loopback"] == "10.255.0.3/32"
    ports = {port.name: port for port in facts.ports}
    assert list(ports)[:2] == ["Ethernet1", "Ethernet2"]
    assert ports["Ethernet49/1"][1:4] == (100, "uplink", "spine1")
    assert ports["Ethernet49/1"][4:] == ("Ethernet1/1", "10.254.0.1/31")
    assert ports["Ethernet1"].what == "server, channel 1"
    assert ports["Ethernet56/1"].what == "peer link, channel 55"
    assert len(ports) + len(facts.unused) == 56
    groups = {group.group: group for group in facts.sessions}
    assert groups["SPINES"].neighbors == ("spine1", "spine2")
    assert groups["PROD-CALICO"].asns == (64512,)
    assert len(groups["PROD-CALICO"].neighbors) == 14


def test_a_server_and_an_upstream() -> None:
    design = design_of("three-racks")
    server = dict(show_device(design, "r1-control1").facts)
    assert server["address"] == "10.10.0.11/24"
    assert server["gateway"] == "10.10.0.1"
    assert "used by a second BGP speaker" in server["second"]
    upstream = show_device(design, "wan-a")
    assert dict(upstream.facts)["we announce"] == "198.51.100.0/24"
    assert upstream.ports[0].peer_port == "Ethernet32/1"


@pytest.mark.parametrize("name", NAMES)
def test_everything_fits_into_100_columns_and_into_json(name: str) -> None:
    design = design_of(name)
    for device in (*design.switches, *design.servers, *design.upstreams):
        facts = show_device(design, device)
        assert all(len(line) <= WIDTH for line in device_text(facts))
        json.dumps(as_json(facts))
    for session in design.sessions:
        found = show_session(design, session.a, session.b)
        assert all(len(line) <= WIDTH for line in session_text(found))
        assert session.id in {facts.id for facts in found}
        json.dumps([as_json(facts) for facts in found])


def test_long_names_are_wrapped_not_cut(tmp_path: object) -> None:
    from barefabric.inquire.table import columns

    row = ["x" * 45, "y" * 45, "last words of a row"]
    lines = list(columns([row]))
    assert all(len(line) <= WIDTH for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(row).replace(" ", "")
