"""Plain values with their places: what a YAML text says, before anyone asks what it means."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """A place in the text: line and column from 1, and how many characters to mark."""

    line: int
    column: int
    width: int = 1


class Node:
    """One value. ``keys`` and ``children`` mirror a mapping or a sequence; scalars have neither.

    ``size`` counts the values it stands for, aliases expanded. Aliased nodes are shared.
    """

    __slots__ = ("children", "keys", "mark", "size", "value")

    def __init__(self, value: Any, mark: Mark) -> None:
        self.value = value
        self.mark = mark
        self.keys: dict[str, Mark] = {}
        self.children: dict[str, Node] | list[Node] | None = None
        self.size = 1

    def add_item(self, child: "Node") -> None:
        """Append to a sequence."""
        assert isinstance(self.children, list)
        self.children.append(child)
        self.value.append(child.value)
        self.size += child.size

    def add_key(self, key: str, mark: Mark, child: "Node") -> None:
        """Set a key of a mapping."""
        assert isinstance(self.children, dict)
        self.keys[key] = mark
        self.children[key] = child
        self.value[key] = child.value
        self.size += child.size

    def child(self, key: str | int) -> "Node | None":
        """The value under a key or at an index (from 0)."""
        if isinstance(self.children, dict):
            return self.children.get(str(key))
        if isinstance(self.children, list) and isinstance(key, int):
            return self.children[key] if 0 <= key < len(self.children) else None
        return None


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
    node: Node | None = root
    for depth, key in enumerate(keys):
        if depth == len(keys) - 1 and key in node.keys:
            return node.keys[str(key)]
        node = node.child(key)
        if node is None:
            break
    return value_mark(root, keys)


def _shown_mark(parent: Node, key: str | int, node: Node) -> Mark:
    """A block of several lines is shown by its key (or, in a list, by its own first key)."""
    if not node.children or node.mark.width > 0:
        return node.mark
    if isinstance(key, str) and key in parent.keys:
        return parent.keys[key]
    if node.keys:
        return min(node.keys.values())
    return node.mark
