"""Read what ``frr-reload.py --test`` prints and lay it out as a diff.

Under "Lines To Delete" and "Lines To Add" it prints one command after the other, each below the
blocks it belongs to, one more space of indentation for each level. A deletion is the command that
undoes a line: ``no neighbor X`` for ``neighbor X``, and ``ip forwarding`` for ``no ip forwarding``.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

DELETE = "Lines To Delete"
ADD = "Lines To Add"


@dataclass(slots=True)
class _Line:
    """A line of the configuration: added, removed, or only the block of others (a space)."""

    sign: str = " "
    below: dict[str, "_Line"] = field(default_factory=dict)


def as_diff(output: str, candidate: str) -> str:
    """Lines with ``+``, ``-`` or a space, below their blocks; empty where nothing differs.

    ``candidate`` tells additions of ``no ...`` lines from deletions, which look the same.
    """
    negatives = {line.strip() for line in candidate.splitlines() if line.lstrip().startswith("no ")}
    root = _Line()
    for adding, path in _commands(output):
        sign, text = _signed(adding, path[-1], negatives)
        block = root
        for header in path[:-1]:
            block = block.below.setdefault(header, _Line())
        block.below.setdefault(text, _Line()).sign = sign
    return "\n".join(_lines(root, 0))


def _signed(adding: bool, command: str, negatives: Collection[str]) -> tuple[str, str]:
    """The line of the configuration that a command adds or removes.

    frr-reload.py moves some deletions to the additions, to run them after what takes their place.
    """
    if command.startswith("no ") and not (adding and command in negatives):
        return "-", command.removeprefix("no ")
    return ("+", command) if adding else ("-", f"no {command}")


def _lines(block: _Line, depth: int) -> Iterator[str]:
    """The lines below a block, those that go first."""
    for text, line in sorted(block.below.items(), key=lambda item: item[1].sign != "-"):
        yield f"{line.sign}{' ' * depth}{text}"
        yield from _lines(line, depth + 1)


def _commands(output: str) -> Iterator[tuple[bool, list[str]]]:
    """Each command printed, with the blocks above it, and whether it is an addition."""
    adding = False
    path: list[str] = []
    for line in output.splitlines():
        body = line.strip()
        depth = len(line) - len(line.lstrip())
        heading = body in {DELETE, ADD}
        if not body or set(body) == {"="}:
            continue
        if path and (heading or depth < len(path)):
            yield adding, path
            path = path[:depth]
        if heading:
            adding, path = body == ADD, []
        else:
            path = [*path, body]
    if path:
        yield adding, path
