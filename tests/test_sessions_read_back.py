"""Both ends of every session, read back from the files that devices load, and paired.

The readers know nothing of the design. What they find must be exactly the design's sessions, and
the two ends of each must agree.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.build import build_files
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from readback import pairing
from readback.end import End

ROOT = Path(__file__).parent.parent
NAMES = ("quickstart", "three-racks", "routed-frr", "five-stage", "both-families")
NUMBERED = """
fabric: numbered
switch_types:
  spine: {nos: frr, ports: 16 x 100G}
  leaf: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
server_types: {worker: {nics: 2 x 25G, attach: routed}}
underlay: {links: numbered, password: secret:key, bfd: {interval: 500ms, multiplier: 4}}
spines: 2
racks: [{name: "r[1-2]", leaves: 2, servers: {worker: 3}}]
clusters:
  - name: one
    servers: [worker]
    pods: 10.64.0.0/16
    services: 10.96.0.0/16
    cni: {use: calico, node_asn: per_node}
    load_balancer: {use: metallb, pools: {web: 203.0.113.0/25}}
secrets: {key: env:KEY}
"""
UNNUMBERED_EOS = """
fabric: unnumbered
switch_types:
  spine: {nos: arista_eos, ports: 16 x 100G}
  leaf: {nos: arista_eos, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
server_types: {worker: {nics: 2 x 25G, attach: routed}}
underlay: {links: unnumbered}
spines: 2
racks: [{name: "r[1-2]", leaves: 2, servers: {worker: 3}}]
clusters:
  - name: one
    servers: [worker]
    pods: 10.64.0.0/16
    services: 10.96.0.0/16
    cni: {use: calico, mode: vxlan}
    load_balancer: {use: metallb, pools: {web: 203.0.113.0/25}}
"""
BOTH = "families: [ipv4, ipv6]"
POOLS6 = """
addressing:
  loopbacks: [10.255.0.0/16, "fd00:255::/48"]
  links: [10.254.0.0/16, "fd00:254::/48"]
  servers: [10.10.0.0/16, "fd00:10::/40"]
"""


def dual(text: str) -> str:
    """A fabric of IPv4 with IPv6 beside it."""
    text = text.replace("underlay: {", f"underlay: {{{BOTH}, ")
    text = text.replace("pods: 10.64.0.0/16", 'pods: [10.64.0.0/16, "fd00:64::/48"]')
    text = text.replace("services: 10.96.0.0/16", 'services: [10.96.0.0/16, "fd00:96::/112"]')
    if "vxlan" not in text:  # where MetalLB announces on routed servers, it speaks IPv4 alone
        text = text.replace("web: 203.0.113.0/25", 'web: [203.0.113.0/25, "2001:db8::/120"]')
    return text + POOLS6


WRITTEN = {
    "numbered": NUMBERED,
    "unnumbered-eos": UNNUMBERED_EOS,
    "numbered-both": dual(NUMBERED),
    "unnumbered-eos-both": dual(UNNUMBERED_EOS),
    "unnumbered-frr-both": dual(UNNUMBERED_EOS).replace("arista_eos", "frr"),
}


def ends_of(design: Design) -> list[End]:
    """Every end that the files of a build state."""
    devices: dict[str, dict[str, str]] = {}
    clusters: dict[str, dict[str, str]] = {}
    for path, text in build_files(design):
        parts = path.split("/", 2)
        if len(parts) == 3:
            found = clusters if parts[0] == "clusters" else devices
            found.setdefault(parts[1], {})[parts[2]] = text
    return list(pairing.ends_of(design, devices, clusters))


def text_design(text: str, folder: Path) -> Design:
    path = folder / "topology.yaml"
    path.write_text(text)
    return design_values(load(path)).design


@pytest.fixture(params=[*NAMES, *WRITTEN])
def design(request: pytest.FixtureRequest, tmp_path: Path) -> Design:
    if request.param in NAMES:
        return design_values(load(ROOT / "topologies" / f"{request.param}.yaml")).design
    return text_design(WRITTEN[request.param], tmp_path)


def disagreements(design: Design) -> list[str]:
    """In what two ends differ."""
    return pairing.disagreements(design, ends_of(design))


def test_both_ends_of_every_session_agree(design: Design) -> None:
    assert disagreements(design) == []


def test_the_files_hold_the_designs_sessions_and_no_others(design: Design) -> None:
    ends = ends_of(design)
    planned, read = pairing.planned_and_read(design, pairing.paired(design, ends))
    # Not compared as a whole: a difference of two long counters takes minutes to print.
    assert list((read - planned).items())[:5] == []
    assert list((planned - read).items())[:5] == []


def test_a_wrong_end_is_seen(tmp_path: Path) -> None:
    """The positive control: an end that differs is found, field by field."""
    design = text_design(NUMBERED, tmp_path)
    ends = ends_of(design)
    assert len(ends) == 2 * len(design.sessions)
    spine = design.switches["spine1"]
    wrong = replace(
        design, switches={**design.switches, "spine1": replace(spine, asn=spine.asn + 7)}
    )
    assert any("ASN" in line for line in disagreements(wrong))
