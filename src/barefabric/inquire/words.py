"""Policies, timers and kinds of things in words."""

from collections.abc import Iterable, Mapping

from barefabric.model.address import width
from barefabric.model.policy import (
    FROM_NODE,
    FROM_UPSTREAM,
    LAST_RESORT,
    Policy,
    PrefixMatch,
    Term,
)
from barefabric.model.session import Bfd, SessionKind, Speaker

COMMUNITIES = {
    LAST_RESORT: "the default of last resort, which every spine originates",
    FROM_NODE: "a route that a server announced",
    FROM_UPSTREAM: "a route that came from an upstream router",
}
"""What the communities of the design mean."""

SESSION_KINDS = {
    SessionKind.FABRIC: "eBGP between two tiers",
    SessionKind.PAIR: "iBGP of a leaf pair, over its peer link",
    SessionKind.HOST: "eBGP with the routing daemon of a server, on its cable",
    SessionKind.NODE: "eBGP with a Kubernetes node",
    SessionKind.UPSTREAM: "eBGP with an upstream router",
}

OTHER_IMPORTS = {
    Speaker.CALICO: "nothing (BGPFilter leaves)",
    Speaker.METALLB: "nothing (MetalLB learns no routes)",
    Speaker.KUBE_VIP: "nothing (kube-vip learns no routes)",
    Speaker.UPSTREAM: "theirs to say",
}
"""What programs accept that have no policy of ours."""

OTHER_EXPORTS = {
    Speaker.CALICO: "its own pod blocks and pools, nothing learned (BGPFilter leaves)",
    Speaker.METALLB: "addresses of its pools, one by one (BGPAdvertisement leaves)",
    Speaker.KUBE_VIP: "the endpoint of the API while it serves it",
    Speaker.UPSTREAM: "theirs to say",
}
"""What programs announce that have no policy of ours."""


def match_text(match: PrefixMatch) -> str:
    """``10.64.0.0/14, only /26``; a match without bounds is the prefix alone."""
    length = match.prefix.partition("/")[2]
    low, high = match.ge or int(length), match.le or (width(match.prefix) if match.ge else 0)
    if not match.ge and not match.le:
        return match.prefix
    return f"{match.prefix}, {f'only /{low}' if low == high else f'/{low} to /{high}'}"


def term_text(term: Term, communities: Mapping[str, str]) -> str:
    """``10 permit DEFAULT with community 65000:250: local preference 50``."""
    conditions = [term.prefix_list] if term.prefix_list else []
    if term.community_list:
        community = communities.get(term.community_list, "undefined")
        conditions.append(f"with community {community} ({term.community_list})")
    if term.own_path:
        conditions.append("of its own (AS path empty)")
    actions = []
    if term.local_preference is not None:
        actions.append(f"local preference {term.local_preference}")
    if term.weight is not None:
        actions.append(f"weight {term.weight}")
    if term.set_community:
        actions.append(f"community {term.set_community}")
    verb = "permit" if term.permit else "refuse"
    condition = " ".join(conditions) or ("everything" if not term.permit else "anything")
    result = f": set {', '.join(actions)}" if actions else ""
    return f"{term.sequence} {verb} {condition}{result}"


def policy_text(policy: Policy, communities: Mapping[str, str]) -> tuple[str, ...]:
    """A policy's terms in words; the refusal at its end is said once."""
    terms = tuple(term_text(term, communities) for term in policy.terms)
    ends_open = not policy.terms or policy.terms[-1].permit
    return (*terms, "refuse the rest") if ends_open else terms


def bfd_text(bfd: Bfd | None) -> str:
    """``300 ms x 3``, or ``off``."""
    return f"{bfd.interval} ms x {bfd.multiplier}" if bfd else "off"


def lists_text(lists: Iterable[tuple[str, tuple[PrefixMatch, ...]]], most: int = 6) -> list[str]:
    """``DEFAULT  0.0.0.0/0``: each list with its first entries, the rest counted."""
    lines = []
    for name, entries in lists:
        shown = "; ".join(match_text(entry) for entry in entries[:most])
        more = f"; and {len(entries) - most:,} more" if len(entries) > most else ""
        lines.append(f"{name}  {shown or 'nothing'}{more}")
    return lines
