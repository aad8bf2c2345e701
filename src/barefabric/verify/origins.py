"""Who originates which prefix."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from barefabric.verify.network import PLAIN, Attributes

Owners = Sequence[tuple[int, Attributes]]
"""Processes that originate a prefix, each with what its route starts with."""


class Origins(Mapping[str, Owners]):
    """Owners by prefix, in the order in which the prefixes came.

    Most prefixes are one speaker's alone. Such a prefix is ``held`` as the number of that process:
    a list and a tuple for each of a hundred thousand would cost more than all else about them.
    """

    def __init__(self, owners: Mapping[str, Owners] | None = None) -> None:
        self.held: dict[str, int | list[tuple[int, Attributes]]] = {}
        for prefix, own in (owners or {}).items():
            self.held[prefix] = list(own)

    def __getitem__(self, prefix: str) -> Owners:
        own = self.held[prefix]
        return [(own, PLAIN)] if isinstance(own, int) else own

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)

    def add(self, prefix: str, process: int, attributes: Attributes = PLAIN) -> None:
        """One more owner of a prefix."""
        self._owners(prefix).append((process, attributes))

    def announce(self, announced: Iterable[tuple[str, int]]) -> None:
        """Prefixes that speakers announce; twice in a row by the same one counts once."""
        held = self.held
        for prefix, process in announced:
            own = held.setdefault(prefix, process)
            if own is process:
                continue
            if isinstance(own, int):
                own = held[prefix] = [(own, PLAIN)]
            if own[-1][0] != process:
                own.append((process, PLAIN))

    def _owners(self, prefix: str) -> list[tuple[int, Attributes]]:
        """The list of owners of a prefix, to be added to."""
        own = self.held.setdefault(prefix, [])
        if isinstance(own, int):
            own = self.held[prefix] = [(own, PLAIN)]
        return own
