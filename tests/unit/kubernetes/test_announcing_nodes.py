"""Which nodes announce load-balancer addresses where kubeadm labels the control plane.

The manifests, the model and the contracts say the same.
"""

from pathlib import Path

import pytest
import yaml

from barefabric.derive.switch import switch_intent
from barefabric.kubernetes.files import cluster_files
from barefabric.model.design import AnnouncementKind, Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.judge import verify

TEXT = """
fabric: lab
switch_types:
  spine: {nos: frr, ports: 16 x 100G}
  leaf: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
server_types:
  control: {nics: 1 x 25G, attach: single}
  worker: {nics: 1 x 25G, attach: single}
spines: 2
racks:
  - {name: r1, leaves: 1, servers: {control: 1, worker: 2}}
  - {name: r2, leaves: 1, servers: {control: 1, worker: 2}}
  - {name: r3, leaves: 1, servers: {control: 1}}
clusters:
  - name: edge
    servers: SERVERS
    pods: 10.80.0.0/16
    services: 10.97.0.0/16
    CONTROL
    cni: {use: calico, mode: MODE}
    load_balancer: {use: metallb, announce: ANNOUNCE, pools: {web: 192.0.2.128/25}}
"""

NAMED = "control_plane: {servers: [control]}"


def made(
    folder: Path, servers: str = "[control, worker]", control: str = NAMED, mode: str = "vxlan",
    announce: str = "metallb",
) -> Design:  # fmt: skip
    path = folder / "lab.yaml"
    words = {"SERVERS": servers, "CONTROL": control, "MODE": mode, "ANNOUNCE": announce}
    text = TEXT
    for word, value in words.items():
        text = text.replace(word, value)
    path.write_text(text)
    return design_values(load(path)).design


def announcing(design: Design) -> set[str]:
    kinds = (AnnouncementKind.VIP, AnnouncementKind.POOL)
    return {a.server for a in design.announcements if a.kind in kinds}


def speaker(design: Design) -> dict[str, object]:
    files = dict(cluster_files(design, design.clusters["edge"]))
    found = yaml.safe_load(files["metallb/values.yaml"])["speaker"]
    assert isinstance(found, dict)
    return found


def test_metallb_leaves_the_control_plane_out(tmp_path: Path) -> None:
    design = made(tmp_path)
    workers = {n for n in design.servers if "worker" in n}
    assert announcing(design) == workers
    assert "ignoreExcludeLB" not in speaker(design)
    verdict = verify(design)
    assert verdict.proven, [f.sentence for j in verdict.judgements for f in j.findings]
    said = {c.id: c for c in design.contracts}
    own = said["route/edge/services/own"]
    assert own.subjects == ("@leaves:announces=edge",)
    assert "announcing nodes of edge" in own.sentence


@pytest.mark.parametrize(
    ("servers", "control"),
    [("[control]", NAMED), ("[control, worker]", ""), ("[worker]", "")],
    ids=["all of them", "nobody says which", "no control plane"],
)
def test_where_no_other_node_is_known_all_announce(
    tmp_path: Path, servers: str, control: str
) -> None:
    design = made(tmp_path, servers, control)
    assert announcing(design) == set(design.clusters["edge"].nodes)
    assert speaker(design)["ignoreExcludeLB"] is True
    assert verify(design).proven


def test_calico_does_not_heed_the_label_as_kubeadm_gives_it(tmp_path: Path) -> None:
    design = made(tmp_path, mode="bgp", announce="cni")
    assert announcing(design) == set(design.clusters["edge"].nodes)
    assert "ignoreExcludeLB" not in speaker(design)
    assert verify(design).proven


def test_a_speaker_with_nothing_to_announce_yet_is_refused_everything(tmp_path: Path) -> None:
    """An empty prefix list would let everything pass on some switches, a limit of 0 likewise."""
    path = tmp_path / "lab.yaml"
    made(tmp_path)
    path.write_text(path.read_text().replace("pools: {web: 192.0.2.128/25}", "pools: {}"))
    design = design_values(load(path)).design
    intent = switch_intent(design, "r1-leaf1")
    policies = {p.name: p for p in intent.policies}
    (term,) = policies["FROM-EDGE-METALLB"].terms
    assert not term.permit
    assert all(each.entries for each in intent.prefix_lists)
    limits = {g.name: g.max_prefix for g in intent.bgp.groups}
    assert limits["EDGE-METALLB"] == 2
    assert verify(design).proven
