"""What a contract expects of one device, name by name."""

from collections.abc import Iterable, Iterator

from barefabric.model.contract import Condition, Contract, selector
from barefabric.verify.deciding.case import Case
from barefabric.verify.table import Row
from barefabric.verify.view import View


def conditions_of(relation: str) -> tuple[Condition, ...]:
    """The conditions of ``@down:key=value``."""
    chosen = selector("@leaves:" + relation.partition(":")[2])
    return chosen.conditions if chosen else ()


def expected_hops(case: Case, contract: Contract, device: str, prefix: str) -> list[str]:
    """The next hops a contract expects of one device, one for each session."""
    return [name for text in contract.expected for name in _named(case, text, device, prefix)]


def _named(case: Case, text: str, device: str, prefix: str) -> Iterable[str]:
    if text == "@up":
        return case.cabled.get(device, ())
    if text == "@origin":
        names = [case.names[p] for p, _ in case.table.owners.get(prefix, ())]
        return [hop for name in names for hop in _parallel(case, device, name)]
    if text == "@peer":
        return (case.design.switches[device].peer,)
    if text == "@local":
        return _local(case, device, prefix)
    if text.startswith("@down:"):
        conditions = conditions_of(text)
        return (n for n in case.below.get(device, ()) if case.roster.fits(n, conditions))
    return () if text.startswith("@") else _parallel(case, device, text)


def _parallel(case: Case, device: str, other: str) -> list[str]:
    """A named next hop, once for each cable that leads to it."""
    cables = case.cabled.get(device, []).count(other) + case.below.get(device, []).count(other)
    return [other] * max(1, cables)


def _local(case: Case, device: str, prefix: str) -> Iterator[str]:
    rack = case.design.switches[device].rack
    servers = case.design.servers
    for process, _ in case.table.owners.get(prefix, ()):
        name = case.names[process]
        if name in servers and servers[name].rack == rack:
            yield name


def row_of(case: Case, device: str, prefix: str, view: View | None = None) -> Row | None:
    """The computed route of a device, None where it has none."""
    process = case.built.of(device)
    return case.table.row(process, prefix, view) if process >= 0 else None


def holds_for(case: Case, contract: Contract, device: str, prefix: str, view: View) -> bool:
    """Whether one device has exactly the expected next hops."""
    row = row_of(case, device, prefix, view)
    if row is None or row.route.limit < min(row.route.width, case.ceiling(device)):
        return False
    actual = sorted(case.names[hop] for hop in row.hops)
    return bool(actual) and actual == sorted(expected_hops(case, contract, device, prefix))


def actual_hops(case: Case, device: str, prefix: str) -> list[str]:
    """Where a device really sends packets to a prefix, each neighbor once."""
    row = row_of(case, device, prefix)
    if row is None:
        return []
    return ["itself"] if row.route.local else sorted({case.names[hop] for hop in row.hops})
