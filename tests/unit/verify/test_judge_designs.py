"""The judge on whole designs: the examples, and small topologies written for one purpose."""

from pathlib import Path

import pytest
from judge_networks import all_rows

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.configs import Reader
from barefabric.verify.judge import Judge, verify
from barefabric.verify.survey import Survey
from barefabric.verify.verdict import Verdict

TOPOLOGIES = Path(__file__).parents[3] / "topologies"

SPINE_LEAF = """
fabric: small
switch_types:
  spine: {{nos: arista_eos, model: 7050CX3-32S}}
  leaf: {{nos: arista_eos, model: 7050SX3-48YC8, pair: {pair}}}
server_types:
  node: {{nics: 2 x 25G, attach: {attach}}}
spines: {spines}
racks:
  - {{name: "r[1-{racks}]", leaves: {leaves}, servers: {{node: {servers}}}}}
{more}
clusters:
  - name: one
    servers: [node]
    pods: 10.64.0.0/16
    services: 10.96.0.0/16
    cni: {{use: calico, mode: {mode}}}
    load_balancer:
      use: metallb
      {announce}
      pools: {{public: {{addresses: [203.0.113.0/24], announce_to: {outward}}}}}
"""

WITH_BORDER = """
borders: {type: leaf, count: 1}
external:
  - name: wan
    asn: 64496
    attach: {switch: border1, port: Ethernet56/1, ours: 192.0.2.0/31, theirs: 192.0.2.1/31}
    accept: [0.0.0.0/0]
"""


def small(
    folder: Path, *, attach: str = "bond", spines: int = 2, racks: int = 2, servers: int = 3,
    more: str = "", outward: str = "[]", announce: str = "announce: metallb", leaves: int = 2,
) -> Design:  # fmt: skip
    pair = "mlag" if attach != "routed" and leaves == 2 else "none"
    mode = "vxlan" if attach == "routed" else "bgp"
    text = SPINE_LEAF.format(
        attach=attach, spines=spines, racks=racks, servers=servers, more=more, outward=outward,
        pair=pair, mode=mode, leaves=leaves, announce=announce if mode == "bgp" else "",
    )  # fmt: skip
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return design_values(load(path)).design


def example(name: str) -> Design:
    return design_values(load(TOPOLOGIES / f"{name}.yaml")).design


def routed(design: Design) -> list[str]:
    return [s.name for s in design.servers.values() if s.attach is Attach.ROUTED]


def survey(design: Design, few: int | None = None) -> Survey:
    found = Survey(design)
    if few is not None:
        found.reader = Reader(found.index, few)
    for name in design.switches:
        found.switch(switch_intent(design, name))
    for name in routed(design):
        found.server(server_intent(design, name))
    return found


@pytest.mark.parametrize(
    "name", ["quickstart", "three-racks", "routed-frr", "both-families", "five-stage"]
)
def test_the_examples_are_proven(name: str) -> None:
    design = example(name)
    verdict = verify(design)
    assert verdict.findings == ()
    assert verdict.proven
    (judgement,) = verdict.judgements
    assert sum(count.contracts for count in judgement.counts.values()) == len(design.contracts)
    assert all(count.rows for count in judgement.counts.values())
    assert all(note.startswith("survives/") for note in judgement.notes), "by the shape alone"


@pytest.mark.parametrize("few", [0, 2, 1000])
@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr", "both-families"])
def test_classes_change_no_row_of_an_example(name: str, few: int) -> None:
    fabric = Fabric(survey(example(name), few))
    by_class, apart = Computed(fabric), Computed(fabric, by_class=False)
    assert all_rows(by_class.table) == all_rows(apart.table)
    assert by_class.built.network.names == apart.built.network.names


@pytest.mark.parametrize(("attach", "more"), [("bond", ""), ("routed", ""), ("bond", WITH_BORDER)])
def test_classes_change_no_row_of_a_larger_fabric(tmp_path: Path, attach: str, more: str) -> None:
    fabric = Fabric(survey(small(tmp_path, attach=attach, spines=3, racks=5, more=more)))
    by_class, apart = Computed(fabric), Computed(fabric, by_class=False)
    assert all_rows(by_class.table) == all_rows(apart.table)
    solutions = {id(group.solution) for group in by_class.table.groups}
    assert len(solutions) <= 14


def test_work_grows_with_racks_and_solutions_do_not(tmp_path: Path) -> None:
    counted = {}
    for racks in (4, 16):
        computed = Computed(Fabric(survey(small(tmp_path, racks=racks, servers=8))))
        table = computed.table
        counted[racks] = len(table.groups), len({id(group.solution) for group in table.groups})
    assert counted[16][1] == counted[4][1] <= 10
    assert counted[16][0] < 4.2 * counted[4][0]


