"""Both ends of every session, read back from the files that devices load, and paired.

The readers know nothing of the design. What they find must be exactly the design's sessions, and
the two ends of each must agree.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.build import build_files
from barefabric.model.design import Design
from barefabric.model.session import SessionKind
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from readback import eos, frr
from readback.end import End
from readback.hosts import read_server
from readback.manifests import read_cluster

ROOT = Path(__file__).parent.parent
NAMES = ("quickstart", "three-racks", "routed-frr", "five-stage")
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


def tree_of(design: Design) -> dict[str, dict[str, str]]:
    """Files by the folder of the device or cluster they belong to."""
    found: dict[str, dict[str, str]] = {}
    for path, text in build_files(design):
        parts = path.split("/", 2)
        if len(parts) == 3:
            found.setdefault("/".join(parts[:2]), {})[parts[2]] = text
    return found


def ends_of(design: Design) -> Iterator[End]:
    for folder, files in tree_of(design).items():
        kind, name = folder.split("/")
        if kind == "switches" and "startup-config" in files:
            yield from eos.sessions(name, files["startup-config"])
        elif kind == "switches":
            yield from frr.sessions(
                name, files["frr.conf"], frr.interface_file_addresses(files["interfaces"])
            )
        elif kind == "nodes":
            yield from read_server(name, files)
        elif kind == "clusters":
            yield from read_cluster(files)


def paired(design: Design, ends: list[End]) -> list[tuple[End, End | None]]:
    """Each end with the one that names it back; by the cable on unnumbered links."""
    cable = {(c.a, c.a_port): (c.b, c.b_port) for c in design.cables}
    cable.update({there: here for here, there in cable.items()})
    by_key = {(e.device, e.local) if not e.peer else (e.local, e.peer): e for e in ends}
    assert len(by_key) == len(ends), "two ends of the same addresses"
    return [
        (end, by_key.get(cable[end.device, end.local] if not end.peer else (end.peer, end.local)))
        for end in ends
    ]


def text_design(text: str, folder: Path) -> Design:
    path = folder / "topology.yaml"
    path.write_text(text)
    return design_values(load(path)).design


@pytest.fixture(params=[*NAMES, "numbered", "unnumbered-eos"])
def design(request: pytest.FixtureRequest, tmp_path: Path) -> Design:
    if request.param in NAMES:
        return design_values(load(ROOT / "topologies" / f"{request.param}.yaml")).design
    return text_design(
        {"numbered": NUMBERED, "unnumbered-eos": UNNUMBERED_EOS}[request.param], tmp_path
    )


def disagreements(design: Design) -> list[str]:
    """Sentences on everything in which two ends differ; empty for a sound build."""
    ends = list(ends_of(design))
    outside = {bare for u in design.upstreams.values() for bare in (u.theirs.partition("/")[0],)}
    said = []
    for end, other in paired(design, ends):
        if other is None:
            if end.peer not in outside:
                said.append(f"{end.device} {end.local}: nobody answers at {end.peer}")
            continue
        if (end.local_asn, end.peer_asn) != (other.peer_asn, other.local_asn):
            said.append(f"{end.device} {other.device}: ASN")
        if end.password != other.password:
            said.append(f"{end.device} {other.device}: password")
        if end.bfd != other.bfd:
            said.append(f"{end.device} {other.device}: BFD {end.bfd} {other.bfd}")
        if end.families != other.families or not end.families:
            said.append(f"{end.device} {other.device}: families")
        if end.hold and other.hold and end.hold != other.hold:
            said.append(f"{end.device} {other.device}: hold time")
        if end.hops and other.hops and end.hops != other.hops:
            said.append(f"{end.device} {other.device}: hops")
        if end.passive and other.passive:
            said.append(f"{end.device} {other.device}: both wait")
    return said


def test_both_ends_of_every_session_agree(design: Design) -> None:
    assert disagreements(design) == []


def test_the_files_hold_the_designs_sessions_and_no_others(design: Design) -> None:
    ends = list(ends_of(design))
    read = Counter(
        frozenset({end.device, other.device} if other else {end.device, end.peer})
        for end, other in paired(design, ends)
    )
    planned: Counter[frozenset[str]] = Counter()
    for session in design.sessions:
        outside = session.profile.kind is SessionKind.UPSTREAM
        planned[frozenset({session.a, session.b_address if outside else session.b})] += (
            1 if outside else 2
        )
    # Not compared as a whole: a difference of two long counters takes minutes to print.
    assert list((read - planned).items())[:5] == []
    assert list((planned - read).items())[:5] == []


def test_a_wrong_end_is_seen(tmp_path: Path) -> None:
    """The positive control: an end that differs is found, field by field."""
    design = text_design(NUMBERED, tmp_path)
    ends = list(ends_of(design))
    assert len(ends) == 2 * len(design.sessions)
    spine = design.switches["spine1"]
    wrong = replace(
        design, switches={**design.switches, "spine1": replace(spine, asn=spine.asn + 7)}
    )
    assert any("ASN" in line for line in disagreements(wrong))
