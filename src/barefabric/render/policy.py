"""Views of prefix lists, community lists and route maps."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from barefabric.derive.names import CONNECTED, LAST_RESORT
from barefabric.model.address import is_ipv4
from barefabric.model.intent import Neighbor, SwitchIntent
from barefabric.model.policy import Policy, PrefixList, PrefixMatch, Term
from barefabric.model.record import fields
from barefabric.render.routing_view import (
    BgpView,
    EntryView,
    PolicyView,
    PrefixListView,
    TermView,
)

_OWN_IMPORT = fields(Neighbor, "import_policy")
"""What is read of each of hundreds of thousands of neighbors."""


def policy_view(intent: SwitchIntent, bgp: BgpView) -> PolicyView:
    """Lists and route maps in the order of their names, as switches list them.

    A policy that nothing refers to is left out: that of a group all of whose neighbors have their
    own.
    """
    attached = {CONNECTED, LAST_RESORT}
    for group in bgp.groups:
        attached.update((group.import_policy, group.export_policy))
    for run in bgp.members:
        attached.update(map(_OWN_IMPORT, run.neighbors))
    lists = [_prefix_list(lst) for lst in sorted(intent.prefix_lists, key=lambda lst: lst.name)]
    six = frozenset(
        lst.name
        for lst in intent.prefix_lists
        if lst.entries and not is_ipv4(lst.entries[0].prefix)
    )
    terms = tuple(
        term
        for policy in sorted(intent.policies, key=lambda policy: policy.name)
        if policy.name in attached
        for term in _terms(policy, six)
    )
    return PolicyView(
        prefix_lists=tuple(lst for lst in lists if lst.name not in six),
        community_lists=tuple(sorted(intent.community_lists)),
        terms=terms,
        own_path=any(term.own_path for term in terms),
        prefix_lists6=tuple(lst for lst in lists if lst.name in six),
    )


@lru_cache(maxsize=1024)
def _prefix_list(lst: PrefixList) -> PrefixListView:
    """A list's view; most lists are the same on many switches."""
    return PrefixListView(lst.name, tuple(_entries(lst.entries)))


def _entries(entries: Iterable[PrefixMatch]) -> Iterator[EntryView]:
    """Lines of a prefix list; a lower bound that equals the prefix's own length is no bound."""
    for number, (prefix, ge, le) in enumerate(entries, 1):
        match = prefix
        if ge and not prefix.endswith(f"/{ge}"):
            match += f" ge {ge}"
        if le and not prefix.endswith(f"/{le}"):
            match += f" le {le}"
        yield EntryView(10 * number, match)


@lru_cache(maxsize=1024)
def _terms(policy: Policy, six: frozenset[str]) -> tuple[TermView, ...]:
    """A policy's terms; most policies are the same on many switches. ``six`` are IPv6 lists."""
    return tuple(_term(policy.name, term, term.prefix_list in six) for term in policy.terms)


def _term(policy: str, term: Term, six: bool) -> TermView:
    return TermView(
        policy,
        "permit" if term.permit else "deny",
        term.sequence,
        "" if six else term.prefix_list,
        term.community_list,
        term.own_path,
        "" if term.local_preference is None else str(term.local_preference),
        "" if term.weight is None else str(term.weight),
        term.set_community,
        term.prefix_list if six else "",
    )
