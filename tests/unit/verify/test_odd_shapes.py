"""Legal topologies that the judges were wrong about, found at random and made small."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.build import build_files
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.verify.judge import Judge, verify
from barefabric.verify.reading.build import read_build

Written = Callable[[str], Design]

HEAD = """
fabric: odd
switch_types:
  spine: {nos: arista_eos, ports: 32 x 100G}
  pair: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
  linux: {nos: frr, ports: {downlink: [8 x 25G, 8 x 100G], uplink: 8 x 100G}}
  edge: {nos: frr, ports: 32 x 100G}
spines: 2
"""
TYPES = """
server_types:
  bonded: {nics: 2 x 25G}
  routed: {nics: 2 x 25G, attach: routed}
"""
DUAL = """
underlay: {families: [ipv4, ipv6]}
addressing:
  loopbacks: [10.255.0.0/16, "fd00:255::/48"]
  links: [10.254.0.0/16, "fd00:254::/48"]
  servers: [10.10.0.0/16, "fd00:10::/40"]
"""
UPSTREAM = """
borders: {type: edge, count: 1}
external:
  - name: isp
    asn: 64496
    attach: {switch: border1, port: swp10, ours: 192.0.2.0/31, theirs: 192.0.2.1/31}
    accept: [0.0.0.0/0]
"""

SHAPES = {
    "a pair whose second leaf comes first in the alphabet": """
racks: [{name: r1, leaves: {type: pair, names: [leaf9, leaf10]}, servers: {bonded: 2}}]
""",
    "an upstream router and no server": f"""
racks: [{{name: r1, leaves: {{type: linux, count: 2}}}}]
{UPSTREAM}""",
    "parts of split ports": """
racks: [{name: r1, leaves: {type: linux, count: 2}, servers: {routed: 12}}]
""",
    "one of two pools goes to the upstream router": f"""
racks: [{{name: r1, leaves: {{type: linux, count: 2}}, servers: {{routed: 1}}}}]
{UPSTREAM}
clusters:
  - name: c
    servers: [routed]
    pods: 10.64.0.0/16
    services: 10.96.0.0/16
    cni: {{use: calico, mode: vxlan}}
    load_balancer:
      use: metallb
      pools: {{inner: 198.51.100.0/28, outer: {{addresses: 203.0.113.0/28, announce_to: isp}}}}
""",
    "servers with a small MTU beside the nodes of a cluster": """
server_types:
  old: {nics: 2 x 25G, mtu: 1500}
  new: {nics: 2 x 25G}
  none: {nics: 2 x 25G, mtu: 1400}
racks: [{name: r1, leaves: {type: pair, count: 2}, servers: {old: 1, new: 1}}]
clusters:
  - {name: c, servers: [new], pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico}
""",
    "small packets and no server": """
underlay: {mtu: 1500}
server_types: {}
racks: [{name: r1, leaves: {type: pair, count: 2}}]
""",
    "a second IPv6 address on a routed server": f"""{DUAL}
racks: [{{name: r1, leaves: {{type: linux, count: 2}}, servers: {{routed: 1}}}}]
clusters:
  - name: c
    servers: [routed]
    control_plane: {{servers: [r1-routed1], endpoint: "fd00:112::10"}}
    pods: [10.64.0.0/16, "fd00:64::/48"]
    services: [10.96.0.0/16, "fd00:96::/112"]
    cni: calico
""",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_both_judges_find_it_sound(shape: str, written: Written, tmp_path: Path) -> None:
    design = written(HEAD + shape + ("" if "server_types:" in shape else TYPES))
    for path, text in build_files(design):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    judge = Judge(design)
    word = read_build(design, tmp_path, judge).word
    found = [f for j in (*judge.verdict().judgements, word) for f in j.findings]
    assert [(f.code, f.contract, f.evidence) for f in found] == []


def findings(design: Design) -> list[tuple[str, str]]:
    return [(f.code, f.contract) for j in verify(design).judgements for f in j.findings]


def test_a_session_without_its_cable_is_seen_beside_parallel_ones(written: Written) -> None:
    shape = SHAPES["parts of split ports"] + "underlay: {links: unnumbered, links_per_spine: 2}"
    design = written(HEAD + TYPES + shape)
    kept = tuple(c for c in design.cables if c.key != "r1-leaf1 spine1 2")
    assert len(kept) == len(design.cables) - 1
    assert findings(replace(design, cables=kept)) == [("JU001", "session/fabric/r1")]


def test_an_upstream_link_with_another_address_is_seen(written: Written) -> None:
    design = written(HEAD + TYPES + SHAPES["an upstream router and no server"])
    odd = tuple(
        c._replace(a_address="192.0.2.8/31") if c.kind is CableKind.UPSTREAM else c
        for c in design.cables
    )
    assert ("JU001", "session/upstream/isp") in findings(replace(design, cables=odd))


@pytest.mark.parametrize("kind", ["reach", "never-reach", "survives"])
def test_a_contract_that_means_nothing_says_so(kind: str, written: Written) -> None:
    more = ", failures: 1" if kind == "survives" else ""
    shape = f"""
racks: [{{name: r1, leaves: {{type: linux, count: 2}}}}]
contracts: [{{name: mine, {kind}: {{from: r1, to: r1{more}}}}}]
"""
    verdict = verify(written(HEAD + shape))
    (found,) = (f for j in verdict.judgements for f in j.findings)
    assert (found.code, found.contract, found.rows) == ("JU006", "user/mine", 1)
    (line,) = found.evidence
    assert line.startswith("nothing could be judged: mine: r1 ")
