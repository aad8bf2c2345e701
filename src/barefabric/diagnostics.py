"""Diagnostics as text for a terminal, and the longer explanation of each code."""

import re
import textwrap
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from barefabric.errors import Diagnostic, Place, Severity, UsageError

WIDTH = 100
MOST_SHOWN = 50
"""More faults than this are counted, not shown: nobody reads them before mending the first ones."""

_RED, _YELLOW, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[0m"
_KEY_BEFORE = re.compile(r"[^\s{}\[\],\"']+:\s+$")
_VALUE_AFTER = re.compile(r":\s+[^,}\]#]+")


def report(
    diagnostics: Sequence[Diagnostic], *, colour: bool = False, outcome: str = "nothing written"
) -> str:
    """All diagnostics and a last line that counts them, as printed to stderr.

    ``outcome`` says what became of the run; without errors the last line is left out.
    """
    shown = diagnostics[:MOST_SHOWN]
    parts = [format_diagnostic(diagnostic, colour=colour) for diagnostic in shown]
    if len(diagnostics) > len(shown):
        parts.append(f"and {len(diagnostics) - len(shown):,} more, not shown\n")
    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        plural = "" if len(errors) == 1 else "s"
        parts.append(
            f"{len(errors):,} error{plural}, {outcome}.   fabric explain {errors[0].code}\n"
        )
    return "\n".join(parts)


def format_diagnostic(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """One diagnostic: what is wrong, where, what is allowed, how to mend it. Ends a line."""
    ink = _RED if diagnostic.severity is Severity.ERROR else _YELLOW
    ink, plain = (ink, _PLAIN) if colour else ("", "")
    first, *more = _wrapped(
        f"{diagnostic.severity} {diagnostic.code}: {_clean(diagnostic.message)}", "", "  "
    )
    word = len(diagnostic.severity)
    lines = [f"{ink}{first[:word]}{plain}{first[word:]}", *more]
    if len(diagnostic.places) == 1:
        lines += _one_place(diagnostic.places[0], ink, plain)
    else:
        lines += _several_places(diagnostic.places)
    for sentence in (diagnostic.allowed, diagnostic.mend):
        if sentence:
            lines += _wrapped(_clean(sentence), "  ", "  ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """Lines of at most WIDTH columns; a word that is longer stays whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _where(place: Place) -> str:
    """``lab.yaml:5:28``; the file alone where the whole of it is meant."""
    position = f":{place.line}:{place.column}" if place.line and place.column else ""
    position = position or (f":{place.line}" if place.line else "")
    return _clean(place.path) + position


def _one_place(place: Place, ink: str, plain: str) -> list[str]:
    """The place, and below it the line with the place marked."""
    lines = [f"  {_where(place)}"]
    if not place.excerpt.strip() or not place.line:
        return lines
    number = f"{place.line:>4}"
    text, start, marks = _window(place, WIDTH - len(number) - 3)
    lines.append(f"{number} | {text}")
    if place.column:
        lines.append(f"{' ' * len(number)} | {' ' * start}{ink}{'^' * marks}{plain}")
    return lines


def _window(place: Place, room: int) -> tuple[str, int, int]:
    """The part of a long line around the place, its column in that part, and the marks' length."""
    line = place.excerpt.rstrip()
    column = min(max(place.column, 1) - 1, len(line))
    line = line.ljust(column + 1)
    fits = len(line) <= room and _columns(_clean(line)) <= room
    # Half of the room, less the dots: even if every character is two columns wide.
    first = 0 if fits else max(0, column - (room - 12) // 2)
    ahead = "..." if first else ""
    before = ahead + _clean(line[first:column])
    marked = _clean(line[column : column + min(place.width, room)])
    text = before + _clean(line[column : column + room])
    cut = first + len(text) - len(ahead) < len(line)
    while _columns(text) > room:
        text, cut = text[:-1], True
    if cut:
        text = text[:-3] + "..."
    start = _columns(before)
    return text.rstrip(), start, max(1, min(_columns(marked), room - start))


def _columns(text: str) -> int:
    """Columns of a terminal that a text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def _several_places(places: Sequence[Place]) -> list[str]:
    """One line for each place: where it is, and what stands there."""
    wheres = [_where(place) for place in places]
    width = max(map(len, wheres), default=0)
    return [
        f"  {where:<{width}}  {snippet(place)}".rstrip()
        for where, place in zip(wheres, places, strict=True)
    ]


def snippet(place: Place) -> str:
    """What stands at a place, a value with its key or a key with its value: ``spines: 2``."""
    start = max(place.column, 1) - 1
    end = start + place.width
    value = place.excerpt[start:end]
    before = _KEY_BEFORE.search(place.excerpt[:start])
    after = _VALUE_AFTER.match(place.excerpt[end:])
    text = (before.group() if before else "") + value + (after.group() if after else "")
    text = _clean(text).strip()
    return text if len(text) <= 70 else text[:67] + "..."


def _clean(text: str) -> str:
    """Text that cannot change what a terminal shows: a tab is a space, anything else is a ``?``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c == "\t" else "?" for c in text)


@cache
def _explanations(family: str) -> dict[str, dict[str, str]]:
    """The table of one family of codes."""
    file = files("barefabric") / "explanations" / f"{family}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def codes() -> list[str]:
    """Every code that has an explanation, sorted."""
    folder = files("barefabric") / "explanations"
    families = sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )
    return [code for family in families for code in sorted(_explanations(family))]


def explain(code: str) -> str:
    """The explanation of a code: its title, what it means, an example, how to mend it.

    Raises UsageError GE002 for a code that does not exist.
    """
    title, text = explanation(code)
    return f"{code.strip().upper()}  {title}\n\n{text.strip()}\n"


def explanation(code: str) -> tuple[str, str]:
    """Title and text of a code. Raises UsageError GE002 for one that does not exist."""
    asked = code.strip().upper()
    match = re.fullmatch(r"([A-Z][A-Z0-9]*?)\d{3}", asked)
    entry = _explanations(match.group(1)).get(asked) if match else None
    if entry is None:
        raise _unknown_code(code)
    return entry["title"], entry["text"]


def _unknown_code(code: str) -> UsageError:
    from difflib import get_close_matches

    near: Iterable[str] = get_close_matches(code.upper(), codes(), n=3, cutoff=0.6)
    mend = f"did you mean: {', '.join(near)}?" if near else "codes look like IN012 or AD004"
    return UsageError([Diagnostic("GE002", f"there is no code {_clean(code)[:40]}", mend=mend)])
