"""The routing policies of DESIGN section 7, in terms that every vendor can say.

A leaf announces its loopback, its rack and what its nodes announce. A spine passes the fabric's
prefixes on. A border keeps any default of the fabric out and brings the upstream's in. What each
tier does stands in ``tiers``, what holds towards nodes, hosts and upstreams in ``edges``; here they
become all that one switch filters by.
"""

from collections.abc import Iterable
from typing import NamedTuple

from barefabric.derive import names
from barefabric.derive.edges import host_policy, node_policy, upstream_policy
from barefabric.derive.prefixes import DEFAULT
from barefabric.derive.tiers import (
    border_policies,
    connected,
    fabric_lists,
    leaf_policies,
    permits,
    spine_policies,
    superspine_policies,
)
from barefabric.model.design import Design
from barefabric.model.device import Role, Switch
from barefabric.model.policy import LAST_RESORT, CommunityList, Policy, PrefixList, PrefixMatch
from barefabric.model.session import Session, SessionKind


class RoutingPolicy(NamedTuple):
    """What a device needs to filter by."""

    prefix_lists: tuple[PrefixList, ...]
    community_lists: tuple[CommunityList, ...]
    policies: tuple[Policy, ...]


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
    lists, policies = [*shared, local], [connected()]
    if switch.role is Role.SUPERSPINE:
        policies += superspine_policies(external, groups)
    elif switch.role is Role.SPINE:
        policies += spine_policies(external, groups)
    elif switch.role is Role.LEAF:
        upper = next(iter(groups), names.GROUP[Role.SPINE])
        policies += leaf_policies(external, upper)
        lists, policies = _leaf_side(design, switch, kinds, lists, policies)
    else:
        upper = next(iter(groups), names.GROUP[Role.SPINE])
        outward = [s for s in sessions if s.profile.kind is SessionKind.UPSTREAM]
        takes = any(DEFAULT in design.upstreams[s.b].accept for s in outward)
        policies += border_policies(external, upper, takes)
        more, rules = upstream_policy(design, outward)
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
