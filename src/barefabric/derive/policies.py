"""The routing policies of DESIGN section 7, in terms that every vendor can say.

A leaf announces its loopback, its rack and what its nodes announce. A spine passes the fabric's
prefixes on. A border keeps any default of the fabric out and brings the upstream's in. What each
tier does stands in ``tiers``, what holds towards nodes, hosts and upstreams in ``edges``; here they
become all that one switch filters by.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from barefabric.derive import names
from barefabric.derive.edges import host_policy, node_policy, upstream_policy
from barefabric.derive.groups import sessions_by_profile
from barefabric.derive.prefixes import DEFAULTS
from barefabric.derive.tiers import (
    border_policies,
    common_lists,
    connected,
    fabric_lists,
    leaf_policies,
    lists_of,
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
    shared, common = fabric_lists(design), common_lists(design)
    groups = _fabric_groups(switch, kinds)
    local = lists_of(names.LOCAL_LIST, map(PrefixMatch, local_prefixes(design, switch)))
    own = tuple(entry.name for entry in local)
    upper = next(iter(groups), names.GROUP[Role.SPINE])
    edge = NO_EDGE
    if switch.role is Role.SUPERSPINE:
        policies = tuple(superspine_policies(common, groups))
    elif switch.role is Role.SPINE:
        policies = tuple(spine_policies(common, groups))
    elif switch.role is Role.LEAF:
        edge = _leaf_side(design, switch, kinds)
        passed = (entry.name for entry in edge.passed)
        policies = leaf_policies(common, upper, (*own, *passed))
    else:
        policies, edge = _border_side(design, switch, upper, own)
    policies = (connected(own), *policies, *edge.policies)
    communities = (CommunityList(names.LAST_RESORT_LIST, LAST_RESORT),)
    uses = any(t.community_list for p in policies for t in p.terms)
    lists = (*shared, *local, *edge.passed, *edge.lists)
    return RoutingPolicy(lists, communities if uses else (), policies)


def _fabric_groups(switch: Switch, kinds: Iterable[Session]) -> dict[str, None]:
    """The groups of other switches that a switch has sessions with, without their families."""
    return dict.fromkeys(
        side.group.removesuffix("6")
        for s in kinds
        if s.profile.kind is SessionKind.FABRIC
        for side in (s.profile.a if s.a == switch.name else s.profile.b,)
    )


class _Edge(NamedTuple):
    """What a switch needs towards servers and upstreams; ``passed`` lists all that it passes on."""

    passed: tuple[PrefixList, ...]
    lists: tuple[PrefixList, ...]
    policies: tuple[Policy, ...]


NO_EDGE = _Edge((), (), ())
"""Towards nothing but other switches."""


def _leaf_side(design: Design, switch: Switch, kinds: Iterable[Session]) -> _Edge:
    """The edge of a leaf; ``kinds`` holds one session of each profile."""
    profiles = (s.profile for s in kinds)
    nodes = _node_side(design, tuple(p.name for p in profiles if p.kind is SessionKind.NODE))
    if not any(s.profile.kind is SessionKind.HOST for s in kinds):
        return nodes
    lists, policies = host_policy(design, switch, design.sessions_by_device[switch.name])
    own = names.each(FAMILIES, names.SELF_LIST)
    hosts = [p for p in lists if p.name not in own]
    return _Edge(
        _passed(*nodes.lists, *hosts), (*nodes.lists, *lists), (*nodes.policies, *policies)
    )


@lru_cache(maxsize=256)
def _node_side(design: Design, profiles: tuple[str, ...]) -> _Edge:
    """The edge towards nodes with sessions of some profiles: that of most leaves, all alike."""
    lists, policies = node_policy(design, [design.profiles[name] for name in profiles])
    return _Edge(_passed(*lists), tuple(lists), tuple(policies))


def _passed(*lists: PrefixList) -> tuple[PrefixList, ...]:
    """All that some lists permit, as what is passed on for nodes."""
    return lists_of(names.NODES_LIST, dict.fromkeys(m for p in lists for m in p.entries))


def _border_side(
    design: Design, switch: Switch, upper: str, own: tuple[str, ...]
) -> tuple[tuple[Policy, ...], _Edge]:
    """A border's policies towards the fabric, and its edge."""
    sessions = design.sessions_by_device[switch.name]
    outward = [s for s in sessions if s.profile.kind is SessionKind.UPSTREAM]
    taken = {prefix for s in outward for prefix in design.upstreams[s.b].accept}
    common = common_lists(design)
    brought = [
        name
        for name, family in zip(common.default, design.underlay.families, strict=True)
        if DEFAULTS[family] in taken
    ]
    lists, policies = upstream_policy(design, outward)
    inward = border_policies(common, upper, own, brought)
    return tuple(inward), _Edge((), tuple(lists), tuple(policies))
