"""Builds nodes from YAML events, and collects what is wrong on the way.

Only ``true``, ``false``, ``null`` and plain decimal whole numbers have a type of their own here.
Everything else stays the text that stands in the file, so that ``52:54:00:12:34:56``, ``012``,
``1:20``, ``65000.1``, ``1.30``, ``no`` and ``0x1F`` mean what a person reads. A key is always text.
"""

import re
from typing import Any, NoReturn

from barefabric.errors import Diagnostic, FabricError, Place
from barefabric.topology.faults import MOST_FAULTS
from barefabric.topology.nodes import Kind, Mark, Node
from barefabric.topology.source import Source

MOST_VALUES = 400_000
"""Aliases expanded. A fabric of 2,048 racks, written out rack by rack, has about 20,000."""

DEEPEST = 32
"""The vocabulary itself nests 9 deep."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_TAGS = {Kind.BLOCK: "tag:yaml.org,2002:map", Kind.LIST: "tag:yaml.org,2002:seq"}


def resolve(text: str) -> Any:
    """The value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


class _Frame:
    """A collection that is being read. ``key`` is a pair of None and a mark for ``<<``."""

    __slots__ = ("anchor", "key", "merges", "node")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: tuple[str | None, Mark] | None = None
        self.merges: list[Node] = []


