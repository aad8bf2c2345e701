"""Addresses and prefixes in plain integers; text only where text is asked for.

Both families: which one a text belongs to shows by its notation.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from socket import AF_INET, AF_INET6, inet_aton, inet_ntop, inet_pton

_OCTETS = tuple(str(n) for n in range(256))

FAMILIES = ("ipv4", "ipv6")
"""Address families in the order in which everything lists them."""

_READABLE = 1 << 32
"""Numbers below this are written out."""

SPOKEN = {"ipv4": "IPv4", "ipv6": "IPv6"}
"""Families as people write them."""

BITS = {"ipv4": 32, "ipv6": 128}
"""Length of an address of each family."""


def number(text: str) -> int:
    """The integer of an address. Raises ``OSError`` for anything else."""
    if ":" in text:
        return int.from_bytes(inet_pton(AF_INET6, text), "big")
    return int.from_bytes(inet_aton(text), "big")


def dotted(value: int) -> str:
    """The dotted text of an IPv4 integer."""
    a, b = _OCTETS[value >> 24], _OCTETS[value >> 16 & 255]
    return f"{a}.{b}.{_OCTETS[value >> 8 & 255]}.{_OCTETS[value & 255]}"


@cache
def _last_octets(end: str) -> tuple[str, ...]:
    return tuple(octet + end for octet in _OCTETS)


def dotted_all(values: Iterable[int], end: str = "") -> Iterator[str]:
    """The dotted texts of many IPv4 integers, each with an end such as ``/31``.

    Neighbors share the work for three octets.
    """
    last = _last_octets(end)
    block, head = -1, ""
    for value in values:
        if value >> 8 != block:
            block = value >> 8
            head = dotted(value & ~255)[:-1]
        yield head + last[value & 255]


def colons(value: int) -> str:
    """The text of an IPv6 integer, in its one canonical form (RFC 5952)."""
    return inet_ntop(AF_INET6, value.to_bytes(16, "big"))


def written(value: int, bits: int) -> str:
    """The text of an address of ``bits`` bits."""
    return dotted(value) if bits == 32 else colons(value)


def written_all(values: Iterable[int], bits: int, end: str = "") -> Iterator[str]:
    """The texts of many addresses of ``bits`` bits, each with an end such as ``/26``."""
    return dotted_all(values, end) if bits == 32 else (colons(value) + end for value in values)


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]


def width(text: str) -> int:
    """How many bits an address, or the address of a prefix, has: 32 or 128."""
    return 128 if ":" in text else 32


def split(prefix: str) -> tuple[int, int]:
    """The network integer and the length of ``10.0.0.0/8`` or ``fd00::/8`` (host bits are kept)."""
    address, _, length = prefix.partition("/")
    return number(address), int(length or width(address))


def host_route(address: str) -> str:
    """The prefix of one address: ``10.0.0.1/32``, ``fd00::1/128``."""
    return f"{address}/{width(address)}"


def canonical(address: str, length: str = "") -> str:
    """An address in its canonical form; empty for no address or an impossible prefix length."""
    six = ":" in address
    try:
        value = int.from_bytes(inet_pton(AF_INET6 if six else AF_INET, address), "big")
    except OSError:
        return ""
    bits = width(address)
    return "" if length and int(length) > bits else written(value, bits)


def contains(outer: str, inner: str) -> bool:
    """Whether a prefix holds another one of its family (or an address)."""
    bits = width(outer)
    network, length = split(outer)
    address, inner_length = split(inner)
    return (
        width(inner) == bits
        and inner_length >= length
        and (address ^ network) >> (bits - length) == 0
    )


def is_ipv4(prefix: str) -> bool:
    """Whether a prefix or an address is IPv4 (by its notation)."""
    return ":" not in prefix


def amount(count: int) -> str:
    """A number of addresses: ``65,535``; in powers of two where nobody reads the digits."""
    if count < _READABLE:
        return f"{count:,}"
    power = count.bit_length() - 1
    tenths = round(10 * count / (1 << power))
    if tenths == 20:
        return f"2^{power + 1}"
    return f"2^{power}" if tenths == 10 else f"{tenths / 10} x 2^{power}"


def family(text: str) -> str:
    """``ipv4`` or ``ipv6``, by notation."""
    return "ipv6" if ":" in text else "ipv4"
