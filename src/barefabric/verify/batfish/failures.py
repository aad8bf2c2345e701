"""A few failures, one of each class, and the routes that are left."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.contract import ContractKind
from barefabric.model.device import Role
from barefabric.verify.batfish.case import Case, Outcome
from barefabric.verify.batfish.routes import compare, likely_cause
from barefabric.verify.compute import Computed
from barefabric.verify.wiring import Failure

FORK = "failed"
DOWN = "Considered down for maintenance"
"""What Batfish says of a port that a fork took down."""


class Broken(NamedTuple):
    """One failure: how to say it, what is gone in the design, and which ports that means.

    Bonds are left alone: in Batfish's model the two leaves of a bond reach each other through
    any server's bond, so that a lost leg looks better than it is.
    """

    sentence: str
    failure: Failure
    ports: tuple[tuple[str, str], ...] = ()


def samples(case: Case) -> Iterator[Broken]:
    """One failure of each class that the fabric has."""
    design = case.design
    seen: set[Role] = set()
    for switch in design.switches.values():
        if switch.role not in seen:
            seen.add(switch.role)
            yield Broken(f"{switch.name} is gone", Failure(devices=frozenset((switch.name,))))
    for upstream in list(design.upstreams)[:1]:
        yield Broken(f"upstream {upstream} is gone", Failure(devices=frozenset((upstream,))))
    leaf = next((s.name for s in design.switches.values() if s.role is Role.LEAF), "")
    uplinks = [c for c in design.cables if c.kind is CableKind.FABRIC and c.b == leaf]
    if len(uplinks) > 1:
        yield _cut(f"the cable {uplinks[0].key} is gone", uplinks[:1])
        yield _cut(f"{leaf} has lost all its uplinks", uplinks)


def _cut(sentence: str, cables: list[Cable]) -> Broken:
    ports = tuple((cable.a.lower(), cable.a_port) for cable in cables)
    return Broken(sentence, Failure(cables=frozenset(c.key for c in cables)), ports)


def check_failures(
    case: Case, of: str, progress: Callable[[str], None] = lambda _: None
) -> Outcome:
    """After each failure the routes are those of the built-in computation."""
    outcome = Outcome(ContractKind.SURVIVES)
    chosen = list(samples(case))
    for number, broken in enumerate(chosen):
        progress(f"failures, {number} of {len(chosen)}: {broken.sentence}")
        gone = broken.failure.devices
        nodes = [device.lower() for device in gone]
        case.service.fork(FORK, of, nodes, broken.ports)
        idle = _idle(case, broken, nodes)
        computed = Computed(case.fabric, broken.failure)
        compared = compare(case, computed, FORK, gone)
        outcome.contracts += 1
        outcome.rows += compared.rows
        sentence = f"{broken.sentence}: the routes left are those of the built-in computation"
        outcome.fail("BF060", "batfish/failures", sentence, idle)
        outcome.differ(
            "BF060",
            "batfish/failures",
            sentence,
            compared.different,
            likely_cause(compared.different),
        )
    case.service.drop(FORK)
    return outcome


def _idle(case: Case, broken: Broken, nodes: list[str]) -> list[str]:
    """Things that the fork did not really take down: it ignores names it does not know."""
    rows = case.service.ask(
        "interfaceProperties",
        FORK,
        nodes=",".join(nodes or [p[0] for p in broken.ports]),
        properties="Active,Inactive_Reason",
    )
    down = {
        (r["Interface"]["hostname"], r["Interface"]["interface"])
        for r in rows
        if not r["Active"] and r["Inactive_Reason"] == DOWN
    }
    named = [
        f"Batfish kept {node} {port} up" for node, port in broken.ports if (node, port) not in down
    ]
    still = {r["Interface"]["hostname"] for r in rows if r["Active"]}
    return [*named, *(f"Batfish kept {node} up" for node in nodes if node in still)]
