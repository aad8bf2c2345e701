"""What Batfish is given: the dressed copies, the devices that stand for servers, the cables."""

import json
import re
import socket
from pathlib import Path

import pytest

from barefabric.errors import OutsideError, UsageError
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.vendors import catalogue
from barefabric.verify.batfish.judge import judge
from barefabric.verify.batfish.proof import digests, judged_files
from barefabric.verify.batfish.rules import dress, dressing
from barefabric.verify.batfish.sample import sample
from barefabric.verify.batfish.service import PORT, Address, address, answers
from barefabric.verify.batfish.snapshot import Snapshot, snapshot
from barefabric.verify.reading.findings import contract_of
from barefabric.verify.reading.rules import reader
from barefabric.verify.verdict import NotRun

ROOT = Path(__file__).parents[2]
NAMES = ("quickstart", "three-racks", "routed-frr")


def designed(text: Path) -> Design:
    return design_values(load(text)).design


def example(name: str) -> Design:
    return designed(ROOT / "topologies" / f"{name}.yaml")


def made(name: str) -> tuple[Design, Snapshot]:
    design = example(name)
    return design, snapshot(design, judged_files(design))


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


# Where the service is


@pytest.mark.parametrize(
    ("option", "environment", "expected"),
    [
        ("", {}, Address("localhost", PORT)),
        ("", {"BATFISH_HOST": "b"}, Address("b", PORT, "BATFISH_HOST")),
        ("", {"BATFISH_HOST": "b:1"}, Address("b", 1, "BATFISH_HOST")),
        ("a:2", {"BATFISH_HOST": "b:1"}, Address("a", 2, "--batfish")),
    ],
)
def test_the_option_goes_before_the_environment(
    option: str, environment: dict[str, str], expected: Address
) -> None:
    assert address(option, environment) == expected


@pytest.mark.parametrize("text", ["host:", ":9996", "host:port", "host:99:x"])
def test_text_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        address(text, {})
    assert caught.value.diagnostics[0].code == "BF001"


def test_whether_something_listens_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert answers(Address("127.0.0.1", listener.getsockname()[1]))
    assert not answers(Address("127.0.0.1", closed_port()))


def test_without_a_service_the_judge_did_not_run() -> None:
    found = judge(example("quickstart"), Address("127.0.0.1", closed_port()))
    assert isinstance(found, NotRun)
    assert found.judge == "Batfish"
    assert "nothing answers" in found.why
    assert "BATFISH_HOST" in found.how


def test_a_service_that_was_named_must_be_there() -> None:
    pytest.importorskip("pybatfish")
    with pytest.raises(OutsideError) as caught:
        judge(example("quickstart"), Address("127.0.0.1", closed_port(), "--batfish"))
    assert caught.value.diagnostics[0].code == "BF002"


# Rules


def taught() -> list[str]:
    return [nos for nos in catalogue.vendors() if dressing(nos) is not None]


@pytest.mark.parametrize("nos", taught())
def test_rules_read_the_files_of_the_vendor(nos: str) -> None:
    rules, vendor = dressing(nos), catalogue.vendor(nos)
    assert rules is not None
    assert vendor is not None
    assert vendor.dialect is not None
    assert {part.file for part in rules.parts if part.file} <= vendor.dialect.files.keys()
    assert vendor.config_file in {part.file for part in rules.parts}


@pytest.mark.parametrize("nos", taught())
def test_what_a_rule_leaves_out_is_covered_by_something_that_exists(nos: str) -> None:
    """Each reason names a check of the design, Batfish or files, or tests of a real parser."""
    rules = dressing(nos)
    assert rules is not None
    contracts = {contract.id for contract in example("three-racks").contracts}
    source = "".join(p.read_text() for p in (ROOT / "src/barefabric/verify/batfish").glob("*.py"))
    facts = reader(nos)
    read = set(map(contract_of, facts.known)) if facts else set()
    for rule in (*rules.allowed, *rules.rewrites):
        assert rule.reason
        covered = rule.covered
        known = covered in contracts or f'"{covered}"' in source or (ROOT / covered).is_dir()
        known = known or covered in read
        known = known or covered == "nothing: they are not proven"  # lines of the user's own
        assert known, f"{nos}: {covered} covers {rule.pattern.pattern}, and is nothing"


def test_a_rule_excuses_whole_lines_only() -> None:
    rules = dressing("arista_eos")
    assert rules is not None
    said = "This syntax is unrecognized"
    assert rules.excuses("   neighbor SPINES ttl maximum-hops 1", said) is not None
    assert rules.excuses("neighbor SPINES ttl maximum-hops 1 and more", said) is None
    assert rules.excuses("neighbor SPINES ttl maximum-hops 1", "something else") is None
    assert rules.excuses("neighbor SPINES shutdown", said) is None


def test_frr_is_dressed_line_by_line() -> None:
    rules = dressing("frr")
    assert rules is not None
    files = {
        "interfaces": (
            "auto swp1\niface swp1\n    mtu 9214\n\n"
            "auto swp2\niface swp2\n    alias unused\n    link-down yes\n\n"
        ),
        "frr.conf": (
            "hostname x\nbgp community-list standard L seq 5 permit 65000:250\n"
            "bgp as-path access-list OWN seq 5 permit ^$\n"
            "ip prefix-list P seq 5 permit 10.0.0.0/8\nroute-map M permit 10\nexit\n"
        ),
    }
    dressed = dress(rules, "x", files, {})
    assert "swp2" not in dressed.text
    assert "iface swp1\n    mtu 9214\n" in dressed.text
    assert "bgp community-list standard L permit 65000:250\n" in dressed.text
    assert "bgp as-path access-list OWN permit ^$\n" in dressed.text
    assert "ip prefix-list P seq 5 permit 10.0.0.0/8\n" in dressed.text
    assert not re.search("^ *exit$", dressed.text, re.MULTILINE)
    assert len(dressed.used) == 3


