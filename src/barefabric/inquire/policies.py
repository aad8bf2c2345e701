"""What each end of a session takes and gives, as far as the design says."""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.derive import names
from barefabric.derive.policies import local_prefixes, switch_policy
from barefabric.derive.prefixes import DEFAULTS
from barefabric.inquire.words import OTHER_EXPORTS, OTHER_IMPORTS, policy_text
from barefabric.model.address import FAMILIES, family
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.model.policy import PrefixMatch
from barefabric.model.session import Session, SessionKind, Side, Speaker
from barefabric.verify.prefixes import parse, passes


class Rules(NamedTuple):
    """A policy by name with its terms in words; without a name the terms say what holds instead."""

    name: str
    terms: tuple[str, ...]


class Filters(NamedTuple):
    """All that one device filters by."""

    policies: dict[str, "PolicyOf"]
    lists: dict[str, tuple[PrefixMatch, ...]]


class PolicyOf(NamedTuple):
    """A policy in words, and the lists that its permitting and refusing terms name, in order."""

    terms: tuple[str, ...]
    checks: tuple[tuple[bool, str], ...]
    lists: tuple[str, ...]


def filters_of(design: Design, device: str) -> Filters:
    """The policies of a switch or of a routed server; empty for anything else."""
    if device in design.switches:
        policy = switch_policy(design, design.switches[device])
        found, lists, communities = policy.policies, policy.prefix_lists, policy.community_lists
    elif device in design.servers:
        from barefabric.derive.server import server_intent

        intent = server_intent(design, device)
        found, lists, communities = intent.policies, intent.prefix_lists, ()
    else:
        return Filters({}, {})
    named = {c.name: c.community for c in communities}
    return Filters(
        {
            p.name: PolicyOf(
                policy_text(p, named),
                tuple((t.permit, t.prefix_list) for t in p.terms),
                tuple(dict.fromkeys(t.prefix_list for t in p.terms if t.prefix_list)),
            )
            for p in found
        },
        {p.name: p.entries for p in lists},
    )


def end_rules(session: Session, side: Side, at_a: bool, filters: Filters) -> tuple[Rules, Rules]:
    """What one end imports and exports."""
    if side.speaker not in (Speaker.SWITCH, Speaker.HOST):
        return (
            Rules("", (OTHER_IMPORTS[side.speaker],)),
            Rules("", (OTHER_EXPORTS[side.speaker],)),
        )
    taken = (session.a_import if at_a else "") or side.import_policy
    return _named(taken, filters), _named(side.export_policy, filters)


def _named(name: str, filters: Filters) -> Rules:
    policy = filters.policies.get(name)
    return Rules(name, policy.terms) if policy else Rules("", ("everything",))


def announced(
    design: Design, session: Session, side: Side, at_a: bool, filters: Filters
) -> tuple[str, ...]:
    """Prefixes that one end is expected to announce: its own, and those of its nodes.

    A switch also passes on what it learned from other switches, as far as its policy lets it.
    """
    families = session.profile.families
    if side.speaker is Speaker.UPSTREAM:
        return tuple(p for p in design.upstreams[session.b].accept if family(p) in families)
    if not at_a and side.speaker is not Speaker.SWITCH:
        mine = (a for a in design.announcements if a.server == session.b)
        return tuple(a.prefix for a in mine if a.profile == session.profile.name)
    device = session.a if at_a else session.b
    candidates = dict.fromkeys(p for p in _known_to(design, device) if family(p) in families)
    if session.profile.kind is SessionKind.HOST:
        candidates.update(dict.fromkeys(DEFAULTS[each] for each in families))
    if not side.export_policy:
        return tuple(candidates)
    policy = filters.policies.get(side.export_policy)
    checks = policy.checks if policy else ()
    return tuple(p for p in candidates if _permitted(p, checks, filters))


def passes_on(policy: str, filters: Filters) -> bool:
    """Whether a switch with this export policy sends on what other switches told it.

    Without a policy, as between the leaves of a pair, everything passes.
    """
    found = filters.policies.get(policy)
    transit = set(names.each(FAMILIES, names.FABRIC_LIST, names.EXTERNAL_LIST))
    return not policy or (found is not None and not transit.isdisjoint(found.lists))


def _permitted(prefix: str, checks: tuple[tuple[bool, str], ...], filters: Filters) -> bool:
    """Whether the first term whose list has the prefix permits it."""
    for permit, name in checks:
        if not name or passes(parse(prefix), filters.lists.get(name, ())):
            return permit
    return False


def _known_to(design: Design, device: str) -> Iterator[str]:
    """What a switch has without any other switch: its own prefixes, defaults, its nodes' routes."""
    switch = design.switches[device]
    yield from local_prefixes(design, switch)
    if switch.role is Role.SPINE:
        yield from (DEFAULTS[each] for each in design.underlay.families)
    for upstream in design.upstreams.values():
        if upstream.switch == device:
            yield from upstream.accept
            yield from upstream.announce
    if switch.role is Role.LEAF:
        here = {
            (s.b, s.profile.name)
            for s in design.sessions_by_device[device]
            if s.profile.kind in (SessionKind.NODE, SessionKind.HOST)
        }
        for announcement in design.announcements:
            if (announcement.server, announcement.profile) in here:
                yield announcement.prefix
