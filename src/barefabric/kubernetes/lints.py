"""Look at the clusters of a design: what is refused, and what is only remarked."""

from barefabric.errors import Diagnostic
from barefabric.kubernetes import faults, remarks
from barefabric.kubernetes.view import cluster_view
from barefabric.model.design import Design


def refuse(design: Design) -> list[Diagnostic]:
    """Faults of a design that Kubernetes' components or the leaves would not take."""
    views = [cluster_view(design, cluster) for cluster in design.clusters.values()]
    return [found for view in views for rule in faults.RULES for found in rule(view)]


def looks(design: Design) -> list[Diagnostic]:
    """What works, but should be known before it matters; all are of severity ``LOOK``."""
    views = [cluster_view(design, cluster) for cluster in design.clusters.values()]
    return [found for view in views for rule in remarks.RULES for found in rule(view)]
