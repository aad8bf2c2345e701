"""Many names in few words: ``r1-worker[1-12]``, as a topology would write them."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_PLURALS = {
    "address": "addresses",
    "leaf": "leaves",
    "policy": "policies",
    "prefix": "prefixes",
    "switch": "switches",
}
_LAST_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)


class Range(NamedTuple):
    """A name or a range of names, and how many it stands for."""

    text: str
    many: int


def ranges(names: Iterable[str]) -> list[Range]:
    """Names with runs of numbers as ranges, in the order of each range's first name."""
    families: dict[tuple[str, str], list[str]] = {}
    for name in dict.fromkeys(names):
        match = _LAST_NUMBER.match(name)
        key = (match[1], match[3]) if match else (name, "")
        families.setdefault(key, []).append(match[2] if match else "")
    return [_family(stem, tail, digits) for (stem, tail), digits in families.items()]


def _family(stem: str, tail: str, digits: list[str]) -> Range:
    """The range of names that differ in one number."""
    if len(digits) == 1:
        return Range(f"{stem}{digits[0]}{tail}", 1)
    runs = _runs(sorted(digits, key=lambda d: (int(d), len(d))))
    items = [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return Range(f"{stem}[{','.join(items)}]{tail}", len(digits))


def _runs(digits: list[str]) -> Iterator[list[str]]:
    """Numbers that follow each other and are written alike."""
    run: list[str] = []
    for each in digits:
        if run and not _follows(run, each):
            yield run
            run = []
        run.append(each)
    yield run


def _follows(run: list[str], digits: str) -> bool:
    """Whether a number continues a run; where zeros pad it, all have one width."""
    padded = run[0].startswith("0") and len(run[0]) > 1
    following = str(int(run[-1]) + 1)
    if padded:
        return digits == following.zfill(len(run[0])) and len(digits) == len(run[0])
    return digits == following


def listed(names: Iterable[str], most: int = 6) -> str:
    """Names as a person lists them, the rest counted: ``r1-leaf[1-2], r2 and 40 more``."""
    found = ranges(names)
    shown = ", ".join(each.text for each in found[:most])
    rest = sum(each.many for each in found[most:])
    return f"{shown} and {rest:,} more" if rest else shown


def counted(count: int, noun: str) -> str:
    """``1 session``, ``1,024 sessions``, ``2 leaves``, ``3 prefixes``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {_PLURALS.get(noun, f'{noun}s')}"
