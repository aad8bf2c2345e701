"""The state of one run that plugs cables in."""

from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from barefabric.ledger.panel import panel_for
from barefabric.ledger.register import Register
from barefabric.model.address import colons, dotted_all
from barefabric.model.cable import Cable, CableKind
from barefabric.model.ledger import Entry, Kind, Ledger, Move
from barefabric.model.record import record
from barefabric.model.shape import Bundle, Shape
from barefabric.topology.load import Loaded

if TYPE_CHECKING:
    from barefabric.errors import Diagnostic


Plug = tuple[int, str, str, int]
"""Where a cable is plugged in: its number in its bundle, the ports of both ends, its speed."""

NO_ADDRESSES = ("", "", "", "")
UNPLUGGED = Cable(CableKind.FABRIC, "", "", "", "", 0)
"""Stands for a cable that has no ports yet."""


def link6(base: int) -> tuple[str, str]:
    """Both addresses of a /127, with the length."""
    return f"{colons(base)}/127", f"{colons(base + 1)}/127"


def owner_text(owner: str) -> str:
    """Who has a port, in words: a cable by its ends, anything else as it is called."""
    words = owner.split(" ")
    if len(words) == 3 and words[2].isdigit():
        return f"the cable from {words[0]} to {words[1]}"
    return owner


class Plugged(Mapping[str, Entry]):
    """What the ledger records of cables, told from the cables while somebody asks.

    A large fabric has hundreds of thousands, and nothing but the ledger's text needs them all.
    """

    def __init__(
        self, keys: Sequence[str], cables: Sequence[Cable], kept: Mapping[str, Entry]
    ) -> None:
        self._keys, self._cables, self._kept = keys, cables, kept

    def pairs(self) -> Iterator[tuple[str, Entry]]:
        """Keys with their entries."""
        plugs = map(attrgetter("a_port", "b_port"), self._cables)
        for key, (a_port, b_port) in zip(self._keys, plugs, strict=True):
            yield key, record(Entry, (f"{a_port} {b_port}", False))
        yield from self._kept.items()

    @cached_property
    def _by_key(self) -> dict[str, Entry]:
        return dict(self.pairs())

    def __getitem__(self, key: str) -> Entry:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return chain(self._keys, self._kept)

    def __len__(self) -> int:
        return len(self._keys) + len(self._kept)

    def items(self) -> ItemsView[str, Entry]:
        """Keys with their entries."""
        return _Pairs(self)


class _Pairs(ItemsView[str, Entry]):
    def __init__(self, plugged: Plugged) -> None:
        super().__init__(plugged)
        self._plugged = plugged

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        return self._plugged.pairs()


class Patching:
    """Panels with what is taken on them, cables that are laid, and what went wrong.

    ``bundles`` are the shape's, with the NICs that the topology's ``cables`` exchanges; ``by_hand``
    are the keys of the cables that it lays. ``order`` are the places of cables as they were laid,
    where that is not the shape's order. ``kept`` are the recorded cables that are gone and whose
    ports nothing else has taken; ``wrong`` holds one diagnostic for each kind of fault.
    """

    def __init__(
        self, loaded: Loaded, shape: Shape, ledger: Ledger, links: Register, links6: Register | None
    ) -> None:
        self.loaded = loaded
        self.shape = shape
        self.bundles = list(shape.bundles)
        self.by_hand: set[str] = set()
        self.recorded = ledger.of(Kind.CABLE)
        self.panels = {s.name: panel_for(s.model, s.nos) for s in shape.switches.values()}
        self.cables = [UNPLUGGED] * sum(len(bundle.keys) for bundle in shape.bundles)
        self.order: list[int] = []
        self.kept: dict[str, Entry] = {}
        self.moves: list[Move] = []
        self.wrong: dict[tuple[str, ...], Diagnostic] = {}
        self._links = links
        self._links6 = links6.values if links6 else {}
        self._obstacles: dict[str, str] = {}

    def lay(self, bundle: Bundle, plugs: Iterable[Plug]) -> None:
        """Record cables of a bundle whose ports are already marked as taken."""
        kind, lowers, (uppers, indexes, *_), keys, first = bundle
        cables, width, in_turn = self.cables, len(uppers), not (self.recorded or self.by_hand)
        addresses = self._addresses(keys)
        for number, a_port, b_port, speed in plugs:
            n = number % width
            a, b = uppers[n], lowers[number // width]
            a4, b4, a6, b6 = addresses[number]
            cable = (kind, a, a_port, b, b_port, speed, indexes[n], a4, b4, a6, b6)
            cables[first + number] = record(Cable, cable)
            if in_turn:
                continue
            self.order.append(first + number)
            key = keys[number]
            before = self.recorded.get(key)
            if before is not None and not before.retired and before.value != f"{a_port} {b_port}":
                self._moved(key, before.value, a_port, b_port)

    def _addresses(self, keys: Sequence[str]) -> Sequence[tuple[str, str, str, str]]:
        """Both ends' addresses of a bundle's cables: the two of IPv4, then those of IPv6."""
        if keys[0] not in self._links.values:
            return [NO_ADDRESSES] * len(keys)
        values, entries = self._links.values, self._links.entries
        evens = [value for value, _ in map(entries.__getitem__, keys)]
        odds = dotted_all([values[key] + 1 for key in keys], "/31")
        if not self._links6:
            return [(even, odd, "", "") for even, odd in zip(evens, odds, strict=True)]
        pairs6 = (link6(self._links6[key]) for key in keys)
        return [(even, odd, *pair6) for even, odd, pair6 in zip(evens, odds, pairs6, strict=True)]

    def _moved(self, key: str, before: str, a_port: str, b_port: str) -> None:
        reason = self._obstacles.get(key, "")
        if not reason:
            hand = "it is laid by hand"
            reason = hand if key in self.by_hand else f"the server's port is called {b_port} now"
        self.moves.append(Move(Kind.CABLE, key, before, f"{a_port} {b_port}", reason))

    def note_obstacle(self, key: str, device: str, port: str) -> None:
        """Remember why a cable cannot stay where it was recorded."""
        owner = self.panels[device].taken.get(port)
        self._obstacles[key] = (
            f"{device} {port} belongs to {owner_text(owner)} now" if owner
            else f"{device} has no port {port} that could carry it now"
        )  # fmt: skip

    def reserve(self) -> None:
        """Keep the ports of cables that are gone, so that what comes back finds them free.

        A recorded cable of which a port is taken by now is forgotten: it cannot come back there.
        """
        wanted = {key for bundle in self.bundles for key in bundle.keys} if self.recorded else ()
        for key, entry in self.recorded.items():
            if key in wanted:
                continue
            lower, upper, _ = key.split(" ")
            a_port, _, b_port = entry.value.partition(" ")
            ends = [
                (panel, port)
                for device, port in ((upper, a_port), (lower, b_port))
                if (panel := self.panels.get(device)) is not None
            ]
            if any(port in panel.taken for panel, port in ends):
                continue
            for panel, port in ends:
                panel.keep(port, f"{key}, which is gone")
            self.kept[key] = entry if entry.retired else Entry(entry.value, retired=True)

    def entries(self) -> Mapping[str, Entry]:
        """What the ledger must hold of cables."""
        keys = [key for bundle in self.bundles for key in bundle.keys]
        if not self.order:
            return Plugged(keys, self.cables, self.kept)
        cables = [self.cables[place] for place in self.order]
        return Plugged([keys[place] for place in self.order], cables, self.kept)
