"""What a terminal shows."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.diagnostics import (
    MOST_SHOWN,
    codes,
    explain,
    format_diagnostic,
    report,
    snippet,
)
from barefabric.errors import Diagnostic, Place, Severity, UsageError

LINE = "  leaf: {nos: arista_eos, modle: 7050SX3-48YC8, pair: mlag}"
UNKNOWN = Diagnostic(
    "IN012",
    'unknown key "modle"',
    (Place("lab.yaml", 5, 27, 5, LINE),),
    "a switch type takes: nos, model",
    'did you mean "model"?',
)


def test_one_place() -> None:
    assert format_diagnostic(UNKNOWN) == (
        'error IN012: unknown key "modle"\n'
        "  lab.yaml:5:27\n"
        f"   5 | {LINE}\n"
        "     |                           ^^^^^\n"
        "  a switch type takes: nos, model\n"
        '  did you mean "model"?\n'
    )


def test_several_places() -> None:
    places = (
        Place("lab.yaml", 31, 15, 13, "    services: 10.10.96.0/20   # internal"),
        Place("lab.yaml", 8, 19, 12, "  servers: {pool: 10.10.0.0/16, per_rack: 24}"),
    )
    text = format_diagnostic(Diagnostic("AD004", "a overlaps b", places))
    assert text == (
        "error AD004: a overlaps b\n"
        "  lab.yaml:31:15  services: 10.10.96.0/20\n"
        "  lab.yaml:8:19   pool: 10.10.0.0/16\n"
    )


def test_key_with_its_value() -> None:
    assert snippet(Place("x", 1, 1, 6, "spines: 4   # four")) == "spines: 4"
    assert snippet(Place("x", 1, 2, 3, "{nos: frr, ports: x}")) == "nos: frr"


def test_whole_file_and_no_file() -> None:
    assert format_diagnostic(Diagnostic("IN008", "empty", (Place("a.yaml"),))) == (
        "error IN008: empty\n  a.yaml\n"
    )
    assert format_diagnostic(Diagnostic("GE002", "no code")) == "error GE002: no code\n"


def test_colour_only_for_meaning_and_only_when_asked() -> None:
    look = UNKNOWN._replace(severity=Severity.LOOK)
    assert format_diagnostic(UNKNOWN, colour=True).startswith("\x1b[31merror\x1b[0m IN012")
    assert format_diagnostic(look, colour=True).startswith("\x1b[33mlook\x1b[0m IN012")
    for diagnostic in (UNKNOWN, look):
        plain = re.sub(r"\x1b\[\d+m", "", format_diagnostic(diagnostic, colour=True))
        assert plain == format_diagnostic(diagnostic)
    assert "\x1b" not in report([UNKNOWN, look])


def test_last_line() -> None:
    look = UNKNOWN._replace(severity=Severity.LOOK)
    assert report([UNKNOWN]).endswith("\n1 error, nothing written.   fabric explain IN012\n")
    assert report([UNKNOWN] * 2, outcome="nothing done").endswith(
        "\n2 errors, nothing done.   fabric explain IN012\n"
    )
    assert "nothing written" not in report([look])
    assert report([]) == ""


def test_many() -> None:
    text = report([UNKNOWN] * 1234)
    assert text.count("error IN012") == MOST_SHOWN
    assert "and 1,184 more, not shown\n" in text
    assert "1,234 errors, nothing written." in text


def test_nothing_reaches_the_terminal_unseen() -> None:
    line = "a: \x1b[2J\u202ee\tx"
    text = report([Diagnostic("IN010", "bad \x1b[2J\n", (Place("e\x1b.yaml", 1, 4, 1, line),))])
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "   1 | a: ?[2J?e x\n" in text


def test_wide_characters_keep_the_marks_in_place() -> None:
    text = format_diagnostic(Diagnostic("IN012", "x", (Place("a", 1, 5, 2, "日本: 京都"),)))
    assert text.splitlines()[2:] == ["   1 | 日本: 京都", "     |       ^^^^"]


def columns(text: str) -> int:
    return sum(2 if ord(c) > 0x2000 else 1 for c in text)


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.integers(0, 400),
    st.sampled_from([0x61, 0x4E00]),
)
def test_long_lines_are_cut_around_the_place(
    column: int, width: int, length: int, base: int
) -> None:
    line = "".join(chr(base + n % 26) for n in range(length))
    text = format_diagnostic(Diagnostic("IN012", "x", (Place("a", 7, column, width, line),)))
    lines = text.splitlines()
    assert all(columns(each) <= 100 for each in lines)
    if column <= length:
        excerpt, marks = lines[2][7:], lines[3][7:]
        start = marks.index("^")
        before = next(n for n in range(len(excerpt)) if columns(excerpt[:n]) == start)
        assert excerpt[before] == line[column - 1]


def test_a_line_of_megabytes_is_shown_at_once() -> None:
    line = "[" + "1, " * 2_000_000
    started = time.process_time()
    text = report([Diagnostic("IN016", "x", (Place("a", 1, n, 3, line),)) for n in (1, 5_000_000)])
    assert time.process_time() - started < 1
    assert max(map(len, text.splitlines())) <= 100


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_shown(message: str, excerpt: str) -> None:
    place = Place(message[:20], 1, 1 + len(message) // 2, 3, excerpt)
    for places in ((place,), (place, place), ()):
        text = format_diagnostic(Diagnostic("IN001", message, places, excerpt, message))
        assert all(c.isprintable() or c == "\n" for c in text)


def test_explanations() -> None:
    text = explain("in012")
    assert text.startswith("IN012  an unknown key\n\n")
    assert text.endswith("\n")
    assert {"IN012", "AD004", "GE001"} <= set(codes())
    assert codes() == sorted(codes())


@pytest.mark.parametrize("family", ["IN", "AD", "GE"])
def test_explanations_fit_a_terminal(family: str) -> None:
    for code in codes():
        if code.startswith(family):
            text = explain(code)
            assert all(len(line) <= 100 for line in text.splitlines())
            title = text.splitlines()[0].removeprefix(f"{code}  ")
            assert not title.endswith(".")
            assert 5 < len(title) < 80


@pytest.mark.parametrize("code", ["", "XX", "IN999", "IN12", "K8S", "../IN012", "ZZ001", "12"])
def test_unknown_codes(code: str) -> None:
    with pytest.raises(UsageError) as caught:
        explain(code)
    assert caught.value.diagnostics[0].code == "GE002"
    assert caught.value.exit_status == 2
