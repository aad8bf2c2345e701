"""The line that says how far a long run is: on a terminal only, and nothing of it stays."""

import io

import pytest

from barefabric.cli import progress, verify
from barefabric.cli.progress import ProgressLine


class Terminal(io.StringIO):
    """What stderr is for a person."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    found = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(progress, "EVERY", 0.0)
    return found


def test_the_line_is_rewritten_in_place_and_leaves_nothing(terminal: Terminal) -> None:
    with ProgressLine(terminal) as line:
        line.show("one")
        line.show("two " * 30)
    text = terminal.getvalue()
    assert "\n" not in text
    first, second, last = text.split("\r\x1b[K")[1:]
    assert (first, last) == ("one", "")
    assert len(second) == 39, "a longer line would wrap, and could not be rewritten"


def test_it_goes_away_when_something_fails(terminal: Terminal) -> None:
    def broken() -> None:
        with ProgressLine(terminal) as line:
            line.show("one")
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_nothing_is_written_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with ProgressLine(terminal) as line:
        line.show("one")
    assert terminal.getvalue() == ""
    piped = io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    with ProgressLine(piped) as line:
        line.show("one")
    assert piped.getvalue() == ""


def test_it_does_not_flicker(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    monkeypatch.setattr(progress, "EVERY", 60.0)
    with ProgressLine(terminal) as line:
        line.show("one")
        line.show("two")
    assert "two" not in terminal.getvalue()


def test_the_words_of_a_sweep(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    """How many are done, of how many, how fast, and which comes now."""
    now = iter([100.0, 100.0, 104.0])
    monkeypatch.setattr(verify, "monotonic", lambda: next(now))
    monkeypatch.setenv("COLUMNS", "100")
    with ProgressLine(terminal) as line:
        sweep = verify._Sweep(line)
        sweep.show(0, 1200, "spine1")
        sweep.show(10, 1200, "r1-leaf1")
    assert "built-in: 0 of 1,200 failures, -/s, without spine1" in terminal.getvalue()
    assert "built-in: 10 of 1,200 failures, 2.5/s, without r1-leaf1" in terminal.getvalue()