def test_eos_goes_in_as_it_is() -> None:
    design, shown = made("quickstart")
    for name, files in judged_files(design).items():
        if name in design.switches:
            assert shown.configs[name].endswith(files["startup-config"])
    assert shown.rewrites == ()


# The snapshot


@pytest.mark.parametrize("name", NAMES)
def test_every_device_is_there_and_every_cable(name: str) -> None:
    design, shown = made(name)
    everyone = {*design.switches, *design.servers, *design.upstreams}
    assert set(shown.devices.values()) == everyone
    assert {node.lower() for node in shown.configs} == shown.devices.keys()
    cabled = {(c.a, c.a_port, c.b) for c in design.cables if c.kind is not CableKind.SERVER}
    cabled |= {(c.a, c.a_port, c.b) for c in design.cables if c.kind is CableKind.SERVER}
    edges = [e for e in shown.edges if not e[1].startswith("inner")]
    switch_first = {e if e[0] in design.switches else (*e[2:], *e[:2]) for e in edges}
    assert {(a, port, b) for a, port, b, _ in switch_first} == cabled
    assert len(edges) == len(design.cables)


def test_two_speakers_of_a_server_are_two_devices() -> None:
    """Both dial the same leaf, so one FRR cannot be both."""
    design, shown = made("quickstart")
    server = design.servers["r1-node1"]
    first, second = shown.configs["r1-node1"], shown.configs["r1-node1--metallb"]
    assert f"address {server.address}/24" in first
    assert f"address {server.second_address}/24" in second
    assert server.second_address not in first
    assert ("r1-node1", "inner1", "r1-node1--metallb", "inner0") in shown.edges


def test_a_routed_host_keeps_its_own_rendered_frr() -> None:
    design, shown = made("routed-frr")
    text = shown.configs["r1-worker1"]
    rendered = judged_files(design)["r1-worker1"]["frr.conf"]
    kept = [line for line in rendered.splitlines() if line.strip().startswith("neighbor LEAVES")]
    assert kept
    assert all(line in text for line in kept)
    assert "neighbor 10.255.0.3 update-source 10.10.0.11" in text


def test_addresses_come_under_unnumbered_links_of_eos_only(tmp_path: Path) -> None:
    text = (ROOT / "topologies/quickstart.yaml").read_text()
    path = tmp_path / "unnumbered.yaml"
    path.write_text(text + "\nunderlay: {links: unnumbered}\n")
    design = designed(path)
    shown = snapshot(design, judged_files(design))
    ports = re.findall(r"ip address (240\.128\.\S+)/29", "".join(shown.configs.values()))
    fabric = [c for c in design.cables if c.kind is CableKind.FABRIC]
    assert len(set(ports)) == len(ports) == 2 * len(fabric)
    assert shown.rewrites == ("arista_eos: addresses under unnumbered links",)
    assert "240.128" not in "".join(made("routed-frr")[1].configs.values())


def test_no_secret_goes_to_the_service() -> None:
    _, shown = made("three-racks")
    passwords = re.findall(r"password \d (\S+)", "".join(shown.configs.values()))
    assert passwords
    assert all(re.fullmatch(r"\$\{secret:[\w-]+\}", password) for password in passwords)


def test_the_files_on_disk(tmp_path: Path) -> None:
    design, shown = made("quickstart")
    shown.write(tmp_path)
    assert len(list((tmp_path / "configs").iterdir())) == len(shown.configs)
    layer1 = json.loads((tmp_path / "batfish/layer1_topology.json").read_text())
    assert len(layer1["edges"]) == len(shown.edges)
    assert (tmp_path / "configs/spine1.cfg").read_text() == shown.configs["spine1"]
    assert design.switches.keys() <= shown.configs.keys()


def test_digests_name_every_file_and_the_rules() -> None:
    design = example("routed-frr")
    found = digests(design, judged_files(design))
    assert "switches/spine1/frr.conf" in found
    assert "nodes/r1-worker1/frr.conf" in found
    assert "vendor_templates/frr/batfish.toml" in found


# Samples


def test_a_small_fabric_is_shown_whole() -> None:
    design = example("three-racks")
    assert sample(design).design is design
    assert sample(design).said == ""


def test_of_a_large_fabric_one_server_of_each_kind_in_each_rack_is_shown() -> None:
    whole = example("three-racks")
    shown = sample(whole, most=10)
    design = shown.design
    assert design.switches == whole.switches
    kinds = ("control", "worker", "storage")
    assert set(design.servers) == {f"r{rack}-{kind}1" for rack in (1, 2, 3) for kind in kinds}
    assert "9 of 42 servers" in shown.said
    everyone = {*design.switches, *design.servers, *design.upstreams}
    assert {end for s in design.sessions for end in (s.a, s.b)} <= everyone
    assert {end for c in design.cables for end in (c.a, c.b)} <= everyone
    assert {a.server for a in design.announcements} <= everyone
    for name, rack in design.racks.items():
        assert set(rack.servers) == {f"{name}-{kind}1" for kind in kinds}
