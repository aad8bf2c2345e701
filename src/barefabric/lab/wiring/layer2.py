"""Lines for ``ip -batch`` and ``bridge -batch`` that make bonds, bridges and VLAN interfaces.

What each does is in ip-link(8) and bridge(8); the options of bonds in the kernel's
``Documentation/networking/bonding.rst``.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

BRIDGE = "bridge"
PEER_LINK = "peerlink"
GATEWAY_MAC = "00:00:5e:00:01:01"
"""The address that a pair's leaves share for their gateway: one that RFC 5798 keeps for that."""


class Bond(NamedTuple):
    """A bond with LACP (IEEE 802.1AX). ``system`` and ``key`` are set where two switches are one.

    ``mtu`` is in bytes, 0 for the members' own. ``slow`` asks for a PDU every 30 s instead of 1 s.
    """

    name: str
    members: tuple[str, ...]
    mtu: int = 0
    system: str = ""
    key: int = 0
    slow: bool = False
    hashing: str = "layer3+4"
    monitor: int = 100
    mode: str = "802.3ad"


def bond(wanted: Bond) -> Iterator[str]:
    """Make a bond of ports that are still down, and bring it up."""
    options = f"mode {wanted.mode} miimon {wanted.monitor} xmit_hash_policy {wanted.hashing}"
    if wanted.mode == "802.3ad":
        options += f" lacp_rate {'slow' if wanted.slow else 'fast'}"
    if wanted.system:
        options += f" ad_actor_system {wanted.system}"
    if wanted.key:
        options += f" ad_user_port_key {wanted.key}"
    yield f"link add {wanted.name} type bond {options}"
    for member in wanted.members:
        yield f"link set {member} master {wanted.name}"
    if wanted.mtu:
        yield f"link set {wanted.name} mtu {wanted.mtu}"
    yield f"link set {wanted.name} up"


def bridge(name: str, address: str = "") -> Iterator[str]:
    """Make a bridge that filters by VLAN and puts no port into VLAN 1."""
    own = f" address {address}" if address else ""
    yield f"link add {name}{own} type bridge vlan_filtering 1 vlan_default_pvid 0 mcast_snooping 0"


def member(port: str, name: str) -> str:
    """Make a port a member of a bridge."""
    return f"link set {port} master {name}"


def access(port: str, vlan: int) -> str:
    """One untagged VLAN on a port of a bridge."""
    return f"vlan add dev {port} vid {vlan} pvid untagged"


def trunk(port: str, vlans: Iterable[int]) -> Iterator[str]:
    """Tagged VLANs on a port of a bridge."""
    for vlan in vlans:
        yield f"vlan add dev {port} vid {vlan}"


def own_vlan(name: str, vlan: int) -> str:
    """A VLAN for the bridge itself, for the interface in it."""
    return f"vlan add dev {name} vid {vlan} self"


def vlan_interface(
    name: str, lower: str, vlan: int, mtu: int, addresses: Iterable[str]
) -> list[str]:
    """The routed interface of a VLAN, up, with its addresses."""
    return [
        f"link add link {lower} name {name} type vlan id {vlan}",
        *([f"link set {name} mtu {mtu}"] if mtu else []),
        *(f"addr add {address} dev {name}" for address in addresses),
        f"link set {name} up",
    ]


def shared_gateway(lower: str, gateways: Iterable[str]) -> Iterator[str]:
    """Addresses that several switches have, with a hardware address that they share as well.

    No link-local address is made of that hardware address: both switches would have it.
    """
    name = f"{lower}-v0"
    yield f"link add link {lower} name {name} address {GATEWAY_MAC} type macvlan mode private"
    yield f"link set {name} addrgenmode none"
    for gateway in gateways:
        yield f"addr add {gateway}/{128 if ':' in gateway else 32} dev {name}"
    yield f"link set {name} up"


def hardware_address(text: str) -> str:
    """A hardware address of local administration that a text always gives."""
    digest = sha256(text.encode()).digest()[:5]
    return ":".join(f"{octet:02x}" for octet in (0x02, *digest))
