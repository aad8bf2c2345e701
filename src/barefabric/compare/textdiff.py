"""The files of two sides, compared as text."""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from typing import NamedTuple

from barefabric.compare.ranges import counted, ranges
from barefabric.compare.trees import Tree

MOST_LINES = 20_000
"""Where more lines than this differ in one file, they are counted instead of matched."""

_TOLD = ("design.json",)
"""Files whose content the report in the field's terms has told already."""

_DRAWN = (".svg",)


class FileChanges(NamedTuple):
    """Paths that only the new side has, that only the old one has, and whose text differs."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def compare_trees(old: Tree, new: Tree) -> FileChanges:
    """Compare all files of two sides. Each is read once."""
    before, after = old.paths(), new.paths()
    changed = (path for path in sorted(before & after) if old.text(path) != new.text(path))
    return FileChanges(tuple(sorted(after - before)), tuple(sorted(before - after)), tuple(changed))


def text_report(old: Tree, new: Tree, changes: FileChanges) -> Iterator[str]:
    """Lines: what came and went, folder by folder, then a unified diff of each changed file."""
    counts = (("+", changes.added), ("-", changes.removed), ("~", changes.changed))
    said = "  ".join(f"{sign}{len(paths):,}" for sign, paths in counts if paths)
    if not said:
        return
    yield ""
    yield f"  {'files':<14}{said}"
    for sign, paths in (("+", changes.added), ("-", changes.removed)):
        for line in _folders(paths):
            yield f"    {sign} {line}"
    for path in changes.changed:
        yield ""
        yield from file_diff(path, old.text(path), new.text(path))


def _folders(paths: tuple[str, ...]) -> Iterator[str]:
    """``switches/r3-leaf[1-2]/startup-config``: files of equal names in many folders as one."""
    by_name: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        top, _, rest = path.partition("/")
        folder, _, name = rest.partition("/")
        key = (top, name) if name else (top, "")
        by_name.setdefault(key, []).append(folder)
    for (top, name), folders in by_name.items():
        for each in ranges(folders):
            tail = f"/{name}" if name else ""
            whole = f"{top}/{each.text}{tail}" if each.text else top
            yield whole if each.many == 1 else f"{whole}  ({counted(each.many, 'file')})"


def file_diff(path: str, old: str, new: str) -> Iterator[str]:
    """A unified diff of one file, without line ends; a sentence where lines would say nothing."""
    if path in _TOLD:
        yield f"{path} differs as told above"
        return
    if path.endswith(_DRAWN):
        yield f"{path} differs (a drawing)"
        return
    before, after = old.splitlines(), new.splitlines()
    yield f"--- old/{path}"
    yield f"+++ new/{path}"
    yield from _hunks(before, after)
    if before == after:
        yield "(only the line ends differ)"


def _hunks(before: list[str], after: list[str]) -> Iterator[str]:
    """The hunks of a unified diff with three lines of context.

    What both begin and end with is taken off first, because matching costs the square of a file's
    length at worst.
    """
    start, end = _common(before, after)
    if max(len(before), len(after)) - start - end > MOST_LINES:
        removed, added = len(before) - start - end, len(after) - start - end
        yield f"@@ from line {start + 1:,}: {removed:,} lines became {added:,} @@"
        return
    first = max(start - 3, 0)
    kept = max(end - 3, 0)
    lines = unified_diff(
        before[first : len(before) - kept], after[first : len(after) - kept], lineterm="", n=3
    )
    # The first two lines name the files, which has been done.
    for line in islice(lines, 2, None):
        yield _shifted(line, first) if line.startswith("@@") else line


def _common(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines both begin with, and how many of the rest both end with."""
    most = min(len(before), len(after))
    start = 0
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, end


def _shifted(header: str, by: int) -> str:
    """A hunk's header whose line numbers count from the file's beginning."""
    _, old, new, _ = header.split(" ", 3)
    return f"@@ {_moved_by(old, by)} {_moved_by(new, by)} @@"


def _moved_by(span: str, by: int) -> str:
    first, comma, length = span[1:].partition(",")
    return f"{span[0]}{int(first) + by}{comma}{length}"
