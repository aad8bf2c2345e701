"""Which topology a question is about, where nobody says so."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from barefabric.errors import Diagnostic, UsageError

_FILE_AND_LINE = re.compile(r"(.+?):[0-9]+(?::[0-9]+)?")
_SUFFIXES = (".yaml", ".yml")
_HEAD = 400
"""The name of its topology stands within so many bytes of a design document."""


def find_topology(given: Path | None, thing: str = "") -> Path:
    """The topology a question is about: the one named, FABRIC_TOPOLOGY, or the only one here.

    ``thing`` is what is asked about. A line of a topology, of its ledger or of a build that was
    made from one of the topologies here tells which one. Else looks in this folder first, then in
    ``topologies/``; ``topology.yaml`` (or ``.yml``) wins over others. Raises :class:`UsageError`
    GE007 where that leaves none or several.
    """
    named = given or (Path(word) if (word := os.environ.get("FABRIC_TOPOLOGY")) else None)
    named = named or _of_file(thing)
    if named:
        return named
    for suffix in _SUFFIXES:
        if Path(f"topology{suffix}").is_file():
            return Path(f"topology{suffix}")
    for folder in (Path(), Path("topologies")):
        found = _designed(folder)
        if len(found) == 1:
            return found[0]
        if found:
            raise _which(found)
    raise _which([])


def _designed(folder: Path) -> list[Path]:
    """The topologies of a folder that were designed: those with their ledger beside them."""
    return sorted(path for lock in folder.glob("*.lock") for path in _beside(lock))


def _beside(lock: Path) -> list[Path]:
    """The topologies that have this ledger."""
    return [path for suffix in _SUFFIXES if (path := lock.with_suffix(suffix)).is_file()]


def _of_file(thing: str) -> Path | None:
    """The topology that a ``FILE:LINE`` belongs to, if the file tells."""
    match = _FILE_AND_LINE.fullmatch(thing.strip())
    file = Path(match[1]) if match else None
    if file is None or not file.is_file():
        return None
    lock = file.with_suffix(".lock")
    beside = _beside(lock) if lock.is_file() else []
    if beside:
        return file if file in beside else beside[0]
    name = next(_names_in_builds(file), "")
    if not name:
        return None
    found = [path for folder in _near(file) for path in _designed(folder) if path.name == name]
    several = {path.resolve(): path for path in reversed(found)}
    return next(iter(several.values())) if len(several) == 1 else None


def _names_in_builds(file: Path) -> Iterator[str]:
    """What the builds that the file lies in call their topology's file, the innermost first."""
    for folder in file.resolve().parents:
        try:
            with (folder / "design.json").open("rb") as document:
                head = document.read(_HEAD)
        except OSError:
            continue
        found = re.search(rb'^"topology": "([^"]*)"', head, re.MULTILINE)
        if found:
            yield found[1].decode()


def _near(file: Path) -> Iterator[Path]:
    """Folders where the topology of a build may be: here, and above the build."""
    for folder in (Path(), *file.parents):
        yield from (folder, folder / "topologies")


def _which(found: list[Path]) -> UsageError:
    message = "there is no designed topology here"
    if found:
        message = f"several topologies are designed here: {', '.join(map(str, found))}"
    return UsageError(
        [Diagnostic("GE007", message, mend="say which: -t topology.yaml, or FABRIC_TOPOLOGY=...")]
    )
