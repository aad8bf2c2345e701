"""Ordering names and addresses as network operating systems list them."""

import re
from functools import lru_cache
from socket import AF_INET6, inet_aton, inet_pton

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


def ranges(numbers: list[int]) -> str:
    """Numbers as EOS writes a VLAN list: ``100,4093-4094``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
