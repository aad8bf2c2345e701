"""What would change in a cluster, from manifests alone."""

from dataclasses import replace
from pathlib import Path

from push_fabrics import three_racks

from barefabric.model.design import Design
from barefabric.model.kubernetes import Cluster
from barefabric.push.clusters import cluster_changes
from barefabric.push.waves import plan_waves

POOLS = """\
# written by barefabric
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: public
  namespace: metallb-system
spec:
  addresses:
    - 198.51.100.0/24
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: internal
  namespace: metallb-system
spec:
  addresses:
    - 10.112.16.0/20
"""
KUSTOMIZATION = "kind: Kustomization\nmetadata:\n  name: prod\nresources:\n  - pools.yaml\n"


def design(nodes: tuple[str, ...] = ("r1-node1", "r2-node1")) -> Design:
    """Three racks with a cluster on some of the servers."""
    cluster = Cluster(
        "prod", "1.34", nodes, (), "stacked", (), (), "calico", "bgp", 26, "per_cluster", 64512,
        "metallb", "metallb", (),
    )  # fmt: skip
    return replace(three_racks(), clusters={"prod": cluster})


def write(folder: Path, **files: str) -> None:
    """Manifests of the cluster."""
    for name, text in files.items():
        path = folder / "clusters" / "prod" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_nothing_pushed_before_counts_everything(tmp_path: Path) -> None:
    write(tmp_path / "build", pools=POOLS, kustomization=KUSTOMIZATION)
    plan = plan_waves(design(), {"r2-leaf1", "spine1"})
    (found,) = cluster_changes(design(), tmp_path / "build", tmp_path / "pushed", plan)
    assert (found.known, found.added, found.changed, found.removed) == (
        False,
        {"IPAddressPool": 2},
        {},
        {},
    )


def test_objects_are_told_apart_by_kind_and_name(tmp_path: Path) -> None:
    before = POOLS + "---\n" + POOLS.replace("name: public", "name: old").split("---")[0]
    write(tmp_path / "pushed", pools=before, same=POOLS.replace("IPAddressPool", "BGPPeer"))
    after = POOLS.replace("# written by", "# made by").replace("10.112.16.0/20", "10.112.32.0/20")
    after += "---\n" + POOLS.replace("name: public", "name: new").split("---")[0]
    write(tmp_path / "build", pools=after, same=POOLS.replace("IPAddressPool", "BGPPeer"))
    plan = plan_waves(design(), set())
    (found,) = cluster_changes(design(), tmp_path / "build", tmp_path / "pushed", plan)
    one = {"IPAddressPool": 1}
    assert (found.known, found.added, found.changed, found.removed) == (True, one, one, one)


def test_an_object_that_moves_to_another_file_does_not_change(tmp_path: Path) -> None:
    first, second = POOLS.split("---\n")
    write(tmp_path / "pushed", pools=POOLS)
    write(tmp_path / "build", a=second, b=first)
    (found,) = cluster_changes(
        design(), tmp_path / "build", tmp_path / "pushed", plan_waves(design(), set())
    )
    assert not found.changes


def test_manifests_go_after_the_last_wave_that_touches_a_leaf_of_the_nodes(tmp_path: Path) -> None:
    for changed, wave in (
        ({"r1-leaf1", "r1-leaf2", "r3-leaf2", "spine1"}, 3),
        ({"r3-leaf1", "spine1"}, 0),
        (set(three_racks().switches), 3),
    ):
        plan = plan_waves(design(), changed)
        (found,) = cluster_changes(design(), tmp_path, tmp_path, plan)
        assert found.wave == wave
