"""Where a value stands in the files of a build."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from barefabric.inquire.facts import Found
from barefabric.model.design import Design

MOST_FILES = 400
"""Files read at most; a value that more devices share is told from the first of them."""

SHOWN = 6


def folders_of(design: Design, devices: Iterable[str]) -> list[str]:
    """Folders of devices and clusters in a build."""
    found = []
    for name in devices:
        if name in design.switches:
            found.append(f"switches/{name}")
        elif name in design.servers:
            found.append(f"nodes/{name}")
            cluster = design.servers[name].cluster
            if cluster:
                found.append(f"clusters/{cluster}")
        elif name in design.clusters:
            found.append(f"clusters/{name}")
    return list(dict.fromkeys(found))


def uses(
    build: Path | None, folders: Iterable[str], plan: str, value: str
) -> tuple[tuple[Found, ...], int]:
    """The first place of a value in each file of some folders of a build and in one plan file.

    Also how many places there are besides.

    Nothing where there is no build. An address is found with and without its length, never as a
    part of a longer number.
    """
    if build is None or not build.is_dir():
        return (), 0
    found = list(_search(build, [*_files(build, folders), build / "plan" / plan], value))
    first: dict[str, Found] = {}
    for each in found:
        first.setdefault(each.path, each)
    shown = tuple(first.values())[:SHOWN]
    return shown, len(found) - len(shown)


def _files(build: Path, folders: Iterable[str]) -> list[Path]:
    files: list[Path] = []
    for folder in folders:
        files += sorted(path for path in (build / folder).rglob("*") if path.is_file())
        if len(files) >= MOST_FILES:
            break
    return files[:MOST_FILES]


def _search(build: Path, files: Iterable[Path], value: str) -> Iterator[Found]:
    pattern = re.compile(rf"(?<![\w.:]){re.escape(value)}(?!\w|\.\d|:[\da-f])")
    for path in files:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        path_text = path.relative_to(build).as_posix()
        for number, line in enumerate(text.split("\n"), 1):
            if value in line and pattern.search(line):
                yield Found(path_text, number)
