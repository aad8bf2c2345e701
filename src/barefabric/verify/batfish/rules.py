"""What Batfish makes of a network OS, as data: ``vendor_templates/<nos>/batfish.toml``.

``parts`` say how the files of a switch become the one file that Batfish recognises. ``rewrite``
rules change the copy that Batfish gets, never the files themselves. ``allow`` lists lines that
Batfish does not read and does not need: each with the reason, and the check that covers it.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from barefabric.vendors import catalogue
from barefabric.vendors.declaration import Table, read


class Part(NamedTuple):
    """A piece of the copy: a file of the switch, or text with ``{name}`` for the switch's name."""

    file: str
    text: str


class Rewrite(NamedTuple):
    """A change to the copy: a pattern over whole lines, and what stands there instead."""

    name: str
    pattern: re.Pattern[str]
    replacement: str
    reason: str
    covered: str


class Allowed(NamedTuple):
    """Lines that may draw a warning. ``warning`` is a part of Batfish's own words."""

    pattern: re.Pattern[str]
    warning: str
    reason: str
    covered: str


@dataclass(frozen=True, slots=True, eq=False)
class Dressing:
    """All rules of one network OS."""

    nos: str
    parts: tuple[Part, ...]
    rewrites: tuple[Rewrite, ...]
    allowed: tuple[Allowed, ...]
    forwards_unnumbered: bool

    def excuses(self, line: str, warning: str) -> Allowed | None:
        """The rule that excuses a warning about a line, None where it is a finding."""
        text = line.strip()
        for rule in self.allowed:
            if rule.warning in warning and rule.pattern.fullmatch(text):
                return rule
        return None


@cache
def dressing(nos: str) -> Dressing | None:
    """The rules of a network OS, None where Batfish has not been taught it.

    Raises VE001 to VE004 for a file that is not as described.
    """
    path = catalogue.templates_root() / nos / "batfish.toml"
    if not path.is_file():
        return None
    table = read(path)
    parts = tuple(_part(t) for t in table.tables("part"))
    rewrites = tuple(_rewrite(t) for t in table.tables("rewrite")) if table.has("rewrite") else ()
    allowed = tuple(_allowed(t) for t in table.tables("allow"))
    forwards = table.flag("forwards_unnumbered")
    table.close()
    table.faults.stop()
    return Dressing(nos, parts, rewrites, allowed, forwards)


def _part(table: Table) -> Part:
    part = Part(table.text("file", ""), table.text("text", ""))
    table.close()
    return part


def _rewrite(table: Table) -> Rewrite:
    rule = Rewrite(
        table.text("name"),
        _pattern(table, re.MULTILINE),
        table.text("replacement"),
        table.text("reason"),
        table.text("covered"),
    )
    table.close()
    return rule


def _allowed(table: Table) -> Allowed:
    rule = Allowed(
        _pattern(table, re.NOFLAG),
        table.text("warning"),
        table.text("reason"),
        table.text("covered"),
    )
    table.close()
    return rule


def _pattern(table: Table, flags: re.RegexFlag) -> re.Pattern[str]:
    try:
        return re.compile(table.text("pattern"), flags)
    except re.error as fault:
        table.wrong("pattern", f"a regular expression ({fault})")
        return re.compile("")


class Dressed(NamedTuple):
    """A copy made for Batfish, and the names of the rewrites that changed something in it."""

    text: str
    used: tuple[str, ...]


def rewritten(rules: Dressing, text: str) -> Dressed:
    """A text with all rewrites done, in order."""
    used = []
    for rule in rules.rewrites:
        text, times = rule.pattern.subn(rule.replacement, text)
        if times:
            used.append(rule.name)
    return Dressed(text, tuple(used))


def dress(rules: Dressing, name: str, files: dict[str, str]) -> Dressed:
    """One switch's files as the one file that Batfish reads."""
    pieces = []
    used: dict[str, None] = {}
    for part in rules.parts:
        if part.file:
            changed = rewritten(rules, files.get(part.file, ""))
            used.update(dict.fromkeys(changed.used))
            pieces.append(changed.text)
        else:
            pieces.append(part.text.replace("{name}", name))
    return Dressed("".join(pieces), tuple(used))
