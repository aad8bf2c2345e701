"""What Batfish makes of a network OS, as data: ``vendor_templates/<nos>/batfish.toml``.

``parts`` say how the files of a switch become the one file that Batfish recognises. ``rewrite``
rules change the copy that Batfish gets, never the files themselves. ``allow`` lists lines that
Batfish does not read and does not need: each with the reason, and the check that covers it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from barefabric.vendors import catalogue
from barefabric.vendors.declaration import Table, read


class Part(NamedTuple):
    """A piece of the copy: a file of the switch, or text.

    In the text ``{name}`` is the switch's name, and ``{hidden}`` where lines go that give
    unnumbered links an address.
    """

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


class Hidden(NamedTuple):
    """How an unnumbered port gets an address in the copy: ``{port}`` and ``{address}``.

    ``device`` stands once in front. ``needed`` is true where Batfish loses packets without it.
    """

    needed: bool
    device: str
    port: str

    def text(self, addresses: Mapping[str, str]) -> str:
        """The lines for a device's unnumbered ports."""
        if not addresses:
            return ""
        ports = (
            self.port.replace("{port}", port).replace("{address}", address)
            for port, address in addresses.items()
        )
        return "".join((self.device, *ports))


@dataclass(frozen=True, slots=True, eq=False)
class Dressing:
    """All rules of one network OS."""

    nos: str
    parts: tuple[Part, ...]
    rewrites: tuple[Rewrite, ...]
    allowed: tuple[Allowed, ...]
    hidden: Hidden

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
    hidden = _hidden(table.table("hidden"))
    table.close()
    table.faults.stop()
    return Dressing(nos, parts, rewrites, allowed, hidden)


def _hidden(table: Table) -> Hidden:
    hidden = Hidden(table.flag("needed"), table.text("device"), table.text("port"))
    table.close()
    return hidden


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


def dress(
    rules: Dressing, name: str, files: Mapping[str, str], hidden: Mapping[str, str]
) -> Dressed:
    """One switch's files as the one file that Batfish reads.

    ``hidden`` are addresses for unnumbered ports, by port.
    """
    pieces = []
    used: dict[str, None] = {}
    for part in rules.parts:
        if part.file:
            changed = rewritten(rules, files.get(part.file, ""))
            used.update(dict.fromkeys(changed.used))
            pieces.append(changed.text)
        else:
            text = part.text.replace("{name}", name)
            pieces.append(text.replace("{hidden}", rules.hidden.text(hidden)))
    if hidden:
        used["addresses under unnumbered links"] = None
    return Dressed("".join(pieces), tuple(used))
