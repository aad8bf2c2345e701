"""Checks across the parts of a topology whose values are fine by themselves."""

from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic
from barefabric.topology import (
    checks_clusters,
    checks_families,
    checks_names,
    checks_network,
    checks_overlaps,
    checks_secrets,
    checks_shape,
    checks_upstreams,
    checks_usable,
)
from barefabric.topology.roster import Roster
from barefabric.topology.view import View

if TYPE_CHECKING:
    from barefabric.topology.document import Document
    from barefabric.topology.schema import Topology

_CHECKS = (
    checks_shape,
    checks_names,
    checks_upstreams,
    checks_secrets,
    checks_network,
    checks_families,
    checks_overlaps,
    checks_usable,
    checks_clusters,
)


def faults(document: "Document", topology: "Topology") -> list[Diagnostic]:
    """Every fault, each once."""
    view = View(document, topology, Roster(topology))
    return [fault for part in _CHECKS for fault in part.check(view)]
