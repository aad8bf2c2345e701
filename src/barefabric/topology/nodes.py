"""Plain values with their places: what a YAML text says, before anyone asks what it means."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """A place in the text: line and column from 1, and how many characters to mark."""

    line: int
    column: int
    width: int = 1


class Kind(Enum):
    """What a node is."""

    SCALAR = "scalar"
    LIST = "list"
    BLOCK = "block"


class Node:
    """One value. A block has ``keys`` (their marks) and ``members``, a list has ``items``.

    ``size`` counts the values it stands for, aliases expanded. Aliased nodes are shared.
    """

    __slots__ = ("items", "keys", "kind", "mark", "members", "size", "value")

    def __init__(self, kind: Kind, value: Any, mark: Mark) -> None:
        self.kind = kind
        self.value = value
        self.mark = mark
        self.size = 1
        self.items: list[Node] = []
        self.keys: dict[str, Mark] = {}
        self.members: dict[str, Node] = {}

    def add_item(self, child: "Node") -> None:
        """Append to a list."""
        self.items.append(child)
        self.value.append(child.value)
        self.size += child.size

    def add_key(self, key: str, mark: Mark, child: "Node") -> None:
        """Set a key of a block."""
        self.keys[key] = mark
        self.members[key] = child
        self.value[key] = child.value
        self.size += child.size

    def fill_from(self, other: "Node") -> None:
        """Take over the keys of another block that this one has not got."""
        for key, child in other.members.items():
            if key not in self.keys:
                self.add_key(key, other.keys[key], child)

    def child(self, key: str | int) -> "Node | None":
        """The value under a key or at an index (from 0)."""
        if isinstance(key, str):
            return self.members.get(key)
        return self.items[key] if 0 <= key < len(self.items) else None


def find(root: Node, keys: Sequence[str | int]) -> Node | None:
    """The value at a path, if it is written."""
    node: Node | None = root
    for key in keys:
        node = node.child(key) if node else None
    return node


def value_mark(root: Node, keys: Sequence[str | int]) -> Mark | None:
    """Where the value at a path stands; its nearest known ancestor; None for the whole file."""
    node, mark = root, None
    for key in keys:
        below = node.child(key)
        if below is None:
            break
        mark = _shown_mark(node, key, below)
        node = below
    return mark


def key_mark(root: Node, keys: Sequence[str | int]) -> Mark | None:
    """Where the last key of a path stands; its nearest known ancestor; None for the whole file."""
    parent = find(root, keys[:-1])
    if parent and keys and keys[-1] in parent.keys:
        return parent.keys[str(keys[-1])]
    return value_mark(root, keys)


def _shown_mark(parent: Node, key: str | int, node: Node) -> Mark:
    """A block of several lines is shown by its key (or, in a list, by its own first key)."""
    if node.mark.width > 0:
        return node.mark
    if isinstance(key, str) and key in parent.keys:
        return parent.keys[key]
    return min(node.keys.values(), default=node.mark)
