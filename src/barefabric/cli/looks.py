"""Looks as people are told of them: what is the same of many things is said of the first."""

from collections.abc import Iterable, Iterator, Sequence

from barefabric.compare.ranges import counted
from barefabric.errors import Diagnostic

NAMED = 3
"""So many other things that are alike are named; of more the number is said."""


def gathered(looks: Iterable[Diagnostic]) -> Iterator[str]:
    """One text for all looks that say the same of different things, in the order of the first ones.

    Looks without a subject speak of the whole fabric, and stand for themselves.
    """
    alike: dict[object, list[Diagnostic]] = {}
    for number, look in enumerate(looks):
        subject = look.subject
        key = (look.code, look.mend, subject.noun, subject.says) if subject else number
        alike.setdefault(key, []).append(look)
    for first, *others in alike.values():
        also = f"; {_others(others)}" if others else ""
        yield f"{first.code} {first.message}{also}{f'; {first.mend}' if first.mend else ''}"


def _others(looks: Sequence[Diagnostic]) -> str:
    """``clusters k2 and k3 are alike`` or, of many, ``31 other clusters are alike``."""
    subjects = [look.subject for look in looks if look.subject]
    noun, names = subjects[0].noun, [subject.name for subject in subjects]
    if len(names) == 1:
        return f"{noun} {names[0]} is alike"
    if len(names) <= NAMED:
        return f"{noun}s {', '.join(names[:-1])} and {names[-1]} are alike"
    return f"{counted(len(names), f'other {noun}')} are alike"
