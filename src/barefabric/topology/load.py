"""Read a topology file: the one way from a path to a checked Topology."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from barefabric.errors import FabricError, Place
from barefabric.topology import nodes, source, yaml_text
from barefabric.topology.faults import in_file_order

if TYPE_CHECKING:
    from barefabric.topology.schema import Topology


class Document(NamedTuple):
    """A parsed file that nobody has judged yet."""

    source: source.Source
    root: nodes.Node

    @property
    def values(self) -> Any:
        """The plain value of the whole file."""
        return self.root.value

    def place(self, *keys: str | int) -> Place:
        """Where the value at a path stands; its nearest known ancestor if it is not written."""
        return self._place(nodes.value_mark(self.root, keys))

    def key_place(self, *keys: str | int) -> Place:
        """Where the last key of a path stands; as ``place`` where there is none."""
        return self._place(nodes.key_mark(self.root, keys))

    def written(self, *keys: str | int) -> bool:
        """Whether the file says something at this path."""
        return nodes.find(self.root, keys) is not None

    def value(self, *keys: str | int) -> Any:
        """The plain value at a path; None if it is not written."""
        node = nodes.find(self.root, keys)
        return node.value if node else None

    def word_place(self, word: str, *keys: str | int) -> Place:
        """Where a word stands in a list; the list's place if it is part of a range there."""
        value = self.value(*keys)
        if isinstance(value, list) and word in value:
            return self.place(*keys, value.index(word))
        return self.place(*keys)

    def _place(self, mark: nodes.Mark | None) -> Place:
        return self.source.place(*mark) if mark else Place(self.source.path)


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


def parse(path: Path) -> Document:
    """The file's values with their places. Raises FabricError."""
    text = source.read(path)
    return Document(text, yaml_text.parse(text))


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
