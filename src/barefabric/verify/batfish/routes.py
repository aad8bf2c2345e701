"""Routes of every router, compared row by row with the built-in computation."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from barefabric.model.contract import ContractKind
from barefabric.verify.batfish.case import BASE, Case, Outcome, node_of
from barefabric.verify.batfish.service import Row
from barefabric.verify.compute import Computed
from barefabric.verify.prefixes import parse, text
from barefabric.verify.verdict import Sides

LEARNED = ("bgp", "ibgp")
OWN = "itself"
"""Stands for the next hop of a prefix that a device has of its own."""
NONE = "no route"

Table = Mapping[tuple[str, str], tuple[str, ...]]
"""Next hops by device and prefix: neighbors by name, one for each session, sorted."""


class Compared(NamedTuple):
    """How many rows were compared, and those on which the judges differ."""

    rows: int
    different: list[Sides]


def computed_routes(computed: Computed) -> dict[tuple[str, str], tuple[str, ...]]:
    """The built-in answer for IPv4: routes of switches, routed hosts and upstream routers."""
    built = computed.built
    names = built.network.names
    routers = {
        *built.switches.values(),
        *built.hosts.values(),
        *built.upstreams.values(),
    }
    return {
        (names[process], prefix): tuple(sorted(names[h] for h in row.hops)) or (OWN,)
        for process, prefix, row in computed.table.rows()
        if process in routers and ":" not in prefix
    }


def batfish_routes(case: Case, rows: Iterable[Row]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Batfish's answer in the same terms: what was learned by BGP, and what a device has itself."""
    hops: dict[tuple[str, str], list[str]] = {}
    own: set[tuple[str, str]] = set()
    for row in rows:
        if row["VRF"] != "default":
            continue
        node = node_of(row)
        key = (node, text(parse(row["Network"])))
        if row["Protocol"] in LEARNED:
            hops.setdefault(key, []).append(_neighbor(case, node, row["Next_Hop"]))
        else:
            own.add(key)
    mine: tuple[str, ...] = (OWN,)
    found = dict.fromkeys(own, mine)
    found.update((key, tuple(sorted(names))) for key, names in hops.items())
    return {(case.device(node), prefix): names for (node, prefix), names in found.items()}


def _neighbor(case: Case, node: str, hop: Mapping[str, str]) -> str:
    """The device that a next hop leads to: by the cable of its port, or by its address."""
    if hop["type"] == "interface" and (node, hop["interface"]) in case.across:
        return case.across[node, hop["interface"]]
    if hop["type"] == "discard":
        return "discard"
    return case.owner.get(hop.get("ip", ""), hop.get("ip", hop["type"]))


def compare(case: Case, computed: Computed, snapshot: str, gone: frozenset[str]) -> Compared:
    """Compare both answers in both directions. ``gone`` are devices that are down.

    What a device has of its own counts only where the computation has it too: link networks are
    in no BGP.
    """
    theirs = batfish_routes(case, case.service.ask("routes", snapshot))
    ours = computed_routes(computed)
    learned = {key: names for key, names in theirs.items() if names != (OWN,)}
    keys = [k for k in {**ours, **learned} if k[0] not in gone]
    different = [
        Sides(
            f"{device} to {prefix}",
            _listed(ours.get((device, prefix))),
            _listed(theirs.get((device, prefix))),
        )
        for device, prefix in keys
        if ours.get((device, prefix)) != theirs.get((device, prefix))
    ]
    return Compared(len(keys), sorted(different))


def check_routes(case: Case, computed: Computed) -> Outcome:
    """The routes of the intact network."""
    outcome = Outcome(ContractKind.ROUTE, case.contracts(ContractKind.ROUTE))
    compared = compare(case, computed, BASE, frozenset())
    outcome.rows = compared.rows
    outcome.differ(
        "BF030",
        "batfish/routes",
        "every router has the routes that the built-in computation gives it",
        compared.different,
        likely_cause(compared.different),
    )
    return outcome


def likely_cause(different: Iterable[Sides]) -> str:
    """What the differences look like: a file that says less than the design, or more."""
    less = more = other = 0
    for _, ours, theirs in different:
        plan, found = (set[str]() if s == NONE else set(s.split(", ")) for s in (ours, theirs))
        less += found < plan
        more += found > plan
        other += not (found < plan or found > plan)
    if less and not more and not other:
        return (
            "the rendered files say less than the design: a session that does not come up, a "
            "neighbor that is not activated, a policy or list that refuses too much, lost multipath"
        )
    if more and not less and not other:
        return (
            "the rendered files say more than the design: a policy or list that is wider, or not "
            "attached, or a route that a device originates"
        )
    return "a rendered file does not do what the design says, or one judge is wrong"


def _listed(names: tuple[str, ...] | None) -> str:
    return ", ".join(names) if names else NONE
