"""Routing policy applied to a route, term by term, as the switches apply it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from barefabric.model.policy import Policy, PrefixMatch
from barefabric.verify.prefixes import ListIndex

UNDEFINED = -2
"""A list that is named but not defined: it matches nothing (EOS, FRR; NX-OS differs)."""
ANY = -1
"""No condition on the prefix."""


class Rule(NamedTuple):
    """A term with its lists resolved. ``contents`` is a number of :class:`ListIndex`."""

    permit: bool
    contents: int
    list_name: str
    community: str
    own_path: bool
    local_preference: int | None
    weight: int | None
    set_community: str


class Rules(NamedTuple):
    """A policy ready to apply."""

    name: str
    rules: tuple[Rule, ...]


class Passed(NamedTuple):
    """What a policy made of a route it permits; None means unchanged."""

    local_preference: int | None
    weight: int | None
    communities: frozenset[str] | None


PASS = Passed(None, None, None)
UNKNOWN_COMMUNITY = "no such list"
"""Stands for a community list that is not defined: no route carries it."""


def compile_policy(
    policy: Policy,
    lists: Mapping[str, tuple[PrefixMatch, ...]],
    communities: Mapping[str, str],
    index: ListIndex,
) -> Rules:
    """Resolve the names in a policy's terms."""
    rules = []
    for term in policy.terms:
        contents = ANY
        if term.prefix_list:
            entries = lists.get(term.prefix_list)
            contents = UNDEFINED if entries is None else index.add(entries)
        community = ""
        if term.community_list:
            community = communities.get(term.community_list, UNKNOWN_COMMUNITY)
        rules.append(
            Rule(
                term.permit,
                contents,
                term.prefix_list,
                community,
                term.own_path,
                term.local_preference,
                term.weight,
                term.set_community,
            )
        )
    return Rules(policy.name, tuple(rules))


class AmbiguousError(Exception):
    """The answer depends on which of several equal paths a router prefers."""


def apply(
    rules: Iterable[Rule],
    matched: frozenset[int],
    may: frozenset[str],
    must: frozenset[str],
    path_length: int,
) -> Passed | None:
    """What the first matching rule does to a route; None where the route is refused.

    ``matched`` are the contents that the prefix passes. ``may`` and ``must`` are the communities
    that the route perhaps and certainly carries. Raises :class:`AmbiguousError` where they
    differ on a community that a rule asks for.
    """
    for rule in rules:
        if rule.contents != ANY and rule.contents not in matched:
            continue
        if rule.own_path and path_length:
            continue
        if rule.community:
            if rule.community not in may:
                continue
            if rule.community not in must:
                raise AmbiguousError(rule.community)
        if not rule.permit:
            return None
        replaced = frozenset((rule.set_community,)) if rule.set_community else None
        return Passed(rule.local_preference, rule.weight, replaced)
    return None
