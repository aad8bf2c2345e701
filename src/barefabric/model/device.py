"""Devices and the hardware they are made of."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a switch is for."""

    SUPERSPINE = "superspine"
    SPINE = "spine"
    LEAF = "leaf"
    BORDER = "border"


class Attach(StrEnum):
    """How a server is connected: LACP bond, a BGP session on each link, or one plain link."""

    BOND = "bond"
    ROUTED = "routed"
    SINGLE = "single"


class PortSpec(NamedTuple):
    """One front-panel port of a device model.

    ``panel`` is the number printed beside it (from 1). ``speeds`` are in Gbit/s, native (fastest)
    first. ``breakouts`` are pairs (lanes, Gbit/s each). ``group`` is ``downlink`` or ``uplink``;
    on a panel of equal ports every port is ``downlink`` and ``uplink`` at once (``any``).
    ``form`` is the cage: SFP28, QSFP28, QSFP-DD, RJ45. Ports of one ``speed_group`` (from 1; 0 is
    none) share the rate of their serdes: all at 25G, or all at 10G and below.
    """

    name: str
    panel: int
    speeds: tuple[int, ...]
    group: str
    breakouts: tuple[tuple[int, int], ...] = ()
    form: str = ""
    speed_group: int = 0


class TableSizes(NamedTuple):
    """What the forwarding chip holds; 0 where the source does not say."""

    ipv4_routes: int = 0
    ipv6_routes: int = 0
    ecmp: int = 0
    neighbors: int = 0

    def routes(self, family: str) -> int:
        """How many routes of a family there is room for."""
        return self.ipv6_routes if family == "ipv6" else self.ipv4_routes


NO_TABLES = TableSizes()
"""The source says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class DeviceModel:
    """A kind of switch hardware. ``watts`` is typical power, 0 where unknown.

    Compared by identity: the catalogue holds one object per model, and hashing must be cheap.
    """

    name: str
    nos: str
    ports: tuple[PortSpec, ...]
    watts: int = 0
    tables: TableSizes = NO_TABLES


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch of the designed fabric.

    ``index`` counts from 1 within its rack, pod or tier. ``peer`` is the other leaf of an MLAG
    pair, empty where there is none. Addresses are text without a prefix length; ``loopback6`` is
    empty where the fabric carries no IPv6.
    """

    name: str
    role: Role
    type: str
    nos: str
    model: DeviceModel
    index: int
    rack: str = ""
    pod: str = ""
    plane: int = 0
    peer: str = ""
    id: int = 0
    asn: int = 0
    loopback: str = ""
    management: str = ""
    loopback6: str = ""


class Server(NamedTuple):
    """A server. ``position`` counts from 1 within its rack.

    ``address`` is its node address: on the rack's subnet for bonds and single links, a loopback
    (/32) for routed servers. ``second_address`` is reserved for a second BGP speaker and is
    configured only where ``uses_second`` is set. ``asn`` is 0 for a server that speaks no BGP.
    Those that end in 6 are the same in IPv6, as far into the rack's prefix as the others.
    """

    name: str
    type: str
    rack: str
    position: int
    attach: Attach
    nics: int
    nic_speed: int
    cluster: str = ""
    control_plane: bool = False
    pod: str = ""
    asn: int = 0
    address: str = ""
    second_address: str = ""
    uses_second: bool = False
    address6: str = ""
    second_address6: str = ""

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Addresses in use: the node address, the second where it is used; then those of IPv6."""
        if not self.uses_second:
            return (self.address, self.address6) if self.address6 else (self.address,)
        if not self.address6:
            return self.address, self.second_address
        return self.address, self.second_address, self.address6, self.second_address6


@dataclass(frozen=True, slots=True)
class Rack:
    """A rack: its leaves, its servers in order of position, and the prefix they share.

    ``prefix`` is a network such as ``10.10.0.0/24``. ``gateway`` is the address servers use as
    their default (empty where every server of the rack is routed). ``vlan`` is 0 likewise.
    ``prefix6`` and ``gateway6`` are the same in IPv6. ``mtu`` is that of its servers' links, 0
    where it is the fabric's.
    """

    name: str
    leaves: tuple[str, ...]
    servers: tuple[str, ...]
    pod: str = ""
    prefix: str = ""
    gateway: str = ""
    vlan: int = 0
    prefix6: str = ""
    gateway6: str = ""
    mtu: int = 0


@dataclass(frozen=True, slots=True)
class Upstream:
    """A router outside the fabric that one of our switches peers with.

    ``announce`` are the pool prefixes that go out to it, ``accept`` the prefixes taken from it.
    ``ours`` and ``theirs`` carry a prefix length, and are empty where the link has no IPv4.
    """

    name: str
    asn: int
    switch: str
    port: str
    ours: str
    theirs: str
    accept: tuple[str, ...]
    announce: tuple[str, ...]
    password: str = ""
    mtu: int = 1500
    ours6: str = ""
    theirs6: str = ""
