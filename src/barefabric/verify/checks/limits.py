"""Checks of what routers can hold and use: equal paths, prefixes, tables."""

from collections import Counter
from operator import attrgetter

from barefabric.model.address import family
from barefabric.model.design import Announcement, Design
from barefabric.model.record import fields
from barefabric.model.session import SessionKind
from barefabric.verify.checks.tally import Tally
from barefabric.verify.deciding.case import UNLIMITED, Case


def check_limits(case: Case, tally: Tally) -> None:
    """Everything about limits."""
    _ecmp(case, tally)
    _max_prefix(case, tally)
    _tables(case, tally)


# Equal paths.


def _widest(case: Case) -> dict[int, tuple[int, str]]:
    """For each unmarked class, and for processes in marked ones, the widest route and a prefix.

    Keys of processes are negative: -1 - process.
    """
    found: dict[int, tuple[int, str]] = {}
    seen: set[int] = set()
    for group in case.table.groups:
        apart = group.classes is not case.table.classes
        fresh = id(group.solution) not in seen
        seen.add(id(group.solution))
        for cell, route in group.solution.routes.items():
            if route.width < 2:
                continue
            if cell < group.view.base and not apart:
                keys = [cell] if fresh else []
            else:
                keys = [-1 - p for p in group.view.processes(cell)]
            for key in keys:
                if route.width > found.get(key, (0, ""))[0]:
                    found[key] = (route.width, group.prefixes[0])
    return found


def _ecmp(case: Case, tally: Tally) -> None:
    widest = _widest(case)
    classes, names = case.table.classes, case.names
    noted: Counter[tuple[int, int, str]] = Counter()
    for name, process in case.built.switches.items():
        tally.count("ecmp")
        cell = classes.cells[classes.graph.bundle_of[process]]
        width, prefix = max(widest.get(cell, (0, "")), widest.get(-1 - process, (0, "")))
        limit, ceiling = case.survey.switches[name].ecmp, case.ceiling(names[process])
        if limit > ceiling:
            tally.fault(
                "ecmp",
                f"{name} is told to use {limit} paths; it can use {ceiling}",
                "`underlay.ecmp` is larger than the hardware",
                "lower it",
            )
        elif limit < min(width, ceiling):
            tally.fault(
                "ecmp",
                f"{name} has {width} equal paths to {prefix} and uses {limit}",
                "`underlay.ecmp` is narrower than the fabric",
                "raise it, or leave it out",
            )
        elif width > ceiling:
            noted[width, ceiling, prefix] += 1
    for (width, ceiling, prefix), count in noted.items():
        tally.notes.append(
            f"{count:,} switches have {width:,} equal paths to {prefix}; "
            f"their hardware uses {ceiling:,} of them"
        )


# Prefixes from neighbors.

_ANNOUNCED = fields(Announcement, "server", "profile", "prefix")


def _max_prefix(case: Case, tally: Tally) -> None:
    """Limits are there towards everything that is not a switch, and large enough."""
    design = case.design
    most, accepted = _most_announced(case), _accepted(design)
    totals = _routes(case)
    for name, facts in case.survey.switches.items():
        for profile, group in facts.groups.items():
            tally.count("max-prefix", facts.counts[profile])
            inner = group.kind in (SessionKind.FABRIC, SessionKind.PAIR)
            families = design.profiles[profile].families
            total = max((totals[each] for each in families), default=0)
            need = total if inner else most[profile]
            if group.kind is SessionKind.UPSTREAM:
                need = accepted[profile]
            if group.max_prefix and group.max_prefix < need:
                tally.fault(
                    "max-prefix",
                    f"{name} takes {group.max_prefix} prefixes from a neighbor of {group.name}; "
                    f"{need} will come",
                    "the limit would shut the session",
                    "widen the limit, or announce less",
                )
            elif not group.max_prefix and not inner:
                tally.fault(
                    "max-prefix",
                    f"{name} has no limit for neighbors of {group.name}",
                    "one misconfigured server could fill every table",
                    "set a limit",
                )


def _routes(case: Case) -> Counter[str]:
    """How many prefixes of each family the fabric has."""
    found: Counter[str] = Counter()
    for group in case.table.groups:
        found[group.family] += len(group.prefixes)
    return found


def _accepted(design: Design) -> dict[str, int]:
    """How many prefixes an upstream may announce over each profile of its sessions.

    A limit counts the prefixes of one family.
    """
    found = {}
    for upstream in design.upstreams.values():
        taken = Counter(map(family, upstream.accept))
        for session in design.sessions_by_device[upstream.switch]:
            if session.b == upstream.name:
                profile = session.profile
                found[profile.name] = max((taken[each] for each in profile.families), default=0)
    return found


def _most_announced(case: Case) -> Counter[str]:
    """The most prefixes of one family that one server announces, by session profile."""
    announced = case.design.announcements
    by_server = Counter(
        [(profile, server, ":" in p) for server, profile, p in map(_ANNOUNCED, announced)]
    )
    most: Counter[str] = Counter()
    for (profile, _, _), count in by_server.items():
        most[profile] = max(most[profile], count)
    return most


# Tables.


def _tables(case: Case, tally: Tally) -> None:
    routes = _routes(case)
    both = "ipv6" in case.design.underlay.families
    hosts = Counter(map(attrgetter("rack"), case.design.servers.values()))
    cabling = case.survey.cabling
    for name in case.survey.switches:
        switch = case.design.switches[name]
        sizes = switch.model.tables
        tally.count("tables", 3 if both else 2)
        for each in case.design.underlay.families:
            if routes[each] > (sizes.routes(each) or UNLIMITED):
                tally.fault(
                    "tables",
                    f"{name} must hold up to {routes[each]:,} {_SAID[each]}routes, its hardware "
                    f"holds {sizes.routes(each):,}",
                    "the fabric outgrew the model",
                    "a larger model",
                )
        links = cabling.below[name] + cabling.above[name]
        neighbors = _neighbors(case.design, hosts[switch.rack] if switch.rack else 0, links)
        if neighbors > (sizes.neighbors or UNLIMITED):
            tally.fault(
                "tables",
                f"{name} must hold {neighbors:,} neighbors, its hardware holds {sizes.neighbors:,}",
                "the rack outgrew the model",
                "a larger model",
            )


_SAID = {"ipv4": "", "ipv6": "IPv6 "}


def _neighbors(design: Design, hosts: int, links: int) -> int:
    """Entries of a switch's neighbor table, ARP and ND together, at most.

    A server has two addresses of each family, and a link-local one with IPv6 (RFC 4291, 2.8). A
    numbered link has one neighbor of each family, and its link-local address.
    """
    if "ipv6" not in design.underlay.families:
        return 2 * hosts + links
    return 5 * hosts + (3 if design.underlay.numbered else 1) * links
