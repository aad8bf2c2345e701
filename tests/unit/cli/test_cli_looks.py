"""What a person is told of many equal clusters: one line, not one for each."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from barefabric.capacity.looks import _one_spine
from barefabric.capacity.looks import looks as capacity_looks
from barefabric.cli.looks import gathered
from barefabric.cli.output import as_records
from barefabric.errors import Diagnostic, Severity, Subject
from barefabric.kubernetes.lints import looks as cluster_looks
from barefabric.model.design import Design

Make = Callable[[str], Design]

FABRIC = """
fabric: many
switch_types:
  spine: {nos: arista_eos, ports: 32 x 100G}
  leaf: {nos: arista_eos, ports: {downlink: 48 x 25G, uplink: 8 x 100G}, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
spines: 2
racks:
  - {name: "r[1-5]", leaves: 2, servers: {node: 4}}
clusters:
"""
CLUSTER = """
  - name: kN
    servers: {racks: [rN]}
    pods: 10.12N.0.0/24
    services: 10.96.N.0/24
    control_plane:
      servers: [rN-node1, rN-node2, rN-node3]
      endpoint: {address: 10.112.0.N, use: external}
    cni: calico
"""


ETCD = "leaves etcd with {} of 3 members: no quorum, the API stops"
PODS = "{0} pod blocks of /26 for {0} nodes; full nodes take {1}"


def fabric(clusters: int) -> str:
    return FABRIC + "".join(CLUSTER.replace("N", str(n + 1)) for n in range(clusters))


def looks(design: Design) -> list[Diagnostic]:
    return [*cluster_looks(design), *capacity_looks(design)]


@pytest.mark.parametrize(
    ("clusters", "others"),
    [
        (1, ""),
        (2, "; cluster k2 is alike"),
        (4, "; clusters k2, k3 and k4 are alike"),
        (5, "; 4 other clusters are alike"),
    ],
)
def test_equal_clusters_are_spoken_of_once(written: Make, clusters: int, others: str) -> None:
    etcd, pods = gathered(looks(written(fabric(clusters))))
    assert etcd.startswith(f"K8S007 cluster k1: losing rack r1 {ETCD.format(0)}{others}; spread")
    assert pods.startswith(
        f"CAP009 cluster k1 has {PODS.format(4, 8)}{others}; a shorter pods prefix"
    )


def test_a_cluster_that_differs_has_a_line_of_its_own(written: Make) -> None:
    """k3 has room for its pods, k4 has nodes in two racks."""
    text = fabric(4).replace("10.123.0.0/24", "10.123.0.0/22")
    text = text.replace("10.124.0.0/24", "10.124.0.0/23")
    text = text.replace("{racks: [r4]}", "{racks: [r4, r5]}").replace("r4-node3", "r5-node1")
    said = list(gathered(looks(written(text))))
    assert ["; ".join(line.split("; ")[:-1]) for line in said] == [
        f"K8S007 cluster k1: losing rack r1 {ETCD.format(0)}; clusters k2 and k3 are alike",
        f"K8S007 cluster k4: losing rack r4 {ETCD.format(1)}",
        f"CAP009 cluster k1 has {PODS.format(4, 8)}; cluster k2 is alike",
        f"CAP009 cluster k4 has {PODS.format(8, 16)}",
    ]


def test_lines_that_name_a_server_are_gathered_too(written: Make) -> None:
    text = "\n".join(line for line in fabric(3).splitlines() if "endpoint:" not in line)
    (said,) = [line for line in gathered(looks(written(text))) if line.startswith("K8S026")]
    assert "cluster k1: 3 control-plane servers share no endpoint: nodes use r1-node1's" in said
    assert "; clusters k2 and k3 are alike; " in said


def test_a_program_is_told_of_each(written: Make) -> None:
    records = as_records(looks(written(fabric(5))))
    assert [record["code"] for record in records] == ["K8S007"] * 5 + ["CAP009"] * 5
    assert len({record["message"] for record in records}) == 10


def test_what_speaks_of_the_whole_fabric_stands_for_itself() -> None:
    look = Diagnostic("CAP001", "a pool is full", mend="add one", severity=Severity.LOOK)
    assert list(gathered([look, look])) == ["CAP001 a pool is full; add one"] * 2
    other = look._replace(mend="", subject=Subject("pod", "p1", "has one spine"))
    assert list(gathered([other, other._replace(code="CAP002")])) == [
        "CAP001 a pool is full",
        "CAP002 a pool is full",
    ]


def test_pods_of_one_spine(named: Make) -> None:
    design = named("five-stage")
    spines = {
        name: s
        for name, s in design.switches.items()
        if not (name.startswith(("p1-spine", "p2-spine")) and not name.endswith("spine1"))
    }
    lonely = replace(design, switches=spines)
    said = list(_one_spine(lonely))
    assert len(said) == 2
    (line,) = gathered(said)
    assert "pod p1 has one spine, p1-spine1: when it dies" in line
    assert "; pod p2 is alike;" in line
