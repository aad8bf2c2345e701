"""Names: what a name may look like, ranges such as ``r[01-16]``, and spelling suggestions."""

import re
from collections.abc import Iterable, Iterator
from math import prod
from typing import NamedTuple

from barefabric.topology.faults import Fault, shown

LONGEST = 40
MOST = 10_000
"""The most names that one range may stand for."""

MOST_COMPARED = 2_000
"""Of more names than this, only those one slip away are looked for: that takes no comparison."""

MOST_SUGGESTED = 50

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_ITEM = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")

NAME_RULE = (
    f"a name starts with a letter, has letters, digits and hyphens, at most {LONGEST} of them"
)
RANGE_RULE = "a range is written r[1-3], r[01-16] or r[1,3,5-7]"


def check_name(name: str) -> str:
    """The name itself. Raises Fault IN024 where it breaks NAME_RULE."""
    if len(name) > LONGEST or not _NAME.fullmatch(name) or name.endswith("-"):
        raise Fault("IN024", f"{shown(name)} cannot be a name", allowed=NAME_RULE)
    return name


class _Span(NamedTuple):
    """Numbers from ``first`` to ``last``, padded with zeros to ``width`` digits."""

    first: int
    last: int
    width: int


def expand_range(text: str) -> list[str]:
    """The names that a name or a range stands for, in the order written.

    ``r[1-3]`` gives r1, r2, r3; ``r[01-16]`` keeps the zeros; ``r[1,3,5-7]`` is a list; several
    brackets multiply, the last one counting fastest. Raises Fault IN025 for anything else in
    brackets, for more than MOST names, and for a name given twice; IN024 for bad names.
    """
    count_range(text)
    names = range_names(text)
    if len(set(names)) < len(names):
        raise Fault("IN025", f"{shown(text)} gives a name twice", allowed=RANGE_RULE)
    return names


def range_names(text: str) -> list[str]:
    """The names of a range that ``count_range`` has passed; one given twice is there twice."""
    names = [""]
    for piece in _pieces(text):
        ends = [piece] if isinstance(piece, str) else _numbers(piece)
        names = [name + end for name in names for end in ends]
    return names


def count_range(text: str) -> int:
    """How many names ``expand_range`` gives, without making them.

    Raises the same faults, except that of a name given twice.
    """
    pieces = _pieces(text)
    spans = [piece for piece in pieces if not isinstance(piece, str)]
    longest = (p if isinstance(p, str) else max(_ends(p), key=len) for p in pieces)
    check_name("".join(longest))
    return prod(sum(map(_size, span)) for span in spans)


def _size(span: _Span) -> int:
    return span.last - span.first + 1


def _numbers(spans: list[_Span]) -> list[str]:
    """The numbers of one pair of brackets, with their zeros."""
    return [str(n).zfill(s.width) for s in spans for n in range(s.first, s.last + 1)]


def _ends(spans: list[_Span]) -> list[str]:
    """The last number of each span: the longest are among them."""
    return [str(span.last).zfill(span.width) for span in spans]


def _pieces(text: str) -> list[str | list[_Span]]:
    """Text and spans of numbers in turn, no more than MOST names altogether."""
    split = _BRACKETS.split(text)
    if any(c in piece for piece in split[::2] for c in "[]"):
        raise Fault("IN025", f"{shown(text)} has a bracket without its other", allowed=RANGE_RULE)
    pieces: list[str | list[_Span]] = []
    count = 1
    for position, piece in enumerate(split):
        if position % 2 == 0:
            pieces.append(piece)
            continue
        spans = [_span(item.strip(), piece) for item in piece.split(",")]
        count *= sum(map(_size, spans))
        if count > MOST:
            message = f"{shown(text)} stands for more than {MOST:,} names"
            raise Fault("IN025", message, allowed=RANGE_RULE)
        pieces.append(spans)
    return pieces


def _span(item: str, inside: str) -> _Span:
    """One item of a list in brackets."""
    match = _ITEM.fullmatch(item)
    if match is None:
        raise Fault("IN025", f"[{inside}] is not a range of numbers", allowed=RANGE_RULE)
    first, last = match.group(1), match.group(2) or match.group(1)
    padded = len(first) > 1 and first.startswith("0")
    if padded and len(last) != len(first):
        message = f"[{item}]: {first} and {last} are not of one length"
        raise Fault("IN025", message, allowed=RANGE_RULE)
    if int(last) < int(first):
        mend = f"write [{last}-{first}]"
        raise Fault("IN025", f"[{item}] counts down", allowed=RANGE_RULE, mend=mend)
    return _Span(int(first), int(last), len(first) if padded else 0)


def suggest(word: str, allowed: Iterable[str]) -> str:
    """The allowed word that was probably meant, or an empty text.

    Letter case, ``_`` and ``-`` and a number's zeros in front do not count; otherwise difflib's
    similarity of 0.65 and more, or the only name that has the word in it; among the thousands of
    names of a large fabric, a difference of one letter.
    """
    from difflib import get_close_matches

    by_plain = {_plain(name): name for name in allowed}
    asked = _plain(word[:100])
    if asked in by_plain:
        return by_plain[asked]
    if len(by_plain) > MOST_COMPARED:
        return next((by_plain[edit] for edit in _edits(asked) if edit in by_plain), "")
    bare = _without_zeros(asked)
    padded = next((name for name in by_plain if _without_zeros(name) == bare), "")
    if padded:
        return by_plain[padded]
    near = [name for name in by_plain if abs(len(name) - len(asked)) <= 4]
    found = get_close_matches(asked, near, n=1, cutoff=0.65)
    if found:
        return by_plain[found[0]]
    parts = [name for plain, name in by_plain.items() if len(asked) > 2 and asked in plain]
    return parts[0] if len(parts) == 1 else ""


def _plain(text: str) -> str:
    """A text without differences that nobody means."""
    return text.casefold().replace("_", "-")


def _without_zeros(text: str) -> str:
    """A text whose numbers have no zeros in front: ``r01-leaf2`` and ``r1-leaf2`` are one."""
    return _ZEROS.sub("", text)


def _edits(word: str) -> Iterator[str]:
    """Every word that one slip leads to: a letter too many, too few, another, or two exchanged."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail[1:]
            yield head + letter + tail


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``did you mean "spine"?`` or an empty text."""
    found = suggest(word, allowed)
    return f'did you mean "{found}"?' if found else ""


class Suggestions:
    """``did_you_mean`` for the first MOST_SUGGESTED words of a run.

    A file full of unknown words has one fault, many times, and comparing each of them with
    thousands of names takes long.
    """

    def __init__(self) -> None:
        self._left = MOST_SUGGESTED

    def did_you_mean(self, word: str, allowed: Iterable[str]) -> str:
        """``did you mean "spine"?`` or an empty text."""
        self._left -= 1
        return did_you_mean(word, allowed) if self._left >= 0 else ""
