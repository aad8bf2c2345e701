"""YAML text to nodes, event by event: no recursion, and never more memory than the limits allow.

Only ``true``, ``false``, ``null`` and plain decimal whole numbers have a type of their own here.
Everything else stays the text that stands in the file, so that ``52:54:00:12:34:56``, ``012``,
``1:20``, ``65000.1``, ``1.30``, ``no`` and ``0x1F`` mean what a person reads. A key is always text.
"""

import re
from collections.abc import Iterator
from typing import Any

from barefabric.errors import Diagnostic, FabricError
from barefabric.topology.nodes import Mark, Node
from barefabric.topology.source import Source
from barefabric.topology.yaml_faults import syntax_fault

MOST_VALUES = 400_000
"""Aliases expanded. A fabric of 2,048 racks, written out rack by rack, has about 20,000."""

DEEPEST = 32
"""The vocabulary itself nests 9 deep."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_TAGS = {"map": "tag:yaml.org,2002:map", "seq": "tag:yaml.org,2002:seq"}


def parse(source: Source) -> Node:
    """The one document of a file. Raises FabricError (IN008 to IN018) with every fault found."""
    import yaml

    builder = _Builder(source)
    try:
        for event in _events(source.text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise FabricError([*builder.faults, syntax_fault(source, error)]) from None
    if builder.root is None or builder.root.value is None:
        message = "the file says nothing: it is empty, or all of it is comments"
        builder.report("IN008", message, None, mend="fabric init writes a topology to start from")
    if builder.faults:
        raise FabricError(builder.faults)
    assert builder.root is not None
    return builder.root


def _events(text: str) -> Iterator[Any]:
    """PyYAML's events, from libyaml where PyYAML was built with it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


