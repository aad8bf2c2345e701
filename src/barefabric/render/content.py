"""A file's content on its way to the disk: its text, or the pieces of it where it is large.

The largest files of a build have hundreds of megabytes. They are made, compared and written piece
by piece, so that none of them is ever whole in memory.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TypeAlias

Content: TypeAlias = str | bytes | Iterable[str]
"""Text (which becomes UTF-8), bytes as they are, or pieces of text that follow each other."""

LINES = 2048
"""Lines of a piece: some hundred kilobytes, which the processor's cache holds."""


def encoded(content: Content) -> Iterable[bytes]:
    """The bytes of a content, in order. Pieces can be taken once."""
    if isinstance(content, str):
        return (content.encode(),)
    return (content,) if isinstance(content, bytes) else map(str.encode, content)


def whole(content: Content) -> str:
    """The text of a content that is text."""
    if isinstance(content, bytes):
        return content.decode()
    return content if isinstance(content, str) else "".join(content)


def in_pieces(lines: Iterable[str], between: str = "") -> Iterator[str]:
    """Join lines, with ``between`` in between, to pieces of LINES lines."""
    rest = iter(lines)
    before = ""
    while some := list(islice(rest, LINES)):
        yield before + between.join(some)
        before = between


def difference(path: str, pieces: Iterable[bytes]) -> tuple[int, Iterable[bytes]] | None:
    """Where the ordinary file at ``path`` ceases to hold these bytes, None where it holds them.

    The number of bytes that are equal, and the pieces from there on. A file that cannot be read
    differs from its beginning.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return 0, pieces
    equal, rest = 0, iter(pieces)
    try:
        for piece in rest:
            if os.read(descriptor, len(piece)) != piece:
                return equal, chain((piece,), rest)
            equal += len(piece)
        return (equal, ()) if os.read(descriptor, 1) else None
    finally:
        os.close(descriptor)


def holds(path: str | os.PathLike[str], content: Content) -> bool:
    """Whether the ordinary file at ``path`` is there and holds exactly this content."""
    try:
        return difference(os.fspath(path), encoded(content)) is None
    except OSError:
        return False
