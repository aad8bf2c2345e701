"""Checks across the parts of a topology."""

from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic

if TYPE_CHECKING:
    from barefabric.topology.load import Document
    from barefabric.topology.schema import Topology


def faults(document: "Document", topology: "Topology") -> list[Diagnostic]:
    """Every fault of a topology whose values are fine by themselves."""
    return []
