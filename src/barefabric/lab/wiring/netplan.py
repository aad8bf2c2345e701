"""The lab's own reading of a netplan file (canonical/netplan, ``doc/netplan-yaml.md``).

A key that it does not know is named in the remarks: nothing is passed over in silence.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from barefabric.lab.types import Setup
from barefabric.lab.wiring import layer2
from barefabric.lab.wiring.layer2 import Bond

READER = "the lab's own reading of the netplan file"
LINK_KEYS = frozenset(
    ("mtu", "addresses", "routes", "optional", "accept-ra", "link-local", "dhcp4", "dhcp6")
)
BOND_KEYS = LINK_KEYS | {"interfaces", "parameters"}
PARAMETERS = frozenset(("mode", "lacp-rate", "transmit-hash-policy", "mii-monitor-interval"))
SECTIONS = ("ethernets", "bonds")
HARMLESS = frozenset(("version", "renderer", *SECTIONS))


def read(text: str, ports: Collection[str]) -> Setup:
    """What a file sets up: Ethernet ports and bonds with their addresses and routes."""
    network = _network(text)
    ethernets, bonds = (_links(network, section) for section in SECTIONS)
    members = {port for bond in bonds.values() for port in bond.get("interfaces", ())}
    lines: list[str] = []
    for name, link in ethernets.items():
        if name == "lo" or name in ports:
            lines += _link(name, link, up=name not in members and name != "lo")
    for name, link in bonds.items():
        lines += layer2.bond(_bond(name, link, ports))
        lines += _link(name, link, up=False)
    every = {**ethernets, **bonds}
    return Setup(
        sysctls=tuple(_sysctls(every)),
        ip=tuple(lines),
        late=tuple(line for link in every.values() for line in _routes(link)),
        reader=READER,
        needs=("bonding",) if bonds else (),
        remarks=tuple(_unread(network)),
    )


def bonds_of(text: str) -> tuple[str, ...]:
    """The bonds that a file makes."""
    return tuple(_links(_network(text), "bonds"))


def _network(text: str) -> Mapping[str, Any]:
    import yaml

    network: Mapping[str, Any] = yaml.safe_load(text)["network"]
    return network


def _links(network: Mapping[str, Any], section: str) -> dict[str, Mapping[str, Any]]:
    return {name: link or {} for name, link in (network.get(section) or {}).items()}


def _link(name: str, link: Mapping[str, Any], *, up: bool) -> Iterator[str]:
    if "mtu" in link:
        yield f"link set {name} mtu {link['mtu']}"
    if link.get("link-local") == []:
        yield f"link set {name} addrgenmode none"
    for address in link.get("addresses", ()):
        yield f"addr add {_address(address)} dev {name}"
    if up:
        yield f"link set {name} up"


def _address(entry: str | Mapping[str, Any]) -> str:
    """An address with what is said of it: ``lifetime: 0`` keeps it from being a source."""
    if isinstance(entry, str):
        return entry
    ((address, said),) = entry.items()
    return f"{address} preferred_lft 0" if said.get("lifetime") == 0 else address


def _bond(name: str, link: Mapping[str, Any], ports: Collection[str]) -> Bond:
    """A bond; what the file leaves out is the kernel's own default."""
    parameters = link.get("parameters") or {}
    return Bond(
        name,
        tuple(port for port in link.get("interfaces", ()) if port in ports),
        slow=parameters.get("lacp-rate", "slow") == "slow",
        hashing=parameters.get("transmit-hash-policy", "layer2"),
        monitor=int(parameters.get("mii-monitor-interval", 0)),
        mode=parameters.get("mode", "balance-rr"),
    )


def _sysctls(links: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    if any(link.get("accept-ra") is False for link in links.values()):
        yield "net.ipv6.conf.default.accept_ra", "0"


def _routes(link: Mapping[str, Any]) -> Iterator[str]:
    for route in link.get("routes", ()):
        yield f"route add {route['to']} via {route['via']}"


def _unread(network: Mapping[str, Any]) -> Iterator[str]:
    """Keys that this reading passes over, each once."""
    found = [key for key in network if key not in HARMLESS]
    for section, known in zip(SECTIONS, (LINK_KEYS, BOND_KEYS), strict=True):
        for link in _links(network, section).values():
            found += [f"{section}: {key}" for key in link if key not in known]
            found += [f"bonds: parameters: {key}" for key in link.get("parameters") or {}
                      if key not in PARAMETERS]  # fmt: skip
    for key in dict.fromkeys(found):
        yield f"the lab's own reading of netplan passes over {key}"
