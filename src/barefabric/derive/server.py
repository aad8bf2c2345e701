"""The complete view of one server: its links, addresses and, where it routes, its BGP."""

from barefabric.derive import names
from barefabric.derive.prefixes import DEFAULT
from barefabric.derive.switch import peer_group
from barefabric.derive.tiers import permits
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Role, Server
from barefabric.model.intent import Bgp, Nic, ServerIntent
from barefabric.model.policy import Policy, PrefixList, PrefixMatch, Term
from barefabric.model.session import Session, SessionKind


def server_intent(design: Design, name: str) -> ServerIntent:
    """Compute what one server must be told."""
    server = design.servers[name]
    rack = design.racks[server.rack]
    routed = server.attach is Attach.ROUTED
    length = "32" if routed else rack.prefix.partition("/")[2]
    nics = tuple(
        Nic(c.b_port, c.a, c.a_port, c.speed, c.b_address)
        for c in design.cables_by_device[name]
        if c.kind is CableKind.SERVER
    )
    lists, policies = _host_policy(design, server) if routed else ((), ())
    return ServerIntent(
        server=server,
        nics=nics,
        mtu=design.underlay.server_mtu,
        addresses=tuple(f"{address}/{length}" for address in own_addresses(server)),
        gateway="" if routed else rack.gateway,
        prefix_lists=lists,
        policies=policies,
        bgp=_host_bgp(design, server) if routed else None,
    )


def own_addresses(server: Server) -> tuple[str, ...]:
    """The server's addresses in use: the node address, and the second one where it is used."""
    if server.uses_second:
        return server.address, server.second_address
    return (server.address,)


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
    lists = (
        PrefixList(names.DEFAULT_LIST, (PrefixMatch(DEFAULT),)),
        PrefixList(
            names.LEAF_LIST,
            tuple(PrefixMatch(f"{design.switches[leaf].loopback}/32") for leaf in leaves),
        ),
        PrefixList(names.OWN_LIST, tuple(PrefixMatch(f"{a}/32") for a in own_addresses(server))),
    )
    policies = (
        Policy(names.CONNECTED, permits(names.OWN_LIST)),
        Policy(names.import_of(group), permits(names.DEFAULT_LIST, names.LEAF_LIST)),
        Policy(names.export_of(group), (Term(10, True, names.OWN_LIST, own_path=True),)),
    )
    return lists, policies


def _host_bgp(design: Design, server: Server) -> Bgp:
    sessions = _host_sessions(design, server)
    return Bgp(
        asn=server.asn,
        router_id=server.address,
        ecmp=64,
        networks=tuple(f"{a}/32" for a in own_addresses(server)),
        aggregates=(),
        last_resort=False,
        groups=(peer_group(server.name, sessions),) if sessions else (),
    )
