"""All files of one cluster."""

from collections.abc import Iterator

from barefabric.kubernetes import calico, metallb, nodes, readme
from barefabric.kubernetes.manifest import manifest, text
from barefabric.kubernetes.view import ClusterView, cluster_view
from barefabric.model.design import Design
from barefabric.model.kubernetes import Cluster

BY_HAND = ("calico/installation.yaml", "metallb/values.yaml")
"""Files that installers take, and that are no part of what is applied again after a change."""


def cluster_files(design: Design, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Path (relative to ``clusters/<cluster>/``) and text of each file."""
    view = cluster_view(design, cluster)
    components = [*calico.files(view), *metallb.files(view)]
    yield "README.md", readme.readme(view, [path for path, _ in components])
    yield from nodes.files(view)
    yield from components
    yield "kustomization.yaml", kustomization(view, [path for path, _ in components])


def kustomization(view: ClusterView, paths: list[str]) -> str:
    """Everything that is applied again after a change, in the order of the files.

    ``fifo`` keeps that order (kustomize 5): peers come before the mesh is switched off.
    """
    whole = manifest("kustomize.config.k8s.io/v1beta1", "Kustomization", view.cluster.name)
    whole["sortOptions"] = {"order": "fifo"}
    whole["resources"] = [path for path in paths if path not in BY_HAND]
    return text([whole])
