"""The shapes that templates lay out: every name, order and choice is settled in them.

They are plain values, the same for every network OS; an empty text or 0 means that there is
nothing to print. :mod:`barefabric.render.ports` fills those that are here, those of
:mod:`barefabric.render.routing_view` stand apart.

Ports, channels and neighbors are those of the intent (:mod:`barefabric.model.intent`): a large
fabric has a million of them, and a copy of each would cost as much as to write it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from barefabric.model.design import Settings
from barefabric.model.intent import AccessPort, Channel, MemberPort, RoutedPort, Vlan
from barefabric.render.natural import natural
from barefabric.render.routing_view import BgpView, PolicyView


class PortsView(NamedTuple):
    """Ports of one use that follow each other on the panel; three of the four lists are empty.

    ``speed`` is what those of them that are forced are told. The first part in use of a port that
    is broken out stands alone: ``split`` names that port, and ``parts`` says into how many.
    """

    routed: Sequence[RoutedPort] = ()
    members: Sequence[MemberPort] = ()
    access: Sequence[AccessPort] = ()
    unused: Sequence[str] = ()
    speed: str = ""
    split: str = ""
    parts: int = 0


class SviView(NamedTuple):
    """A VLAN's interface. ``gateway`` has no length, ``gateway_prefix`` has the subnet's.

    ``always_up`` marks the one that carries the pair's control session. Names with a 6 are IPv6.
    """

    name: str
    vlan: int
    description: str
    mtu: int
    address: str
    gateway: str
    gateway_prefix: str
    always_up: bool
    address6: str
    gateway6: str
    gateway_prefix6: str


class MlagView(NamedTuple):
    """The control session of a pair; ``heartbeat`` is empty where there is no second path."""

    domain: str
    interface: str
    peer_address: str
    channel: str
    heartbeat: str


@dataclass(frozen=True)
class BridgingView:
    """Everything at layer 2. The channel without a VLAN is the peer link, a trunk of all of them.

    ``access`` are the ports with a VLAN of their own. ``pair_vlans`` is written as EOS writes VLAN
    lists, ``server_vlans`` is space-separated. ``anycast`` is true where a gateway address is
    shared. ``channel_name`` is the pattern that names a channel.
    """

    channels: tuple[Channel, ...]
    access: tuple[AccessPort, ...]
    vlans: tuple[Vlan, ...]
    svis: tuple[SviView, ...]
    mlag: MlagView | None
    pair_vlans: str
    server_vlans: str
    anycast: bool
    channel_name: str

    @cached_property
    def ports(self) -> str:
        """All that carries VLANs, space-separated, for an OS that has a bridge of its own."""
        names = [self.channel_name.format(number=channel.number) for channel in self.channels]
        return " ".join(sorted([*names, *(port.name for port in self.access)], key=natural))


class UserView(NamedTuple):
    """A switch account; ``role`` is in the OS's words, ``secret`` stands for a password's hash."""

    name: str
    role: str
    secret: str


class SpeedGroupView(NamedTuple):
    """Neighboring ports whose serdes share a rate, where it is not the native one."""

    number: int
    rate: str


@dataclass(frozen=True, slots=True)
class SwitchView:
    """All that the templates of one switch read.

    ``administrators`` are the names of accounts that may do everything. ``bridged`` is true where
    servers share a VLAN. ``ipv6`` is true where the switch forwards IPv6, be it only to next hops.
    """

    name: str
    management: str
    gateway: str
    management_port: str
    loopback: str
    loopback_port: str
    settings: Settings
    users: tuple[UserView, ...]
    administrators: tuple[str, ...]
    speed_groups: tuple[SpeedGroupView, ...]
    ports: tuple[PortsView, ...]
    bridging: BridgingView
    bridged: bool
    policy: PolicyView
    bgp: BgpView
    unnumbered: bool
    extra: tuple[str, ...]
    loopback6: str
    ipv6: bool
