"""Routes on their way: what a session, a policy and a decision make of them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from barefabric.verify.network import Attributes, Config
from barefabric.verify.policy import AmbiguousError, Passed, Rule
from barefabric.verify.view import Edge

Token = tuple[str, int]
"""What stands for an AS number in a path: the class of its vertex, or of its only user."""

UNKNOWN = -1
"""A count that differs between equal paths."""


class Route(NamedTuple):
    """The route a class takes. ``hops`` are pairs (class, code) of the neighbors it goes to.

    ``may`` and ``must`` are what the AS path possibly and certainly contains, ``carries`` and
    ``always`` the same of communities. ``privates`` counts private AS numbers in the path.
    ``width`` counts the paths that are equally good, ``limit`` how many of them are used.
    """

    weight: int
    preference: int
    local: bool
    length: int
    external: bool
    may: frozenset[Token]
    must: frozenset[Token]
    carries: frozenset[str]
    always: frozenset[str]
    privates: int
    hops: tuple[tuple[int, int], ...] = ()
    width: int = 0
    limit: int = 0

    @property
    def rank(self) -> tuple[int, int, bool, int, bool]:
        """Smaller is better; equal ranks share the traffic."""
        return (-self.weight, -self.preference, not self.local, self.length, not self.external)


class Flow(NamedTuple):
    """Everything about one class taking routes from another, worked out beforehand."""

    edge: Edge
    exports: Sequence[Rule] | None
    imports: Sequence[Rule] | None
    internal: bool
    next_hop_self: bool
    remove_private: bool
    send_community: bool
    mute: bool
    token: Token
    private: bool


_NONE: frozenset[str] = frozenset()
_NO_PATH: frozenset[Token] = frozenset()


def passed_on(flow: Flow, offered: Route) -> bool:
    """Whether a learned route goes over an iBGP session and can be used there.

    What was learned by iBGP is not passed on by iBGP (RFC 4271, 9.2). Without next-hop-self the
    next hop is an address on a link that nobody announces.
    """
    return offered.external and flow.next_hop_self


def rules_of(config: Config, name: str) -> Sequence[Rule] | None:
    """The rules of a policy; an undefined one refuses everything, no policy passes everything."""
    if not name:
        return None
    policy = config.policies.get(name)
    return policy.rules if policy is not None else ()


def originated(own: Attributes) -> Route:
    """A route that a process originates itself."""
    return Route(
        own.weight,
        own.preference,
        True,
        0,
        False,
        _NO_PATH,
        _NO_PATH,
        own.communities,
        own.communities,
        0,
    )


def communities_of(sent: Passed, route: Route, send: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Communities that a route possibly and certainly carries once it was sent."""
    if not send:
        return _NONE, _NONE
    if sent.communities is not None:
        return sent.communities, sent.communities
    return route.carries, route.always


def forwarded(flow: Flow, route: Route, carries: frozenset[str], always: frozenset[str]) -> Route:
    """A route on its way: over eBGP the sender's AS number is put before the path."""
    if flow.internal:
        return route._replace(weight=0, local=False, external=False, carries=carries, always=always)
    may, must, length, privates = route.may, route.must, route.length, route.privates
    if flow.remove_private:
        if privates == UNKNOWN:
            raise AmbiguousError("private AS numbers")
        if privates:
            may, must, length, privates = _NO_PATH, _NO_PATH, length - privates, 0
    return Route(
        0,
        100,
        False,
        length + 1,
        True,
        may | {flow.token},
        must | {flow.token},
        carries,
        always,
        privates + flow.private if privates != UNKNOWN else UNKNOWN,
    )


def accepted(flow: Flow, route: Route, taken: Passed) -> Route:
    """A route as the import policy leaves it, with its next hops."""
    communities = taken.communities
    return route._replace(
        weight=route.weight if taken.weight is None else taken.weight,
        preference=(route.preference if taken.local_preference is None else taken.local_preference),
        carries=route.carries if communities is None else communities,
        always=route.always if communities is None else communities,
        hops=((flow.edge.cell, flow.edge.code),),
        width=flow.edge.sessions,
    )


def together(routes: Sequence[Route], limit: int) -> Route:
    """Equally good routes as one."""
    first = routes[0]
    if len(routes) == 1:
        return first._replace(limit=limit)
    return first._replace(
        may=frozenset[Token]().union(*(r.may for r in routes)),
        must=first.must.intersection(*(r.must for r in routes)),
        carries=frozenset[str]().union(*(r.carries for r in routes)),
        always=first.always.intersection(*(r.always for r in routes)),
        privates=_same(r.privates for r in routes),
        hops=tuple(sorted(hop for r in routes for hop in r.hops)),
        width=sum(r.width for r in routes),
        limit=limit,
    )


def _same(counts: Iterable[int]) -> int:
    distinct = set(counts)
    return distinct.pop() if len(distinct) == 1 else UNKNOWN
