"""Findings about next hops: what a device does, what it should do, and why it does not."""

from collections.abc import Iterable

from barefabric.model.contract import Contract
from barefabric.verify.deciding.case import SHOWN, Case, finding
from barefabric.verify.deciding.expected import actual_hops, expected_hops, row_of
from barefabric.verify.deciding.why import why_not
from barefabric.verify.verdict import Finding


def wrong_hops(case: Case, contract: Contract, rows: int, failed: list[tuple[str, str]]) -> Finding:
    """What is wrong with the next hops of some devices, by pairs of device and prefix."""
    lines, causes = [], list[str]()
    for device, prefix in failed[:SHOWN]:
        wanted = sorted(set(expected_hops(case, contract, device, prefix)))
        actual = actual_hops(case, device, prefix)
        lines.append(
            f"{device} to {prefix}: {_listed(actual) or 'no route'}; "
            f"expected {_listed(wanted) or _listed(contract.expected)}"
        )
        missing = [name for name in wanted if name not in actual]
        causes += [why_not(case, device, name, prefix) for name in missing[:1]]
        causes += _limit(case, device, prefix)
    cause = "; ".join(dict.fromkeys(causes))
    mend = "change what the cause names: the session, the policy or the limit"
    return finding("JU002", contract, rows, lines, cause=cause, mend=mend)


def _limit(case: Case, device: str, prefix: str) -> list[str]:
    row = row_of(case, device, prefix)
    if row is None or row.route.width <= row.route.limit:
        return []
    return [f"{device} has {row.route.width} equal paths and uses at most {row.route.limit}"]


def unclear_hops(
    contract: Contract, devices: list[str], prefix: str, rows: int, *, settled: bool
) -> Finding:
    """Routes that this judge cannot tell."""
    what = "depends on which of several equal paths a neighbor prefers"
    if not settled:
        what = "never comes to rest: neighbors keep changing each other's mind"
    lines = [f"{device} to {prefix}: the route {what}" for device in devices[:SHOWN]]
    cause = "AS numbers or policies that form a cycle"
    mend = "give the devices of one tier one AS number (RFC 7938, 5.2)"
    return finding("JU003", contract, rows, lines, cause=cause, mend=mend, decided=False)


def originated_nowhere(contract: Contract, rows: int, prefixes: list[str]) -> Finding:
    """Prefixes that no device originates."""
    lines = [f"no device originates {prefix}" for prefix in prefixes[:SHOWN]]
    cause = "the device that should announce it does not"
    mend = "look at the device's networks and at the sessions of its speaker"
    return finding("JU002", contract, rows, lines, cause=cause, mend=mend)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:4]) + (f" and {len(every) - 4:,} more" if len(every) > 4 else "")
