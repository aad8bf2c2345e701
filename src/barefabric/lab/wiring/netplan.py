"""The lab's own reading of a netplan file (canonical/netplan, ``doc/netplan-yaml.md``)."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from barefabric.lab.types import Setup


def read(text: str, ports: Collection[str]) -> Setup:
    """What a file sets up: Ethernet ports with their addresses and routes."""
    import yaml

    network: Mapping[str, Any] = yaml.safe_load(text)["network"]
    lines: list[str] = []
    sysctls: list[tuple[str, str]] = []
    for name, link in network.get("ethernets", {}).items():
        if name == "lo" or name in ports:
            lines += _link(name, link or {})
            if name != "lo" and (link or {}).get("accept-ra") is False:
                sysctls.append(("net.ipv6.conf.default.accept_ra", "0"))
    routes = [line for link in network.get("ethernets", {}).values() for line in _routes(link)]
    return Setup(
        sysctls=tuple(dict.fromkeys(sysctls)),
        ip=tuple(lines),
        late=tuple(routes),
        reader="the lab's own reading",
    )


def _link(name: str, link: Mapping[str, Any]) -> Iterator[str]:
    if "mtu" in link:
        yield f"link set {name} mtu {link['mtu']}"
    if link.get("link-local") == []:
        yield f"link set {name} addrgenmode none"
    for address in link.get("addresses", ()):
        yield f"addr add {address} dev {name}"
    if name != "lo":
        yield f"link set {name} up"


def _routes(link: Mapping[str, Any]) -> Iterator[str]:
    for route in (link or {}).get("routes", ()):
        yield f"route add {route['to']} via {route['via']}"
