"""Look at the clusters of a design: what is refused, and what is only remarked."""

from collections.abc import Callable

from barefabric.errors import Diagnostic, Place
from barefabric.kubernetes import faults, remarks
from barefabric.kubernetes.view import cluster_view
from barefabric.model.design import Design

_KEYS: dict[str, tuple[str, ...]] = {
    "K8S005": ("load_balancer", "announce"),
    "K8S017": ("pods",),
    "K8S019": ("load_balancer", "pools"),
    "K8S020": ("cni",),
    "K8S021": ("load_balancer", "announce"),
    "K8S022": ("load_balancer", "pools"),
    "K8S023": ("services",),
    "K8S024": ("load_balancer", "pools"),
}
"""Where in a cluster a fault can be mended; the others are the cluster's as a whole."""


def refuse(design: Design, place: Callable[..., Place] | None = None) -> list[Diagnostic]:
    """Faults of a design that Kubernetes' components or the leaves would not take.

    ``place`` finds a path of keys in the topology, as ``Loaded.place`` does.
    """
    found = []
    for number, cluster in enumerate(design.clusters.values()):
        view = cluster_view(design, cluster)
        for fault in (fault for rule in faults.RULES for fault in rule(view)):
            keys = ("clusters", number, *_KEYS.get(fault.code, ("servers",)))
            found.append(fault._replace(places=(place(*keys),)) if place else fault)
    return found


def looks(design: Design) -> list[Diagnostic]:
    """What works, but should be known before it matters; all are of severity ``LOOK``."""
    views = [cluster_view(design, cluster) for cluster in design.clusters.values()]
    return [found for view in views for rule in remarks.RULES for found in rule(view)]
