"""The complete view of one server: its links, addresses and, where it routes, its BGP."""

from collections.abc import Iterator
from functools import lru_cache

from barefabric.derive import names
from barefabric.derive.groups import peer_group
from barefabric.derive.prefixes import DEFAULTS
from barefabric.derive.tiers import connected, lists_of, permits
from barefabric.model.address import host_route
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Role, Server
from barefabric.model.intent import Bgp, Nic, PeerGroup, ServerIntent
from barefabric.model.policy import Policy, PrefixList, PrefixMatch, Term
from barefabric.model.record import fields, record
from barefabric.model.session import Session, SessionKind

_SERVER = CableKind.SERVER
_ROUTED = Attach.ROUTED
_NIC = fields(Cable, "b_port", "a", "a_port", "speed", "b_address", "b_address6")
"""What a :class:`Nic` holds of a cable."""


def server_intent(design: Design, name: str) -> ServerIntent:
    """Compute what one server must be told."""
    server = design.servers[name]
    rack = design.racks[server.rack]
    cables = design.cables_by_device[name]
    nics = tuple([record(Nic, _NIC(cable)) for cable in cables if cable.kind is _SERVER])
    mtu = design.server_mtu(rack.name)
    if server.attach is _ROUTED:
        addresses = tuple(map(host_route, server.own_addresses))
        lists, policies = _host_policy(design, server)
        bgp = _host_bgp(design, server)
        return ServerIntent(server, nics, mtu, addresses, "", lists, policies, bgp)
    addresses = _on_subnet(server, _length(rack.prefix), _length(rack.prefix6))
    values = (server, nics, mtu, addresses, rack.gateway, (), (), None, rack.gateway6)
    return record(ServerIntent, values)


def _on_subnet(server: Server, length: str, length6: str) -> tuple[str, ...]:
    """A server's addresses with the lengths of its rack's prefixes."""
    if not server.uses_second and not server.address6:
        return (f"{server.address}/{length}",)
    return tuple([f"{a}/{length6 if ':' in a else length}" for a in server.own_addresses])


@lru_cache(maxsize=64)
def _length(prefix: str) -> str:
    return prefix.partition("/")[2]


def _host_sessions(design: Design, server: Server) -> list[Session]:
    return [s for s in design.sessions_by_device[server.name] if s.profile.kind is SessionKind.HOST]


def _host_policy(
    design: Design, server: Server
) -> tuple[tuple[PrefixList, ...], tuple[Policy, ...]]:
    """A routed host takes a default and its leaves' loopbacks, and announces its own addresses.

    Only routes it originates itself go out, so that it never becomes a transit.
    """
    leaves = dict.fromkeys(s.a for s in _host_sessions(design, server))
    group = names.GROUP[Role.LEAF]
    families = design.underlay.families
    switches = [design.switches[leaf] for leaf in leaves]
    loopbacks = [a for leaf in switches for a in (leaf.loopback, leaf.loopback6) if a]
    default = lists_of(names.DEFAULT_LIST, (PrefixMatch(DEFAULTS[f]) for f in families))
    leaf = lists_of(names.LEAF_LIST, map(PrefixMatch, map(host_route, loopbacks)))
    own = lists_of(names.OWN_LIST, map(PrefixMatch, map(host_route, server.own_addresses)))
    taken = permits(*(entry.name for entry in (*default, *leaf)))
    sent = (Term(10 * n, True, entry.name, own_path=True) for n, entry in enumerate(own, 1))
    policies = (
        connected(tuple(entry.name for entry in own)),
        Policy(names.import_of(group), taken),
        Policy(names.export_of(group), tuple(sent)),
    )
    return (*default, *leaf, *own), policies


def _host_bgp(design: Design, server: Server) -> Bgp:
    sessions = _host_sessions(design, server)
    return Bgp(
        asn=server.asn,
        router_id=server.address,
        ecmp=64,
        networks=tuple(map(host_route, server.own_addresses)),
        aggregates=(),
        last_resort=False,
        groups=tuple(_groups(server, sessions)),
        families=design.underlay.families,
    )


def _groups(server: Server, sessions: list[Session]) -> Iterator[PeerGroup]:
    """The leaves, once for each profile."""
    by_profile: dict[str, list[Session]] = {}
    for session in sessions:
        by_profile.setdefault(session.profile.name, []).append(session)
    for members in by_profile.values():
        yield peer_group(server.name, members)
