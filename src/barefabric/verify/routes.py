"""BGP on the classes of one prefix: which route each class of processes takes, and from whom.

The decision process is that of RFC 4271 section 9.1 as routers run it: weight, local preference,
own origination, length of the AS path, eBGP before iBGP; all paths that are equal so far are used
together (``multipath-relax``), up to the process's limit. Origin and MED are the same for all
routes of a design. Which of several equal paths is passed on depends on age or on router ids; the
computation keeps what such a path certainly and possibly contains, and says so where a result
would hang on the difference.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from barefabric.verify.network import Attributes, Config, Network, is_private
from barefabric.verify.paths import (
    Flow,
    Route,
    Token,
    accepted,
    communities_of,
    forwarded,
    originated,
    passed_on,
    rules_of,
    together,
)
from barefabric.verify.policy import PASS, AmbiguousError, Passed, Rule, apply
from barefabric.verify.view import Edge, View


class Solution(NamedTuple):
    """The routes of one prefix by class.

    ``undecided`` are classes whose answer hangs on which of several equal paths a neighbor
    prefers; ``settled`` is false where routes never came to rest.
    """

    routes: Mapping[int, Route]
    edges: Mapping[int, Sequence[Edge]]
    undecided: frozenset[int]
    settled: bool


def solve(
    view: View, attributes: Sequence[Attributes], matched: frozenset[int], family: str
) -> Solution:
    """Let the routes of one prefix spread until nothing changes.

    ``attributes`` are what marks number from 1, ``matched`` the list contents that the prefix
    passes, ``family`` is ``ipv4`` or ``ipv6``.
    """
    return _Run(view, attributes, matched, family).solve()


class _Run:
    """One computation: the state that goes with it."""

    def __init__(
        self, view: View, attributes: Sequence[Attributes], matched: frozenset[int], family: str
    ) -> None:
        self.view, self.attributes, self.matched = view, attributes, matched
        self.network: Network = view.graph.network
        self.cells = list(view.cells())
        self.tokens = {cell: view.asn_cell(cell) for cell in self.cells}
        self.single = {cell: self._is_single(token) for cell, token in self.tokens.items()}
        self.edges = {cell: view.edges(cell) for cell in self.cells}
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
        if kind == "as":
            return self.view.size(cell) == 1
        return self.view.population(cell) == 1

    def _prepare(self, cell: int, family: str) -> None:
        network = self.network
        mark = self.view.marks.get(cell)
        if mark is not None and mark[0] > 0:
            self.own[cell] = originated(self.attributes[mark[0] - 1])
        flows = self.flows[cell] = []
        known = self.view.stable.flows
        for edge in self.edges[cell]:
            config = network.configs[edge.near]
            self.limits[cell] = config.ecmp
            label = network.labels[edge.code // 2 - 1]
            if config.deaf or family not in label.families:
                continue
            key = edge, self.tokens[edge.cell]
            flow = known.get(key)
            if flow is None:
                flow = known[key] = self._flow(edge, config, label.profile)
            flows.append(flow)
            self.readers[edge.cell].add(cell)

    def _flow(self, edge: Edge, config: Config, profile: str) -> Flow:
        network = self.network
        near, far = edge.near, edge.far
        sender = network.configs[far]
        mine, theirs = config.groups.get(profile), sender.groups.get(profile)
        own_import = network.own_imports.get((near, far)) if edge.code % 2 == 0 else None
        return Flow(
            edge,
            exports=rules_of(sender, theirs.exports) if theirs else None,
            imports=rules_of(config, own_import or (mine.imports if mine else "")),
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
            except AmbiguousError:
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
        return together([r for r in certain if r.rank == best], self.limits.get(cell, 1))

    def _offer(self, cell: int, flow: Flow, offered: Route) -> tuple[Route | None, bool]:
        """The route as it arrives, and whether it surely does."""
        if not offered.local and (flow.mute or (flow.internal and not passed_on(flow, offered))):
            return None, True
        sent = self._apply(flow.exports, offered)
        if sent is None:
            return None, True
        carries, always = communities_of(sent, offered, flow.send_community)
        route = forwarded(flow, offered, carries, always)
        taken = self._apply(flow.imports, route)
        if taken is None:
            return None, True
        own = self.tokens[cell]
        sure = own not in route.may
        if own in route.must and self.single[cell]:
            return None, True
        return accepted(flow, route, taken), sure

    def _apply(self, rules: Sequence[Rule] | None, route: Route) -> Passed | None:
        if rules is None:
            return PASS
        return apply(rules, self.matched, route.carries, route.always, route.length)
