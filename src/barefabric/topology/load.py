"""Read a topology file: the one way from a path to a checked Topology."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from barefabric.errors import FabricError, Place
from barefabric.topology.document import Document, parse
from barefabric.topology.faults import in_file_order

if TYPE_CHECKING:
    from barefabric.topology.schema import Topology


class Loaded(NamedTuple):
    """A topology that passed every check, with the places of its values."""

    topology: "Topology"
    path: Path
    document: Document

    def place(self, *keys: str | int) -> Place:
        """Where a value stands: ``place("clusters", 0, "pods")``; else its nearest ancestor."""
        return self.document.place(*keys)

    def key_place(self, *keys: str | int) -> Place:
        """Where the last key of a path stands."""
        return self.document.key_place(*keys)

    def written(self, *keys: str | int) -> bool:
        """Whether the file says something at this path, or a default holds."""
        return self.document.written(*keys)


def load(path: Path) -> Loaded:
    """Read, validate and check a topology.

    Raises FabricError with every fault found: of the file and its YAML (IN001-IN019), of its
    values (IN020-IN039, AD001-AD003), or across its parts (the rest).
    """
    from barefabric.topology import checks, checks_size, resolve, schema_errors

    document = parse(Path(path))
    topology = schema_errors.validated(document)
    too_large = list(checks_size.check(document, topology))
    if too_large:
        raise FabricError(too_large)
    resolved, faults = resolve.resolved(document, topology)
    faults = [*faults, *checks.faults(document, resolved)]
    if faults:
        raise FabricError(in_file_order(faults))
    return Loaded(resolved, Path(path), document)
