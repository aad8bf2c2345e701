"""The routes of a design: sessions, network, prefixes, aggregates, in the order they depend."""

from barefabric.derive import names
from barefabric.model.address import FAMILIES, family, host_route
from barefabric.model.session import Session, SessionKind
from barefabric.verify.build import Built, Fabric
from barefabric.verify.network import DISCARD
from barefabric.verify.prefixes import parse
from barefabric.verify.sessions import Down, Sessions, find_sessions
from barefabric.verify.table import Group, RouteTable
from barefabric.verify.tabulate import TableBuilder, compute
from barefabric.verify.wiring import INTACT, Failure, Wiring


class Computed:
    """What is up, the network of it, and its routes."""

    def __init__(self, fabric: Fabric, failure: Failure = INTACT, *, by_class: bool = True) -> None:
        self.wiring = Wiring(fabric.survey, failure)
        self.sessions = find_sessions(fabric.survey, self.wiring)
        profiles = fabric.design.profiles.values()
        if any(p.hops > 1 and self.sessions.up.get(p.name) for p in profiles):
            single = fabric.build(self.wiring, self.sessions, multihop=False)
            routes = compute(single.network, single.origins, by_class=by_class)
            _drop_unreached(self.sessions, single, routes)
        self.built = fabric.build(self.wiring, self.sessions)
        self.table = _routes(self.built, by_class)


HOSTS = names.each(FAMILIES, "host")
"""Profiles of the sessions with routed servers."""


def _routes(built: Built, by_class: bool) -> RouteTable:
    builder = TableBuilder(built.network, by_class=by_class)
    origins = built.origins
    later = {}
    for prefix, borders in built.aggregates.items():
        if prefix not in origins:
            later[prefix] = [(process, DISCARD) for process in borders]
            continue
        for process in borders:
            origins.add(prefix, process, DISCARD)
    builder.add_all(origins)
    table = builder.table
    for prefix, own in later.items():
        active = [entry for entry in own if _has_part(table, entry[0], prefix)]
        if active:
            builder.add_all({prefix: active})
    return table


def _has_part(table: RouteTable, process: int, aggregate: str) -> bool:
    """Whether a border has a route inside an aggregate, which it needs to originate it."""
    outer = parse(aggregate)
    return any(
        text != aggregate and table.row(process, text) is not None for text in table.inside(outer)
    )


# Multihop sessions.


def _drop_unreached(sessions: Sessions, built: Built, table: RouteTable) -> None:
    """Take out multihop sessions whose ends do not reach each other's loopback directly.

    A session of two hops crosses the one cable between leaf and host: the leaf must send packets
    for the host's loopback over it, and the host those for the leaf's.
    """
    linked = {
        (family, s.a, s.b)
        for up in sessions.up.values()
        if up and up[0].profile.kind is SessionKind.HOST
        for family in up[0].profile.families
        for s in up
    }
    direct = _Direct(built, table, linked)
    for name, up in sessions.up.items():
        if not up or up[0].profile.hops == 1:
            continue
        bad = [s for s in up if not direct.both_ways(s)]
        if bad:
            gone = set(map(id, bad))
            sessions.up[name] = [s for s in up if id(s) not in gone]
            sessions.down += [Down(s, (direct.reason(s),)) for s in bad]


class _Direct:
    """Which loopbacks are reached over the cable to their owner."""

    def __init__(self, built: Built, table: RouteTable, linked: set[tuple[str, str, str]]) -> None:
        self.built, self.table, self.linked = built, table, linked
        self._whole: dict[int, bool] = {}

    def both_ways(self, session: Session) -> bool:
        """Whether both ends reach each other over their cable."""
        if not self._linked(session):
            return False
        a, b = self.built.switches[session.a], self.built.hosts.get(session.b, -1)
        return (
            b >= 0
            and self._reaches(a, b, session.b_address)
            and self._reaches(b, a, session.a_address)
        )

    def _linked(self, session: Session) -> bool:
        return (family(session.b_address), session.a, session.b) in self.linked

    def reason(self, session: Session) -> str:
        """Which end does not reach the other."""
        a, b = self.built.switches[session.a], self.built.hosts.get(session.b, -1)
        if b < 0:
            return f"{session.b} has no routing daemon"
        if not self._linked(session):
            return f"{session.b}'s own session with {session.a} is missing or down"
        if not self._reaches(a, b, session.b_address):
            return f"{session.a} does not reach {session.b_address} over its cable to {session.b}"
        return f"{session.b} does not reach {session.a_address} over its cable to {session.a}"

    def _reaches(self, source: int, owner: int, address: str) -> bool:
        prefix = host_route(address)
        group = self.table.group_of.get(prefix)
        if group is None:
            return False
        whole = self._whole.get(id(group))
        if whole is None:
            whole = self._whole[id(group)] = self._all_neighbors(group)
        if whole:
            return True
        row = self.table.row(source, prefix)
        return row is not None and owner in row.hops

    def _all_neighbors(self, group: Group) -> bool:
        """Whether every host or leaf cabled to the owner uses that cable, decided by class."""
        if len(group.owners) != 1:
            return False
        network, graph = self.built.network, group.classes.graph
        cell = group.view.cell(group.owners[0][0])
        for edge in group.solution.edges.get(cell, ()):
            label = network.labels[edge.code // 2 - 1]
            if label.profile not in HOSTS or group.family not in label.families:
                continue
            route = group.solution.routes.get(edge.cell)
            if route is None or (cell, graph.mirror[edge.code]) not in route.hops:
                return False
        return True
