"""Packets between samples of every class, and the routes that devices must not have."""

from collections.abc import Iterator, Sequence

from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.batfish.case import BASE, Case, Outcome
from barefabric.verify.batfish.files import sample_address
from barefabric.verify.batfish.routes import OWN, Table
from barefabric.verify.batfish.service import Flow
from barefabric.verify.batfish.upstreams import OUTSIDE
from barefabric.verify.prefixes import inside, parse

DEFAULT = "0.0.0.0/0"
ALL = "@all"
NEVER = "@never"


def check_flows(case: Case) -> Outcome:
    """Every contract on reachability, for samples of its sources and targets.

    Packets of a flow are asked for twice: none may get lost, and some must arrive, since an empty
    answer alone may mean that nothing was sent.
    """
    outcome = Outcome(ContractKind.REACH)
    for contract in case.design.contracts:
        if contract.kind is not ContractKind.REACH:
            continue
        outcome.contracts += 1
        flows = list(_flows(case, contract))
        outcome.rows += len(flows)
        never = NEVER in contract.expected
        outcome.fail(
            "BF050",
            contract.id,
            contract.sentence,
            [text for flow in flows if (text := _fault(case, flow, never))],
            cause=(
                "a route leads there, and nothing on the way refuses it"
                if never
                else "a route is missing on the way, or one leads astray"
            ),
        )
    return outcome


def check_loops(case: Case) -> Outcome:
    """Nothing loops, whatever is sent from wherever."""
    outcome = Outcome(ContractKind.REACH, rows=len(case.snapshot.configs))
    outcome.fail(
        "BF051",
        "batfish/loops",
        "no packet goes round in circles",
        [_told(row["Flow"]) for row in case.ask("detectLoops")],
    )
    return outcome


def _flows(case: Case, contract: Contract) -> Iterator[Flow]:
    targets = [
        address
        for text in contract.prefixes
        for prefix in _ends(case.roster.prefixes(text))
        if (address := _target(case, prefix))
    ]
    for text in contract.subjects:
        for device in _ends(case.roster.devices(text)):
            source = _source(case, device)
            yield from (Flow(device.lower(), source, t) for t in targets if t != source and source)


def _ends(names: Sequence[str]) -> tuple[str, ...]:
    """The first and the last, as samples of what lies between."""
    return tuple(dict.fromkeys((names[0], names[-1]))) if names else ()


def _source(case: Case, device: str) -> str:
    """A device's own address."""
    design = case.design
    if device in design.servers:
        return design.servers[device].address
    if device in design.switches:
        return design.switches[device].loopback
    return design.upstreams[device].theirs.partition("/")[0]


def _target(case: Case, prefix: str) -> str:
    """An address inside a prefix that some device has."""
    if prefix == DEFAULT:
        return OUTSIDE
    for rack in case.design.racks.values():
        if rack.prefix == prefix:
            return case.design.servers[rack.servers[-1]].address if rack.servers else ""
    return sample_address(prefix)


def _fault(case: Case, flow: Flow, never: bool) -> str:
    lost = case.service.flows(BASE, flow, failing=True)
    arrived = case.service.flows(BASE, flow, failing=False)
    what = f"{flow.node} ({flow.source}) to {flow.target}"
    if never:
        return f"{what}: arrives" if arrived else ""
    if lost:
        return f"{what}: {_end(lost[0])}"
    return "" if arrived else f"{what}: Batfish knows no such packet"


def _end(row: object) -> str:
    """Where packets of a failing flow end."""
    traces = row["Traces"] if isinstance(row, dict) else ()
    for trace in traces:
        if trace["hops"]:
            return f"{trace['disposition']} at {trace['hops'][-1]['node']['name']}"
    return "is lost"


def _told(flow: object) -> str:
    if isinstance(flow, dict):
        return f"from {flow.get('ingressNode')} to {flow.get('dstIp')}"
    return str(flow)


def check_absent(case: Case, routes: Table) -> Outcome:
    """Routes that nobody may have, by Batfish's own routes."""
    outcome = Outcome(ContractKind.ABSENT)
    learned: dict[str, list[str]] = {}
    for (device, prefix), hops in routes.items():
        if hops != (OWN,):
            learned.setdefault(device, []).append(prefix)
    for contract in case.design.contracts:
        if contract.kind is not ContractKind.ABSENT or contract.over:
            continue
        outcome.contracts += 1
        subjects = [d for text in contract.subjects for d in case.roster.devices(text)]
        subjects = subjects or list(learned)
        outcome.rows += len(subjects)
        outcome.fail(
            "BF052",
            contract.id,
            contract.sentence,
            [
                f"{device} has {prefix}"
                for device in subjects
                for prefix in _forbidden(case, contract, learned.get(device, ()))
            ],
        )
    return outcome


def _forbidden(case: Case, contract: Contract, learned: Sequence[str]) -> Iterator[str]:
    if ALL in contract.prefixes:
        allowed = {p for text in contract.expected for p in case.roster.prefixes(text)}
        yield from (prefix for prefix in learned if prefix not in allowed)
    elif contract.subjects:
        named = {p for text in contract.prefixes for p in case.roster.prefixes(text)}
        yield from (prefix for prefix in learned if prefix in named)
    else:
        outer = [parse(p) for p in contract.prefixes]
        yield from (p for p in learned if any(inside(parse(p), o) for o in outer))
