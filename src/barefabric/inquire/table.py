"""Columns of text, at most 100 wide."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 100
_LEAST = 20
"""A last column narrower than this is not worth having: rows are wrapped as sentences then."""


def wrapped(text: str, width: int, rest: str = "  ") -> list[str]:
    """Lines of a cell; a word that is longer than the cell is cut."""
    return textwrap.wrap(
        text, width, subsequent_indent=rest, break_long_words=True, break_on_hyphens=False
    ) or [""]


def beside(
    rows: Iterable[tuple[str, Sequence[str], Sequence[str]]], label: int = 14
) -> Iterator[str]:
    """Two things side by side: a label, and one or more lines for each of them."""
    width = (WIDTH - label - 4) // 2
    for title, left, right in rows:
        cells = [
            [line for text in texts for line in wrapped(text, width)] for texts in (left, right)
        ]
        for n in range(max(len(cells[0]), len(cells[1]))):
            first, second = (cell[n] if n < len(cell) else "" for cell in cells)
            head = title if n == 0 else ""
            yield f"  {head:<{label}}{first:<{width}}  {second}".rstrip()


def columns(rows: Sequence[Sequence[str]], indent: str = "    ", gap: int = 2) -> Iterator[str]:
    """Rows as aligned columns; the last column takes what is left and is wrapped into it.

    Names that are too long for columns make each row a sentence of its own.
    """
    if not rows:
        return
    count = len(rows[0])
    widths = [max(len(row[n]) for row in rows) for n in range(count - 1)]
    start = len(indent) + sum(widths) + gap * (count - 1)
    if start + _LEAST > WIDTH:
        for row in rows:
            text = (" " * gap).join(filter(None, row))
            first, *more = wrapped(text, WIDTH - len(indent))
            yield from (f"{indent}{line}" for line in (first, *more))
        return
    for row in rows:
        head = indent + "".join(
            f"{cell:<{width + gap}}" for cell, width in zip(row, widths, strict=False)
        )
        last = wrapped(row[-1], WIDTH - start, "")
        yield f"{head}{last[0]}".rstrip()
        yield from (f"{'':<{start}}{line}" for line in last[1:])


def labelled(pairs: Iterable[tuple[str, str]], label: int = 14) -> Iterator[str]:
    """``label   text``, wrapped under itself; nothing for an empty text."""
    for title, text in pairs:
        if text:
            first, *more = wrapped(text, WIDTH - label - 2, "")
            yield f"  {title:<{label}}{first}"
            yield from (f"  {'':<{label}}{line}" for line in more)
