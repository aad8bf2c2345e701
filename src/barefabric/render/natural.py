"""Ordering names and addresses as network operating systems list them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import heapify, heappop, heappush
from socket import AF_INET6, inet_aton, inet_pton
from typing import Any, NamedTuple

_PARTS = re.compile(r"(\d+)")


@lru_cache(maxsize=1 << 16)
def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which ``Ethernet2`` comes before ``Ethernet10``."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in _PARTS.split(name) if part
    )


_AFTER = b"\xff" * 4
"""Begins the keys of IPv6 addresses: no neighbor is 255.255.255.255."""


def by_address(text: str) -> bytes:
    """A sort key that orders addresses by value, IPv4 first: their bytes."""
    return _AFTER + inet_pton(AF_INET6, text) if ":" in text else inet_aton(text)


def by_addresses(texts: Sequence[str]) -> list[bytes]:
    """The sort keys of addresses. Most lists hold IPv4 alone."""
    try:
        return list(map(inet_aton, texts))
    except OSError:
        return list(map(by_address, texts))


def ranges(numbers: list[int]) -> str:
    """Numbers as EOS writes a VLAN list: ``100,4093-4094``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


class Ordered(NamedTuple):
    """Things in order, each beside what it is ordered by."""

    keys: list[Any]
    things: Sequence[Any]


def ordered(keys: list[Any], things: Sequence[Any]) -> Ordered:
    """Things ordered by keys, one for each. Nearly always they are in order already."""
    if keys == sorted(keys):
        return Ordered(keys, things)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return Ordered([keys[n] for n in order], [things[n] for n in order])


def runs(lists: Sequence[Ordered]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Several ordered lists in one order, as runs: a list's number, and its things.

    A run ends where things of another list come in between.
    """
    heads = [(found.keys[0], number, 0) for number, found in enumerate(lists) if found.keys]
    heapify(heads)
    while heads:
        _, number, start = heappop(heads)
        keys, things = lists[number]
        end = bisect_right(keys, heads[0][0], start + 1) if heads else len(keys)
        yield number, things[start:end]
        if end < len(keys):
            heappush(heads, (keys[end], number, end))
