"""Where a number came from: the topology's line or a default, a pin, the ledger's line."""

from collections.abc import Iterator
from pathlib import Path

from barefabric.compare.git import since
from barefabric.derive.names import of_family
from barefabric.errors import Place
from barefabric.inquire.facts import Fact
from barefabric.ledger.file import ledger_path
from barefabric.ledger.pins import read_pins
from barefabric.model.address import contains, family, split, width
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed
from barefabric.topology.expand import expand

Keys = tuple[str | int, ...]


def where(place: Place) -> str:
    """``lab.yaml:12``; the file alone where no line is known."""
    return f"{place.path}:{place.line}" if place.line else place.path


def said(designed: Designed, label: str, text: str, *keys: str | int) -> Fact:
    """A fact about a value of the topology: its line, or that a default holds."""
    if designed.loaded.written(*keys):
        return Fact(label, text, where(designed.loaded.place(*keys)))
    return Fact(label, f"{text}, the default: {_dotted(keys)} is not written")


def _dotted(keys: Keys) -> str:
    """``addressing.links``; a position in a list in brackets."""
    return "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in keys).lstrip(".")


def pool(designed: Designed, name: str, prefix: str) -> Fact:
    """The pool of ``addressing`` that holds a prefix or an address."""
    addressing = designed.loaded.topology.addressing
    held = {
        "loopbacks": addressing.loopbacks,
        "links": addressing.links,
        "servers": addressing.servers.pool,
        "management": (addressing.management.pool,),
    }[name]
    mine = next((each for each in held if contains(each, prefix)), "")
    if not mine:
        same = (each for each in held if family(each) == family(prefix))
        return Fact("from", f"outside addressing.{name} ({', '.join(same)}), by a pin")
    return said(designed, "from", f"pool addressing.{name} {mine}", "addressing", name)


def offset(designed: Designed, name: str, prefix: str, unit: int) -> str:
    """A unit's place in its pool, counted from 0; empty where it is in none."""
    bits = width(prefix)
    for use in designed.numbers.pools:
        if use.name == of_family(name, family(prefix)):
            before = 0
            for each in use.prefixes:
                base, length = split(each)
                if contains(each, prefix):
                    return f"{before + ((split(prefix)[0] - base) >> (bits - unit)):,}"
                before += 1 << max(unit - length, 0)
    return ""


def pin_of(designed: Designed, kind: Kind, key: str) -> str:
    """The key of ``pins`` that fixes a number, empty where none does.

    It need not be the ledger's key: an AS number that all spines share is pinned by one of them.
    """
    if not designed.loaded.topology.pins:
        return ""
    pins, _ = read_pins(designed.loaded, expand(designed.loaded))
    return pins.writers.get((kind, key), "")


def kept(designed: Designed, kind: Kind, key: str, number: str = "") -> Iterator[Fact]:
    """The ledger's line of a number, or the pin that stands above it."""
    pinned = pin_of(designed, kind, key)
    if pinned:
        yield Fact("pinned", f"pins.{pinned} says so", where(designed.loaded.place("pins", pinned)))
    lock = str(ledger_path(designed.loaded.path))
    line = designed.before.lines.get((kind, key))
    entry = designed.before.of(kind).get(key)
    now = designed.numbers.ledger.of(kind).get(key)
    head = f"{number}, " if number else ""
    if entry is None or line is None:
        text = f"{head}new: the next fabric design records it"
        yield Fact("number", text, lock)
    elif now is not None and now.value != entry.value:
        yield Fact("number", f"{head}would move: the ledger has {entry.value}", f"{lock}:{line}")
    else:
        again = " again, after it was retired" if entry.retired else ""
        dated = since(Path(lock), line)
        text = f"{head}kept by the ledger{again}{f' since {dated}' if dated else ''}"
        yield Fact("number", text, f"{lock}:{line}")
