"""The shapes that templates lay out: every name, order and choice is settled in them.

They are plain values, the same for every network OS; an empty text or 0 means that there is
nothing to print. :mod:`barefabric.render.ports` and :mod:`barefabric.render.routing` fill them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from barefabric.model.design import Settings
from barefabric.model.intent import AccessPort, Channel, MemberPort, Neighbor, RoutedPort, Vlan
from barefabric.model.policy import CommunityList
from barefabric.render.natural import natural


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


class EntryView(NamedTuple):
    """A line of a prefix list; ``match`` is such as ``10.64.0.0/14 ge 26 le 26``."""

    sequence: int
    match: str


class PrefixListView(NamedTuple):
    """A prefix list; each entry permits."""

    name: str
    entries: tuple[EntryView, ...]


class TermView(NamedTuple):
    """A term of a route map. ``local_preference`` and ``weight`` are text: 0 is a value.

    At most one of both prefix lists is there; ``prefix_list6`` holds IPv6.
    """

    name: str
    action: str
    sequence: int
    prefix_list: str
    community_list: str
    own_path: bool
    local_preference: str
    weight: str
    set_community: str
    prefix_list6: str


class PolicyView(NamedTuple):
    """Lists and route maps, by name. ``own_path`` is true where a term needs the empty AS path.

    ``prefix_lists6`` are those of IPv6 prefixes.
    """

    prefix_lists: tuple[PrefixListView, ...]
    community_lists: tuple[CommunityList, ...]
    terms: tuple[TermView, ...]
    own_path: bool
    prefix_lists6: tuple[PrefixListView, ...]


class BfdView(NamedTuple):
    """BFD timers, in milliseconds. ``name`` is empty where they are every vendor's default.

    ``own_interval`` and ``own_multiplier`` are 0 where the value is the default, for an OS that
    does not print defaults.
    """

    name: str
    interval: int
    multiplier: int
    own_interval: int
    own_multiplier: int


class GroupView(NamedTuple):
    """A peer group. ``asn`` is 0 where the neighbors' differ; then each states its own.

    ``local_as`` is what we call ourselves towards it, 0 for our own number.

    ``multihop`` is the number of hops, 0 for a direct neighbor. ``unnumbered`` is true where
    neighbors of the group are named by our port.
    """

    name: str
    asn: int
    passive: bool
    update_source: str
    bfd: BfdView | None
    multihop: int
    ttl_security: bool
    keepalive: int
    hold: int
    import_policy: str
    export_policy: str
    password: str
    send_community: bool
    max_prefix: int
    next_hop_self: bool
    remove_private_as: bool
    unnumbered: bool
    local_as: int


class NeighborsView(NamedTuple):
    """Neighbors of one group that follow each other, all named by address or all by our port.

    With ``own_asns`` the group states no ASN, and each neighbor its own.
    """

    group: str
    own_asns: bool
    neighbors: Sequence[Neighbor]


class FamilyView(NamedTuple):
    """What the process does in one address family, called as all vendors call it: ``ipv4``.

    ``keyword`` begins commands about its routes: ``ip``, ``ipv6``. ``default`` is its default route
    where the last resort is wanted, else empty.
    """

    name: str
    keyword: str
    groups: tuple[GroupView, ...]
    members: tuple[NeighborsView, ...]
    aggregates: tuple[str, ...]
    default: str


class BgpView(NamedTuple):
    """The BGP process. Groups are in the order of their names.

    ``members`` are all neighbors by group, those named by a port first; ``numbered`` (by address)
    and ``unnumbered`` (by port) are the same ones once more, for an OS that lists them so.
    ``last_resort`` asks for the discard routes and their redistribution. ``bfd_profiles`` are the
    timers that differ from the default. ``families`` say the same once more for each family.
    """

    asn: int
    router_id: str
    ecmp: int
    groups: tuple[GroupView, ...]
    members: tuple[NeighborsView, ...]
    numbered: tuple[NeighborsView, ...]
    unnumbered: tuple[NeighborsView, ...]
    aggregates: tuple[str, ...]
    last_resort: bool
    bfd_profiles: tuple[BfdView, ...]
    families: tuple[FamilyView, ...]


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
