"""Ordering names and addresses as network operating systems list them."""

import re
from functools import lru_cache
from socket import inet_aton

_PARTS = re.compile(r"(\d+)")


@lru_cache(maxsize=1 << 16)
def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which ``Ethernet2`` comes before ``Ethernet10``."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in _PARTS.split(name) if part
    )


by_address = inet_aton
"""A sort key that orders IPv4 addresses by value: their bytes."""


def ranges(numbers: list[int]) -> str:
    """Numbers as EOS writes a VLAN list: ``100,4093-4094``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
