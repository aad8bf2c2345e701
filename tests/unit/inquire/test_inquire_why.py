"""`fabric why`: what a value is, and the line that it came from."""

import re
import shutil
from pathlib import Path

import pytest
from inquire_fabrics import NAMES, TOPOLOGIES, Built, built

from barefabric.errors import FabricError
from barefabric.inquire.facts import Fact
from barefabric.inquire.owners import all_owners
from barefabric.inquire.table import WIDTH
from barefabric.inquire.why import why, why_text
from barefabric.ledger.file import ledger_path
from barefabric.ledger.write import write_ledger
from barefabric.pipeline import Designed, design


def ask(fabric: Built, thing: str) -> list[str]:
    lines = list(why_text(why(fabric.designed, thing, fabric.out)))
    for line in lines:
        assert len(line) <= WIDTH or str(fabric.topology.parent) in line or "/" in line, line
    return lines


def facts_of(fabric: Built, thing: str) -> dict[str, Fact]:
    (answer,) = why(fabric.designed, thing, fabric.out).answers
    return {fact.label: fact for fact in reversed(answer.facts)}


def line_of(place: str) -> str:
    """The line that a place names."""
    path, _, number = place.rpartition(":")
    return Path(path).read_text(encoding="utf-8").splitlines()[int(number) - 1]


def test_a_link_address_as_the_interface_page_shows_it() -> None:
    fabric = built("three-racks")
    (answer,) = why(fabric.designed, "10.254.0.5", fabric.out).answers
    assert answer.value == "10.254.0.5/31"
    assert answer.sentence == "leaf r1-leaf2, Ethernet49/1, towards spine1 Ethernet2/1"
    facts = {fact.label: fact for fact in answer.facts}
    assert facts["from"].text == "pool addressing.links 10.254.0.0/16"
    assert line_of(facts["from"].place).strip() == "links: 10.254.0.0/16"
    assert facts["number"].text.startswith("2, kept by the ledger")
    assert line_of(facts["number"].place) == "link r1-leaf2 spine1 1 = 10.254.0.4/31"
    assert {found.path for found in answer.used} == {
        "switches/r1-leaf2/startup-config",
        "switches/spine1/startup-config",
        "plan/ip-plan.csv",
    }
    for found in answer.used:
        text = (fabric.out / found.path).read_text().splitlines()[found.line - 1]
        assert re.search(r"\b10\.254\.0\.5\b", text)


@pytest.mark.parametrize(
    ("thing", "sentence", "ledger"),
    [
        ("10.255.0.3", "loopback of leaf r1-leaf1", "loopback r1-leaf1 = 10.255.0.3"),
        ("172.20.0.13", "management address of leaf r1-leaf1", "management r1-leaf1 = 172.20.0.13"),
        ("10.10.0.1", "gateway of rack r1's servers, on its leaves", "rack r1 = 10.10.0.0/24"),
        ("10.10.1.3", "leaf r2-leaf2 in VLAN 100 of rack r2", "rack r2 = 10.10.1.0/24"),
        ("10.10.1.0/24", "prefix of rack r2", "rack r2 = 10.10.1.0/24"),
        ("4200000001", "spine, shared by spine[1-2]", "asn all spines = 4200000001"),
        ("64086.59905", "spine, shared by spine[1-2]", "asn all spines = 4200000001"),
        ("AS4200020002", "leaf, shared by r2-leaf[1-2]", "asn r2 = 4200020002"),
    ],
)
def test_the_ledgers_line(thing: str, sentence: str, ledger: str) -> None:
    fabric = built("three-racks")
    (answer,) = why(fabric.designed, thing, fabric.out).answers
    assert answer.sentence == sentence
    numbers = [fact for fact in answer.facts if fact.label == "number"]
    assert [line_of(fact.place) for fact in numbers] == [ledger]


