"""Why a device does not use a neighbor for a prefix, in one line."""

from barefabric.verify.deciding.case import Case
from barefabric.verify.policy import Ambiguous, apply
from barefabric.verify.prefixes import parse


def why_not(case: Case, device: str, neighbor: str, prefix: str) -> str:
    """Follow the route from the neighbor to the device and say where it stops."""
    network, table = case.built.network, case.table
    here, there = case.built.of(device), case.built.of(neighbor)
    for line in case.down_at.get(device, ()):
        if f":{neighbor}:" in line or f":{device}:" in line and neighbor in line:
            return line
    if here < 0 or there < 0:
        return f"{device} and {neighbor} have no session"
    codes = [
        code
        for other, code in table.classes.graph.around(here)
        if other == there and network.labels[code // 2 - 1].families
    ]
    if not codes:
        return f"{device} and {neighbor} have no session"
    row = table.row(there, prefix)
    if row is None:
        return f"{neighbor} has no route to {prefix}"
    profile = network.labels[codes[0] // 2 - 1].profile
    matched = frozenset(network.index.matching(parse(prefix)))
    sender, taker = network.configs[there], network.configs[here]
    for config, owner, which in ((sender, neighbor, "exports"), (taker, device, "imports")):
        group = config.groups.get(profile)
        name = getattr(group, which) if group else ""
        if which == "imports" and codes[0] % 2 == 0:
            name = network.own_imports.get((here, there)) or name
        if not name:
            continue
        policy = config.policies.get(name)
        if policy is None:
            return f"{owner} has no policy {name}, which refuses everything"
        try:
            passed = apply(policy.rules, matched, row.route.carries, row.route.always, 1)
        except Ambiguous:
            continue
        if passed is None:
            return f"{name} on {owner} refuses {prefix}"
    mine = table.row(here, prefix)
    if mine is not None:
        return f"{device} prefers another route to {prefix} ({_described(mine.route)})"
    return f"{device} refuses {prefix} from {neighbor}: its own AS number is in the path"


def _described(route: object) -> str:
    """What decided, of a route that won."""
    weight, preference, local, length = (
        getattr(route, name) for name in ("weight", "preference", "local", "length")
    )
    if local:
        return f"its own, weight {weight}, local preference {preference}"
    return f"local preference {preference}, {length} AS numbers in the path"
