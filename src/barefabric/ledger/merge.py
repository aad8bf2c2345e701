"""Find values that two branches handed out at the same time, and settle them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from barefabric.errors import Diagnostic, FabricError, Place, fail
from barefabric.model.ledger import Entry, Kind, Ledger

_UNIQUE = (
    Kind.ID,
    Kind.ASN,
    Kind.LOOPBACK,
    Kind.MANAGEMENT,
    Kind.RACK,
    Kind.LINK,
    Kind.NODE,
)
_NOUN = {
    Kind.ID: "id",
    Kind.ASN: "AS number",
    Kind.LOOPBACK: "loopback",
    Kind.MANAGEMENT: "management address",
    Kind.RACK: "rack prefix",
    Kind.LINK: "link prefix",
    Kind.NODE: "node address",
    Kind.CABLE: "port",
}


def port_claims(key: str, entry: Entry) -> Iterable[str]:
    """The switch ports a cable entry occupies, as ``device port``."""
    lower, upper, _ = key.split(" ")
    a_port, _, b_port = entry.value.partition(" ")
    return (f"{upper} {a_port}", f"{lower} {b_port}")


def _claims(kind: Kind, entries: Mapping[str, Entry]) -> dict[str, list[str]]:
    owners: dict[str, list[str]] = {}
    for key, entry in entries.items():
        if entry.retired:
            continue
        values = port_claims(key, entry) if kind is Kind.CABLE else (entry.value,)
        for value in values:
            owners.setdefault(value, []).append(key)
    return {value: keys for value, keys in owners.items() if len(keys) > 1}


def clashes(ledger: Ledger) -> dict[Kind, dict[str, list[str]]]:
    """Values that several names hold, per kind. Empty for a sound ledger."""
    found = {kind: _claims(kind, ledger.of(kind)) for kind in (*_UNIQUE, Kind.CABLE)}
    return {kind: values for kind, values in found.items() if values}


def refuse_clashes(ledger: Ledger, path: Path, topology: Path) -> None:
    """Raise :class:`FabricError` if two names hold one value, as after a merge of two branches."""
    wrong = [
        Diagnostic(
            "LE006",
            f"{_NOUN[kind]} {value} is recorded for {' and for '.join(keys)}",
            tuple(Place(str(path), ledger.lines.get((kind, key), 0)) for key in keys),
            allowed="each number belongs to one name; two branches that were merged both took it",
            mend=f"fabric settle {topology} --keep {_owner(keys[0])!s}   ({_owner(keys[0])} keeps "
            f"it, {', '.join(_owner(key) for key in keys[1:])} takes the next free one)",
        )
        for kind, values in clashes(ledger).items()
        for value, keys in values.items()
    ]
    if wrong:
        raise FabricError(wrong)


def _owner(key: str) -> str:
    """The device or rack a ledger key belongs to: the lower end of a cable or a link."""
    return key.split(" ", maxsplit=1)[0]


def settle(ledger: Ledger, keep: Iterable[str]) -> tuple[Ledger, tuple[tuple[Kind, str, str], ...]]:
    """Drop the clashing values of every name but one, so that the next design renumbers them.

    ``keep`` names devices or racks whose values stay; without one of them in a clash, the first
    name in counting order keeps its value. Returns the new ledger and what was dropped.
    """
    favoured = set(keep)
    dropped: dict[tuple[Kind, str], str] = {}
    for kind, values in clashes(ledger).items():
        for value, keys in values.items():
            winner = next((k for k in keys if favoured & set(k.split(" "))), keys[0])
            dropped.update({(kind, key): value for key in keys if key != winner})
    entries = {
        kind: {key: e for key, e in held.items() if (kind, key) not in dropped}
        for kind, held in ledger.entries.items()
    }
    return Ledger(entries), tuple((kind, key, value) for (kind, key), value in dropped.items())


def reclaim(ledger: Ledger, names: Iterable[str], path: Path) -> tuple[Ledger, int]:
    """Forget retired entries of the given devices or racks (all of them when none is given).

    Raises :class:`FabricError` for a name that has nothing retired.
    """
    wanted = set(names)
    retired = [(kind, key) for kind, key, entry in ledger if entry.retired]
    gone = {(k, key) for k, key in retired if not wanted or wanted & set(key.split(" "))}
    unknown = wanted - {word for _, key in gone for word in key.split(" ")}
    if unknown:
        raise fail(
            "LE007",
            f"nothing is retired for {', '.join(sorted(unknown))}",
            path=path,
            mend="only what has left the topology can be reclaimed; grep retired in the ledger",
        )
    entries = {
        kind: {key: e for key, e in held.items() if (kind, key) not in gone}
        for kind, held in ledger.entries.items()
    }
    return Ledger(entries), len(gone)