class Builder:
    """Takes the events of one file, one after the other."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Diagnostic] = []
        self._root: Node | None = None
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0
        self._values = 0

    def finished(self) -> Node:
        """The root. Raises FabricError with every fault found."""
        if self._root is None or self._root.value is None:
            message = "the file says nothing: it is empty, or all of it is comments"
            mend = "fabric init writes a topology to start from"
            place = Place(self.source.path)
            raise FabricError([*self.faults, Diagnostic("IN008", message, (place,), mend=mend)])
        if self.faults:
            raise FabricError(self.faults)
        return self._root

    def take(self, event: Any) -> None:
        """Take the next event."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._start_document(self._mark(event))
        elif kind == "MappingStartEvent":
            self._start_collection(event, Kind.BLOCK)
        elif kind == "SequenceStartEvent":
            self._start_collection(event, Kind.LIST)
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._end_collection(event)
        elif kind == "ScalarEvent":
            self._add(self._scalar(event), event.anchor, merge=_is_merge(event))
        elif kind == "AliasEvent":
            self._alias(event)

    def _report(
        self, code: str, message: str, *marks: Mark, allowed: str = "", mend: str = ""
    ) -> None:
        places = tuple(self.source.place(*mark) for mark in marks)
        self.faults.append(Diagnostic(code, message, places, allowed, mend))
        if len(self.faults) >= MOST_FAULTS:
            raise FabricError(self.faults)

    def _stop(
        self, code: str, message: str, mark: Mark, *, allowed: str = "", mend: str = ""
    ) -> NoReturn:
        """Report a fault after which nothing more is read."""
        self._report(code, message, mark, allowed=allowed, mend=mend)
        raise FabricError(self.faults)

    def _mark(self, event: Any) -> Mark:
        """Where an event stands; several lines are marked to the end of the first."""
        start, end = event.start_mark, event.end_mark
        last = end.column
        if end.line != start.line:
            line = self.source.lines[start.line] if start.line < len(self.source.lines) else ""
            last = len(line.rstrip())
        return Mark(start.line + 1, start.column + 1, max(1, last - start.column))

    def _start_document(self, mark: Mark) -> None:
        self._documents += 1
        if self._documents > 1:
            mend = "delete the --- or move what follows to a file of its own"
            allowed = "a file holds one topology"
            self._stop("IN013", "a second document begins here", mark, allowed=allowed, mend=mend)

    def _count(self, size: int, mark: Mark) -> None:
        self._values += size
        if self._values > MOST_VALUES:
            message = "the file stands for too many values here, aliases expanded"
            allowed = f"a topology has at most {MOST_VALUES:,} values"
            self._stop("IN016", message, mark, allowed=allowed)

    def _start_collection(self, event: Any, kind: Kind) -> None:
        mark = self._mark(event)
        if len(self._stack) >= DEEPEST:
            allowed = f"a topology nests at most {DEEPEST} deep"
            self._stop("IN017", "the values nest too deep here", mark, allowed=allowed)
        if event.tag and event.tag not in ("!", _TAGS[kind]):
            self._refuse_tag(event.tag, mark)
        self._count(1, mark)
        if not event.flow_style:
            mark = mark._replace(width=0)
        self._stack.append(_Frame(Node(kind, {} if kind is Kind.BLOCK else [], mark), event.anchor))
        self._anchors.pop(event.anchor, None)

    def _end_collection(self, event: Any) -> None:
        frame = self._stack.pop()
        node, end = frame.node, event.end_mark
        if node.mark.width:
            one_line = end.line + 1 == node.mark.line
            width = end.column - node.mark.column + 1 if one_line else 0
            node.mark = node.mark._replace(width=max(0, width))
        for other in frame.merges:
            node.fill_from(other)
        self._add(node, frame.anchor)

    def _scalar(self, event: Any) -> Node:
        mark = self._mark(event)
        self._count(1, mark)
        if event.tag and event.tag not in _TEXT_TAGS:
            self._refuse_tag(event.tag, mark)
        plain = event.implicit[0] and not event.tag and not self._wants_key()
        return Node(Kind.SCALAR, resolve(event.value) if plain else event.value, mark)

    def _wants_key(self) -> bool:
        """Whether the next value is a key, which is text whatever YAML would make of it."""
        frame = self._stack[-1] if self._stack else None
        return frame is not None and frame.key is None and frame.node.kind is Kind.BLOCK

    def _refuse_tag(self, tag: str, mark: Mark) -> None:
        name = tag.replace("tag:yaml.org,2002:", "!!")
        mend = "delete the tag; quote the value where it is meant as text"
        self._report("IN014", f"the tag {name} has no meaning here", mark, mend=mend)

    def _alias(self, event: Any) -> None:
        mark = self._mark(event)
        node = self._anchors.get(event.anchor)
        if node is not None:
            self._count(node.size, mark)
            self._add(node, None)
            return
        inside = any(frame.anchor == event.anchor for frame in self._stack)
        what = "stands inside the value it refers to" if inside else "refers to no anchor above it"
        self._report("IN015", f"the alias *{event.anchor} {what}", mark)
        self._add(Node(Kind.SCALAR, "", mark), None)

    def _add(self, node: Node, anchor: str | None, *, merge: bool = False) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self._anchors[anchor] = node
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        if frame.node.kind is Kind.LIST:
            frame.node.add_item(node)
        elif frame.key is None:
            frame.key = (None, node.mark) if merge else (self._key(node), node.mark)
        else:
            (key, mark), frame.key = frame.key, None
            self._set(frame, key, mark, node)

    def _key(self, node: Node) -> str:
        """A key's text."""
        if node.kind is Kind.SCALAR:
            return str(node.value)
        mark = node.mark._replace(width=max(1, node.mark.width))
        mend = 'text that begins with { or [ is written in quotes: "[...]"'
        self._report("IN018", "a list or a block cannot be a key", mark, mend=mend)
        return f"\0{len(self.faults)}"

    def _set(self, frame: _Frame, key: str | None, mark: Mark, node: Node) -> None:
        if key is None:
            self._merge_key(frame, mark, node)
        elif key in frame.node.keys:
            message = f'the key "{key}" stands twice in one block'
            self._report("IN011", message, mark, frame.node.keys[key], mend="delete one of them")
        else:
            frame.node.add_key(key, mark, node)

    def _merge_key(self, frame: _Frame, mark: Mark, node: Node) -> None:
        """``<<``: a block, or a list of blocks, whose keys fill in those not given here."""
        others = node.items if node.kind is Kind.LIST else [node]
        if any(other.kind is not Kind.BLOCK for other in others):
            message = "<< takes an alias of a block of keys, or a list of such"
            self._report("IN009", message, mark)
            return
        frame.merges.extend(others)


def _is_merge(event: Any) -> bool:
    """Whether a scalar, as a key, is the merge key: an unquoted ``<<``."""
    return event.value == "<<" and bool(event.implicit[0]) and not event.tag
