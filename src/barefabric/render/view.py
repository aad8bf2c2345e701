"""The shapes that templates lay out: every name, order and choice is settled in them.

They are plain values, the same for every network OS; an empty text or 0 means that there is
nothing to print. :mod:`barefabric.render.ports` and :mod:`barefabric.render.routing` fill them.
"""

from dataclasses import dataclass
from typing import NamedTuple

from barefabric.model.design import Settings
from barefabric.model.policy import CommunityList


class PortView(NamedTuple):
    """A front-panel port. ``speed`` is set where it runs below its native speed.

    The first part in use of a port that is broken out names that port in ``split``, and into how
    many ``parts``.

    Exactly one of these holds: ``routed`` (with addresses, or ``unnumbered``), ``channel`` (the
    number of the port channel it belongs to), ``vlan`` (its untagged VLAN), ``unused``.
    """

    name: str
    description: str
    speed: str = ""
    mtu: int = 0
    routed: bool = False
    address: str = ""
    unnumbered: bool = False
    channel: int = 0
    vlan: int = 0
    unused: bool = False
    split: str = ""
    parts: int = 0
    address6: str = ""


class ChannelView(NamedTuple):
    """A port channel; ``trunk`` is the peer link, ``members`` are port names, space-separated."""

    name: str
    description: str
    mtu: int
    vlan: int
    trunk: bool
    mlag: int
    members: str


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


class VlanView(NamedTuple):
    """A VLAN; ``pair_only`` ones live on the peer link alone."""

    number: int
    name: str
    pair_only: bool


class MlagView(NamedTuple):
    """The control session of a pair; ``heartbeat`` is empty where there is no second path."""

    domain: str
    interface: str
    peer_address: str
    channel: str
    heartbeat: str


class BridgingView(NamedTuple):
    """Everything at layer 2. ``ports`` and ``server_vlans`` are space-separated.

    ``pair_vlans`` is written as EOS writes VLAN lists. ``anycast`` is true where a gateway address
    is shared.
    """

    channels: tuple[ChannelView, ...]
    vlans: tuple[VlanView, ...]
    svis: tuple[SviView, ...]
    mlag: MlagView | None
    pair_vlans: str
    ports: str
    server_vlans: str
    anycast: bool


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


class NeighborView(NamedTuple):
    """A neighbor, named by its address or by our port.

    ``own_asn`` is set where the group states none.
    """

    name: str
    unnumbered: bool
    group: str
    asn: int
    own_asn: int
    description: str
    import_policy: str


class FamilyView(NamedTuple):
    """What the process does in one address family, called as all vendors call it: ``ipv4``.

    ``keyword`` begins commands about its routes: ``ip``, ``ipv6``. ``default`` is its default route
    where the last resort is wanted, else empty.
    """

    name: str
    keyword: str
    groups: tuple[GroupView, ...]
    members: tuple[NeighborView, ...]
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
    members: tuple[NeighborView, ...]
    numbered: tuple[NeighborView, ...]
    unnumbered: tuple[NeighborView, ...]
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
    ports: tuple[PortView, ...]
    bridging: BridgingView
    bridged: bool
    policy: PolicyView
    bgp: BgpView
    unnumbered: bool
    extra: tuple[str, ...]
    loopback6: str
    ipv6: bool
