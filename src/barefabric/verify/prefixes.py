"""Prefixes as integers, and which prefix lists a prefix passes.

IPv4 and IPv6. Lists are indexed by length and network, so that the cost of a look-up follows the
number of lengths in use and not the number of lists.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from socket import AF_INET6, inet_aton, inet_pton
from typing import NamedTuple

from barefabric.model.policy import PrefixMatch


class Prefix(NamedTuple):
    """A prefix in integers. ``bits`` is 32 or 128, ``network`` has no host bits."""

    bits: int
    network: int
    length: int


class Bound(NamedTuple):
    """An entry of a prefix list in integers: lengths ``low`` to ``high`` inside ``prefix``."""

    prefix: Prefix
    low: int
    high: int


def read(text: str) -> Prefix:
    """Read ``10.0.0.0/8``, ``fd00::/8`` or a bare address; host bits are cut off."""
    address, _, length_text = text.partition("/")
    if ":" in address:
        bits, value = 128, int.from_bytes(inet_pton(AF_INET6, address), "big")
    else:
        bits, value = 32, int.from_bytes(inet_aton(address), "big")
    length = int(length_text) if length_text else bits
    shift = bits - length
    return Prefix(bits, value >> shift << shift, length)


def read_networks(addresses: Iterable[str], bits: int, length: int) -> list[int]:
    """The networks of many prefixes of one length, from their addresses."""
    shift = bits - length
    found = map(inet_aton, addresses) if bits == 32 else map(inet_pton, repeat(AF_INET6), addresses)
    return [int.from_bytes(each, "big") >> shift << shift for each in found]


parse = lru_cache(maxsize=4096)(read)
"""As :func:`read`, for prefixes that come again."""


def readable(text: str) -> Prefix | None:
    """A prefix where ``text`` is one, else None."""
    try:
        return parse(text)
    except (OSError, ValueError):
        return None


def inside(inner: Prefix, outer: Prefix) -> bool:
    """Whether ``inner`` lies in ``outer`` (or equals it)."""
    return (
        inner.bits == outer.bits
        and inner.length >= outer.length
        and (inner.network ^ outer.network) >> (outer.bits - outer.length) == 0
    )


def bound(match: PrefixMatch) -> Bound:
    """Lengths that an entry accepts: exactly its own, unless ``ge`` or ``le`` says otherwise."""
    prefix = parse(match.prefix)
    low = match.ge or prefix.length
    if match.le:
        return Bound(prefix, low, match.le)
    return Bound(prefix, low, prefix.bits if match.ge else prefix.length)


def passes(prefix: Prefix, entries: Iterable[PrefixMatch]) -> bool:
    """Whether a list permits a prefix."""
    return any(
        inside(prefix, b.prefix) and b.low <= prefix.length <= b.high for b in map(bound, entries)
    )


_Table = dict[int, list[tuple[int, int, int]]]
"""Entries of one length by network: lowest and highest length, number of the contents."""


class ListIndex:
    """Contents of prefix lists, numbered, and which of them a prefix passes."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[PrefixMatch, ...], int] = {}
        self._tables: dict[tuple[int, int], _Table] = {}
        self._above: dict[tuple[int, int], list[tuple[int, _Table]]] = {}
        self._sorted: dict[int, list[int]] = {}

    def add(self, entries: tuple[PrefixMatch, ...]) -> int:
        """The number of these contents, the same for equal ones."""
        known = self.numbers.get(entries)
        if known is not None:
            return known
        number = self.numbers[entries] = len(self.numbers)
        self._above.clear()
        self._sorted.clear()
        for match in entries:
            prefix, low, high = bound(match)
            table = self._tables.setdefault((prefix.bits, prefix.length), {})
            key = prefix.network >> (prefix.bits - prefix.length)
            table.setdefault(key, []).append((low, high, number))
        return number

    def matching(self, prefix: Prefix) -> tuple[int, ...]:
        """Numbers of all contents that permit a prefix, in order."""
        bits, network, length = prefix
        found: set[int] = set()
        for shift, table in self._shorter(bits, length):
            entries = table.get(network >> shift)
            if entries is not None:
                found.update(number for low, high, number in entries if low <= length <= high)
        return tuple(sorted(found))

    def same_between(self, first: Prefix, last: Prefix) -> bool:
        """Whether all prefixes of one length between two pass the same lists.

        They do where no entry begins or ends between them. Entries are nets of a table's length.
        """
        for shift, table in self._shorter(first.bits, first.length):
            low, high = first.network >> shift, last.network >> shift
            if low == high:
                continue
            keys = self._sorted.get(id(table))
            if keys is None:
                keys = self._sorted[id(table)] = sorted(table)
            if bisect_left(keys, low) != bisect_right(keys, high):
                return False
        return True

    def _shorter(self, bits: int, length: int) -> list[tuple[int, _Table]]:
        """Tables of entries that may hold a prefix of this length, with their shifts."""
        tables = self._above.get((bits, length))
        if tables is None:
            tables = self._above[bits, length] = [
                (bits - table_length, table)
                for (table_bits, table_length), table in self._tables.items()
                if table_bits == bits and table_length <= length
            ]
        return tables


def uncovered(entries: Iterable[PrefixMatch], allowed: Sequence[PrefixMatch]) -> Prefix | None:
    """A prefix that ``entries`` permit and ``allowed`` do not, or None where there is none."""
    bounds = [bound(match) for match in allowed]
    for prefix, low, high in map(bound, entries):
        for length in range(max(low, prefix.length), high + 1):
            usable = [b.prefix for b in bounds if b.low <= length <= b.high >= b.prefix.length]
            gap = _gap(prefix, [p for p in usable if p.length <= length])
            if gap is not None:
                return Prefix(prefix.bits, gap, length)
    return None


def _gap(outer: Prefix, parts: Iterable[Prefix]) -> int | None:
    """The first address of ``outer`` that no part holds, or None."""
    spans = sorted(
        (p.network, p.network + (1 << (p.bits - p.length))) for p in parts if p.bits == outer.bits
    )
    position, end = outer.network, outer.network + (1 << (outer.bits - outer.length))
    for first, last in spans:
        if first > position:
            break
        position = max(position, last)
    return position if position < end else None


def text(prefix: Prefix) -> str:
    """The usual notation of a prefix."""
    from ipaddress import IPv4Address, IPv6Address

    address = IPv4Address(prefix.network) if prefix.bits == 32 else IPv6Address(prefix.network)
    return f"{address}/{prefix.length}"
