"""Checks of pools, AS numbers and router ids."""

from collections.abc import Sequence

from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.verify.checks.tally import Tally
from barefabric.verify.prefixes import Prefix, parse
from barefabric.verify.survey import Survey


def check_numbers(survey: Survey, tally: Tally) -> None:
    """Everything about numbers."""
    _pools(survey.design, tally)
    _asns(survey, tally)
    _router_ids(survey, tally)


# Pools.


def _named_pools(design: Design) -> list[tuple[str, str]]:
    found = [(pool.name, prefix) for pool in design.pools for prefix in pool.prefixes]
    for cluster in design.clusters.values():
        found += [(f"pods of {cluster.name}", p) for p in cluster.pods]
        found += [(f"services of {cluster.name}", p) for p in cluster.services]
        found += [
            (f"pool {pool.name} of {cluster.name}", p)
            for pool in cluster.pools
            if cluster.announcer != "l2"  # announced by ARP: part of a rack's prefix on purpose
            for p in pool.prefixes
        ]
    found += [
        (f"link to {u.name}", ours)
        for u in design.upstreams.values()
        for ours in (u.ours, u.ours6)
        if ours
    ]
    return found


def _pools(design: Design, tally: Tally) -> None:
    named = sorted((parse(prefix), name, prefix) for name, prefix in _named_pools(design))
    tally.count("pools", len(named))
    for place, (prefix, name, written) in enumerate(named):
        for other, other_name, other_written in named[place + 1 :]:
            if other.bits != prefix.bits or not _overlap(prefix, other):
                break
            tally.fault(
                "pools",
                f"{written} ({name}) overlaps {other_written} ({other_name})",
                "two pools of the topology share addresses",
                "choose another prefix for one",
            )


def _overlap(first: Prefix, second: Prefix) -> bool:
    """Whether two prefixes share addresses; ``first`` does not begin after ``second``."""
    return second.network < first.network + (1 << (first.bits - first.length))


# AS numbers.


def _asns(survey: Survey, tally: Tally) -> None:
    """Spines of a pod share a number, superspines do, the leaves of a pair do; nothing else."""
    design = survey.design
    groups: dict[int, set[str]] = {}
    for name, facts in survey.switches.items():
        switch = design.switches[name]
        group = {
            Role.SUPERSPINE: "the superspines",
            Role.SPINE: f"the spines of pod {switch.pod}" if switch.pod else "the spines",
            Role.LEAF: f"the pair {' and '.join(sorted((name, switch.peer)))}"
            if switch.peer
            else name,
            Role.BORDER: name,
        }[switch.role]
        groups.setdefault(facts.asn, set()).add(group)
    for server in design.servers.values():
        if server.asn:
            groups.setdefault(server.asn, set()).add("servers")
    for upstream in design.upstreams.values():
        groups.setdefault(upstream.asn, set()).add("upstreams")
    shown = {p.a.local_as: "what leaves show to nodes" for p in design.profiles.values()}
    for asn, what in shown.items():
        if asn:
            groups.setdefault(asn, set()).add(what)
    tally.count("asns", len(groups))
    for asn, owners in groups.items():
        if len(owners) > 1:
            tally.fault(
                "asns",
                f"AS {asn} belongs to {_listed(sorted(owners))}",
                "routers of one AS refuse each other's routes as loops",
                "change the pin, or the range of one tier under `asn:`",
            )
    _pairs_share(survey, tally)


def _pairs_share(survey: Survey, tally: Tally) -> None:
    for pair in survey.design.pairs.values():
        tally.count("asns")
        first, second = survey.switches.get(pair.first), survey.switches.get(pair.second)
        if first and second and first.asn != second.asn:
            tally.fault(
                "asns",
                f"{pair.first} has AS {first.asn}, {pair.second} AS {second.asn}",
                "a pair with two AS numbers has no iBGP session over its peer link",
                "pin the same number for both leaves, or for neither",
            )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _router_ids(survey: Survey, tally: Tally) -> None:
    found: dict[str, list[str]] = {}
    for known in (survey.switches, survey.hosts):
        for name, facts in known.items():
            found.setdefault(facts.router_id, []).append(name)
    tally.count("router-ids", len(survey.switches) + len(survey.hosts))
    for router_id, names in found.items():
        if len(names) > 1:
            tally.fault(
                "router-ids",
                f"{router_id} is the router id of {_listed(names)}",
                "two loopbacks are equal",
                "change the pin of one of them",
            )
