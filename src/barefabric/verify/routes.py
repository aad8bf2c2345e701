"""BGP on the classes of one prefix: which route each class of processes takes, and from whom.

The decision process is that of RFC 4271 section 9.1 as routers run it: weight, local preference,
own origination, length of the AS path, eBGP before iBGP; all paths that are equal so far are used
together (``multipath-relax``), up to the process's limit. Origin and MED are the same for all
routes of a design. Which of several equal paths is passed on depends on age or on router ids; the
computation keeps what such a path certainly and possibly contains, and says so where a result
would hang on the difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from barefabric.verify.classes import Classes, Edge, View
from barefabric.verify.network import Attributes, Config, Network, is_private
from barefabric.verify.policy import PASS, Ambiguous, Passed, Rule, apply

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


class Solution(NamedTuple):
    """The routes of one prefix by class. ``undecided`` are classes whose answer hangs on which of
    several equal paths a neighbor prefers, ``settled`` is false where routes never came to rest."""

    routes: Mapping[int, Route]
    edges: Mapping[int, Sequence[Edge]]
    undecided: frozenset[int]
    settled: bool


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


class Solver:
    """Computes the routes of a prefix on a view. ``origins`` numbers attributes from 1."""

    def __init__(self, classes: Classes, attributes: Sequence[Attributes]) -> None:
        self.classes = classes
        self.network: Network = classes.graph.network
        self.attributes = attributes

    def solve(self, view: View, matched: frozenset[int], family: str) -> Solution:
        """Let routes spread until nothing changes. ``matched`` are list contents that pass."""
        run = _Run(self, view, matched, family)
        return run.solve()


class _Run:
    """One computation: the state that goes with it."""

    def __init__(self, solver: Solver, view: View, matched: frozenset[int], family: str) -> None:
        self.solver, self.view, self.matched = solver, view, matched
        classes = solver.classes
        self.cells = list(classes.cells_in(view))
        self.tokens = {cell: classes.asn_cell(view, cell) for cell in self.cells}
        self.single = {cell: self._is_single(token) for cell, token in self.tokens.items()}
        self.edges = {cell: classes.edges(view, cell) for cell in self.cells}
        self.own: dict[int, Route] = {}
        self.flows: dict[int, list[Flow]] = {}
        self.limits: dict[int, int] = {}
        self.readers: dict[int, set[int]] = {cell: set() for cell in self.cells}
        for cell in self.cells:
            self._prepare(cell, family)
        self.undecided: set[int] = set()

    def _is_single(self, token: Token) -> bool:
        """Whether a token means one AS number."""
        kind, cell = token
        classes, view = self.solver.classes, self.view
        if kind == "as":
            return classes.size(view, cell) == 1
        vertex = next(classes.vertices(view, cell))
        return classes.size(view, cell) == 1 and classes.vertex_size(view, vertex) == 1

    def _prepare(self, cell: int, family: str) -> None:
        network = self.solver.network
        mark = self.view.marks.get(cell)
        if mark is not None and mark[0] > 0:
            self.own[cell] = _originated(self.solver.attributes[mark[0] - 1])
        flows = self.flows[cell] = []
        for edge in self.edges[cell]:
            config = network.configs[edge.near]
            self.limits[cell] = config.ecmp
            label = network.labels[edge.code // 2 - 1]
            if config.deaf or family not in label.families:
                continue
            flows.append(self._flow(edge, config, label.profile))
            self.readers[edge.cell].add(cell)

    def _flow(self, edge: Edge, config: Config, profile: str) -> Flow:
        network = self.solver.network
        near, far = edge.near, edge.far
        sender = network.configs[far]
        mine, theirs = config.groups.get(profile), sender.groups.get(profile)
        own_import = network.own_imports.get((near, far)) if edge.code % 2 == 0 else None
        return Flow(
            edge,
            exports=_rules(sender, theirs.exports) if theirs else None,
            imports=_rules(config, own_import or (mine.imports if mine else "")),
            internal=network.asns[near] == network.asns[far],
            next_hop_self=theirs.next_hop_self if theirs else False,
            remove_private=theirs.remove_private if theirs else False,
            send_community=theirs.send_community if theirs else False,
            mute=sender.mute,
            token=self.tokens[edge.cell],
            private=is_private(network.asns[far]),
        )

    def solve(self) -> Solution:
        """Rounds of the path-vector computation, only where a neighbor changed."""
        routes: dict[int, Route] = {}
        waiting = set(self.own)
        for _ in range(4 * len(self.cells) + 16):
            changed = {}
            for cell in sorted(waiting):
                route = self._best(cell, routes)
                if route != routes.get(cell):
                    changed[cell] = route
            for cell, route in changed.items():
                if route is None:
                    del routes[cell]
                else:
                    routes[cell] = route
            waiting = {reader for cell in changed for reader in self.readers[cell]}
            if not waiting:
                break
        return Solution(routes, self.edges, frozenset(self.undecided), not waiting)

    def _best(self, cell: int, routes: Mapping[int, Route]) -> Route | None:
        certain = [self.own[cell]] if cell in self.own else []
        perhaps: list[Route] = []
        unknown = False
        for flow in self.flows[cell]:
            offered = routes.get(flow.edge.cell)
            if offered is None:
                continue
            try:
                route, sure = self._offer(cell, flow, offered)
            except Ambiguous:
                unknown = True
                continue
            if route is not None:
                (certain if sure else perhaps).append(route)
        best = min((route.rank for route in certain), default=None)
        self.undecided.discard(cell)
        if unknown or any(best is None or route.rank <= best for route in perhaps):
            self.undecided.add(cell)
        if best is None:
            return None
        return _together([r for r in certain if r.rank == best], self.limits.get(cell, 1))

    def _offer(self, cell: int, flow: Flow, offered: Route) -> tuple[Route | None, bool]:
        """The route as it arrives, and whether it surely does."""
        if not offered.local and (flow.mute or (flow.internal and not _passed_on(flow, offered))):
            return None, True
        sent = self._apply(flow.exports, offered)
        if sent is None:
            return None, True
        carries, always = _communities(sent, offered, flow.send_community)
        route = _forwarded(flow, offered, carries, always)
        taken = self._apply(flow.imports, route)
        if taken is None:
            return None, True
        own = self.tokens[cell]
        sure = own not in route.may
        if own in route.must and self.single[cell]:
            return None, True
        return _accepted(flow, route, taken), sure

    def _apply(self, rules: Sequence[Rule] | None, route: Route) -> Passed | None:
        if rules is None:
            return PASS
        return apply(rules, self.matched, route.carries, route.always, route.length)


_NONE: frozenset[str] = frozenset()
_NO_PATH: frozenset[Token] = frozenset()


def _passed_on(flow: Flow, offered: Route) -> bool:
    """Whether a learned route goes over an iBGP session and can be used there.

    What was learned by iBGP is not passed on by iBGP (RFC 4271, 9.2). Without next-hop-self the
    next hop is an address on a link that nobody announces.
    """
    return offered.external and flow.next_hop_self


def _rules(config: Config, name: str) -> Sequence[Rule] | None:
    """The rules of a policy; an undefined one refuses everything, no policy passes everything."""
    if not name:
        return None
    policy = config.policies.get(name)
    return policy.rules if policy is not None else ()


def _originated(own: Attributes) -> Route:
    return Route(
        own.weight, own.preference, True, 0, False, _NO_PATH, _NO_PATH,
        own.communities, own.communities, 0,
    )


def _communities(
    sent: Passed, route: Route, send: bool
) -> tuple[frozenset[str], frozenset[str]]:
    if not send:
        return _NONE, _NONE
    if sent.communities is not None:
        return sent.communities, sent.communities
    return route.carries, route.always


def _forwarded(
    flow: Flow, route: Route, carries: frozenset[str], always: frozenset[str]
) -> Route:
    """A route on its way: over eBGP the sender's AS number is put before the path."""
    if flow.internal:
        return route._replace(
            weight=0, local=False, external=False, carries=carries, always=always
        )
    may, must, length, privates = route.may, route.must, route.length, route.privates
    if flow.remove_private:
        if privates == UNKNOWN:
            raise Ambiguous("private AS numbers")
        if privates:
            may, must, length, privates = _NO_PATH, _NO_PATH, length - privates, 0
    return Route(
        0, 100, False, length + 1, True, may | {flow.token}, must | {flow.token}, carries, always,
        privates + flow.private if privates != UNKNOWN else UNKNOWN,
    )


def _accepted(flow: Flow, route: Route, taken: Passed) -> Route:
    communities = taken.communities
    return route._replace(
        weight=route.weight if taken.weight is None else taken.weight,
        preference=(
            route.preference if taken.local_preference is None else taken.local_preference
        ),
        carries=route.carries if communities is None else communities,
        always=route.always if communities is None else communities,
        hops=((flow.edge.cell, flow.edge.code),),
        width=flow.edge.count,
    )


def _together(routes: Sequence[Route], limit: int) -> Route:
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
