"""Names: what a name may look like, ranges such as ``r[01-16]``, and spelling suggestions."""

import re
from collections.abc import Iterable

from barefabric.topology.faults import Fault, shown

LONGEST = 40
MOST = 10_000
"""The most names that one range may stand for."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_ITEM = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")

NAME_RULE = (
    f"a name starts with a letter, has letters, digits and hyphens, at most {LONGEST} of them"
)
RANGE_RULE = "a range is written r[1-3], r[01-16] or r[1,3,5-7]"


def check_name(name: str) -> str:
    """The name itself. Raises Fault IN024 where it breaks NAME_RULE."""
    if len(name) > LONGEST or not _NAME.fullmatch(name) or name.endswith("-"):
        raise Fault("IN024", f"{shown(name)} cannot be a name", allowed=NAME_RULE)
    return name


def expand_range(text: str) -> list[str]:
    """The names that a name or a range stands for, in the order written.

    ``r[1-3]`` gives r1, r2, r3; ``r[01-16]`` keeps the zeros; ``r[1,3,5-7]`` is a list; several
    brackets multiply, the last one counting fastest. Raises Fault IN025 for anything else in
    brackets, for more than MOST names, and for a name given twice; IN024 for bad names.
    """
    pieces = _BRACKETS.split(text)
    if any(c in piece for piece in pieces[::2] for c in "[]"):
        raise Fault("IN025", f"{shown(text)} has a bracket without its other", allowed=RANGE_RULE)
    names = [""]
    for position, piece in enumerate(pieces):
        numbers = [piece] if position % 2 == 0 else _numbers(text, piece)
        if len(names) * len(numbers) > MOST:
            raise _too_many(text)
        names = [name + number for name in names for number in numbers]
    for name in names:
        check_name(name)
    if len(set(names)) < len(names):
        raise Fault("IN025", f"{shown(text)} gives a name twice", allowed=RANGE_RULE)
    return names


def _numbers(text: str, inside: str) -> list[str]:
    """The numbers of one pair of brackets, with their zeros."""
    found: list[str] = []
    for item in inside.split(","):
        match = _ITEM.fullmatch(item.strip())
        if match is None:
            raise Fault("IN025", f"[{inside}] is not a range of numbers", allowed=RANGE_RULE)
        first, last = match.group(1), match.group(2) or match.group(1)
        padded = first.startswith("0") and len(first) > 1
        if padded and len(last) != len(first):
            raise Fault(
                "IN025",
                f"[{item.strip()}]: {first} and {last} are not of one length",
                allowed=RANGE_RULE,
            )
        if int(last) < int(first):
            raise Fault(
                "IN025",
                f"[{item.strip()}] counts down",
                allowed=RANGE_RULE,
                mend=f"write [{last}-{first}]",
            )
        if int(last) - int(first) >= MOST:
            raise _too_many(text)
        width = len(first) if padded else 0
        found.extend(str(number).zfill(width) for number in range(int(first), int(last) + 1))
    return found


def _too_many(text: str) -> Fault:
    """A range that is surely a slip of the pen."""
    return Fault("IN025", f"{shown(text)} stands for more than {MOST:,} names", allowed=RANGE_RULE)


def suggest(word: str, allowed: Iterable[str]) -> str:
    """The allowed word that was probably meant, or an empty text.

    Letter case, ``_`` and ``-`` do not count; otherwise difflib's similarity of 0.6 and more.
    """
    from difflib import get_close_matches

    def plain(text: str) -> str:
        return text.casefold().replace("_", "-")

    by_plain = {plain(name): name for name in allowed}
    asked = plain(word[:100])
    if asked in by_plain:
        return by_plain[asked]
    near = [name for name in by_plain if abs(len(name) - len(asked)) <= 4]
    found = get_close_matches(asked, near, n=1, cutoff=0.6)
    return by_plain[found[0]] if found else ""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``did you mean "spine"?`` or an empty text."""
    found = suggest(word, allowed)
    return f'did you mean "{found}"?' if found else ""
