"""The routing policies of DESIGN section 7, in terms that every vendor can say.

A leaf announces its loopback, its rack and what its nodes announce. A spine passes the fabric's
prefixes on. A border keeps any default of the fabric out and brings the upstream's in.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from barefabric.derive import names
from barefabric.derive.prefixes import (
    DEFAULT,
    endpoint_matches,
    pod_matches,
    service_matches,
)
from barefabric.model.design import Design
from barefabric.model.device import Role, Switch
from barefabric.model.policy import (
    FROM_NODE,
    FROM_UPSTREAM,
    LAST_RESORT,
    CommunityList,
    Policy,
    PrefixList,
    PrefixMatch,
    Term,
)
from barefabric.model.session import Session, SessionKind, SessionProfile, Speaker

LAST_RESORT_PREFERENCE = 50
"""Local preference of the default of last resort, below the 100 that every other route has."""


class RoutingPolicy(NamedTuple):
    """What a device needs to filter by."""

    prefix_lists: tuple[PrefixList, ...]
    community_lists: tuple[CommunityList, ...]
    policies: tuple[Policy, ...]


def permits(*lists: str, start: int = 10) -> tuple[Term, ...]:
    """One permitting term for each list."""
    return tuple(Term(start + 10 * n, True, name) for n, name in enumerate(lists))


@lru_cache(maxsize=8)
def fabric_lists(design: Design) -> tuple[PrefixList, ...]:
    """Lists every switch shares: the default, the fabric's prefixes, external ones."""
    plan = design.plan
    inside = (*plan.loopbacks, *plan.racks, *plan.hosts, *plan.pods, *plan.services)
    lists = [
        PrefixList(names.DEFAULT_LIST, (PrefixMatch(DEFAULT),)),
        PrefixList(names.FABRIC_LIST, inside),
    ]
    outside = tuple(m for m in plan.external if m.prefix != DEFAULT)
    if outside:
        lists.append(PrefixList(names.EXTERNAL_LIST, outside))
    return tuple(lists)


def _connected() -> Policy:
    return Policy(names.CONNECTED, permits(names.LOCAL_LIST))


def _from_above(group: str, external: tuple[str, ...]) -> Policy:
    """What a lower tier takes: the default of last resort at a low preference, then the rest."""
    resort = Term(
        10,
        True,
        names.DEFAULT_LIST,
        names.LAST_RESORT_LIST,
        local_preference=LAST_RESORT_PREFERENCE,
    )
    rest = permits(names.DEFAULT_LIST, names.FABRIC_LIST, *external, start=20)
    return Policy(names.import_of(group), (resort, *rest))


def _last_resort() -> Policy:
    """Origination of the default of last resort: it must lose against every other default."""
    term = Term(
        10,
        True,
        names.DEFAULT_LIST,
        local_preference=LAST_RESORT_PREFERENCE,
        weight=0,
        set_community=LAST_RESORT,
    )
    return Policy(names.LAST_RESORT, (term,))


def _leaf(external: tuple[str, ...], upper: str) -> Iterator[Policy]:
    yield _from_above(upper, external)
    yield Policy(names.export_of(upper), permits(names.LOCAL_LIST, names.NODES_LIST))


def _spine(external: tuple[str, ...], groups: set[str]) -> Iterator[Policy]:
    """Spines: fabric prefixes in every direction, the default only downwards."""
    for group in (g for g in names.GROUP.values() if g in groups):
        if group == names.GROUP[Role.SUPERSPINE]:
            yield _from_above(group, external)
            yield Policy(names.export_of(group), permits(names.FABRIC_LIST))
        else:
            yield from _downwards(group, external)
    yield _last_resort()


def _downwards(group: str, external: tuple[str, ...]) -> Iterator[Policy]:
    """An upper tier towards a lower one. Borders give the default and never get one."""
    if group == names.GROUP[Role.BORDER]:
        yield Policy(
            names.import_of(group), permits(names.DEFAULT_LIST, names.FABRIC_LIST, *external)
        )
        yield Policy(names.export_of(group), permits(names.FABRIC_LIST))
    else:
        yield Policy(names.import_of(group), permits(names.FABRIC_LIST))
        yield Policy(
            names.export_of(group), permits(names.DEFAULT_LIST, names.FABRIC_LIST, *external)
        )


def _superspine(external: tuple[str, ...], groups: set[str]) -> Iterator[Policy]:
    for group in (g for g in names.GROUP.values() if g in groups):
        yield from _downwards(group, external)


def _border(external: tuple[str, ...], upper: str, takes_default: bool) -> Iterator[Policy]:
    """Borders refuse any default of the fabric, so that the upstream's always comes back."""
    refuse = Term(10, False, names.DEFAULT_LIST)
    yield Policy(names.import_of(upper), (refuse, *permits(names.FABRIC_LIST, start=20)))
    brought = (names.DEFAULT_LIST,) if takes_default else ()
    yield Policy(names.export_of(upper), permits(names.LOCAL_LIST, *brought, *external))


