"""Tables as people read them: the same rows as CSV and as Markdown.

A document defines its columns once and writes its rows once, as lines of text. CSV (RFC 4180, line
ends as on Unix) always holds every row; Markdown of a very long document holds a summary instead
and says where the rest is.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import NamedTuple

MARKDOWN_ROWS = 2000
"""Longest table that a person still reads as Markdown."""

PIECE = 1 << 16
"""Characters of CSV put together at a time: few enough to stay in the processor's cache."""

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
    """A plan document. ``lines`` yields all rows anew at each call, as text.

    Each text is one whole line or several, with a tab between cells. No cell holds a tab or a line
    end: names, addresses and what users write in one line never do. One text for a row is three
    times as fast as a tuple of cells, and the largest fabrics have a million rows.

    The rest is for Markdown. ``preface`` stands above the rows. ``split`` gives the heading that a
    row belongs under, ``about`` a text below such a heading. ``shown`` is how many columns the
    page shows, from the left (0: all); those that are empty in a table are left out. ``summary``
    stands for the rows where there are too many. ``rows`` is their number where it is known without
    counting lines.
    """

    stem: str
    title: str
    columns: tuple[Column, ...]
    lines: Callable[[], Iterable[str]]
    preface: tuple[Section, ...] = ()
    split: Callable[[Row], str] | None = None
    about: Callable[[str], str] | None = None
    shown: int = 0
    summary: Callable[[], Iterable[Section]] | None = None
    rows: int | None = None


def tabbed(rows: Iterable[Row]) -> Iterator[str]:
    """Rows as a document's lines."""
    for row in rows:
        yield "\t".join(row) + "\n"


def cells(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of a document's lines."""
    for text in lines:
        for line in text.split("\n")[:-1]:
            yield tuple(line.split("\t"))


class CsvText:
    """A document as CSV. Going through it renders it, in pieces of about PIECE characters."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._rows = document.rows

    def __iter__(self) -> Iterator[str]:
        heading = "\t".join(column.name for column in self._document.columns) + "\n"
        pieces = _pieces(heading, self._document.lines())
        if self._rows is not None:
            yield from map(_separated, pieces)
            return
        count = -1
        for text in pieces:
            count += text.count("\n")
            yield _separated(text)
        self._rows = count

    @property
    def rows(self) -> int:
        """How many rows there are: known once the text has been gone through, else counted."""
        if self._rows is None:
            self._rows = sum(text.count("\n") for text in self._document.lines())
        return self._rows


def _pieces(heading: str, lines: Iterable[str]) -> Iterator[str]:
    """The texts put together."""
    held, size = [heading], len(heading)
    for text in lines:
        held.append(text)
        size += len(text)
        if size > PIECE:
            yield "".join(held)
            held, size = [], 0
    if held:
        yield "".join(held)


def _separated(text: str) -> str:
    """Lines with commas in place of tabs. Hardly any cell needs quotes, which cost far more."""
    if "," not in text and '"' not in text:
        return text.replace("\t", ",")
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells([text]))
    return out.getvalue()


def markdown_table(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[str]:
    """Lines of an aligned Markdown table, readable as it stands."""
    texts = [
        [_cell(column, text) for column, text in zip(columns, row, strict=True)] for row in rows
    ]
    widths = [
        max(3, len(column.name), *(len(row[n]) for row in texts))
        for n, column in enumerate(columns)
    ]
    head = [column.name for column in columns]
    rule = [
        "-" * (width - 1) + ":" if column.right else "-" * width
        for column, width in zip(columns, widths, strict=True)
    ]
    for line in (head, rule, *texts):
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


def files(document: Document) -> Iterator[tuple[str, str | CsvText]]:
    """The document's two files: path and content."""
    text = CsvText(document)
    yield f"{document.stem}.csv", text
    yield f"{document.stem}.md", "\n".join(_page(document, text.rows))


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
    rows = cells(document.lines())
    if document.split is None:
        yield "", list(rows)
        return
    groups: dict[str, list[Row]] = {}
    for row in rows:
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
