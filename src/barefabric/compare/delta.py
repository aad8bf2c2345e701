"""What differs between two tables of named things."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Record = Mapping[str, Any]
"""One thing as a design document describes it."""


class Difference(NamedTuple):
    """One property that differs; values are text, empty where there is none."""

    what: str
    old: str
    new: str


class Moved(NamedTuple):
    """A number of a thing that both designs have, with two values.

    ``thing`` says what holds it (``r1-leaf1``, ``rack r1``, ``link r1-leaf1 spine1 1``), ``what``
    which number it is: ``ASN``, ``loopback``, ``management``, ``address``, ``prefix``, ``port``.
    """

    thing: str
    what: str
    old: str
    new: str


class Delta(NamedTuple):
    """Things of one kind by name: those only in the new design, only in the old, and changed."""

    added: Mapping[str, Record]
    removed: Mapping[str, Record]
    changed: Mapping[str, tuple[Difference, ...]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def split(old: Record, new: Record) -> tuple[dict[str, Record], dict[str, Record]]:
    """The records that only ``new`` has, and those that only ``old`` has, in their order."""
    added = {name: record for name, record in new.items() if name not in old}
    removed = {name: record for name, record in old.items() if name not in new}
    return added, removed


def pairs(old: Record, new: Record) -> Iterator[tuple[str, Any, Any]]:
    """Name, old and new record of everything that both have and that is not equal."""
    for name, record in new.items():
        before = old.get(name)
        if before is not None and before != record:
            yield name, before, record


def flat(record: Record, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of nested records as dotted names with their values as text."""
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", text(value)


def text(value: object) -> str:
    """A value of a document as a person reads it: lists with commas, truth as yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(text(item) for item in value)
    return str(value)


def differences(
    old: Record, new: Record, skip: frozenset[str] = frozenset()
) -> tuple[Difference, ...]:
    """The properties that differ between two records, in the new one's order."""
    before, after = dict(flat(old)), dict(flat(new))
    return tuple(
        Difference(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*after, *before))
        if name.partition(".")[0] not in skip and before.get(name, "") != after.get(name, "")
    )
