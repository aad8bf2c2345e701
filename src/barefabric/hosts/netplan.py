"""Network interfaces of a server as a netplan file for systemd-networkd.

Keys and their defaults are those of netplan's own reference (canonical/netplan,
``doc/netplan-yaml.md``): bonding would otherwise be ``balance-rr`` without link monitoring.

Of two IPv6 addresses the kernel would speak from the one that was added last (``net/ipv6``
``addrconf.c``: a new address goes before those of its scope, and RFC 6724 finds no difference).
The second address belongs to one BGP speaker, which names it; ``lifetime: 0`` makes it deprecated
(RFC 4862), so that everything else speaks from the node's own. IPv4 takes the first by itself.
There is a file for each server, so what is the same for many is written once and kept.
"""

from functools import lru_cache

from barefabric.model.device import Attach
from barefabric.model.intent import Nic, ServerIntent
from barefabric.render.yaml import Value, dump, scalar

BOND = "bond0"
PATH = "01-barefabric.yaml"
HEADING = "# Goes to /etc/netplan/01-barefabric.yaml, owned by root, mode 0600.\n"

Block = dict[str, Value]


def document(intent: ServerIntent) -> Block:
    """The file as data.

    Links are optional for booting: a server must come up while a leaf is down. Router
    advertisements are never taken: the default route is static, or comes by BGP.
    """
    names = tuple(nic.name for nic in intent.nics)
    network: Block = {"version": 2, "renderer": "networkd"}
    if intent.server.attach is Attach.BOND:
        network["ethernets"] = {name: _member(intent.mtu) for name in names}
        network["bonds"] = {BOND: _bond(names, intent.mtu) | _addressing(intent)}
    elif intent.server.attach is Attach.ROUTED:
        links = {nic.name: _link(nic, intent.mtu) for nic in intent.nics}
        network["ethernets"] = links | {"lo": {"addresses": _addresses(intent)}}
    else:
        network["ethernets"] = {
            name: {"mtu": intent.mtu, "accept-ra": False} | _addressing(intent) for name in names
        }
    return {"network": network}


def _member(mtu: int) -> Block:
    return {"mtu": mtu, "optional": True}


def _bond(names: tuple[str, ...], mtu: int) -> Block:
    """LACP at the fast rate, hashed by ports too, as the leaves have it."""
    return {
        "interfaces": list(names),
        "mtu": mtu,
        "parameters": {
            "mode": "802.3ad",
            "lacp-rate": "fast",
            "transmit-hash-policy": "layer3+4",
            "mii-monitor-interval": 100,
        },
        "accept-ra": False,
    }


def _link(nic: Nic, mtu: int) -> Block:
    """A link with its own BGP session: link-local IPv6 carries it where it has no address."""
    link: Block = {"mtu": mtu, "optional": True, "accept-ra": False}
    if nic.address6:
        return link | {"addresses": [nic.address, nic.address6]}
    if nic.address:
        return link | {"link-local": [], "addresses": [nic.address]}
    return link | {"link-local": ["ipv6"]}


def _addressing(intent: ServerIntent) -> Block:
    gateways = filter(None, (intent.gateway, intent.gateway6))
    return {
        "addresses": _addresses(intent),
        "routes": [{"to": "default", "via": gateway} for gateway in gateways],
    }


def _addresses(intent: ServerIntent) -> list[Value]:
    return [{a: {"lifetime": 0}} if _second6(intent, a) else a for a in intent.addresses]


def _second6(intent: ServerIntent, address: str) -> bool:
    """Whether an address is the second one of IPv6, from which one speaker alone speaks."""
    second = intent.server.second_address6
    return ":" in address and address.partition("/")[0] == second


@lru_cache(maxsize=1024)
def _bond_text(names: tuple[str, ...], mtu: int) -> str:
    """Everything of a bonded server's file but its addresses and its gateway."""
    network: Block = {
        "version": 2,
        "renderer": "networkd",
        "ethernets": {name: _member(mtu) for name in names},
        "bonds": {BOND: _bond(names, mtu)},
    }
    return HEADING + dump({"network": network})


def text(intent: ServerIntent) -> str:
    """The file as text: what :func:`document` says, written quickly for bonded servers."""
    if intent.server.attach is not Attach.BOND:
        return HEADING + dump(document(intent))
    names = tuple([nic.name for nic in intent.nics])
    addresses = "".join([f"        - {address}\n" for address in intent.addresses])
    if intent.server.uses_second and intent.server.second_address6:
        addresses = f"{addresses[:-1]}:\n            lifetime: 0\n"
    default6 = f"        - to: default\n          via: {scalar(intent.gateway6)}\n"
    return (
        f"{_bond_text(names, intent.mtu)}"
        f"      addresses:\n{addresses}"
        f"      routes:\n        - to: default\n          via: {intent.gateway}\n"
        f"{default6 if intent.gateway6 else ''}"
    )
