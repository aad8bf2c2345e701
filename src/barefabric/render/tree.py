"""Writing the tree of a build, all of it or nothing.

What differs is written beside the tree first. Only when the last file is there is the change
carried out: a new tree by one renaming, a change of an existing one file by file, under a journal
that the next run finishes where a crash interrupted it. So a run that fails leaves the old tree,
files that did not change are never touched, and a small change of a tree of 200,000 files costs
what the small change costs.
"""

import fcntl
import json
import os
import shutil
import signal
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError, OutsideError, Place
from barefabric.render.content import Content, difference, encoded

MARK = "design.json"
"""The file by which a build is known: a folder without it is never replaced."""
COPIED = 1 << 20
"""Bytes that are copied at a time."""


class TreeChange(NamedTuple):
    """What a write did. Paths are relative to the tree, with ``/``; ``kept`` counts files."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


def write_tree(
    target: Path, files: Iterable[tuple[str, Content]], keep: Collection[str] = ("verify",)
) -> TreeChange:
    """Make ``target`` hold exactly ``files`` (path relative to it, content; text becomes UTF-8).

    ``keep`` names entries at the top of the tree that others write and that stay as they are. Runs
    for trees of one parent folder wait for each other. Raises :class:`FabricError` VE020 where
    ``target`` exists and is no build, :class:`OutsideError` VE021 where the disk refuses. Whatever
    ``files`` raises passes through, and the old tree stays.
    """
    target = target.resolve()
    try:
        with _alone(target.parent):
            _recover(target)
            _check_is_build(target)
            return _write(target, files, keep)
    except OSError as fault:
        place = Place(str(fault.filename or target))
        message = f"the build cannot be written: {fault.strerror or fault}"
        raise OutsideError([Diagnostic("VE021", message, (place,))]) from fault


class _Stage:
    """The files that differ, on their way into the tree. Paths are text: there are many."""

    def __init__(self, target: Path, old: frozenset[str]) -> None:
        self.target = os.fspath(target)
        self.root = os.fspath(_beside(target, "new"))
        self.old = old
        self.seen: set[str] = set()
        self.written: list[str] = []
        self.folder = " "

    def add(self, path: str, content: Content) -> None:
        """Stage one file, unless the tree has it with this content."""
        if path in self.seen or path[0] == "/" or (".." in path and ".." in path.split("/")):
            raise ValueError(f"not a path of its own inside the build: {path}")
        self.seen.add(path)
        equal, pieces = 0, encoded(content)
        if path in self.old:
            found = difference(f"{self.target}/{path}", pieces)
            if found is None:
                return
            equal, pieces = found
        folder = path.rpartition("/")[0]
        if folder != self.folder:  # files of a folder come one after another
            _make_folder(f"{self.root}/{folder}")
            self.folder = folder
        beginning = _beginning(f"{self.target}/{path}", equal) if equal else ()
        _create(f"{self.root}/{path}", chain(beginning, pieces))
        self.written.append(path)


def _write(target: Path, files: Iterable[tuple[str, Content]], keep: Collection[str]) -> TreeChange:
    """Stage what differs, then carry it out, if there is anything."""
    old = frozenset(_files(os.fspath(target), keep))
    stage = _Stage(target, old)
    try:
        for path, content in files:
            stage.add(path, content)
        removed = sorted(old - stage.seen)
        if not target.exists() and stage.written:
            Path(stage.root).rename(target)
        elif stage.written or removed:
            _commit(target, removed)
    except BaseException:
        if not _journal(target).exists():
            shutil.rmtree(stage.root, ignore_errors=True)
        raise
    kept = len(stage.seen) - len(stage.written)
    return TreeChange(tuple(stage.written), tuple(removed), kept)


def _commit(target: Path, removed: list[str]) -> None:
    """Put the journal in place, which settles that the change happens; then carry it out."""
    draft = _beside(target, "draft")
    draft.write_text(json.dumps(removed), encoding="utf-8")
    with _undisturbed():
        draft.rename(_journal(target))
        _carry_out(target)


def _carry_out(target: Path) -> None:
    """Do what the journal and the stage say; doing it twice does no harm."""
    root, new, journal = os.fspath(target), _beside(target, "new"), _journal(target)
    for path in json.loads(journal.read_text(encoding="utf-8")):
        Path(root, path).unlink(missing_ok=True)
        _prune(root, path)
    folders: set[str] = set()
    for path in _files(os.fspath(new), ()):
        folder = path.rpartition("/")[0]
        if folder not in folders:
            _make_folder(f"{root}/{folder}")
            folders.add(folder)
        os.replace(f"{new}/{path}", f"{root}/{path}")  # noqa: PTH105
    if new.exists():
        shutil.rmtree(new)
    journal.unlink()


def _recover(target: Path) -> None:
    """Finish a change that was settled and then interrupted; forget one that was not."""
    if _journal(target).exists():
        _carry_out(target)
    shutil.rmtree(_beside(target, "new"), ignore_errors=True)
    _beside(target, "draft").unlink(missing_ok=True)


def _check_is_build(target: Path) -> None:
    """Refuse to replace a folder that holds something else than a build (VE020)."""
    if not target.exists() or (target.is_dir() and (target / MARK).is_file()):
        return
    if target.is_dir() and not any(target.iterdir()):
        return
    message = f"{target} exists and is no build: it has no {MARK}"
    mend = "name another folder with --out, or remove this one"
    raise FabricError([Diagnostic("VE020", message, (Place(str(target)),), mend=mend)])


def _files(root: str, keep: Collection[str], below: str = "") -> Iterator[str]:
    """Relative paths of all files under ``root``, except in the top entries that are kept."""
    try:
        entries = os.scandir(f"{root}/{below}")
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            if entry.name in keep and not below:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(root, keep, f"{below}{entry.name}/")
            else:
                yield f"{below}{entry.name}"


def _beginning(path: str, size: int) -> Iterator[bytes]:
    """The first bytes of a file, in pieces."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        while piece := file.read(min(size, COPIED)):
            yield piece
            size -= len(piece)


def _create(path: str, pieces: Iterable[bytes]) -> None:
    """Write a new file; system calls, because a large fabric has half a million of them."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _make_folder(path: str) -> None:
    """Make a folder; most often its parent is there and it is not."""
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        return
    except FileNotFoundError:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103


def _prune(root: str, path: str) -> None:
    """Remove the folders above a removed file as far as they are empty, not the root."""
    folder = path.rpartition("/")[0]
    with suppress(OSError):
        while folder:
            os.rmdir(f"{root}/{folder}")  # noqa: PTH106
            folder = folder.rpartition("/")[0]


def _beside(target: Path, word: str) -> Path:
    """The hidden neighbour of the tree that a run uses for itself."""
    return target.with_name(f".{target.name}.{word}")


def _journal(target: Path) -> Path:
    """The file whose presence settles a change; it lists the files to remove."""
    return _beside(target, "journal")


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and a request to end until the change is carried out."""
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """Hold the folder's lock; it leaves no file behind and ends with the process."""
    parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
