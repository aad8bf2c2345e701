"""Forget what has left a topology, so that its values can be handed out again."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from barefabric.errors import Diagnostic, FabricError, Place
from barefabric.ledger.merge import is_of
from barefabric.model.address import contains
from barefabric.model.ledger import Kind, Ledger


def reclaim(ledger: Ledger, names: Iterable[str], path: Path) -> tuple[Ledger, int]:
    """Forget retired entries of the given devices or racks (all of them when none is given).

    A rack stands for its devices, and for the servers whose addresses lie in its prefix. Raises
    :class:`FabricError` LE007 for a name that has nothing retired.
    """
    wanted = set(names)
    retired = [(kind, key) for kind, key, entry in ledger if entry.retired]
    if wanted:
        wanted_too = wanted | set(_servers_of(ledger, wanted))
        gone = {(kind, key) for kind, key in retired if is_of(wanted_too, key)}
    else:
        gone = set(retired)
    unknown = [name for name in sorted(wanted) if not any(is_of({name}, key) for _, key in gone)]
    if unknown:
        raise FabricError([_nothing_retired(unknown, path)])
    entries = {
        kind: {key: e for key, e in held.items() if (kind, key) not in gone}
        for kind, held in ledger.entries.items()
    }
    return Ledger(entries), len(gone)


def _servers_of(ledger: Ledger, names: set[str]) -> Iterator[str]:
    """Servers that are gone, with addresses in the prefix of a rack that is gone."""
    racks = ledger.of(Kind.RACK)
    prefixes = [racks[name].value for name in names if name in racks and racks[name].retired]
    for key, entry in ledger.of(Kind.NODE).items():
        if entry.retired and any(contains(prefix, entry.value) for prefix in prefixes):
            yield key


def _nothing_retired(names: list[str], path: Path) -> Diagnostic:
    return Diagnostic(
        "LE007",
        f"nothing is retired for {', '.join(names)}",
        (Place(str(path)),),
        mend="only what has left the topology can be reclaimed; grep retired in the ledger",
    )
