"""Room for prefixes: what is free near a prefix, and how large a pool must be."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise

Network = IPv4Network | IPv6Network

# Blocks within which one may choose freely (RFC 1918, RFC 6598, RFC 4193), and those that examples
# and benchmarks use (RFC 5737, RFC 2544, RFC 3849). Elsewhere addresses belong to someone.
_BLOCKS = tuple(
    ip_network(block)
    for block in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "198.18.0.0/15",
        "2001:db8::/32",
    )
)


def free_near(prefix: str, taken: Iterable[str]) -> str:
    """A free prefix of the same length near ``prefix``, above it if there is one, else below.

    ``taken`` are prefixes of either family. The result stays in the special-purpose block (RFC 1918
    and the like) that holds ``prefix``; an empty text where that is full, or where there is none.
    """
    wanted = ip_network(prefix)
    block = _block_of(wanted)
    if block is None:
        return ""
    size = 1 << (wanted.max_prefixlen - wanted.prefixlen)
    low, high = int(block.network_address), int(block.broadcast_address) + 1
    start = int(wanted.network_address)
    gaps = [
        (-(-first // size) * size, last // size * size)
        for first, last in _gaps(wanted.version, taken, low, high)
    ]
    rooms = [(first, last) for first, last in gaps if last - first >= size]
    above = [max(first, start) for first, last in rooms if last - size >= start]
    below = [min(last - size, start) for first, last in rooms if first <= start]
    found = min(above, default=None) if above else max(below, default=None)
    return "" if found is None else str(type(wanted)((found, wanted.prefixlen)))


def _block_of(network: Network) -> Network | None:
    """The block that holds a network."""
    for block in _BLOCKS:
        if block.version == network.version and network.subnet_of(block):  # type: ignore[arg-type]
            return block
    return None


def _gaps(version: int, taken: Iterable[str], low: int, high: int) -> list[tuple[int, int]]:
    """Free spans between ``low`` and ``high``, both as integers, ends excluded."""
    networks = (ip_network(each) for each in taken)
    spans = sorted(
        (int(n.network_address), int(n.broadcast_address) + 1)
        for n in networks
        if n.version == version
    )
    edges = [(low, low)]
    for first, last in spans:
        if last > edges[-1][1] and first < high:
            edges.append((first, last))
    edges.append((high, high))
    return [(max(a[1], low), min(b[0], high)) for a, b in pairwise(edges) if a[1] < b[0]]


def smallest_prefix_for(count: int, unit_length: int) -> int:
    """Length of the smallest prefix that holds ``count`` prefixes of ``unit_length``.

    4 units of /26 need a /24. Negative where no prefix is large enough. No unit needs one unit's
    room.
    """
    return unit_length - max(count - 1, 0).bit_length()
