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
from barefabric.derive.groups import sessions_by_profile
from barefabric.derive.prefixes import DEFAULTS
from barefabric.derive.tiers import (
    border_policies,
    connected,
    fabric_lists,
    leaf_policies,
    lists_of,
    named,
    spine_policies,
    superspine_policies,
)
from barefabric.model.address import FAMILIES
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
    bridged = rack is not None and rack.gateway
    own = (f"{switch.loopback}/32", *((rack.prefix,) if rack is not None and bridged else ()))
    if not switch.loopback6:
        return own
    own6 = f"{switch.loopback6}/128"
    return (*own, own6, *((rack.prefix6,) if rack is not None and bridged else ()))


def switch_policy(design: Design, switch: Switch) -> RoutingPolicy:
    """Everything one switch filters by, in a stable order."""
    kinds = [same[0] for same in sessions_by_profile(design, switch.name)]
    shared = fabric_lists(design)
    common = named(shared)
    groups = _fabric_groups(switch, kinds)
    local = lists_of(names.LOCAL_LIST, map(PrefixMatch, local_prefixes(design, switch)))
    own = [entry.name for entry in local]
    lists, policies = [*shared, *local], [connected(local)]
    upper = next(iter(groups), names.GROUP[Role.SPINE])
    if switch.role is Role.SUPERSPINE:
        policies += superspine_policies(common, groups)
    elif switch.role is Role.SPINE:
        policies += spine_policies(common, groups)
    elif switch.role is Role.LEAF:
        edge = _leaf_side(design, switch, kinds)
        policies += leaf_policies(common, upper, (*own, *(entry.name for entry in edge.passed)))
        lists, policies = [*lists, *edge.passed, *edge.lists], [*policies, *edge.policies]
    else:
        sessions = design.sessions_by_device[switch.name]
        outward = [s for s in sessions if s.profile.kind is SessionKind.UPSTREAM]
        taken = {prefix for s in outward for prefix in design.upstreams[s.b].accept}
        brought = [
            name
            for name, family in zip(common.default, design.underlay.families, strict=True)
            if DEFAULTS[family] in taken
        ]
        policies += border_policies(common, upper, own, brought)
        more, rules = upstream_policy(design, outward)
        lists, policies = lists + more, policies + rules
    communities = (CommunityList(names.LAST_RESORT_LIST, LAST_RESORT),)
    uses = any(t.community_list for p in policies for t in p.terms)
    return RoutingPolicy(tuple(lists), communities if uses else (), tuple(policies))


def _fabric_groups(switch: Switch, kinds: Iterable[Session]) -> dict[str, None]:
    """The groups of other switches that a switch has sessions with, without their families."""
    return dict.fromkeys(
        side.group.removesuffix("6")
        for s in kinds
        if s.profile.kind is SessionKind.FABRIC
        for side in (s.profile.a if s.a == switch.name else s.profile.b,)
    )


class _Edge(NamedTuple):
    """What a leaf needs towards its servers; ``passed`` lists all that it passes on for them."""

    passed: tuple[PrefixList, ...]
    lists: list[PrefixList]
    policies: list[Policy]


def _leaf_side(design: Design, switch: Switch, kinds: Iterable[Session]) -> _Edge:
    """The edge of a leaf; ``kinds`` holds one session of each profile."""
    node_lists, node_rules = node_policy(design, kinds)
    routed = any(s.profile.kind is SessionKind.HOST for s in kinds)
    hosts = design.sessions_by_device[switch.name] if routed else ()
    host_lists, host_rules = host_policy(design, switch, hosts)
    passed = dict.fromkeys(m for p in node_lists for m in p.entries)
    own = names.each(FAMILIES, names.SELF_LIST)
    passed.update(dict.fromkeys(m for p in host_lists if p.name not in own for m in p.entries))
    return _Edge(
        lists_of(names.NODES_LIST, passed),
        [*node_lists, *host_lists],
        [*node_rules, *host_rules],
    )
