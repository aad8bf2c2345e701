"""The shapes of routing policy and BGP that templates lay out, for switches and for routed hosts.

:mod:`barefabric.render.policy` and :mod:`barefabric.render.routing` fill them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from barefabric.model.intent import Neighbor
from barefabric.model.policy import CommunityList


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
