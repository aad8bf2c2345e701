"""Tables as people read them: the same rows as CSV and as Markdown.

A document defines its columns once. CSV (RFC 4180, line ends as on Unix) always holds every row;
Markdown of a very long document holds a summary instead and says where the rest is.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import NamedTuple

MARKDOWN_ROWS = 2000
"""Longest table that a person still reads as Markdown."""

Row = tuple[str, ...]


class Column(NamedTuple):
    """A column: its heading, and how Markdown shows it (to the right, or as code)."""

    name: str
    right: bool = False
    code: bool = False


class Section(NamedTuple):
    """A part of a Markdown page: heading (level 2), sentences, and a table if it has columns."""

    heading: str
    text: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()


class Document(NamedTuple):
    """A plan document. ``rows`` yields all rows anew at each call.

    The rest is for Markdown. ``preface`` stands above the rows. ``split`` gives the heading that a
    row belongs under, ``about`` a text below such a heading. ``shown`` is how many columns the
    page shows, from the left (0: all); those that are empty in a table are left out. ``summary``
    stands for the rows where there are too many.
    """

    stem: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    preface: tuple[Section, ...] = ()
    split: Callable[[Row], str] | None = None
    about: Callable[[str], str] | None = None
    shown: int = 0
    summary: Callable[[], Iterable[Section]] | None = None


def csv_text(columns: Sequence[Column], rows: Callable[[], Iterable[Row]]) -> str:
    """All rows as CSV with a header line.

    Names and addresses need no quotes, so lines are plain joins. The number of commas and line
    ends shows whether any cell did need them; only then is the slower, quoting writer used.
    """
    lines = [",".join(column.name for column in columns), *map(",".join, rows()), ""]
    text = "\n".join(lines)
    ends = len(lines) - 1
    commas = (len(columns) - 1) * ends
    if text.count(",") == commas and text.count("\n") == ends and '"' not in text:
        return text
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    writer.writerows(rows())
    return out.getvalue()


def markdown_table(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    """Lines of an aligned Markdown table, readable as it stands."""
    cells = [
        [_cell(column, text) for column, text in zip(columns, row, strict=True)] for row in rows
    ]
    widths = [
        max(3, len(column.name), *(len(row[n]) for row in cells))
        for n, column in enumerate(columns)
    ]
    head = [column.name for column in columns]
    rule = [
        "-" * (width - 1) + ":" if column.right else "-" * width
        for column, width in zip(columns, widths, strict=True)
    ]
    for line in (head, rule, *cells):
        padded = (
            text.rjust(width) if column.right else text.ljust(width)
            for text, column, width in zip(line, columns, widths, strict=True)
        )
        yield f"| {' | '.join(padded)} |"


def _cell(column: Column, text: str) -> str:
    if not text:
        return ""
    text = text.replace("|", "\\|")
    return f"`{text}`" if column.code else text


def files(document: Document) -> Iterator[tuple[str, str]]:
    """The document's two files: path and text."""
    text = csv_text(document.columns, document.rows)
    yield f"{document.stem}.csv", text
    count = text.count("\n") - 1
    yield f"{document.stem}.md", "\n".join(_page(document, count))


def _page(document: Document, count: int) -> Iterator[str]:
    """Lines of the Markdown page."""
    yield f"# {document.title}"
    yield ""
    for section in document.preface:
        yield from _section(section)
    if count > MARKDOWN_ROWS:
        yield (
            f"All {count:,} rows are in [{document.stem}.csv]({document.stem}.csv); "
            "this page sums them up."
        )
        yield ""
        for section in document.summary() if document.summary else ():
            yield from _section(section)
        return
    shown = document.shown or len(document.columns)
    columns = document.columns[:shown]
    for heading, rows in _groups(document):
        text = document.about(heading) if document.about else ""
        kept = [n for n in range(shown) if any(row[n] for row in rows)]
        yield from _section(
            Section(
                heading,
                text,
                tuple(columns[n] for n in kept),
                tuple(tuple(row[n] for n in kept) for row in rows),
            )
        )


def _groups(document: Document) -> Iterator[tuple[str, list[Row]]]:
    """Rows under their headings, in order."""
    if document.split is None:
        yield "", list(document.rows())
        return
    groups: dict[str, list[Row]] = {}
    for row in document.rows():
        groups.setdefault(document.split(row), []).append(row)
    yield from groups.items()


def _section(section: Section) -> Iterator[str]:
    if section.heading:
        yield f"## {section.heading}"
        yield ""
    if section.text:
        yield section.text
        yield ""
    if section.columns:
        yield from markdown_table(section.columns, section.rows)
        yield ""
