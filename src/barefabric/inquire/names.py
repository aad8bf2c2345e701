"""Devices by the names that people type: ``leaf1`` where there is only one rack."""

from collections.abc import Iterable

from barefabric.compare.ranges import counted, listed
from barefabric.errors import Diagnostic, FabricError
from barefabric.model.design import Design

MOST_SEARCHED = 20_000
"""Among more names than this, only those that begin alike are searched for a slip of the pen."""


def find_device(design: Design, word: str) -> str:
    """The switch, server or upstream router that a word names.

    A name itself; else the one name that ends in a hyphen and the word (``leaf1`` for
    ``r1-leaf1``), in any letter case. Raises FabricError INQ001 for a word that fits nothing and
    INQ002 for one that fits several.
    """
    known = (*design.switches, *design.servers, *design.upstreams)
    if word in design.switches or word in design.servers or word in design.upstreams:
        return word
    asked = word.casefold()
    found = [name for name in known if name.casefold() == asked]
    found = found or [name for name in known if name.casefold().endswith(f"-{asked}")]
    if len(found) == 1:
        return found[0]
    raise FabricError([_ambiguous(word, found) if found else _unknown(word, known)])


def _ambiguous(word: str, found: list[str]) -> Diagnostic:
    return Diagnostic(
        "INQ002",
        f'"{word}" fits {counted(len(found), "device")}: {listed(found)}',
        mend=f"write the whole name, such as {found[0]}",
    )


def _unknown(word: str, known: Iterable[str]) -> Diagnostic:
    from barefabric.topology.names import did_you_mean

    names = list(known)
    if len(names) > MOST_SEARCHED:
        names = [name for name in names if name[:2].casefold() == word[:2].casefold()]
    return Diagnostic(
        "INQ001",
        f'there is no device "{word}" in this fabric',
        allowed="a switch, a server, an upstream router, or the end of one's name: leaf1 for "
        "r1-leaf1 where only one rack has it",
        mend=did_you_mean(word, names),
    )
