"""Why a device does not use a neighbor for a prefix, in one line."""

from barefabric.verify.deciding.case import Case
from barefabric.verify.paths import Route
from barefabric.verify.policy import AmbiguousError, apply
from barefabric.verify.prefixes import parse


def why_not(case: Case, device: str, neighbor: str, prefix: str) -> str:
    """Follow the route from the neighbor to the device and say where it stops."""
    for line in case.down_at.get(device, ()):
        if f":{neighbor}:" in line:
            return line
    here, there = case.built.of(device), case.built.of(neighbor)
    code = _session(case, here, there)
    if code is None:
        return f"{device} and {neighbor} have no session"
    row = case.table.row(there, prefix)
    if row is None:
        return f"{neighbor} has no route to {prefix}"
    stopped = _filtered(case, here, there, code, prefix, row.route)
    if stopped:
        return stopped
    mine = case.table.row(here, prefix)
    if mine is not None:
        return f"{device} prefers another route to {prefix} ({_described(mine.route)})"
    return f"{device} refuses {prefix} from {neighbor}: its own AS number is in the path"


def _session(case: Case, here: int, there: int) -> int | None:
    """The code of a session between two processes, as the first one sees it."""
    if here < 0 or there < 0:
        return None
    labels = case.built.network.labels
    for other, code in case.table.classes.graph.around(here):
        if other == there and labels[code // 2 - 1].families:
            return code
    return None


def _filtered(
    case: Case, here: int, there: int, code: int, prefix: str, route: Route
) -> str | None:
    """Which policy on the way refuses the route."""
    network = case.built.network
    profile = network.labels[code // 2 - 1].profile
    matched = frozenset(network.index.matching(parse(prefix)))
    sender, taker = network.configs[there], network.configs[here]
    own = network.own_imports.get((here, there)) if code % 2 == 0 else None
    out, taken = sender.groups.get(profile), taker.groups.get(profile)
    steps = (
        (sender, case.names[there], out.exports if out else ""),
        (taker, case.names[here], own or (taken.imports if taken else "")),
    )
    for config, owner, name in steps:
        if name and name not in config.policies:
            return f"{owner} has no policy {name}, which refuses everything"
        try:
            if (
                name
                and apply(config.policies[name].rules, matched, route.carries, route.always, 1)
                is None
            ):
                return f"{name} on {owner} refuses {prefix}"
        except AmbiguousError:
            continue
    return None


def _described(route: Route) -> str:
    """What decided for a route that won."""
    if route.local:
        return f"its own, weight {route.weight}, local preference {route.preference}"
    numbers = "one AS number" if route.length == 1 else f"{route.length} AS numbers"
    return f"local preference {route.preference}, {numbers} in the path"
