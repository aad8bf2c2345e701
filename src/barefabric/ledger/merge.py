"""Find values that two branches handed out at the same time, and settle them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError, Place, typed
from barefabric.ledger.file import natural
from barefabric.model.address import contains
from barefabric.model.ledger import Entry, Kind, Ledger

_NOUN = {
    Kind.ID: "id",
    Kind.ASN: "AS number",
    Kind.LOOPBACK: "loopback",
    Kind.MANAGEMENT: "management address",
    Kind.RACK: "rack prefix",
    Kind.LINK: "link prefix",
    Kind.NODE: "node address",
    Kind.CABLE: "port",
    Kind.LOOPBACK6: "IPv6 loopback",
    Kind.RACK6: "IPv6 rack prefix",
    Kind.LINK6: "IPv6 link prefix",
}
MOST_PLACES = 6
"""Lines of the ledger shown for one pair of names."""

Dropped = tuple[Kind, str, str]
"""An entry that settling takes out of a ledger: kind, key, value."""


class Clash(NamedTuple):
    """A value that several keys of one kind hold."""

    kind: Kind
    value: str
    keys: tuple[str, ...]


def port_claims(key: str, value: str) -> tuple[str, str]:
    """The ports a cable entry occupies, as ``device port``."""
    lower, upper, _ = key.split(" ")
    a_port, _, b_port = value.partition(" ")
    return f"{upper} {a_port}", f"{lower} {b_port}"


def _claims(kind: Kind, entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    """Values that several living keys hold. Most often there are none, which is quick to see."""
    living = ((key, value) for key, (value, retired) in entries.items() if not retired)
    if kind is Kind.CABLE:
        held = [(port, key) for key, value in living for port in port_claims(key, value)]
    else:
        held = [(value, key) for key, value in living]
    if len({value for value, _ in held}) == len(held):
        return {}
    owners: dict[str, list[str]] = {}
    for value, key in held:
        owners.setdefault(value, []).append(key)
    return {value: keys for value, keys in owners.items() if len(keys) > 1}


def clashes(ledger: Ledger) -> dict[Kind, dict[str, list[str]]]:
    """Values that several names hold, per kind. Empty for a sound ledger."""
    found = {kind: _claims(kind, ledger.of(kind)) for kind in Kind}
    return {kind: values for kind, values in found.items() if values}


class _Names:
    """Which device or rack a key belongs to. Devices of a rack begin with its name."""

    def __init__(self, ledger: Ledger, found: Mapping[Kind, Mapping[str, list[str]]]) -> None:
        self._racks = set(ledger.of(Kind.RACK))
        singles = (found.get(kind, {}) for kind in (Kind.ID, Kind.NODE))
        self._new = {key for values in singles for keys in values.values() for key in keys}

    def owner(self, kind: Kind, key: str) -> str:
        """The device, rack or cluster whose number it is.

        Of the two ends of a cable or a link it is the one that clashes by itself, too, because
        both branches added one; else the lower end.
        """
        first, *rest = key.split(" ")
        if kind is Kind.ASN and rest and first in ("cluster", "pod"):
            return rest[-1] if len(rest) == 3 else rest[0]
        if kind in (Kind.CABLE, Kind.LINK, Kind.LINK6):
            return next((word for word in (first, rest[0]) if word in self._new), first)
        return first

    def rack(self, owner: str) -> str:
        """The rack that a name belongs to by its beginning; the name itself where there is none."""
        stem = owner
        while stem:
            if stem in self._racks:
                return stem
            stem = stem.rpartition("-")[0]
        return owner

    def told_apart(self, clash: Clash) -> tuple[str, ...]:
        """The owners of a clash, as racks where those differ, else as devices."""
        owners = [self.owner(clash.kind, key) for key in clash.keys]
        racks = dict.fromkeys(self.rack(owner) for owner in owners)
        return tuple(racks) if len(racks) == len(owners) else tuple(dict.fromkeys(owners))


def _each(ledger: Ledger) -> tuple[_Names, list[Clash]]:
    """Every clash, its keys in counting order of their owners: all kinds favour the same name."""
    found = clashes(ledger)
    names = _Names(ledger, found)
    each = [
        Clash(kind, value, tuple(sorted(keys, key=lambda key: natural(names.owner(kind, key)))))
        for kind, values in found.items()
        for value, keys in values.items()
    ]
    return names, each


def refuse_clashes(ledger: Ledger, path: Path, topology: Path) -> None:
    """Raise :class:`FabricError` LE006 if two names hold one value, as after a merge.

    Clashes of the same two names are one diagnostic, with the command that settles them.
    """
    names, each = _each(ledger)
    found: dict[tuple[str, ...], list[Clash]] = {}
    for clash in each:
        found.setdefault(names.told_apart(clash), []).append(clash)
    if found:
        raise FabricError(
            _clashing(owners, mine, ledger, path, topology) for owners, mine in found.items()
        )


def _clashing(
    owners: tuple[str, ...], found: list[Clash], ledger: Ledger, path: Path, topology: Path
) -> Diagnostic:
    first, *others = owners
    lines = ((clash.kind, key) for clash in found for key in clash.keys)
    places = tuple(
        Place(str(path), ledger.lines.get(line, 0), 0, len(text), text)
        for line in lines
        for text in (_text(ledger, *line),)
    )
    return Diagnostic(
        "LE006",
        f"{_what(found)} recorded {' and '.join(f'for {owner}' for owner in owners)}",
        places[:MOST_PLACES],
        allowed="each number belongs to one name; two branches that were merged both took "
        + ("it" if len(found) == 1 else "them"),
        mend=f"fabric settle {typed(topology)} --keep {first}   ({first} keeps its numbers, "
        f"{' and '.join(others)} takes the next free ones)",
    )


def _what(found: list[Clash]) -> str:
    """``AS number 64512 is``; of several how many of each kind: ``2 ids, 1 rack prefix are``."""
    if len(found) == 1:
        return f"{_NOUN[found[0].kind]} {found[0].value} is"
    counts: dict[Kind, int] = {}
    for clash in found:
        counts[clash.kind] = counts.get(clash.kind, 0) + 1
    return f"{counted(counts)} are"


def counted(counts: Mapping[Kind, int]) -> str:
    """``2 ids, 1 rack prefix``."""
    return ", ".join(f"{n:,} {_plural(_NOUN[kind], n)}" for kind, n in counts.items())


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return f"{noun}es" if noun.endswith(("x", "s")) else f"{noun}s"


def _text(ledger: Ledger, kind: Kind, key: str) -> str:
    """A line of the ledger as it stands in the file."""
    return f"{kind.value} {key} = {ledger.of(kind)[key].value}"


def settle(
    ledger: Ledger, keep: Iterable[str], homes: Mapping[str, str] | None = None
) -> tuple[Ledger, tuple[Dropped, ...]]:
    """Drop the clashing values of every name but one, so that the next design renumbers them.

    ``keep`` names devices, racks or clusters whose values stay; a rack stands for its devices.
    Without one of them in a clash, the first name in counting order keeps its value. A rack that
    loses its prefix loses the addresses of its servers: those that begin with its name, or that
    ``homes`` (server to rack) puts there. So do servers that ``homes`` puts into a rack whose
    prefix is the other branch's. Returns the new ledger and what was dropped. Raises
    :class:`FabricError` LE014 for a name that the ledger does not know.
    """
    favoured = set(keep)
    _refuse_unknown(ledger, favoured)
    names, each = _each(ledger)
    dropped: dict[tuple[Kind, str], str] = {}
    for clash in each:
        winner = next((k for k in clash.keys if is_of(favoured, k)), clash.keys[0])
        dropped.update({(clash.kind, k): clash.value for k in clash.keys if k != winner})
    lost = {key for kind, key in dropped if kind is Kind.RACK}
    for key, entry in ledger.of(Kind.NODE).items():
        home = (homes or {}).get(key, "")
        if (lost and (home or names.rack(key)) in lost) or _astray(ledger, home, entry):
            dropped.setdefault((Kind.NODE, key), entry.value)
    entries = {
        kind: {key: e for key, e in held.items() if (kind, key) not in dropped}
        for kind, held in ledger.entries.items()
    }
    return Ledger(entries), tuple((kind, key, value) for (kind, key), value in dropped.items())


def _refuse_unknown(ledger: Ledger, names: set[str]) -> None:
    """A name that is misspelt keeps nothing, and what it was meant for would lose its numbers."""
    unknown = [name for name in sorted(names) if not any(is_of({name}, k) for _, k, _ in ledger)]
    if unknown:
        raise FabricError(
            [
                Diagnostic(
                    "LE014",
                    f"the ledger has nothing called {', '.join(unknown)}",
                    allowed="--keep takes devices, racks and clusters, as the ledger calls them",
                )
            ]
        )


def _astray(ledger: Ledger, rack: str, server: Entry) -> bool:
    """Whether a server's address is not in the prefix that its rack has.

    Both branches added the rack, and of its two lines the merge kept the one of the branch that
    did not add the server.
    """
    held = ledger.of(Kind.RACK).get(rack)
    return held is not None and not held.retired and not contains(held.value, server.value)


def is_of(names: set[str], key: str) -> bool:
    """Whether a key has one of some names, or a device that belongs to one of them."""
    return any(
        word in names or any(word.startswith(f"{name}-") for name in names)
        for word in key.split(" ")
    )
