"""A parsed file with the places of its values; what it means is not asked here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from barefabric.errors import Place
from barefabric.topology import names, nodes, source, yaml_text


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

    def named(self, *keys: str | int) -> Iterator[tuple[Place, list[str]]]:
        """Each item of a list of names and ranges: where it stands, and the names it stands for.

        A lone word is a list of one. The list has passed the schema.
        """
        value = self.value(*keys)
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            place = self.place(*keys, index) if value is items else self.place(*keys)
            yield place, names.range_names(str(item))

    def text_place(self, word: str, *keys: str | int) -> Place:
        """Where a word stands in the lines of a text; the text's place if it is not found there.

        Lines after ``|`` begin below the place of their value.
        """
        start = self.place(*keys)
        for number in range(max(start.line, 1), len(self.source.lines) + 1):
            column = self.source.lines[number - 1].find(word)
            if column >= 0:
                return self.source.place(number, column + 1, len(word))
        return start

    def _place(self, mark: nodes.Mark | None) -> Place:
        return self.source.place(*mark) if mark else Place(self.source.path)


def parse(path: Path) -> Document:
    """The file's values with their places. Raises FabricError."""
    text = source.read(path)
    return Document(text, yaml_text.parse(text))
