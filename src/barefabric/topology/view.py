"""What a check looks at, and how it says what it found."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from barefabric.errors import Diagnostic, Place
from barefabric.topology.roster import Keys, Roster

if TYPE_CHECKING:
    from barefabric.topology.document import Document
    from barefabric.topology.schema import Topology

MOST_LISTED = 12
MOST_UNKNOWN = 20
"""Items of one list with unknown words that are reported."""


class View(NamedTuple):
    """A topology whose values are fine by themselves, with their places and expanded names."""

    document: "Document"
    topology: "Topology"
    roster: Roster

    def place(self, *keys: str | int) -> Place:
        """Where a value stands."""
        return self.document.place(*keys)

    def key_place(self, *keys: str | int) -> Place:
        """Where a key stands."""
        return self.document.key_place(*keys)

    def places(self, *paths: Keys) -> tuple[Place, ...]:
        """Where several values stand; defaults, which stand nowhere, are left out."""
        written = [path for path in paths if self.document.written(*path)]
        found = dict.fromkeys(self.place(*path) for path in written)
        return tuple(found) or (self.place(),)

    def unknown(
        self,
        code: str,
        noun: str,
        word: str,
        place: Place,
        known: Iterable[str],
        mend: str = "",
        more: str = "",
    ) -> Diagnostic:
        """A word that names nothing, with what it could have been. ``more`` follows the word."""
        known = list(known)
        meant = self.roster.suggestions.did_you_mean(word, known)
        return Diagnostic(
            code,
            f'there is no {noun} "{word}"{more}',
            (place,),
            listing(plural(noun), known),
            meant or mend,
        )


def unknown_of(
    named: Iterable[tuple[Place, list[str]]], known: Container[str]
) -> Iterator[tuple[Place, str, str]]:
    """What of the items of a list is unknown: place, first word, and how many more of the item.

    At most MOST_UNKNOWN items.
    """
    found = (
        (place, words)
        for place, names in named
        if (words := [name for name in names if name not in known])
    )
    for place, words in islice(found, MOST_UNKNOWN):
        more = f" (and {len(words) - 1:,} more of this range)" if len(words) > 1 else ""
        yield place, words[0], more


def listing(noun: str, known: Sequence[str]) -> str:
    """``switch types: leaf, spine``, cut short where there are many."""
    if not known:
        return f"{noun}: none"
    more = f" and {len(known) - MOST_LISTED:,} more" if len(known) > MOST_LISTED else ""
    return f"{noun}: {', '.join(known[:MOST_LISTED])}{more}"


def plural(noun: str) -> str:
    """``switches or servers`` for ``switch or server``."""
    parts = noun.split(" or ")
    return " or ".join(f"{part}es" if part.endswith("ch") else f"{part}s" for part in parts)