def test_rules_of_server_addresses() -> None:
    fabric = built("three-racks")
    first = facts_of(fabric, "10.10.0.11")
    assert "from .11 up" in first["rule"].text
    (second,) = why(fabric.designed, "10.10.0.139", fabric.out).answers
    assert second.sentence == "second address of server r1-control1"
    assert second.facts[0].text == "the node address 10.10.0.11 and half a rack's prefix (128)"
    (reserved,) = why(fabric.designed, "10.10.0.140", fabric.out).answers
    assert reserved.sentence == "reserved second address of server r1-storage1"
    assert [found.path for found in reserved.used] == ["plan/ip-plan.csv"]


def test_defaults_are_called_defaults() -> None:
    fabric = built("quickstart")
    assert (
        "the default: addressing.links is not written"
        in facts_of(fabric, "10.254.0.0")["from"].text
    )
    assert facts_of(fabric, "10.254.0.0")["from"].place == ""
    assert "asn.leaf is not written" in facts_of(fabric, "4200020001")["from"].text


def test_values_of_the_topology_point_at_their_line() -> None:
    fabric = built("three-racks")
    for thing, label, expected in (
        ("10.112.0.10", "from", "endpoint: {address: 10.112.0.10"),
        ("192.0.2.1", "from", "theirs: 192.0.2.1/31"),
        ("198.51.100.0/24", "from", "public: {addresses: [198.51.100.0/24]"),
        ("10.64.0.0/14", "from", "pods: 10.64.0.0/14"),
        ("10.96.0.0/16", "from", "services: 10.96.0.0/16"),
        ("10.255.0.0/20", "from", "loopbacks: 10.255.0.0/20"),
        ("172.20.0.1", "rule", "gateway: 172.20.0.1"),
    ):
        assert expected in line_of(facts_of(fabric, thing)[label].place)


def test_what_belongs_to_nothing() -> None:
    fabric = built("three-racks")
    for thing, says in (
        ("10.254.0.200", "in 10.254.0.0/16, pool of links; free"),
        ("10.254.0.0/24", "in 10.254.0.0/16, pool of links; not free: 22 links in it"),
        ("10.254.0.6/30", "in 10.254.0.0/16, pool of links; not free: 2 links in it"),
        ("10.254.1.0/24", "in 10.254.0.0/16, pool of links; free"),
        ("10.10.0.0/23", "in 10.10.0.0/16, pool of servers; not free: 2 racks in it"),
        ("10.10.0.128/25", "in 10.10.0.0/24, prefix of rack r1; a part of it"),
        ("172.20.0.0/29", "in 172.20.0.0/22, pool of management; not free: 1 address in it"),
        ("10.10.0.200", "in 10.10.0.0/24, prefix of rack r1; free"),
        ("10.10.0.255", "its first or last address"),
        ("10.64.9.9", "in 10.64.0.0/14, pods of cluster prod"),
        ("10.64.0.64/26", "in 10.64.0.0/14, pods of cluster prod"),
    ):
        (answer,) = why(fabric.designed, thing).answers
        assert says in answer.sentence


def test_several_uses_are_all_told() -> None:
    fabric = built("three-racks")
    sentences = [a.sentence for a in why(fabric.designed, "0.0.0.0/0").answers]
    assert len(sentences) == 3
    assert sentences[-1] == "default of last resort"
    assert len(why(fabric.designed, "64496").answers) == 2
    assert "call themselves" in why(fabric.designed, "65534").answers[0].sentence


