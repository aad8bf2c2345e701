"""What one device must do, with no vendor's syntax: the complete view that renderers lay out.

``derive/switch.py`` and ``derive/server.py`` compute these from a design, one device at a time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from barefabric.model.device import Server, Switch
from barefabric.model.policy import CommunityList, Policy, PrefixList
from barefabric.model.session import Bfd, SessionKind, Source, Speaker


class Vlan(NamedTuple):
    """A VLAN. ``pair_only`` VLANs live on the peer link alone (control and iBGP of a pair)."""

    number: int
    name: str
    pair_only: bool


class RoutedPort(NamedTuple):
    """A routed front-panel port. Addresses have a length; without any it is unnumbered.

    ``forced`` says that ``speed`` (Gbit/s) is below the port's native speed.
    """

    name: str
    description: str
    speed: int
    forced: bool
    mtu: int
    address: str
    peer: str
    peer_port: str
    address6: str = ""


class MemberPort(NamedTuple):
    """A port that is a member of a port channel (LACP active)."""

    name: str
    description: str
    speed: int
    forced: bool
    channel: int
    peer: str
    peer_port: str


class AccessPort(NamedTuple):
    """A port with one untagged VLAN, towards a server with a single link."""

    name: str
    description: str
    speed: int
    forced: bool
    mtu: int
    vlan: int
    peer: str
    peer_port: str


class Channel(NamedTuple):
    """A port channel. ``vlan`` is its untagged VLAN, 0 for the peer link (a trunk of all VLANs).

    ``mlag`` is the id shared with the other leaf, 0 where the channel ends on one switch.
    """

    number: int
    description: str
    mtu: int
    vlan: int
    mlag: int
    members: tuple[str, ...]


class Svi(NamedTuple):
    """A VLAN's routed interface. ``gateway`` is the address shared by the pair (no length).

    ``pair_only`` marks the interfaces of the control and iBGP VLANs. Names that end in 6 are IPv6.
    """

    vlan: int
    description: str
    mtu: int
    address: str
    gateway: str
    pair_only: bool
    address6: str = ""
    gateway6: str = ""


class Mlag(NamedTuple):
    """The pair's control session. ``channel`` is the peer link's port channel.

    ``heartbeat`` is the other leaf's management address, by which it is known to live when the
    peer link is gone; empty where it has none.
    """

    domain: str
    vlan: int
    address: str
    peer_address: str
    channel: int
    peer: str
    heartbeat: str


class Neighbor(NamedTuple):
    """One neighbor of a peer group, seen from this device.

    Exactly one of ``address`` and ``interface`` is set. ``import_policy`` is empty where the
    group's holds. ``local_address`` is our end, empty on an unnumbered link.
    """

    address: str
    interface: str
    asn: int
    description: str
    local_address: str
    import_policy: str


class PeerGroup(NamedTuple):
    """Neighbors that share everything but their address. ``asn`` is 0 where theirs differ.

    ``local_as`` is the ASN shown to them instead of the process's own, 0 for the own one; it is
    neither added to the paths they send nor shown beside the own one (no-prepend replace-as).
    """

    name: str
    profile: str
    kind: SessionKind
    speaker: Speaker
    remote_speaker: Speaker
    asn: int
    families: tuple[str, ...]
    keepalive: int
    hold: int
    bfd: Bfd | None
    password: str
    hops: int
    ttl_security: bool
    passive: bool
    source: Source
    import_policy: str
    export_policy: str
    max_prefix: int
    next_hop_self: bool
    remove_private_as: bool
    send_community: bool
    neighbors: tuple[Neighbor, ...]
    local_as: int = 0


@dataclass(frozen=True, slots=True)
class Bgp:
    """The BGP process. ``connected`` names the prefix list of connected routes to originate.

    ``networks`` are the same prefixes written out. ``last_resort`` asks for the default of last
    resort. ``aggregates`` are originated towards upstreams only. ``ecmp`` is the path limit.
    """

    asn: int
    router_id: str
    ecmp: int
    networks: tuple[str, ...]
    aggregates: tuple[str, ...]
    last_resort: bool
    groups: tuple[PeerGroup, ...]
    families: tuple[str, ...] = ("ipv4",)


@dataclass(frozen=True, slots=True)
class SwitchIntent:
    """Everything one switch must be told."""

    switch: Switch
    management: str
    management_gateway: str
    loopback: str
    routed: tuple[RoutedPort, ...]
    members: tuple[MemberPort, ...]
    access: tuple[AccessPort, ...]
    unused: tuple[str, ...]
    channels: tuple[Channel, ...]
    vlans: tuple[Vlan, ...]
    svis: tuple[Svi, ...]
    mlag: Mlag | None
    prefix_lists: tuple[PrefixList, ...]
    community_lists: tuple[CommunityList, ...]
    policies: tuple[Policy, ...]
    bgp: Bgp
    extra: tuple[str, ...]
    loopback6: str = ""


class Nic(NamedTuple):
    """A server's network port. Addresses are empty unless the link is numbered and routed."""

    name: str
    peer: str
    peer_port: str
    speed: int
    address: str
    address6: str = ""


class ServerIntent(NamedTuple):
    """Everything one server must be told.

    ``addresses`` carry lengths: node address first, then the second one where it is used, then the
    same of IPv6. They belong on the bond (``bond``), on the one link (``single``) or on the
    loopback (``routed``).
    ``gateway`` is empty for routed servers, which learn their default by BGP. ``bgp`` is the host's
    own routing daemon, present on routed servers only.
    """

    server: Server
    nics: tuple[Nic, ...]
    mtu: int
    addresses: tuple[str, ...]
    gateway: str
    prefix_lists: tuple[PrefixList, ...]
    policies: tuple[Policy, ...]
    bgp: Bgp | None
    gateway6: str = ""
