"""Prefixes, addresses and AS numbers as they stand in a topology."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network
from typing import Any

from barefabric.topology.faults import Fault, shown

LARGEST_ASN = 4294967295
RESERVED_ASNS = {
    0: "RFC 7607",
    23456: "AS_TRANS, RFC 6793",
    65535: "RFC 7300",
    LARGEST_ASN: "RFC 7300",
}
_ASN_RULE = "an AS number goes from 1 to 4294967294, or is written 65000.1"
_RANGE_RULE = "one AS number, or a range: 4200000001-4200009999"
_ASDOT = re.compile(r"(\d{1,10})\.(\d{1,10})")


def prefix(value: Any) -> str:
    """A network such as ``10.0.0.0/16``, in its canonical form. Faults AD001, AD002."""
    if not isinstance(value, str) or "/" not in value:
        host = _address_of(value)
        mend = f"add its length, such as {_likely(host)}" if host else ""
        raise Fault(
            "AD001",
            f"{shown(value)} is not a prefix",
            allowed="a prefix is written 10.0.0.0/16 or fd00::/48",
            mend=mend,
        )
    address, _, length = value.strip().partition("/")
    host = _address_of(address)
    if host is None:
        raise Fault(
            "AD001",
            f"{shown(value)} is not a prefix: {shown(address)} is not an address",
            allowed="a prefix is written 10.0.0.0/16 or fd00::/48",
            mend=_address_hint(address),
        )
    if not re.fullmatch(r"\d{1,3}", length) or int(length) > host.max_prefixlen:
        raise Fault(
            "AD001",
            f"{shown(value)} is not a prefix: /{length} is not a length",
            allowed=f"an IPv{host.version} length goes from 0 to {host.max_prefixlen}",
        )
    network = ip_network((host, int(length)), strict=False)
    if network.network_address != host:
        raise Fault("AD002", f"{shown(value)} has host bits set", mend=f"the network is {network}")
    return str(network)


def _likely(host: IPv4Address | IPv6Address) -> str:
    """The largest network of a usual length that begins with an address."""
    lengths = (8, 16, 24, 32) if host.version == 4 else (32, 48, 64, 128)
    networks = (ip_network((host, length), strict=False) for length in lengths)
    return str(next(n for n in networks if n.network_address == host))


def address(value: Any) -> str:
    """An address without a length, in its canonical form. Fault AD003."""
    host = _address_of(value)
    if host is None:
        mend = _address_hint(value)
        if isinstance(value, str) and _address_of(value.partition("/")[0]):
            mend = f"write {value.partition('/')[0]}, without the length"
        raise Fault(
            "AD003",
            f"{shown(value)} is not an address",
            allowed="an address is written 10.0.0.1 or fd00::1",
            mend=mend,
        )
    return str(host)


def interface(value: Any) -> str:
    """An address with its length, ``192.0.2.0/31``. Fault AD003."""
    host, _, length = value.partition("/") if isinstance(value, str) else ("", "", "")
    found = _address_of(host)
    if found and re.fullmatch(r"\d{1,3}", length) and 0 < int(length) <= found.max_prefixlen:
        return str(ip_interface((found, int(length))))
    alone = f"{found}/{found.max_prefixlen - 1}" if found and not length else ""
    mend = f"write {alone} if the link has two addresses" if alone else ""
    raise Fault(
        "AD003",
        f"{shown(value)} is not an address with its length",
        allowed="an interface's address is written 192.0.2.0/31 or fd00::/127",
        mend=mend or _address_hint(host),
    )


def _address_of(value: Any) -> Any:
    """The address, or None. Leading zeros are refused by the standard library."""
    if not isinstance(value, str) or "%" in value:
        return None
    try:
        return ip_address(value.strip())
    except ValueError:
        return None


def _address_hint(value: Any) -> str:
    """How to mend what is nearly an IPv4 address."""
    parts = value.split(".") if isinstance(value, str) else []
    if len(parts) != 4 or not all(re.fullmatch(r"\d{1,4}", part) for part in parts):
        return ""
    if any(int(part) > 255 for part in parts):
        return "each part goes from 0 to 255"
    return f"write {'.'.join(str(int(part)) for part in parts)}, without leading zeros"


def asn(value: Any) -> int:
    """An AS number, plain or asdot (RFC 5396). Fault IN027."""
    found = _asn_number(value)
    if found is None or found > LARGEST_ASN:
        raise Fault("IN027", f"{shown(value)} is not an AS number", allowed=_ASN_RULE)
    if found in RESERVED_ASNS:
        raise Fault(
            "IN027", f"AS number {found} is reserved ({RESERVED_ASNS[found]})", allowed=_ASN_RULE
        )
    return found


def _asn_number(value: Any) -> int | None:
    """The number of any notation, unchecked."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"\d{1,10}", value):
        return int(value) if value[0] != "0" or value == "0" else None
    match = _ASDOT.fullmatch(value)
    if match is None or max(int(match[1]), int(match[2])) > 65535:
        return None
    return int(match[1]) * 65536 + int(match[2])


def asn_range(value: Any) -> tuple[int, int]:
    """First and last of ``4200000001-4200009999`` or of one number. Faults IN027, IN028."""
    if not isinstance(value, str) or "-" not in value.strip("-"):
        first = last = asn(value)
    else:
        left, _, right = value.partition("-")
        first, last = asn(left.strip()), asn(right.strip())
    return asn_bounds(first, last)


def _turned(first: int, last: int) -> str:
    """How to write a range that was written backwards, if that would do."""
    try:
        asn_bounds(first, last)
    except Fault as fault:
        return f"write it from {first} up; {fault.mend}"
    return f"write {first}-{last}"


def asn_bounds(first: int, last: int) -> tuple[int, int]:
    """The bounds of a range that counts up and holds no reserved number. Fault IN028."""
    if last < first:
        raise Fault(
            "IN028",
            f"the range {first}-{last} begins above its end",
            allowed=f"{_RANGE_RULE}, the lower number first",
            mend=_turned(last, first),
        )
    for number, source in RESERVED_ASNS.items():
        if first <= number <= last:
            raise Fault(
                "IN028",
                f"the range {first}-{last} holds {number}, which is reserved ({source})",
                allowed=_RANGE_RULE,
                mend=f"end it at {number - 1} or begin it at {number + 1}",
            )
    return first, last
