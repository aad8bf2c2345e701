"""Views of the BGP process."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from barefabric.derive.names import GROUP
from barefabric.derive.prefixes import DEFAULTS
from barefabric.model.address import family as family_of
from barefabric.model.device import Role
from barefabric.model.intent import Bgp, Neighbor, PeerGroup
from barefabric.model.record import fields
from barefabric.model.session import Bfd, SessionKind, Source
from barefabric.model.vendor import Dialect
from barefabric.render.natural import Ordered, by_addresses, natural, ordered, runs
from barefabric.render.placeholder import placeholder
from barefabric.render.routing_view import BfdView, BgpView, FamilyView, GroupView, NeighborsView

DEFAULT_BFD = Bfd(300, 3)
"""What a daemon takes unless told otherwise (EOS ``router bfd``, FRR ``bfdd``)."""

_INTERFACE = fields(Neighbor, "interface")
"""What is read of each of hundreds of thousands of neighbors."""


def bgp_view(bgp: Bgp, role: Role, dialect: Dialect) -> BgpView:
    """The BGP process with groups and neighbors in the order in which switches list them."""
    groups = sorted(settled_groups(bgp, role, dialect), key=lambda group: group.name)
    by_port, by_address = [_by_port(group) for group in groups], [_by_address(g) for g in groups]
    members = tuple(
        _run(group, found.things)
        for group, *both in zip(groups, by_port, by_address, strict=True)
        for found in both
        if found.things
    )
    views = tuple(
        _group(group, dialect, bool(ports.things))
        for group, ports in zip(groups, by_port, strict=True)
    )
    carried = {group.name: group.families for group in groups}
    return BgpView(
        asn=bgp.asn,
        router_id=bgp.router_id,
        ecmp=bgp.ecmp,
        groups=views,
        members=members,
        numbered=tuple(_run(groups[n], found) for n, found in runs(by_address)),
        unnumbered=tuple(_run(groups[n], found) for n, found in runs(by_port)),
        aggregates=bgp.aggregates,
        last_resort=bgp.last_resort,
        bfd_profiles=tuple(sorted({v.bfd for v in views if v.bfd is not None and v.bfd.name})),
        families=tuple(_family(name, bgp, views, members, carried) for name in bgp.families),
    )


def settled_groups(bgp: Bgp, role: Role, dialect: Dialect) -> tuple[PeerGroup, ...]:
    """The groups as a network OS can express them, each with the ASN that it states itself."""
    settled = (_settle_asn(group, role) for group in bgp.groups)
    return tuple(_grouped(settled, dialect))


def _family(
    name: str,
    bgp: Bgp,
    groups: Iterable[GroupView],
    members: tuple[NeighborsView, ...],
    carried: Mapping[str, tuple[str, ...]],
) -> FamilyView:
    """One address family of the process; ``carried`` are the families of each group."""
    mine = tuple(group for group in groups if name in carried[group.name])
    if len(mine) < len(carried):
        members = tuple(run for run in members if name in carried[run.group])
    return FamilyView(
        name,
        "ip" if name == "ipv4" else name,
        mine,
        members,
        tuple(prefix for prefix in bgp.aggregates if family_of(prefix) == name),
        DEFAULTS[name] if bgp.last_resort else "",
    )


def _run(group: PeerGroup, neighbors: Sequence[Neighbor]) -> NeighborsView:
    return NeighborsView(group.name, not group.asn, neighbors)


def _by_port(group: PeerGroup) -> Ordered:
    """The group's neighbors that are named by our port, in the order of the ports."""
    found = [neighbor for neighbor in group.neighbors if not neighbor[0]]
    return ordered([natural(neighbor.interface) for neighbor in found], found)


def _by_address(group: PeerGroup) -> Ordered:
    """The group's neighbors that are named by their address, in the order of addresses."""
    found = [neighbor for neighbor in group.neighbors if neighbor[0]]
    return ordered(by_addresses([neighbor[0] for neighbor in found]), found)


def _settle_asn(group: PeerGroup, role: Role) -> PeerGroup:
    """Let each lower neighbor state its own AS number, even while all have the same.

    Otherwise the second border of a fabric would move the first one's number from the group to the
    neighbor, and reset a session that nothing happened to.
    """
    upward = role in (Role.LEAF, Role.BORDER) or group.name == GROUP[Role.SUPERSPINE]
    if group.kind is SessionKind.FABRIC and not upward:
        return group._replace(asn=0)
    return group


def _grouped(groups: Iterable[PeerGroup], dialect: Dialect) -> Iterator[PeerGroup]:
    """The groups as the OS can express them.

    Where a neighbor named by its interface cannot have a policy of its own, those that need one
    move into a group that is called after the policy.
    """
    for group in groups:
        if dialect.interface_import or not any(map(_INTERFACE, group.neighbors)):
            yield group
            continue
        rest = tuple(n for n in group.neighbors if not (n.interface and n.import_policy))
        own: dict[str, list[Neighbor]] = {}
        for neighbor in group.neighbors:
            if neighbor.interface and neighbor.import_policy:
                own.setdefault(neighbor.import_policy, []).append(neighbor)
        if rest:
            yield group._replace(neighbors=rest)
        for policy, neighbors in own.items():
            bare = tuple(neighbor._replace(import_policy="") for neighbor in neighbors)
            name = policy.removeprefix("FROM-")
            yield group._replace(name=name, import_policy=policy, neighbors=bare)


def _group(group: PeerGroup, dialect: Dialect, unnumbered: bool) -> GroupView:
    return GroupView(
        name=group.name,
        asn=group.asn,
        passive=group.passive,
        update_source=_source(group, dialect),
        bfd=_bfd(group.bfd),
        multihop=group.hops if group.hops > 1 else 0,
        ttl_security=group.ttl_security and group.hops == 1,
        keepalive=group.keepalive,
        hold=group.hold,
        import_policy=group.import_policy,
        export_policy=group.export_policy,
        password=placeholder(group.password),
        send_community=group.send_community,
        max_prefix=group.max_prefix,
        next_hop_self=group.next_hop_self,
        remove_private_as=group.remove_private_as,
        unnumbered=unnumbered,
        local_as=group.local_as,
    )


def _source(group: PeerGroup, dialect: Dialect) -> str:
    """What the sessions of a group start from, where the OS would not find it by itself."""
    if group.source is Source.LOOPBACK:
        return dialect.loopback
    if group.source is Source.SVI and dialect.second_gateway:
        return group.neighbors[0].local_address
    return ""


@lru_cache(maxsize=64)
def _bfd(bfd: Bfd | None) -> BfdView | None:
    if bfd is None:
        return None
    name = "" if bfd == DEFAULT_BFD else f"{bfd.interval}x{bfd.multiplier}"
    own_interval = 0 if bfd.interval == DEFAULT_BFD.interval else bfd.interval
    own_multiplier = 0 if bfd.multiplier == DEFAULT_BFD.multiplier else bfd.multiplier
    return BfdView(name, bfd.interval, bfd.multiplier, own_interval, own_multiplier)
