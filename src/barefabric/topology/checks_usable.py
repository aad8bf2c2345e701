"""Check that what is given can be used at all: kinds of addresses, VLANs, interface names."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic
from barefabric.topology.checks_overlaps import pools
from barefabric.topology.space import Network
from barefabric.topology.view import View
from barefabric.vendors import catalogue

if TYPE_CHECKING:
    from barefabric.topology.roster import Keys

LONGEST_INTERFACE = 15
"""IFNAMSIZ of Linux (include/uapi/linux/if.h) less the zero byte at the end."""

_UNUSABLE: tuple[tuple[Network, str], ...] = (
    (ip_network("0.0.0.0/8"), '"this network" (RFC 1122)'),
    (ip_network("127.0.0.0/8"), "each host itself (RFC 1122)"),
    (ip_network("169.254.0.0/16"), "link-local addresses (RFC 3927)"),
    (ip_network("224.0.0.0/4"), "multicast (RFC 5771)"),
    (ip_network("240.0.0.0/4"), "future use (RFC 1112)"),
    (ip_network("::/8"), "special addresses (RFC 4291)"),
    (ip_network("fe80::/10"), "link-local addresses (RFC 4291)"),
    (ip_network("ff00::/8"), "multicast (RFC 4291)"),
)


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of what can't be used: AD016, AD017, IN062, IN068."""
    yield from _special(view)
    yield from _accepted(view)
    yield from _vlan(view)
    yield from _interfaces(view)


def _special(view: View) -> Iterator[Diagnostic]:
    for pool in pools(view):
        for special, purpose in _UNUSABLE:
            if pool.network.version == special.version and pool.network.overlaps(special):
                yield Diagnostic(
                    "AD016",
                    f"{pool.name} {pool.network} cannot be used: {special} is for {purpose}",
                    view.places(pool.keys),
                    mend="take a private range (RFC 1918, RFC 4193) or one of your own",
                )


def _accepted(view: View) -> Iterator[Diagnostic]:
    """What an upstream router may announce must not be the fabric's own."""
    ours = pools(view)
    for index, external in enumerate(view.topology.external):
        keys: Keys = ("external", index, "accept")
        listed = isinstance(view.document.value(*keys), list)
        for place, prefix in enumerate(external.accept):
            network = ip_network(prefix)
            for pool in ours:
                if within(network, pool.network):
                    yield Diagnostic(
                        "AD017",
                        f"{external.name} could announce {prefix}, which lies in {pool.name}",
                        view.places((*keys, place) if listed else keys, pool.keys),
                        "accept takes what lies outside the fabric; 0.0.0.0/0 is the default route",
                        f"take {prefix} away, or move {pool.name}",
                    )


def within(inner: Network, outer: Network) -> bool:
    """Whether a prefix is the other one, or a part of it."""
    first, last = inner.network_address, inner.broadcast_address
    return inner.version == outer.version and first in outer and last in outer


def _vlan(view: View) -> Iterator[Diagnostic]:
    """Pairs keep two VLANs to themselves."""
    vlan = view.topology.addressing.servers.vlan
    for name, kind in view.topology.switch_types.items():
        vendor = catalogue.vendor(kind.nos)
        if vendor is None or kind.pair == "none":
            continue
        taken = (vendor.pair_vlan, vendor.routing_vlan)
        if vlan in taken:
            yield Diagnostic(
                "IN068",
                f"the servers' VLAN {vlan} belongs to the pairs of {name}",
                view.places(("addressing", "servers", "vlan"), ("switch_types", name, "pair")),
                f"pairs use VLANs {min(taken)} and {max(taken)} between their two leaves",
                "choose another, such as vlan: 100",
            )


def _interfaces(view: View) -> Iterator[Diagnostic]:
    """Names that Linux takes, each once."""
    for name, kind in view.topology.server_types.items():
        keys: Keys = ("server_types", name, "interfaces")
        seen: set[str] = set()
        for word in kind.interfaces:
            fault = ""
            if word in seen:
                fault = f'names the port "{word}" twice'
            elif len(word) > LONGEST_INTERFACE or "/" in word or " " in word:
                fault = f'has a port "{word}", which Linux does not take'
            seen.add(word)
            if fault:
                yield Diagnostic(
                    "IN062",
                    f"server type {name} {fault}",
                    view.places(keys),
                    f"names have at most {LONGEST_INTERFACE} characters, no space and no /",
                    "name each port once, or leave interfaces out for eno1, eno2 and so on",
                )
