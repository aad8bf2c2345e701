"""The lints of the clusters' components, as a check."""

from barefabric.model.design import Design
from barefabric.verify.checks.tally import Tally

LINTS = 7
"""Lints that `kubernetes.lints.refuse` runs for each cluster."""


def check_clusters(design: Design, tally: Tally) -> None:
    """Known mistakes between cluster components and leaves."""
    from barefabric.kubernetes.lints import refuse

    tally.count("kubernetes", LINTS * len(design.clusters))
    for found in refuse(design):
        tally.fault("kubernetes", f"{found.code}: {found.message}", found.allowed, found.mend)