def resolve(text: str) -> Any:
    """The value of a plain (unquoted) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else text


class _Frame:
    """A collection that is being read."""

    __slots__ = ("anchor", "key", "merges", "node")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: tuple[str | None, Mark] | None = None
        self.merges: list[Node] = []


class _Builder:
    """Builds nodes from events and collects faults."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Diagnostic] = []
        self.root: Node | None = None
        self._stack: list[_Frame] = []
        self._anchors: dict[str, Node] = {}
        self._documents = 0
        self._values = 0

    def report(
        self, code: str, message: str, mark: Mark | None, *others: Mark,
        allowed: str = "", mend: str = "",
    ) -> None:  # fmt: skip
        """Note a fault with its places."""
        marks = (mark or Mark(0, 0), *others)
        places = tuple(self.source.place(*each) for each in marks)
        self.faults.append(Diagnostic(code, message, places, allowed, mend))

    def stop(
        self, code: str, message: str, mark: Mark, *, allowed: str = "", mend: str = ""
    ) -> None:
        """Note a fault after which nothing more is read."""
        self.report(code, message, mark, allowed=allowed, mend=mend)
        raise FabricError(self.faults)

    def take(self, event: Any) -> None:
        """Take the next event."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._start_document(self._mark(event))
        elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
            self._start_collection(event, mapping=kind[0] == "M")
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._end_collection(event)
        elif kind == "ScalarEvent":
            self._add(self._scalar(event), event.anchor, plain=event.implicit[0])
        elif kind == "AliasEvent":
            self._alias(event)

    def _mark(self, event: Any) -> Mark:
        """Where an event stands; several lines are marked to the end of the first."""
        start, end = event.start_mark, event.end_mark
        last = end.column if end.line == start.line else len(self.source.lines[start.line].rstrip())
        return Mark(start.line + 1, start.column + 1, max(1, last - start.column))

    def _start_document(self, mark: Mark) -> None:
        self._documents += 1
        if self._documents > 1:
            message = "a second document begins here"
            self.stop("IN013", message, mark, allowed="a file holds one topology",
                      mend="delete the --- or move what follows to a file of its own")  # fmt: skip

    def _count(self, size: int, mark: Mark) -> None:
        self._values += size
        if self._values > MOST_VALUES:
            self.stop("IN016", "the file stands for too many values here, aliases expanded", mark,
                      allowed=f"a topology has at most {MOST_VALUES:,} values")  # fmt: skip

    def _start_collection(self, event: Any, *, mapping: bool) -> None:
        mark = self._mark(event)
        if len(self._stack) >= DEEPEST:
            self.stop("IN017", "the values nest too deep here", mark,
                      allowed=f"a topology nests at most {DEEPEST} deep")  # fmt: skip
        if not event.implicit and event.tag != _TAGS["map" if mapping else "seq"]:
            self._refuse_tag(event.tag, mark)
        self._count(1, mark)
        if not event.flow_style:
            mark = mark._replace(width=0)
        node = Node({} if mapping else [], mark)
        node.children = {} if mapping else []
        self._stack.append(_Frame(node, event.anchor))
        if event.anchor:
            self._anchors.pop(event.anchor, None)

    def _end_collection(self, event: Any) -> None:
        frame = self._stack.pop()
        node = frame.node
        if node.mark.width:
            start, end = node.mark, event.end_mark
            one_line = end.line + 1 == start.line
            width = end.column - start.column + 1 if one_line else 0
            node.mark = start._replace(width=max(0, width))
        for other in frame.merges:
            _merge(node, other)
        self._add(node, frame.anchor, plain=False)

    def _scalar(self, event: Any) -> Node:
        mark = self._mark(event)
        self._count(1, mark)
        if event.tag and event.tag not in _TEXT_TAGS:
            self._refuse_tag(event.tag, mark)
        plain = event.implicit[0] and not event.tag and not self._wants_key()
        return Node(resolve(event.value) if plain else event.value, mark)

    def _wants_key(self) -> bool:
        """Whether the next value is a key, which is text whatever YAML would make of it."""
        frame = self._stack[-1] if self._stack else None
        return frame is not None and frame.key is None and isinstance(frame.node.children, dict)

    def _refuse_tag(self, tag: str, mark: Mark) -> None:
        name = tag.replace("tag:yaml.org,2002:", "!!")
        self.report("IN014", f"the tag {name} has no meaning here", mark,
                    mend="delete the tag; quote the value where it is meant as text")  # fmt: skip

    def _alias(self, event: Any) -> None:
        mark = self._mark(event)
        node = self._anchors.get(event.anchor)
        if node is not None:
            self._count(node.size, mark)
            self._add(node, None, plain=False)
            return
        inside = any(frame.anchor == event.anchor for frame in self._stack)
        what = "stands inside the value it refers to" if inside else "refers to no anchor above it"
        self.report("IN015", f"the alias *{event.anchor} {what}", mark)
        self._add(Node("", mark), None, plain=False)

    def _add(self, node: Node, anchor: str | None, *, plain: bool) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self._anchors[anchor] = node
        if not self._stack:
            self.root = node
            return
        frame = self._stack[-1]
        if isinstance(frame.node.children, list):
            frame.node.add_item(node)
        elif frame.key is None:
            frame.key = self._key(node, merge=plain and node.value == "<<")
        else:
            (key, mark), frame.key = frame.key, None
            self._set(frame, key, mark, node)

    def _key(self, node: Node, *, merge: bool) -> tuple[str | None, Mark]:
        """The key's text, None for the merge key ``<<``."""
        if merge:
            return None, node.mark
        if node.children is not None:
            mark = node.mark._replace(width=max(1, node.mark.width))
            self.report("IN018", "a list or a block cannot be a key", mark,
                        mend='text that begins with { or [ is written in quotes: "[...]"')  # fmt: skip
            return f"\0{len(self.faults)}", mark
        return str(node.value), node.mark

    def _set(self, frame: _Frame, key: str | None, mark: Mark, node: Node) -> None:
        if key is None:
            self._merge_key(frame, mark, node)
        elif key in frame.node.keys:
            self.report("IN011", f'the key "{key}" stands twice in one block', mark,
                        frame.node.keys[key], mend="delete one of them")  # fmt: skip
        else:
            frame.node.add_key(key, mark, node)

    def _merge_key(self, frame: _Frame, mark: Mark, node: Node) -> None:
        """``<<``: a block, or a list of blocks, whose keys fill in those not given here."""
        others = node.children if isinstance(node.children, list) else [node]
        if any(not isinstance(other.children, dict) for other in others):
            self.report("IN009", "<< takes an alias of a block of keys, or a list of such", mark)
            return
        frame.merges.extend(others)


def _merge(node: Node, other: Node) -> None:
    """Fill in the keys that a block has not got."""
    assert isinstance(other.children, dict)
    for key, child in other.children.items():
        if key not in node.keys:
            node.add_key(key, other.keys[key], child)