@pytest.mark.parametrize(
    ("thing", "code"),
    [
        ("spine1", "INQ004"),
        ("10.1.2", "INQ004"),
        ("300.1.1.1", "INQ004"),
        ("10.0.0.0/33", "INQ004"),
        ("", "INQ004"),
        ("8.8.8.8", "INQ005"),
        ("99", "INQ005"),
        ("nowhere.txt:1", "INQ006"),
        ("switches:1", "INQ006"),
        ("switches/spine1/startup-config:0", "INQ007"),
        ("switches/spine1/startup-config:99999", "INQ007"),
    ],
)
def test_what_cannot_be_answered(thing: str, code: str) -> None:
    fabric = built("three-racks")
    with pytest.raises(FabricError) as caught:
        why(fabric.designed, thing, fabric.out)
    assert [d.code for d in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("name", NAMES)
def test_every_address_of_a_design_is_explained(name: str) -> None:
    fabric = built(name)
    owners = list(all_owners(fabric.designed.design))
    assert owners
    for value, owner in owners:
        answers = why(fabric.designed, value).answers
        assert any(owner.device in a.sentence or not owner.device for a in answers)
        assert all(a.facts for a in answers)


def test_new_retired_pinned_and_moved_numbers(tmp_path: Path) -> None:
    topology = tmp_path / "lab.yaml"
    text = (TOPOLOGIES / "quickstart.yaml").read_text()
    topology.write_text(text)
    new = Built(design(topology), tmp_path / "none", topology)
    assert "new: the next fabric design records it" in facts_of(new, "10.255.0.1")["number"].text
    write_ledger(ledger_path(topology), new.designed.numbers.ledger)
    topology.write_text(
        text.replace("node: 4", "node: 3") + "pins: {spine2: {loopback: 10.255.9.9}}\n"
    )
    fabric = Built(design(topology), tmp_path / "none", topology)
    gone = facts_of(fabric, "10.10.0.14")
    assert "for r1-node4, which is gone" in gone["kept"].text
    assert line_of(gone["kept"].place) == "node r1-node4 = 10.10.0.14"
    pinned = facts_of(fabric, "10.255.9.9")
    assert "10.255.9.9" in line_of(pinned["pinned"].place)
    assert "would move: the ledger has 10.255.0.2" in pinned["number"].text


def test_pins_of_numbers_that_others_share_or_outside_of_their_pool(tmp_path: Path) -> None:
    topology = tmp_path / "lab.yaml"
    text = (TOPOLOGIES / "quickstart.yaml").read_text()
    pins = "pins: {spine1: {asn: 65001}, spine2 r1-leaf1 1: {prefix: 10.254.9.0/31}}\n"
    topology.write_text(text + pins)
    first = design(topology)
    write_ledger(ledger_path(topology), first.numbers.ledger)
    fabric = Built(design(topology), tmp_path / "none", topology)
    asn = facts_of(fabric, "65001")
    assert asn["from"].text == "outside asn.spine (4200000001-4200009999), by a pin"
    assert asn["pinned"].text == "pins.spine1 says so"
    assert asn["number"].text.startswith("kept by the ledger")
    assert facts_of(fabric, "10.254.9.0")["pinned"].text == "pins.spine2 r1-leaf1 1 says so"


def test_each_line_of_a_switchs_file_is_told_its_template() -> None:
    fabric = built("three-racks")
    path = "switches/r1-leaf1/startup-config"
    lines = (fabric.out / path).read_text().splitlines()
    wrote = {}
    for number, line in enumerate(lines, 1):
        facts = {
            f.label: f.text for f in why(fabric.designed, f"{path}:{number}", fabric.out).facts
        }
        template, _, at = facts["written by"].rpartition(":")
        wrote[line.strip()] = Path(template).name
        source = (TOPOLOGIES.parent / template).read_text().splitlines()[int(at) - 1]
        first = line.split()[0] if line.split() else ""
        assert first in source or "{{" in source, (line, source)
    assert wrote["router bgp 4200020001"] == "bgp.j2"
    assert wrote["ip virtual-router address 10.10.0.1"] == "svis.j2"
    assert wrote["hostname r1-leaf1"] != "bgp.j2"


def test_a_changed_file_is_not_blamed_on_a_template(tmp_path: Path) -> None:
    fabric = built("three-racks")
    copy = tmp_path / "build"
    shutil.copytree(fabric.out, copy)
    file = copy / "switches/spine1/startup-config"
    file.write_text(file.read_text() + "! by hand\n")
    facts = why(fabric.designed, "switches/spine1/startup-config:1", copy).facts
    assert "written by" not in {fact.label for fact in facts}


def values_on(fabric: Built, path: str, text: str) -> dict[str, str]:
    lines = (fabric.out / path).read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if text in line)
    found = why(fabric.designed, f"{path}:{number}", fabric.out)
    assert text in found.heading
    return {answer.value: answer.sentence for answer in found.answers}