def _upstream_policy(
    design: Design, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    lists, policies = [], []
    for session in sessions:
        upstream = design.upstreams[session.b]
        group = names.upper(upstream.name)
        accept, announce = names.upstream_accept(session.b), names.upstream_announce(session.b)
        taken = Term(10, True, accept, set_community=FROM_UPSTREAM)
        if upstream.accept:
            lists.append(PrefixList(accept, tuple(PrefixMatch(p) for p in upstream.accept)))
            policies.append(Policy(names.import_of(group), (taken,)))
        else:
            policies.append(Policy(names.import_of(group), (Term(10, False),)))
        if upstream.announce:
            lists.append(PrefixList(announce, tuple(PrefixMatch(p) for p in upstream.announce)))
            policies.append(Policy(names.export_of(group), permits(announce)))
        else:
            policies.append(Policy(names.export_of(group), (Term(10, False),)))
    return lists, policies


def speaker_matches(design: Design, profile: SessionProfile) -> tuple[PrefixMatch, ...]:
    """What a leaf takes from one kind of speaker, and nothing else."""
    cluster = design.clusters[profile.cluster]
    speaker = profile.b.speaker
    if speaker is Speaker.KUBE_VIP:
        return endpoint_matches(cluster)
    services = service_matches(cluster) if speaker.value == cluster.announcer else ()
    return (pod_matches(cluster) if speaker is Speaker.CALICO else ()) + services


def node_policy(
    design: Design, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a leaf towards its nodes: their own prefixes in, nothing out."""
    lists: list[PrefixList] = []
    policies: list[Policy] = []
    profiles = {
        s.profile.a.group: s.profile for s in sessions if s.profile.kind is SessionKind.NODE
    }
    for group, profile in profiles.items():
        lists.append(PrefixList(group, speaker_matches(design, profile)))
        term = Term(10, True, group, set_community=FROM_NODE)
        policies.append(Policy(profile.a.import_policy, (term,)))
    if profiles:
        policies.append(Policy(names.TO_NODES, (Term(10, False),)))
    return lists, policies


def host_policy(
    design: Design, switch: Switch, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a leaf towards routed hosts: own loopbacks in; default and ours out."""
    lists: list[PrefixList] = []
    policies: list[Policy] = []
    for name in dict.fromkeys(s.b for s in sessions if s.profile.kind is SessionKind.HOST):
        server = design.servers[name]
        own = [server.address, *([server.second_address] if server.uses_second else [])]
        owned = tuple(PrefixMatch(f"{address}/32") for address in own)
        lists.append(PrefixList(names.host_list(name), owned))
        term = Term(10, True, names.host_list(name), set_community=FROM_NODE)
        policies.append(Policy(names.host_import(name), (term,)))
    if lists:
        lists.append(PrefixList(names.SELF_LIST, (PrefixMatch(f"{switch.loopback}/32"),)))
        policies.append(Policy(names.import_of(names.HOSTS), (Term(10, False),)))
        policies.append(
            Policy(names.export_of(names.HOSTS), permits(names.DEFAULT_LIST, names.SELF_LIST))
        )
    return lists, policies


def local_prefixes(design: Design, switch: Switch) -> tuple[str, ...]:
    """What a switch originates itself: its loopback, and its rack's prefix if servers are on it."""
    rack = design.racks.get(switch.rack)
    own = (f"{switch.loopback}/32",)
    return (*own, rack.prefix) if rack is not None and rack.gateway else own


def switch_policy(design: Design, switch: Switch) -> RoutingPolicy:
    """Everything one switch filters by, in a stable order."""
    sessions = design.sessions_by_device[switch.name]
    kinds = {s.profile.name: s for s in sessions}.values()
    shared = fabric_lists(design)
    external = tuple(p.name for p in shared if p.name == names.EXTERNAL_LIST)
    groups = {
        side.group
        for s in kinds
        if s.profile.kind is SessionKind.FABRIC
        for side in (s.profile.a if s.a == switch.name else s.profile.b,)
    }
    local = PrefixList(
        names.LOCAL_LIST, tuple(PrefixMatch(p) for p in local_prefixes(design, switch))
    )
    lists, policies = [*shared, local], [_connected()]
    if switch.role is Role.SUPERSPINE:
        policies += _superspine(external, groups)
    elif switch.role is Role.SPINE:
        policies += _spine(external, groups)
    elif switch.role is Role.LEAF:
        upper = next(iter(groups), names.GROUP[Role.SPINE])
        policies += _leaf(external, upper)
        lists, policies = _leaf_side(design, switch, kinds, lists, policies)
    else:
        upper = next(iter(groups), names.GROUP[Role.SPINE])
        outward = [s for s in sessions if s.profile.kind is SessionKind.UPSTREAM]
        takes = any(DEFAULT in design.upstreams[s.b].accept for s in outward)
        policies += _border(external, upper, takes)
        more, rules = _upstream_policy(design, outward)
        lists, policies = lists + more, policies + rules
    communities = (CommunityList(names.LAST_RESORT_LIST, LAST_RESORT),)
    uses = any(t.community_list for p in policies for t in p.terms)
    return RoutingPolicy(tuple(lists), communities if uses else (), tuple(policies))


def _leaf_side(
    design: Design,
    switch: Switch,
    kinds: Iterable[Session],
    lists: list[PrefixList],
    policies: list[Policy],
) -> tuple[list[PrefixList], list[Policy]]:
    """Add what a leaf needs towards its servers, and the list of all it passes on for them.

    ``kinds`` holds one session of each profile.
    """
    node_lists, node_rules = node_policy(design, kinds)
    routed = any(s.profile.kind is SessionKind.HOST for s in kinds)
    hosts = design.sessions_by_device[switch.name] if routed else ()
    host_lists, host_rules = host_policy(design, switch, hosts)
    passed = dict.fromkeys(m for p in node_lists for m in p.entries)
    passed.update(dict.fromkeys(m for p in host_lists[:-1] for m in p.entries))
    nodes = PrefixList(names.NODES_LIST, tuple(passed))
    upward = policies[-1]
    if not passed:
        policies = [*policies[:-1], Policy(upward.name, permits(names.LOCAL_LIST))]
    return (
        [*lists, *([nodes] if passed else []), *node_lists, *host_lists],
        [*policies, *node_rules, *host_rules],
    )
