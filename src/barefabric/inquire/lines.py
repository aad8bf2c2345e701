"""``fabric why FILE:LINE``: every value on a line of a file, and what wrote the line."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from barefabric.errors import fail
from barefabric.inquire.facts import Answer, Fact, Why
from barefabric.inquire.origins import origin_of
from barefabric.inquire.session import what_is
from barefabric.inquire.values import answers_on
from barefabric.pipeline import Designed


class Line(NamedTuple):
    """A line of a file. ``below`` is the file's path inside the build, empty outside of it."""

    path: Path
    below: str
    number: int
    content: str
    text: str


def explain_line(designed: Designed, path: str, number: int, build: Path | None) -> Why:
    """Explain a line of a build's file, of the topology, of the ledger, or of any text.

    Raises FabricError INQ006 where there is no such file, INQ007 where it has no such line.
    """
    line = _read(path, number, build)
    device = device_of(designed, line.below)
    found: dict[tuple[str, str], Answer] = {}
    for answer in answers_on(designed, line.content, device):
        found.setdefault((answer.value, answer.sentence), answer)
    heading = f"{line.below or line.path}:{number}   {line.content.strip() or '(an empty line)'}"
    facts = tuple(_facts(designed, line, device))
    if not found:
        facts = (*facts, Fact("values", "no value of the design stands on this line"))
    return Why(f"{path}:{number}", tuple(found.values()), heading, facts)


def _read(path: str, number: int, build: Path | None) -> Line:
    """The line, from a path as typed or as it reads inside the build."""
    places = [Path(path), *([build / path] if build else [])]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise fail(
            "INQ006", f"there is no file {path}",
            mend=f"paths are read from here, or from {build}" if build
            else "run fabric design first; then name a file as the build has it",
        )  # fmt: skip
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise fail("INQ006", f"{file} cannot be read as text: {fault}") from fault
    lines = text.split("\n")
    count = len(lines) - (lines[-1] == "")
    if not 0 < number <= count:
        raise fail("INQ007", f"{file} has {count:,} lines, no line {number:,}")
    return Line(file, _below(file, build), number, lines[number - 1], text)


def _below(file: Path, build: Path | None) -> str:
    """The path inside the build, or nothing."""
    if build is None:
        return ""
    try:
        return file.resolve().relative_to(build.resolve()).as_posix()
    except ValueError:
        return ""


def device_of(designed: Designed, below: str) -> str:
    """The device whose file this is, by its folder."""
    top, _, rest = below.partition("/")
    name = rest.partition("/")[0]
    design = designed.design
    known = {"switches": design.switches, "nodes": design.servers}.get(top, {})
    return name if name in known else ""


def _facts(designed: Designed, line: Line, device: str) -> Iterator[Fact]:
    if device:
        yield Fact("file of", f"{device}, {what_is(designed.design, device)}")
    if not line.below:
        return
    origin = origin_of(designed.design, line.below, line.text, line.number)
    if origin:
        yield Fact("written by", origin)
