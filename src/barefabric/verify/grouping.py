"""Prefixes that behave alike, found before routes are computed for one of them.

Prefixes are alike that twins originate, as many of each bundle, and that pass the same prefix
lists, unless a private list names one of those twins. The prefixes of one bundle's speakers (the
pod blocks of a rack) are taken together: mostly no list tells any of them apart.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.verify.network import PLAIN, Attributes
from barefabric.verify.origins import Origins, Owners
from barefabric.verify.prefixes import Prefix, read, read_networks
from barefabric.verify.table import RouteTable, uses_of


class Alike(NamedTuple):
    """Prefixes that behave alike, one of them in integers, and the contents they pass."""

    matched: tuple[int, ...]
    sample: Prefix
    prefixes: list[str]


class Grouper:
    """Groups prefixes for a table, and notes there which networks they are."""

    def __init__(self, table: RouteTable) -> None:
        self.table, self.network = table, table.network
        self.bundle_of = table.classes.graph.bundle_of
        self._touched: dict[tuple[int, ...], frozenset[int]] = {}

    def groups(self, origins: Origins) -> list[Alike]:
        """All prefixes in groups, in the order of each group's first prefix."""
        found: dict[Hashable, Alike] = {}
        ordered = True
        for bundles, key, texts in self._batches(origins):
            parts = list(self._by_lists(texts))
            ordered = ordered and len(parts) == 1
            for part in parts:
                self._put(found, bundles, key, part)
        if ordered:
            return list(found.values())
        place = {text: number for number, text in enumerate(origins)}
        return sorted(found.values(), key=lambda alike: place[alike.prefixes[0]])

    def number(self, own: Attributes) -> int:
        """The number of what a route starts with."""
        if own is PLAIN:
            return 1
        attributes = self.table.attributes
        if own not in attributes:
            attributes.append(own)
        return attributes.index(own) + 1

    def _batches(self, origins: Origins) -> Iterable[tuple[set[int], Hashable, list[str]]]:
        """Prefixes with the same originators, up to twins: their bundles, a key of them, texts."""
        bundle_of = self.bundle_of
        batches: list[tuple[set[int], Hashable, list[str]]] = []
        single: dict[int, list[str]] = {}
        for text, owners in origins.held.items():
            if isinstance(owners, int):
                bundle = bundle_of[owners]
                known = single.get(bundle)
                if known is not None:
                    known.append(text)
                    continue
                single[bundle] = [text]
                batches.append(({bundle}, (bundle, 1), single[bundle]))
            else:
                counts = self._counts(owners)
                bundles = {bundle for bundle, _ in counts}
                batches.append((bundles, _key(counts), [text]))
        return batches

    def _counts(self, owners: Owners) -> Mapping[tuple[int, int], int]:
        """How many twins of which bundles originate a prefix, by what their route starts with."""
        bundle_of = self.bundle_of
        kinds = {id(own): own for _, own in owners}
        if len(kinds) != 1:
            return Counter((bundle_of[process], self.number(own)) for process, own in owners)
        number = self.number(owners[0][1])
        counts = Counter([bundle_of[process] for process, _ in owners])
        return {(bundle, number): count for bundle, count in counts.items()}

    def _by_lists(self, texts: list[str]) -> Iterator[Alike]:
        """The prefixes of one batch by the contents they pass."""
        matching = self.network.index.matching
        for (six, tail), addresses, some in _by_length(texts):
            bits = 128 if six else 32
            length = int(tail) if tail else bits
            networks = read_networks(addresses, bits, length)
            held = self.table.networks.setdefault((bits, length), {})
            held.update(zip(networks, some, strict=True))
            first = Prefix(bits, min(networks), length)
            if self.network.index.same_between(first, Prefix(bits, max(networks), length)):
                yield Alike(matching(first), first, some)
                continue
            for network, text in zip(networks, some, strict=True):
                sample = Prefix(bits, network, length)
                yield Alike(matching(sample), sample, [text])

    def _put(
        self, found: dict[Hashable, Alike], bundles: set[int], key: Hashable, part: Alike
    ) -> None:
        """Add prefixes to the group where they belong; apart where a private list names a twin."""
        matched, sample, texts = part
        uses = self.network.uses
        if not uses.keys().isdisjoint(matched) and not self._ends(matched).isdisjoint(bundles):
            for text in texts:
                found[text] = Alike(matched, read(text), [text])
            return
        whole = (key, matched, sample.bits)
        known = found.get(whole)
        if known is None:
            found[whole] = part
        else:
            known.prefixes.extend(texts)

    def _ends(self, matched: tuple[int, ...]) -> frozenset[int]:
        """Bundles with a process where a private list decides about these contents."""
        known = self._touched.get(matched)
        if known is None:
            uses = uses_of(self.network, matched)
            ends = {use.process for use in uses} | {use.neighbor for use in uses} - {-1}
            known = frozenset(self.bundle_of[process] for process in ends)
            self._touched[matched] = known
        return known


def _key(counts: Mapping[tuple[int, int], int]) -> Hashable:
    """Equal for prefixes that as many twins of the same bundles originate."""
    if sum(counts.values()) == 1:
        return next(iter(counts))
    return tuple(sorted(counts.items()))


def _by_length(
    texts: list[str],
) -> Iterator[tuple[tuple[bool, str], list[str], list[str]]]:
    """Prefixes by family and length: their addresses and their texts."""
    found: dict[tuple[bool, str], tuple[list[str], list[str]]] = {}
    for text in texts:
        address, _, tail = text.partition("/")
        key = (":" in address, tail)
        known = found.get(key)
        if known is None:
            known = found[key] = ([], [])
        known[0].append(address)
        known[1].append(text)
    return ((key, addresses, some) for key, (addresses, some) in found.items())