def test_the_judge_takes_intents_in_any_order() -> None:
    design = example("three-racks")
    judge = Judge(design)
    for name in reversed(design.switches):
        judge.switch(switch_intent(design, name))
    assert judge.verdict().findings == verify(design).findings == ()


def rows_of(verdict: Verdict, kind: ContractKind) -> int:
    return verdict.judgements[0].counts[kind].rows


def test_rows_are_counted_as_a_person_would(tmp_path: Path) -> None:
    """2 spines, 2 racks of 2 leaves and 3 nodes, each speaking as Calico and as MetalLB."""
    design = small(tmp_path)
    verdict = verify(design)
    assert verdict.proven
    assert rows_of(verdict, ContractKind.SESSION) == 2 * 4 + 2 + 2 * 2 * 3 * 2
    # Each spine: 2 racks, 6 pod blocks, 4 leaves; 1 service, 1 default. Each leaf: 2 spines, the
    # other leaf, 3 own blocks, of the other rack 1 prefix, 3 blocks and 2 leaves; service, default.
    assert rows_of(verdict, ContractKind.ROUTE) == 2 * (2 + 6 + 4 + 2) + 4 * (2 + 1 + 3 + 6 + 2)
    assert rows_of(verdict, ContractKind.REACH) == 6 * (2 + 6 + 1)


def test_an_aggregate_goes_out_and_stays_out(tmp_path: Path) -> None:
    """MetalLB announces single addresses; the upstream learns the pool, the fabric does not."""
    design = small(tmp_path, more=WITH_BORDER, outward="[wan]")
    verdict = verify(design)
    assert verdict.proven
    computed = Computed(Fabric(survey(design)))
    built, table = computed.built, computed.table
    pool = "203.0.113.0/24"
    row = table.row(built.upstreams["wan"], pool)
    assert row is not None
    assert [built.network.names[hop] for hop in row.hops] == ["border1"]
    assert row.route.length == 1
    assert table.row(built.switches["spine1"], pool) is None
    assert table.row(built.upstreams["wan"], "203.0.113.1/32") is None


def test_an_aggregate_needs_a_part(tmp_path: Path) -> None:
    """With no node announcing an address of it, the border does not announce the pool."""
    from dataclasses import replace

    design = small(tmp_path, more=WITH_BORDER, outward="[wan]")
    pods = tuple(a for a in design.announcements if a.kind.value == "pod")
    silent = replace(design, announcements=pods)
    broken = {found.contract for found in verify(silent).findings}
    assert {"route/out/wan", "reach/in/wan", "route/one/services/own"} <= broken


def test_a_speaker_on_a_routed_server_needs_the_servers_own_session(tmp_path: Path) -> None:
    """The multihop session of a node runs over the cable whose routes carry its loopback."""
    from dataclasses import replace

    design = small(tmp_path, attach="routed")
    assert verify(design).proven
    rest = tuple(
        s for s in design.sessions
        if not (s.profile.name == "host" and (s.a, s.b) == ("r1-leaf1", "r1-node2"))
    )  # fmt: skip
    verdict = verify(replace(design, sessions=rest))
    broken = {found.contract: found for found in verdict.findings}
    assert broken["session/one-metallb-routed/r1"].rows == 1
    assert broken["session/host/r1"].rows == 1


def test_hardware_that_cannot_use_every_path_is_noted(tmp_path: Path) -> None:
    """A service on more leaves than the network OS has paths for: a note, and no failure."""
    text = (TOPOLOGIES / "quickstart.yaml").read_text(encoding="utf-8")
    text = text.replace("model: 7050CX3-32S", "ports: 160 x 100G").replace(
        "name: r1, leaves: 2, servers: {node: 4}", 'name: "r[1-70]", leaves: 2, servers: {node: 1}'
    )
    path = tmp_path / "wide.yaml"
    path.write_text(text, encoding="utf-8")
    verdict = verify(design_values(load(path)).design)
    assert verdict.proven
    (note,) = verdict.judgements[0].notes
    assert note == (
        "2 switches have 140 equal paths to 203.0.113.1/32; their hardware uses 128 of them"
    )


def test_tables_of_the_model_count(tmp_path: Path) -> None:
    from dataclasses import replace

    from barefabric.model.device import TableSizes

    design = small(tmp_path)
    leaf = design.switches["r1-leaf1"]
    tight = replace(leaf.model, tables=TableSizes(ipv4_routes=10, neighbors=5))
    switches = {**design.switches, "r1-leaf1": replace(leaf, model=tight)}
    verdict = verify(replace(design, switches=switches))
    (found,) = verdict.findings
    assert (found.code, found.rows) == ("JU023", 2)
    assert "r1-leaf1 must hold up to 16 routes, its hardware holds 10" in found.evidence
