"""The table module: CSV that any reader takes back, Markdown that people read."""

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.plan import table
from barefabric.plan.table import (
    Column,
    CsvText,
    Document,
    Row,
    Section,
    cells,
    files,
    markdown_table,
    tabbed,
)

COLUMNS = (Column("name"), Column("count", right=True), Column("label", code=True))
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\t\0"), max_size=12)


def csv_text(rows: list[Row]) -> str:
    """Rows as the CSV of a document."""
    return "".join(CsvText(Document("things", "Things", COLUMNS, lambda: tabbed(rows))))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=20))
def test_csv_reads_back_as_written(rows: list[Row]) -> None:
    read = list(csv.reader(StringIO(csv_text(rows), newline="")))
    assert read[0] == ["name", "count", "label"]
    assert [tuple(row) for row in read[1:]] == rows
    assert list(cells(tabbed(rows))) == rows


def test_plain_cells_are_joined_without_the_csv_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        pytest.fail("the slow writer was used")

    monkeypatch.setattr(table.csv, "writer", forbidden)
    rows = [("spine1", "2", "a > b"), ("spine2", "", "c > d")]
    assert csv_text(rows) == "name,count,label\nspine1,2,a > b\nspine2,,c > d\n"


def test_a_comma_brings_quotes() -> None:
    text = csv_text([("a, b", "1", 'say "c"')])
    assert text == 'name,count,label\n"a, b",1,"say ""c"""\n'


def test_markdown_lines_up() -> None:
    lines = list(markdown_table(COLUMNS, [("spine1", "2", "x|y"), ("r1", "1,024", "")]))
    assert lines == [
        "| name   | count | label  |",
        "| ------ | ----: | ------ |",
        "| spine1 |     2 | `x\\|y` |",
        "| r1     | 1,024 |        |",
    ]


def test_a_piece_holds_some_thousand_lines_and_every_row_is_in_one() -> None:
    rows: list[Row] = [(f"device{n}", str(n), "some label, quoted") for n in range(20_000)]
    text = CsvText(Document("things", "Things", COLUMNS, lambda: tabbed(rows)))
    pieces = list(text)
    assert all(table.PIECE <= len(piece) < 2 * table.PIECE for piece in pieces[:-1])
    assert len(pieces) > 10
    assert [tuple(row) for row in csv.reader(StringIO("".join(pieces)))][1:] == rows
    assert text.rows == len(rows)


def test_a_document_that_nobody_read_knows_its_rows_too() -> None:
    assert CsvText(document(7, [])).rows == 7
    assert CsvText(document(0, [])).rows == 0


def document(count: int, read: list[int]) -> Document:
    def lines() -> Iterator[str]:
        read.append(count)
        return tabbed((f"d{n}", str(n), "") for n in range(count))

    return Document(
        "things",
        "Things",
        COLUMNS,
        lines,
        preface=(Section("first", "Words."),),
        split=lambda row: "even" if int(row[1]) % 2 == 0 else "odd",
        about=lambda heading: f"These are {heading}.",
        summary=lambda: [Section("in short", f"{count} things")],
    )


def contents(made: Document) -> dict[str, str]:
    """The document's files as text, each read when it comes."""
    return {path: "".join(content) for path, content in files(made)}


def test_a_short_document_has_every_row_in_both_forms() -> None:
    texts = contents(document(4, []))
    assert sorted(texts) == ["things.csv", "things.md"]
    assert texts["things.csv"].count("\n") == 5
    page = texts["things.md"]
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        "# Things",
        "## first",
        "## even",
        "## odd",
    ]
    assert "These are odd." in page
    assert "| d3   |     3 |" in page
    assert "label" not in page, "columns that are empty in a table are left out"


def test_a_long_document_is_summed_up_and_its_rows_are_made_once() -> None:
    read: list[int] = []
    texts = contents(document(table.MARKDOWN_ROWS + 1, read))
    assert texts["things.csv"].count("\n") == table.MARKDOWN_ROWS + 2
    assert "All 2,001 rows are in [things.csv](things.csv)" in texts["things.md"]
    assert "2001 things" in texts["things.md"]
    assert "d17" not in texts["things.md"]
    assert len(read) == 1


def test_the_longest_page_still_has_all_rows() -> None:
    texts = contents(document(table.MARKDOWN_ROWS, []))
    assert texts["things.md"].count("\n| d") == table.MARKDOWN_ROWS
