"""What PyYAML's two parsers complain about, in our own words."""

import re
from typing import Any, NamedTuple

from barefabric.errors import Diagnostic
from barefabric.topology.source import Source


class _Sentence(NamedTuple):
    """What is wrong, where a message of libyaml or of PyYAML contains ``pattern``."""

    pattern: str
    message: str
    mend: str = ""
    opened: bool = False


_QUOTE = "text with a colon and a space, or that begins with @ ` % & * ! { [ or -, goes in quotes"

# libyaml (scanner.c, parser.c) and PyYAML (scanner.py, parser.py) word the same faults differently.
_SENTENCES = (
    _Sentence("found duplicate anchor", "an anchor stands twice"),
    _Sentence(
        r"block sequence entries are not allowed",
        "a list item cannot begin here",
        'write each "- " on a line of its own, or the list as [a, b]',
    ),
    _Sentence(r"mapping values are not allowed", 'a ":" cannot stand here', _QUOTE),
    _Sentence(
        r"expected ',' or '\}'",
        'a "," or the closing "}" is missing before this',
        "close every { with a }",
        opened=True,
    ),
    _Sentence(
        r"expected ',' or '\]'",
        'a "," or the closing "]" is missing before this',
        "close every [ with a ]",
        opened=True,
    ),
    _Sentence(
        r"could not find expected ':'",
        "a key without its colon",
        'a key is followed by ": ", with a space',
    ),
    _Sentence(
        r"found unexpected end of stream",
        "a quotation mark is never closed",
        "close the text with the same mark",
        opened=True,
    ),
    _Sentence(
        r"unknown escape character",
        "this escape is not known inside double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
    _Sentence(r"tab character", "a tab cannot indent", "indent with spaces"),
    _Sentence(
        r"expected key|expected '-' indicator|expected <block end>",
        "this line is not indented like the block it belongs to",
        "keys of one block begin in one column",
        opened=True,
    ),
    _Sentence(r"cannot start any token", "no value can begin with this character", _QUOTE),
    _Sentence(
        r"expected (the )?node content",
        "a value is missing before this",
        "give the value, or take the comma or key away",
    ),
    _Sentence(
        r"expected <document start>|expected '<document start>'",
        "text follows after the end of the topology",
    ),
    _Sentence(r"alphabetic or numeric character", "an anchor or alias has no name", _QUOTE),
    _Sentence(r"undefined tag handle|tag|%", "a tag or directive that cannot be read", _QUOTE),
    _Sentence(
        r"block scalar|indentation indicator|line break",
        "the line of a text block's | or > cannot go on like this",
        "begin the text on the next line",
    ),
)


def syntax_fault(source: Source, error: Any) -> Diagnostic:
    """The diagnostic for a YAMLError of either parser."""
    problem = str(getattr(error, "problem", "") or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Diagnostic("IN009", "this is not YAML", (source.place(0),))
    line, column = _within(source, mark.line, mark.column)
    if source.lines[line - 1][column - 1 : column] == "\t" or _tab_indents(source, line):
        column = source.lines[line - 1].index("\t") + 1
        return Diagnostic(
            "IN019", "a tab cannot indent", (source.place(line, column),), mend="indent with spaces"
        )
    sentence = next(
        (s for s in _SENTENCES if re.search(s.pattern, problem)),
        _Sentence("", "this is not YAML", _QUOTE),
    )
    places = [source.place(line, column)]
    opened = getattr(error, "context_mark", None)
    if sentence.opened and opened is not None:
        at = _within(source, opened.line, opened.column)
        if at != (line, column):
            places.append(source.place(*at))
    return Diagnostic("IN009", sentence.message, tuple(places), mend=sentence.mend)


def _tab_indents(source: Source, line: int) -> bool:
    """Whether a tab stands among the white space that begins a line."""
    text = source.lines[line - 1]
    return "\t" in text[: len(text) - len(text.lstrip())]


def _within(source: Source, line: int, column: int) -> tuple[int, int]:
    """Line and column from 1; the end of the file is the end of the last line with a word in it."""
    at = min(line, len(source.lines) - 1)
    if line >= len(source.lines) or (
        not source.lines[at].strip() and line == len(source.lines) - 1
    ):
        at = max((n for n, text in enumerate(source.lines[: at + 1]) if text.strip()), default=0)
        return at + 1, len(source.lines[at].rstrip()) + 1
    return at + 1, min(column, len(source.lines[at])) + 1
