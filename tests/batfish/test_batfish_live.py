"""Batfish itself, where a service answers: seeded faults in rendered files, each one caught.

What a fault is caught by is part of the test, since a judge that says no to everything proves as
little as one that never does.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish import snapshot as snapshots
from barefabric.verify.batfish.judge import judge
from barefabric.verify.batfish.proof import judged_files
from barefabric.verify.batfish.service import address
from barefabric.verify.verdict import Judgement, NotRun

ROOT = Path(__file__).parents[2]
Files = dict[str, dict[str, str]]


def designed(name: str) -> Design:
    return design_values(load(ROOT / "topologies" / f"{name}.yaml")).design


@pytest.fixture(scope="module")
def quickstart() -> Design:
    return designed("quickstart")


@pytest.fixture(scope="module")
def routed() -> Design:
    return designed("routed-frr")


def judged(design: Design, files: Files, *, failures: bool = False) -> Judgement:
    found = judge(design, address("", os.environ), files, failures=failures)
    assert not isinstance(found, NotRun)
    return found


def edit(device: str, path: str, pattern: str, replacement: str) -> Callable[[Files], None]:
    """A change to one file. It must change something."""

    def change(files: Files) -> None:
        old = files[device][path]
        new, times = re.subn(pattern, replacement, old, flags=re.MULTILINE)
        assert times, f"{device}: {pattern} is not there"
        assert new != old, f"{device}: {pattern} changes nothing"
        files[device][path] = new

    return change


def eos(device: str, pattern: str, replacement: str) -> Callable[[Files], None]:
    return edit(device, "startup-config", pattern, replacement)


def frr(device: str, pattern: str, replacement: str) -> Callable[[Files], None]:
    return edit(device, "frr.conf", pattern, replacement)


def swapped(files: Files) -> None:
    """Addresses of both uplinks of a leaf exchanged, as when two cables are."""
    text = files["r1-leaf1"]["startup-config"]
    one, two = re.findall(r"ip address (10\.254\.0\.[13])/31", text)
    swap = {one: two, two: one}
    files["r1-leaf1"]["startup-config"] = re.sub(
        rf"ip address ({one}|{two})/31", lambda m: f"ip address {swap[m[1]]}/31", text
    )


EOS_FAULTS = {
    "wrong ASN": (
        eos("spine1", r"(neighbor 10\.254\.0\.1 remote-as) \d+", r"\1 4200029999"),
        {"BF020"},
    ),
    "wrong neighbor address": (
        eos("spine1", r"neighbor 10\.254\.0\.1 ", "neighbor 10.254.0.7 "),
        {"BF020"},
    ),
    "neighbor not activated": (eos("spine1", r" +neighbor LEAVES activate\n", ""), {"BF020"}),
    "uplinks exchanged": (swapped, {"BF020"}),
    "list missing": (
        eos("r1-leaf1", r"ip prefix-list DEMO-CALICO\n(   .*\n)+!\n", ""),
        {"BF013"},
    ),
    "list too wide": (
        eos("r1-leaf1", r"(ip prefix-list DEMO-CALICO\n)", r"\1   seq 5 permit 0.0.0.0/0 le 32\n"),
        {"BF040"},
    ),
    "policy not attached": (
        eos("r1-leaf1", r" +neighbor DEMO-CALICO route-map \S+ in\n", ""),
        {"BF022"},
    ),
    "multipath lost": (eos("r1-leaf1", r" +maximum-paths .*\n", ""), {"BF030"}),
    "loopback twice": (
        eos("r1-leaf2", r"(interface Loopback0\n   ip address) \S+", r"\1 10.255.0.3/32"),
        {"BF014", "BF030"},
    ),
    "default kept back": (
        eos("spine1", r"route-map TO-LEAVES permit 10\n(   .*\n)+!\n", ""),
        {"BF030"},
    ),
    "loopback not announced": (
        eos("spine1", r" +redistribute connected .*\n", ""),
        {"BF030"},
    ),
    "line unknown to Batfish": (
        eos("spine1", r"^ip routing\n", "ip routing\nip load-sharing trident fields\n"),
        {"BF011"},
    ),
    "server port shut": (
        eos("r1-leaf1", r"(interface Vlan100\n)", r"\1   shutdown\n"),
        {"BF020"},
    ),
}

FRR_FAULTS = {
    "neighbor not activated": (frr("spine1", r" +neighbor LEAVES activate\n", ""), {"BF020"}),
    "neighbor shut": (
        frr("spine1", r"^( neighbor LEAVES bfd\n)", r"\1 neighbor LEAVES shutdown\n"),
        {"BF011"},
    ),
    "wrong ASN": (
        frr("r1-leaf1", r"(neighbor SPINES remote-as) \d+", r"\1 4200000009"),
        {"BF020"},
    ),
    "host may announce anything": (
        frr("r1-leaf1", r"(ip prefix-list HOST-R1-WORKER1 seq 10 permit) .*", r"\1 any"),
        {"BF040"},
    ),
    "host filter not attached": (
        frr("r1-leaf1", r"  neighbor swp1 route-map .* in\n", ""),
        {"BF022"},
    ),
    "community list lost": (
        frr("r1-leaf1", r"bgp community-list standard .*\n", ""),
        {"BF013"},
    ),
    "loopback missing": (
        edit("r1-leaf1", "interfaces", r"    address 10\.255\.0\.3/32\n", ""),
        {"BF020"},
    ),
    "multipath-relax lost": (
        frr("spine1", r" bgp bestpath as-path multipath-relax\n", ""),
        {"BF030"},
    ),
}


def codes(judgement: Judgement) -> set[str]:
    return {finding.code for finding in judgement.findings}


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr"])
def test_the_examples_hold(name: str) -> None:
    design = designed(name)
    found = judged(design, judged_files(design), failures=True)
    assert [(f.code, f.evidence) for f in found.findings] == []
    assert {kind for kind, count in found.counts.items() if count.held} == set(ContractKind)


@pytest.fixture(scope="module")
def unnumbered(tmp_path_factory: pytest.TempPathFactory) -> Design:
    """Two racks, so that packets cross the links."""
    path = tmp_path_factory.mktemp("topology") / "unnumbered.yaml"
    text = (ROOT / "topologies/quickstart.yaml").read_text(encoding="utf-8")
    rack = "  - {name: r1, leaves: 2, servers: {node: 4}}\n"
    assert rack in text
    text = text.replace(rack, rack + rack.replace("r1", "r2"))
    path.write_text(f"{text}\nunderlay: {{links: unnumbered}}\n", encoding="utf-8")
    return design_values(load(path)).design


def test_addresses_under_unnumbered_links_let_packets_through(unnumbered: Design) -> None:
    assert codes(judged(unnumbered, judged_files(unnumbered))) == set()


def test_addresses_under_unnumbered_links_change_no_session_and_no_route(
    unnumbered: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them only packets are lost."""
    monkeypatch.setattr(snapshots, "_hidden_addresses", lambda _: {})
    assert codes(judged(unnumbered, judged_files(unnumbered))) == {"BF050"}


@pytest.mark.parametrize("fault", EOS_FAULTS)
def test_a_fault_on_eos_is_caught(fault: str, quickstart: Design) -> None:
    seed, expected = EOS_FAULTS[fault]
    files = judged_files(quickstart)
    seed(files)
    assert expected <= codes(judged(quickstart, files))


@pytest.mark.parametrize("fault", FRR_FAULTS)
def test_a_fault_on_frr_is_caught(fault: str, routed: Design) -> None:
    seed, expected = FRR_FAULTS[fault]
    files = judged_files(routed)
    seed(files)
    assert expected <= codes(judged(routed, files))
