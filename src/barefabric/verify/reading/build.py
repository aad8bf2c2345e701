"""Reads a build as it lies on disk, while it is compared with what the design renders."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from barefabric.build import Reader, build_contents
from barefabric.model.design import Design
from barefabric.model.intent import ServerIntent, SwitchIntent
from barefabric.render.content import Content, holds, whole
from barefabric.render.document import design_document
from barefabric.render.tree import MARK
from barefabric.verify.reading.judge import FilesJudge
from barefabric.verify.verdict import Judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEVICES = ("switches", "nodes")
"""Folders of a build that have a folder for each device."""


class BuildRead(NamedTuple):
    """What became of it.

    ``differs`` is the first file that is not what the design renders, empty where there is none.
    ``other`` says that the build is of another design: what its files say was not judged then.
    """

    word: Judgement
    differs: str = ""
    other: bool = False


def read_build(design: Design, build: Path, reader: Reader) -> BuildRead:
    """Read every file of a build. ``reader`` is shown all intents, as ``build_files`` does.

    A file that was changed is judged as it is. Where the design itself is another one, its plan
    says nothing about these files, and the first file that differs is where reading ends.
    """
    walk = _Walk(reader)
    differs = ""
    for path, content in build_contents(design, walk):
        same = holds(build / path, content)
        if not same and not differs:
            differs = path
            if path == MARK or not holds(build / MARK, design_document(design)):
                return BuildRead(walk.judge.judgement(), differs, other=True)
        walk.file(path, content if same else _read(build / path))
    walk.finish()
    return BuildRead(walk.judge.judgement(), differs)


def _read(path: Path) -> bytes | None:
    """A file's contents, None where there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


class _Walk:
    """Brings the intent of each device and its files together."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.judge = FilesJudge()
        self._judge: Callable[[Mapping[str, str], bool], None] | None = None
        self._files: dict[str, str] = {}
        self._edited = False

    def switch(self, intent: SwitchIntent) -> None:
        """A switch, whose files come next."""
        self.finish()
        self._judge = lambda files, edited: self.judge.switch(intent, files, edited=edited)
        self.reader.switch(intent)

    def server(self, intent: ServerIntent) -> None:
        """A server, whose files come next."""
        self.finish()
        self._judge = lambda files, edited: self.judge.server(intent, files, edited=edited)
        self.reader.server(intent)

    def file(self, path: str, content: Content | None) -> None:
        """A file: its content where it is what the design renders, else the bytes on disk."""
        fault = "differs" if isinstance(content, bytes) else "is missing" if content is None else ""
        self.judge.file(path, fault)
        folder, _, rest = path.partition("/")
        if folder not in DEVICES:
            return
        if isinstance(content, bytes):
            content = content.decode(errors="replace")
        self._edited = self._edited or bool(fault)
        self._files[rest.partition("/")[2]] = whole(content or "")

    def finish(self) -> None:
        """All files of a device are there: read them."""
        if self._judge is not None:
            self._judge(self._files, self._edited)
        self._judge, self._files, self._edited = None, {}, False