def test_values_on_a_line() -> None:
    fabric = built("three-racks")
    leaf = "switches/r1-leaf1/startup-config"
    assert values_on(fabric, leaf, "neighbor 10.254.0.0 peer group SPINES") == {
        "10.254.0.0/31": "spine spine1, Ethernet1/1, towards r1-leaf1 Ethernet49/1",
        "SPINES": "peer group of r1-leaf1: its sessions with spine[1-2]",
    }
    secret = values_on(fabric, leaf, "${secret:fabric-bgp}")
    assert secret["${secret:fabric-bgp}"] == "secret fabric-bgp"
    policy = values_on(fabric, leaf, "route-map FROM-SPINES in")
    assert policy["FROM-SPINES"] == "routing policy of r1-leaf1"
    vlan = values_on(fabric, leaf, "interface Vlan100")
    assert vlan == {"VLAN 100": "the servers of a rack"}
    port = values_on(fabric, leaf, "interface Ethernet49/1")
    assert port == {"Ethernet49/1": "port of r1-leaf1, 100G, fabric cable to spine1 Ethernet1/1"}
    node = values_on(fabric, "nodes/r1-control1/01-barefabric.yaml", "via: 10.10.0.1")
    assert node == {"10.10.0.1/24": "gateway of rack r1's servers, on its leaves"}
    peer = values_on(fabric, "clusters/prod/calico/peers.yaml", "peerIP: 10.10.1.2")
    assert peer == {"10.10.1.2/24": "leaf r2-leaf1 in VLAN 100 of rack r2"}


def test_lines_of_the_ledger_and_of_the_topology() -> None:
    fabric = built("three-racks")
    lock = ledger_path(fabric.topology)
    number = lock.read_text().splitlines().index("node r1-control1 = 10.10.0.11") + 1
    found = why(fabric.designed, f"{lock}:{number}", fabric.out)
    assert {a.value for a in found.answers} == {"r1-control1", "10.10.0.11/24"}


def test_a_line_without_values_says_so() -> None:
    fabric = built("routed-frr")
    text = "\n".join(ask(fabric, "switches/spine1/frr.conf:1"))
    assert "no value of the design stands on this line" in text


def module_paths(fabric: Built) -> dict[str, str]:
    """Which module the answer names for each file that no template writes."""
    named = {}
    for file in sorted(fabric.out.rglob("*")):
        path = file.relative_to(fabric.out).as_posix()
        if (
            file.is_file()
            and file.read_bytes()
            and path.startswith(("nodes/", "clusters/", "plan/"))
        ):
            facts = why(fabric.designed, f"{path}:1", fabric.out).facts
            named[path] = {f.label: f.text for f in facts}.get("written by", "")
    return named


@pytest.mark.parametrize("name", ["three-racks", "routed-frr"])
def test_modules_named_for_files_are_those_that_write_them(name: str) -> None:
    from barefabric.derive.server import server_intent
    from barefabric.hosts import frr, netplan
    from barefabric.kubernetes import calico, metallb
    from barefabric.kubernetes.view import cluster_view

    fabric = built(name)
    design_ = fabric.designed.design
    named = module_paths(fabric)
    for cluster in design_.clusters.values():
        view = cluster_view(design_, cluster)
        for module, files in (("calico", calico.files(view)), ("metallb", metallb.files(view))):
            for path, _ in files:
                assert named[f"clusters/{cluster.name}/{path}"] == f"barefabric.kubernetes.{module}"
    for server in design_.servers:
        intent = server_intent(design_, server)
        assert named[f"nodes/{server}/{netplan.PATH}"] == "barefabric.hosts.netplan"
        for path, _ in frr.files(intent):
            where = named[f"nodes/{server}/{path}"]
            assert ".j2:" in where if path == "frr.conf" else where == "barefabric.hosts.frr"
    assert all(named.values())


def test_json_has_the_same_facts(three_racks: Designed) -> None:
    document = why(three_racks, "10.254.0.5").as_json()
    (answer,) = document["answers"]
    assert answer["value"] == "10.254.0.5/31"
    assert answer["facts"][0]["label"] == "from"


@pytest.fixture
def three_racks() -> Designed:
    return built("three-racks").designed
