"""The files of a cluster as a whole."""

import re

import pytest
import yaml

from barefabric.kubernetes.files import BY_HAND
from readback.designs import SITUATIONS, clusters_of, files_of, situation

COMPONENTS = ("calico/", "metallb/")


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_kustomization_lists_every_file_of_a_component_once(name):
    for files in clusters_of(situation(name)):
        whole = yaml.safe_load(files["kustomization.yaml"])
        parts = [p for p in files if p.startswith(COMPONENTS) and p not in BY_HAND]
        assert sorted(whole["resources"]) == sorted(parts)
        assert whole["sortOptions"] == {"order": "fifo"}


@pytest.mark.parametrize("name", SITUATIONS)
def test_peers_come_before_the_mesh_goes(name):
    for files in clusters_of(situation(name)):
        resources = yaml.safe_load(files["kustomization.yaml"])["resources"]
        if "calico/bgp.yaml" in resources:
            order = [resources.index(f"calico/{part}.yaml") for part in ("ippools", "peers", "bgp")]
            assert order == sorted(order)
        if "metallb/pools.yaml" in resources:
            assert resources.index("metallb/namespace.yaml") < resources.index("metallb/pools.yaml")


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_secret_and_no_path_of_this_machine(name):
    design = situation(name)
    for files in clusters_of(design):
        for path, text in files.items():
            assert design.source not in text, path
            assert "kind: Secret" not in text, path
            assert text.endswith("\n"), path
            assert not re.search(r"[ \t]$", text, re.MULTILINE), path


@pytest.mark.parametrize("name", SITUATIONS)
def test_two_runs_write_the_same(name):
    design = situation(name)
    assert [*clusters_of(design)] == [*clusters_of(design)]


def test_a_new_rack_changes_no_object_that_was_there():
    """Of a cluster that grows by a rack, only lists that name every node or peer change."""
    from readback.designs import CLUSTER, bonded

    text = CLUSTER + "cni: calico\nload_balancer: {use: metallb, pools: {web: 192.0.2.0/28}}"
    before, after = (files_of(bonded(text, racks=racks)) for racks in ("r1", "r[1-2]"))
    for path, old in before.items():
        if path.endswith(".yaml"):
            found = list(yaml.safe_load_all(after[path]))
            assert all(document in found for document in yaml.safe_load_all(old)), path
