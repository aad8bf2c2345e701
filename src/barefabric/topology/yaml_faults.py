"""What PyYAML's two parsers complain about, in our own words."""

import re
from typing import Any, NamedTuple

from barefabric.errors import Diagnostic
from barefabric.topology.source import Source


class _Sentence(NamedTuple):
    """What is wrong where a message of libyaml or of PyYAML contains ``pattern``.

    ``{opened}`` in the message is the line where the collection or the text began; ``at_opening``
    says that the fault is there.
    """

    pattern: str
    message: str
    mend: str = ""
    at_opening: bool = False


_QUOTE = "text with a colon and a space, or that begins with @ ` % & * ! { [ or -, goes in quotes"

# libyaml (scanner.c, parser.c) and PyYAML (scanner.py, parser.py) word the same faults differently.
_SENTENCES = (
    _Sentence(
        r"block sequence entries are not allowed",
        "a list item cannot begin here",
        'write each "- " on a line of its own, or the list as [a, b]',
    ),
    _Sentence(r"mapping values are not allowed", 'a ":" cannot stand here', _QUOTE),
    _Sentence(
        r"expected ',' or '\}'",
        'the "{" of line {opened} is not closed, or a "," is missing, before this',
        "close every { with a }",
    ),
    _Sentence(
        r"expected ',' or '\]'",
        'the "[" of line {opened} is not closed, or a "," is missing, before this',
        "close every [ with a ]",
    ),
    _Sentence(
        r"could not find expected ':'",
        "a line that is neither a key with its value nor a list item",
        'a key is followed by ": ", with a space; a list item begins with "- "',
        at_opening=True,
    ),
    _Sentence(
        r"found unexpected end of stream",
        "the quotation mark is never closed",
        "close the text with the same mark",
        at_opening=True,
    ),
    _Sentence(
        r"unknown escape character",
        "this escape is not known inside double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
    _Sentence(
        r"expected key|expected '-' indicator|expected <block end>",
        "this does not fit the block that begins in line {opened}",
        "keys of one block, and items of one list, begin in one column",
    ),
    _Sentence(r"cannot start any token", "no value can begin with this character", _QUOTE),
    _Sentence(
        r"expected (the )?node content",
        "a value is missing before this",
        "give the value, or take the comma or the key away",
    ),
    _Sentence(r"expected '?<document start>", "text follows after the end of the topology"),
    _Sentence(r"alphabetic or numeric character", "an anchor or an alias has no name", _QUOTE),
    _Sentence(r"duplicate anchor", "an anchor stands twice"),
    _Sentence(r"tag|directive|%|URI", "a tag or directive that cannot be read", _QUOTE),
    _Sentence(
        r"block scalar|indentation indicator|line break|comment",
        "the line of a text block's | or > cannot go on like this",
        "begin the text on the next line",
    ),
)
_UNKNOWN = _Sentence("", "this is not YAML", _QUOTE)
_RANGE_UNQUOTED = re.compile(r"[A-Za-z][\w-]*\[[\d,-]+\]")


def syntax_fault(source: Source, error: Any) -> Diagnostic:
    """The diagnostic for a YAMLError of either parser."""
    problem = str(getattr(error, "problem", "") or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None or not source.lines:
        return Diagnostic("IN009", "this is not YAML", (source.place(0, 0),))
    line, column = _within(source, mark.line, mark.column)
    text = source.lines[line - 1]
    if text[column - 1 : column] == "\t" or _tab_indents(text):
        place = source.place(line, text.index("\t") + 1)
        return Diagnostic("IN019", "a tab cannot indent", (place,), mend="indent with spaces")
    found = (sentence for sentence in _SENTENCES if re.search(sentence.pattern, problem))
    sentence = next(found, _UNKNOWN)
    context = getattr(error, "context_mark", None) or mark
    opened = _within(source, context.line, context.column)
    if sentence.at_opening:
        line, column = opened
    message = sentence.message.replace("{opened}", str(opened[0]))
    mend = sentence.mend
    if _RANGE_UNQUOTED.search(text) and mend.startswith("close every"):
        mend = 'a range within { } or [ ] is written in quotes: "r[1-3]"'
    return Diagnostic("IN009", message, (source.place(line, column),), mend=mend)


def _tab_indents(text: str) -> bool:
    """Whether a tab stands among the white space that begins a line."""
    return "\t" in text[: len(text) - len(text.lstrip())]


def _within(source: Source, line: int, column: int) -> tuple[int, int]:
    """Line and column from 1; the end of the file is the end of the last line with a word in it."""
    if line < len(source.lines) and (source.lines[line].strip() or line < len(source.lines) - 1):
        return line + 1, min(column, len(source.lines[line])) + 1
    at = max((n for n, text in enumerate(source.lines) if text.strip()), default=0)
    return at + 1, len(source.lines[at].rstrip()) + 1
