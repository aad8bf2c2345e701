"""Batfish itself, where a service answers: the examples hold, and what was dressed changes nothing.

That it also says no is shown by tests/faults.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish import snapshot as snapshots
from barefabric.verify.batfish.judge import judge
from barefabric.verify.batfish.proof import judged_files
from barefabric.verify.batfish.rules import dress, dressing
from barefabric.verify.batfish.service import Service, address
from barefabric.verify.batfish.snapshot import Rendered, Snapshot
from barefabric.verify.verdict import Judgement, NotRun

ROOT = Path(__file__).parents[2]


def designed(name: str) -> Design:
    return design_values(load(ROOT / "topologies" / f"{name}.yaml")).design


def judged(design: Design, files: Rendered, *, failures: bool = False) -> Judgement:
    found = judge(design, address("", os.environ), files, failures=failures)
    assert not isinstance(found, NotRun)
    return found


def codes(judgement: Judgement) -> set[str]:
    return {finding.code for finding in judgement.findings}


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr", "both-families"])
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


# Both families


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Design:
    """Both families on links without addresses: one session carries both."""
    path = tmp_path_factory.mktemp("topology") / "both.yaml"
    text = (ROOT / "topologies/both-families.yaml").read_text(encoding="utf-8")
    families = "  families: [ipv4, ipv6]\n"
    assert families in text
    path.write_text(text.replace(families, f"{families}  links: unnumbered\n"), encoding="utf-8")
    return design_values(load(path)).design


def test_both_families_hold_on_unnumbered_links(both: Design) -> None:
    found = judged(both, judged_files(both), failures=True)
    assert codes(found) == set()
    assert found.settings["families"] == "ipv4"
    assert any("IPv6" in note and "not run there" in note for note in found.notes)


EOS = """\
hostname x
!
ipv6 prefix-list A6
   seq 10 permit ::/0
!
route-map M permit 10
   match ipv6 address prefix-list A6
!
route-map EVERYTHING permit 10
!
router bgp 65001
   router-id 10.0.0.1
   neighbor 10.0.0.2 remote-as 65002
   neighbor 10.0.0.2 route-map M in
   neighbor 10.0.0.2 route-map EVERYTHING out
"""
FRR = """\
hostname x
router bgp 65001
 bgp router-id 10.0.0.1
 neighbor 10.0.0.2 remote-as 65002
 address-family ipv4 unicast
  neighbor 10.0.0.2 route-map M in
  neighbor 10.0.0.2 route-map EVERYTHING out
 exit-address-family
ipv6 prefix-list A6 seq 10 permit ::/0
route-map M permit 10
 match ipv6 address prefix-list A6
exit
route-map EVERYTHING permit 10
exit
"""


def permitted(nos: str, files: dict[str, str], *, rewrites: bool) -> set[str]:
    """Which policies permit some IPv4 route, in Batfish's model of a file."""
    rules = dressing(nos)
    assert rules is not None
    if not rewrites:
        rules = replace(rules, rewrites=())
    text = dress(rules, "x", files, {}).text
    with Service(address("", os.environ)) as service:
        service.load(Snapshot({"x": text}, (), {"x": "x"}, {}, {"x": rules}, ()), "terms")
        everything = ("0.0.0.0/0:0-32",)
        rows = [
            row
            for name in ("M", "EVERYTHING")
            for row in service.routes_through("terms", ("x",), name, everything, inside=True)
        ]
    return {row["Policy_Name"] for row in rows}


def test_terms_on_ipv6_lists_permit_no_ipv4_route() -> None:
    """In FRR only as it is dressed: else Batfish forgets the condition. The rule is needed."""
    eos = {"startup-config": EOS}
    assert permitted("arista_eos", eos, rewrites=True) == {"EVERYTHING"}
    frr = {"interfaces": "auto lo\niface lo inet loopback\n", "frr.conf": FRR}
    assert permitted("frr", frr, rewrites=True) == {"EVERYTHING"}
    assert permitted("frr", frr, rewrites=False) == {"M", "EVERYTHING"}
