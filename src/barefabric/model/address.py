"""IPv4 arithmetic in plain integers; text only where text is asked for."""

from socket import inet_aton

_OCTETS = tuple(str(n) for n in range(256))


def number(text: str) -> int:
    """The integer of a dotted IPv4 address. Raises ``OSError`` for anything else."""
    return int.from_bytes(inet_aton(text), "big")


def dotted(value: int) -> str:
    """The dotted text of an IPv4 integer."""
    a, b = _OCTETS[value >> 24], _OCTETS[value >> 16 & 255]
    return f"{a}.{b}.{_OCTETS[value >> 8 & 255]}.{_OCTETS[value & 255]}"


def split(prefix: str) -> tuple[int, int]:
    """The network integer and the length of ``10.0.0.0/8`` (host bits are kept)."""
    address, _, length = prefix.partition("/")
    return number(address), int(length or 32)


def contains(outer: str, inner: str) -> bool:
    """Whether an IPv4 prefix holds another one (or an address)."""
    network, length = split(outer)
    address, inner_length = split(inner)
    return inner_length >= length and (address ^ network) >> (32 - length) == 0


def is_ipv4(prefix: str) -> bool:
    """Whether a prefix or an address is IPv4 (by its notation)."""
    return ":" not in prefix
