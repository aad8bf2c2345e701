"""The design: everything resolved, the one value that all later stages read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from barefabric.model.cable import Cable
from barefabric.model.contract import Contract
from barefabric.model.device import Attach, Rack, Server, Switch, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.model.policy import PrefixMatch
from barefabric.model.session import Bfd, Session, SessionProfile


class Underlay(NamedTuple):
    """Choices that hold for every fabric link. ``ecmp`` 0 means as wide as the graph needs.

    ``server_mtu`` is that of servers' links, but in racks that have their own.
    """

    numbered: bool
    families: tuple[str, ...]
    mtu: int
    server_mtu: int
    bfd: Bfd | None
    keepalive: int
    hold: int
    ecmp: int
    password: str = ""


class User(NamedTuple):
    """A switch account; ``secret`` names where the password hash comes from."""

    name: str
    role: str
    secret: str


class Settings(NamedTuple):
    """Services every switch is told about. ``extra`` are the user's own lines per switch type."""

    ntp: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    domain: str = ""
    syslog: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


class PoolUse(NamedTuple):
    """How full a pool is. ``unit`` is the prefix length handed out; counts are of such units.

    ``name`` is the key under ``addressing``, with a 6 where the prefixes are IPv6.
    """

    name: str
    prefixes: tuple[str, ...]
    unit: int
    used: int
    retired: int
    size: int


class AsnPool(NamedTuple):
    """An inclusive range of AS numbers; ``name`` is what it is for: ``leaf``, ``node``."""

    name: str
    first: int
    last: int


class Pair(NamedTuple):
    """An MLAG pair. ``control`` and ``routing`` are /31s: control session and iBGP session.

    Addresses (with length) belong to ``first`` and ``second`` in that order. ``routing6`` is a
    /127, empty without IPv6; the control session needs none.
    """

    name: str
    first: str
    second: str
    control: tuple[str, str]
    routing: tuple[str, str]
    routing6: tuple[str, str] = ("", "")


class AnnouncementKind(StrEnum):
    """What a node's announcement is for."""

    POD = "pod"
    POOL = "pool"
    VIP = "vip"
    ENDPOINT = "endpoint"
    LOOPBACK = "loopback"


class Announcement(NamedTuple):
    """A prefix that a server is expected to announce, over sessions of the named profile.

    Pod blocks and VIPs are representatives: one block per node, the first address of each pool.
    """

    server: str
    profile: str
    prefix: str
    kind: AnnouncementKind


class PrefixPlan(NamedTuple):
    """The prefixes that may appear in the fabric, by class, as a filter states them."""

    loopbacks: tuple[PrefixMatch, ...]
    racks: tuple[PrefixMatch, ...]
    hosts: tuple[PrefixMatch, ...]
    pods: tuple[PrefixMatch, ...]
    services: tuple[PrefixMatch, ...]
    external: tuple[PrefixMatch, ...]


class ServerKind(NamedTuple):
    """What contracts tell servers of a rack apart by."""

    cluster: str
    attach: Attach
    control_plane: bool


@dataclass(frozen=True, eq=False)
class Design:
    """Everything a fabric needs, resolved. Mappings keep the order a person counts in.

    Compared by identity, so that views of it can be cached.
    """

    name: str
    source: str
    underlay: Underlay
    settings: Settings
    switches: Mapping[str, Switch]
    servers: Mapping[str, Server]
    racks: Mapping[str, Rack]
    pairs: Mapping[str, Pair]
    upstreams: Mapping[str, Upstream]
    clusters: Mapping[str, Cluster]
    cables: tuple[Cable, ...]
    profiles: Mapping[str, SessionProfile]
    sessions: tuple[Session, ...]
    announcements: tuple[Announcement, ...]
    plan: PrefixPlan
    pools: tuple[PoolUse, ...]
    management_gateway: str
    management_length: int
    secrets: Mapping[str, str]
    contracts: tuple[Contract, ...] = ()
    asn_pools: tuple[AsnPool, ...] = ()

    @cached_property
    def nodes_by_rack(self) -> Mapping[str, Mapping[str, int]]:
        """By cluster: the racks that hold its nodes, in their order, and how many each holds."""
        server, rack = self.servers.__getitem__, attrgetter("rack")
        return {
            name: Counter(map(rack, map(server, cluster.nodes)))
            for name, cluster in self.clusters.items()
        }

    def promising(self, contracts: tuple[Contract, ...]) -> "Design":
        """The same with contracts. What was found out of the rest is taken along."""
        whole = replace(self, contracts=contracts)
        found = {name: value for name, value in vars(self).items() if name not in vars(whole)}
        vars(whole).update(found)  # as cached_property does: the class is frozen
        return whole

    @cached_property
    def kinds_by_rack(self) -> Mapping[str, tuple[ServerKind, ...]]:
        """The kinds of servers that each rack has, in the order of their first ones."""
        server, kind = self.servers.__getitem__, attrgetter(*ServerKind._fields)
        return {
            name: tuple(map(ServerKind._make, dict.fromkeys(map(kind, map(server, rack.servers)))))
            for name, rack in self.racks.items()
        }

    def server_mtu(self, rack: str) -> int:
        """The MTU of the links of a rack's servers, in bytes."""
        return self.racks[rack].mtu or self.underlay.server_mtu

    @cached_property
    def attaches(self) -> frozenset[Attach]:
        """The ways in which servers are connected."""
        return frozenset(kind.attach for kinds in self.kinds_by_rack.values() for kind in kinds)

    @cached_property
    def cables_by_device(self) -> Mapping[str, list[Cable]]:
        """Cables of each device, in the order they were laid."""
        index: dict[str, list[Cable]] = {name: [] for name in (*self.switches, *self.servers)}
        for cable in self.cables:
            index[cable.a].append(cable)
            if cable.b in index:
                index[cable.b].append(cable)
        return index

    @cached_property
    def sessions_by_device(self) -> Mapping[str, list[Session]]:
        """Sessions of each device, in order."""
        index: dict[str, list[Session]] = {name: [] for name in (*self.switches, *self.servers)}
        for session in self.sessions:
            index[session.a].append(session)
            if session.b in index:
                index[session.b].append(session)
        return index
