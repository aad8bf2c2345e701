"""Reads files line by line, and remembers lines: most stand in the files of many devices."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from barefabric.verify.reading.rules import Fact, Reader, Rule, reader

REMEMBERED = 4096
"""Lines that are remembered below each kind of head: the last ones, so that memory has a bound."""

Said = Mapping[str, str]
"""Named groups of a pattern, and what they matched."""


class Line(NamedTuple):
    """A line that states a fact. ``number`` counts from 1."""

    path: str
    number: int
    text: str
    fact: Fact


class _Block:
    """The rules that read below one kind of head, and what they made of lines."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.fitting = lru_cache(REMEMBERED)(self._fitting)

    def _fitting(self, line: str) -> tuple[tuple[int, Said], ...]:
        """Numbers of the rules that a line fits, and what it says by each."""
        found = ((number, rule.fit(line)) for number, rule in enumerate(self.rules))
        return tuple((number, said) for number, said in found if said is not None)


class _Head(NamedTuple):
    """The line that began a block: the rules below it, and what it says by each of them."""

    block: _Block
    above: tuple[Said, ...]


class _Nest:
    """Lines that begin inner blocks: each line is inside those above that are less indented."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []

    def enter(self, depth: int, line: str) -> None:
        """An indented line."""
        lines = self._lines
        while lines and lines[-1][0] >= depth:
            lines.pop()
        lines.append((depth, line))

    def leave(self) -> None:
        """A line without indentation."""
        self._lines.clear()

    @property
    def heads(self) -> str:
        """The heads of the blocks around the last line, outermost first."""
        return " > ".join(line for _, line in self._lines[:-1])


class _File:
    """All rules for one file."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        rules = tuple(rules)
        alone = [rule for rule in rules if rule.under is None]
        self.below = [rule for rule in rules if rule.under is not None]
        self.outer = _Head(_Block(alone), ({},) * len(alone))
        self.nothing = _Head(_Block(()), ())
        self.blocks: dict[tuple[Rule, ...], _Block] = {}
        self.head = lru_cache(REMEMBERED)(self._head)

    def _head(self, line: str) -> _Head:
        begun = {rule: said for rule in self.below if (said := rule.begin(line)) is not None}
        if not begun:
            return self.nothing
        rules = tuple(begun)
        block = self.blocks.setdefault(rules, _Block(rules))
        return _Head(block, tuple(begun.values()))

    def read(self, text: str) -> Iterator[tuple[int, Fact]]:
        """Facts with the numbers of their lines."""
        inner, nest = self.nothing, _Nest()
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.strip()
            if raw[:1] == " ":
                head = inner
                nest.enter(len(raw) - len(raw.lstrip()), line)
            else:
                head, inner = self.outer, self.head(line)
                nest.leave()
            for which, said in head.block.fitting(line):
                rule = head.block.rules[which]
                between = rule.inside(nest.heads) if rule.within else {}
                if between is not None:
                    yield number, rule.state({**head.above[which], **between}, said)


class Lines:
    """Reads the files of devices of one network OS."""

    def __init__(self, rules: Reader) -> None:
        self.rules = rules
        self.known = rules.known
        paths = {rule.file for rule in rules.rules}
        self._files = {p: _File(r for r in rules.rules if r.file == p) for p in paths}

    def facts(self, files: Mapping[str, str]) -> set[Fact]:
        """Everything that a device's files state. ``files`` are texts by path."""
        return {
            fact
            for path, text in files.items()
            if path in self._files
            for _, fact in self._files[path].read(text)
        }

    def read_lines(self, path: str, text: str) -> set[int]:
        """Numbers of the lines of a file that state something."""
        file = self._files.get(path)
        return {number for number, _ in file.read(text)} if file else set()

    def places(self, files: Mapping[str, str], wanted: set[Fact]) -> dict[Fact, Line]:
        """The first line that states each of some facts."""
        found: dict[Fact, Line] = {}
        for path in files.keys() & self._files.keys():
            texts = files[path].splitlines()
            for number, fact in self._files[path].read(files[path]):
                if fact in wanted:
                    found.setdefault(fact, Line(path, number, texts[number - 1].strip(), fact))
        return found


@cache
def lines(nos: str) -> Lines | None:
    """What reads the files of a network OS, None where it has no rules.

    Raises VE001 to VE004 for rules that are not as described.
    """
    rules = reader(nos)
    return Lines(rules) if rules is not None else None
