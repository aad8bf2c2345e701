"""Compare two configurations as text, block by block, without asking a switch.

A configuration of indented commands means the same in any order of its blocks and lines, so blocks
are matched by their first line and lines by their text. Other files are compared line by line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from barefabric.push.masking import Mask, count, secret_line

# Lines that say nothing: separators, headers of `show running-config`, ends of blocks (FRR, EOS).
_NOISE = re.compile(
    r"\s*(?:!(?!!).*|end|exit|exit-address-family|exit-vrf|\}|)"
    r"|Building configuration\.\.\.|Current configuration.*|frr version .*"
)
_COMMENT = re.compile(r"\s*(?:#.*)?")


class TextDiff(NamedTuple):
    """What differs: lines that start with ``+``, ``-`` or a space, masked.

    ``uncompared`` counts lines whose two secrets can't be compared, because one is encrypted.
    """

    text: str
    added: int
    removed: int
    uncompared: int = 0


@dataclass(slots=True)
class Block:
    """A line with the lines indented below it. ``raw`` keeps the indentation."""

    raw: str = ""
    lines: dict[str, "Block"] = field(default_factory=dict)


def parse(text: str) -> Block:
    """The tree of an indented configuration. A block that occurs twice is merged."""
    root = Block()
    open_blocks: list[tuple[int, Block]] = [(-1, root)]
    for line in text.splitlines():
        if _NOISE.fullmatch(line):
            continue
        raw = line.rstrip()
        depth = len(raw) - len(raw.lstrip())
        while open_blocks[-1][0] >= depth:
            open_blocks.pop()
        block = open_blocks[-1][1].lines.setdefault(raw.lstrip(), Block(raw))
        open_blocks.append((depth, block))
    return root


def compare_blocks(old: str, new: str, mask: Mask) -> TextDiff:
    """Compare two indented configurations. Linear in their length."""
    if old == new:
        return TextDiff("", 0, 0)
    lines: list[str] = []
    uncompared = sum(_differences(parse(old), parse(new), lines))
    added, removed = count(lines)
    return TextDiff(mask.diff("\n".join(lines)), added, removed, uncompared)


def _differences(old: Block, new: Block, into: list[str]) -> Iterator[int]:
    """Append the lines that differ below two blocks; yield how many secrets were not compared."""
    gone = {text: block for text, block in old.lines.items() if text not in new.lines}
    come = {text: block for text, block in new.lines.items() if text not in old.lines}
    yield _same_but_for_secrets(gone, come)
    for block in gone.values():
        into.extend(_all_lines("-", block))
    for text, block in new.lines.items():
        if text in come:
            into.extend(_all_lines("+", block))
        elif text in old.lines:
            below: list[str] = []
            yield from _differences(old.lines[text], block, below)
            if below:
                into.append(f" {block.raw}")
                into.extend(below)


def _same_but_for_secrets(gone: dict[str, Block], come: dict[str, Block]) -> int:
    """Take out pairs of lines that differ in a secret that only one side knows by its name."""
    values = {found.key: text for text in gone if (found := secret_line(text)) and not found.named}
    if not values:
        return 0
    pairs = 0
    for text in list(come):
        found = secret_line(text)
        if found is not None and found.named and found.key in values:
            del gone[values.pop(found.key)], come[text]
            pairs += 1
    return pairs


def _all_lines(sign: str, block: Block) -> Iterator[str]:
    """A block with everything below it."""
    yield sign + block.raw
    for below in block.lines.values():
        yield from _all_lines(sign, below)


def compare_lines(old: str, new: str, mask: Mask) -> TextDiff:
    """Compare two files line by line, in order; comments (``#``) and empty lines don't count."""
    if old == new:
        return TextDiff("", 0, 0)
    from difflib import unified_diff

    before, after = _without_comments(old), _without_comments(new)
    lines = list(unified_diff(before, after, lineterm="", n=3))[2:]
    added, removed = count(lines)
    return TextDiff(mask.diff("\n".join(lines)), added, removed)


def _without_comments(text: str) -> list[str]:
    """The lines that mean something."""
    return [line for line in text.splitlines() if not _COMMENT.fullmatch(line)]
