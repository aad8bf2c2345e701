"""The files of a side: a build on disk, or a design that is rendered when its text is asked for."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from barefabric.errors import Diagnostic, OutsideError, Place
from barefabric.model.design import Design

OWN_FOLDERS = ("verify",)
"""Folders at the top of a build that other commands write; they are no part of the design."""


class Tree(Protocol):
    """Files by path, with ``/`` between folders."""

    def paths(self) -> frozenset[str]:
        """The paths of all files."""

    def text(self, path: str) -> str:
        """The text of one of them."""


class Folder:
    """The files of a build on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def paths(self) -> frozenset[str]:
        """The paths of all files, but for what other commands put there."""
        return frozenset(self._walk())

    def _walk(self) -> Iterator[str]:
        for path in self._root.rglob("*"):
            below = path.relative_to(self._root)
            if below.parts[0] not in OWN_FOLDERS and path.is_file():
                yield below.as_posix()

    def text(self, path: str) -> str:
        """The text of a file. Raises OutsideError CMP009 where it cannot be read."""
        file = self._root / path
        try:
            return file.read_text(encoding="utf-8", errors="replace")
        except OSError as fault:
            message = f"the file cannot be read: {fault.strerror}"
            raise OutsideError([Diagnostic("CMP009", message, (Place(str(file)),))]) from fault


class Rendered:
    """The files that a design would be written as. Kept packed: there can be 200,000 of them."""

    def __init__(self, design: Design) -> None:
        self._design = design

    @cached_property
    def _packed(self) -> Mapping[str, bytes]:
        from barefabric.build import build_files

        return _pack(build_files(self._design))

    def paths(self) -> frozenset[str]:
        """The paths of all files."""
        return frozenset(self._packed)

    def text(self, path: str) -> str:
        """The text of a file."""
        return zlib.decompress(self._packed[path]).decode()


def _pack(files: Iterable[tuple[str, str | bytes]]) -> dict[str, bytes]:
    return {
        path: zlib.compress(content.encode() if isinstance(content, str) else content, 1)
        for path, content in files
    }
