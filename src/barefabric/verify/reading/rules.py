"""How facts are read from the files of a network OS, as data: ``vendor_templates/<nos>/read.toml``.

A rule is a pattern over one line, another over the line without indentation above it, and where
blocks lie in blocks a third over the lines between. The rules know nothing of the templates: they
are written from the vendor's own command reference.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from barefabric.vendors import catalogue
from barefabric.vendors.declaration import Table, read


class Fact(NamedTuple):
    """Something that a device is told: ``of`` a group, a port or a number, and its value."""

    name: str
    of: str
    value: str

    def __str__(self) -> str:
        return " ".join(filter(None, self))


class Rule(NamedTuple):
    """A line that states a fact.

    ``pattern`` fits the whole line without its indentation; ``under`` fits the line that begins
    the block, and is empty for a line that is itself without indentation. ``within`` fits the heads
    of inner blocks, outermost first, with `` > `` between them; without it any will do. Each names
    what the fact is of (``of``); all other groups, in order, are its value.
    """

    fact: str
    file: str
    under: re.Pattern[str] | None
    pattern: re.Pattern[str]
    within: re.Pattern[str] | None = None

    def begin(self, head: str) -> dict[str, str] | None:
        """What the head of a block says, None where nothing below it is read by this rule."""
        found = self.under.fullmatch(head) if self.under else None
        return found.groupdict() if found else None

    def inside(self, heads: str) -> dict[str, str] | None:
        """What the heads of inner blocks say, None where this rule does not read there."""
        if self.within is None:
            return {}
        found = self.within.fullmatch(heads)
        return found.groupdict() if found else None

    def fit(self, line: str) -> dict[str, str] | None:
        """What a line says by itself, None where it states no fact of this kind."""
        found = self.pattern.fullmatch(line)
        return found.groupdict() if found else None

    def state(self, above: Mapping[str, str], said: Mapping[str, str]) -> Fact:
        """The fact that a line and the head above it state together."""
        named = {**above, **said}
        values = [value for key, value in named.items() if key != "of"]
        return Fact(self.fact, named.get("of", ""), " ".join(values))


class Unread(NamedTuple):
    """A fact that this network OS does not state, or states otherwise, and why."""

    fact: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """All rules of one network OS."""

    nos: str
    rules: tuple[Rule, ...]
    unread: tuple[Unread, ...]

    @property
    def known(self) -> frozenset[str]:
        """Names of the facts that are read."""
        return frozenset(rule.fact for rule in self.rules)

    def file_of(self, fact: str) -> str:
        """The file that states a fact, empty for a fact that is not read."""
        return next((rule.file for rule in self.rules if rule.fact == fact), "")


@cache
def reader(nos: str) -> Reader | None:
    """The rules of a network OS, None where it has none.

    Raises VE001 to VE004 for a file that is not as described.
    """
    path = catalogue.templates_root() / nos / "read.toml"
    if not path.is_file():
        return None
    table = read(path)
    rules = tuple(map(_rule, table.tables("read")))
    unread = tuple(map(_unread, table.tables("unread"))) if table.has("unread") else ()
    table.close()
    table.faults.stop()
    return Reader(nos, rules, unread)


def _rule(table: Table) -> Rule:
    under = _pattern(table, "under", table.text("under", ""))
    pattern = _pattern(table, "pattern", table.text("pattern"))
    within = _pattern(table, "within", table.text("within", ""))
    fact, file = table.text("fact"), table.text("file")
    rule = Rule(fact, file, under, pattern or re.compile(""), within)
    table.close()
    return rule


def _unread(table: Table) -> Unread:
    unread = Unread(table.text("fact"), table.text("reason"))
    table.close()
    return unread


def _pattern(table: Table, key: str, text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as fault:
        table.wrong(key, f"a regular expression ({fault})")
        return None
