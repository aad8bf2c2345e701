"""Contracts on sessions and routes, decided by name on what the lab says."""

from collections import Counter
from collections.abc import Iterable, Iterator

from barefabric.lab.judging.case import LAB, SHOWN, LabCase, finding
from barefabric.lab.judging.sessions import Ends, bfd_faults
from barefabric.lab.judging.tables import OWN, Table, differing, listed, rows
from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.deciding.case import Outcome
from barefabric.verify.deciding.expected import expected_hops
from barefabric.verify.deciding.sessions import SessionCounts
from barefabric.verify.prefixes import Prefix, parse

CAUSE = "a file does not do what the design says, or a daemon does not do what its file says"


def decide_sessions(case: LabCase) -> Iterator[Outcome]:
    """Every session contract, by what both ends say; then BFD beside it."""
    counts = SessionCounts(case.live)
    for contract in case.contracts(ContractKind.SESSION):
        outcome = counts.decide(contract)
        outcome.findings = [
            f._replace(judge=LAB, code="LAB030", mend="fabric lab exec DEVICE -- vtysh")
            for f in outcome.findings
        ]
        yield outcome
    with_bfd = [s for s in case.design.sessions if s.profile.bfd]
    lines = list(bfd_faults(case.design, case.facts))
    outcome = Outcome(rows=2 * len(with_bfd), failed=len(lines))
    if lines:
        sentence = "BFD is up at both ends of every session that has it"
        outcome.findings.append(finding("LAB031", "lab/bfd", sentence, lines, CAUSE))
    yield outcome


def decide_routes(case: LabCase) -> Iterator[Outcome]:
    """Every route contract on the kernels' tables, then all routes against the computed ones."""
    for contract in case.contracts(ContractKind.ROUTE):
        yield _exact(case, contract)
    ours = case.expected.table()
    sides = differing(ours, case.table)
    outcome = Outcome(rows=rows(ours, case.table), failed=len(sides))
    if sides:
        sentence = "every kernel has the routes that the built-in computation gives its router"
        found = finding("LAB032", "lab/routes", sentence, [f"{s.about} differs" for s in sides])
        outcome.findings.append(
            found._replace(sides=tuple(sides[:SHOWN]), evidence=(), cause=CAUSE)
        )
    yield outcome


def _exact(case: LabCase, contract: Contract) -> Outcome:
    outcome, lines = Outcome(), list[str]()
    for device, prefix in _pairs(case, contract):
        outcome.rows += 1
        wanted = _wanted(case, contract, device, prefix)
        actual = case.table.get((device, prefix))
        if not wanted or wanted != actual:
            lines.append(f"{device} to {prefix}: {listed(actual)} instead of {listed(wanted)}")
    outcome.failed = len(lines)
    if lines:
        outcome.findings.append(finding("LAB033", contract.id, contract.sentence, lines, CAUSE))
    return outcome


def _pairs(case: LabCase, contract: Contract) -> Iterator[tuple[str, str]]:
    """Rows of a contract: subjects that do not originate the prefix themselves."""
    live = case.expected.case
    for text in contract.prefixes:
        for prefix in live.roster.prefixes(text):
            owners = live.table.owners.get(prefix, ())
            there = {live.names[p] for p, own in owners if not own.discards}
            for subject in contract.subjects:
                for device in live.roster.devices(subject):
                    if device not in there:
                        yield device, prefix


def _wanted(case: LabCase, contract: Contract, device: str, prefix: str) -> tuple[str, ...]:
    if contract.expected == ("@discard",):
        return (OWN,)
    return tuple(sorted(expected_hops(case.expected.case, contract, device, prefix)))


def decide_absent(case: LabCase) -> Iterator[Outcome]:
    """Every contract about what must not be there."""
    by_device: dict[str, list[str]] = {}
    for (device, prefix), hops in case.table.items():
        if hops != (OWN,):
            by_device.setdefault(device, []).append(prefix)
    sent = dict(_sent(case))
    for contract in case.contracts(ContractKind.ABSENT):
        if not contract.subjects:
            outcome, lines = _nowhere(case.table, contract)
        elif contract.over:
            outcome, lines = _unsent(case, contract, sent)
        else:
            outcome, lines = _unheld(case, contract, by_device)
        outcome.failed = len(lines)
        if lines:
            outcome.findings.append(finding("LAB034", contract.id, contract.sentence, lines, CAUSE))
        yield outcome


def _nowhere(table: Table, contract: Contract) -> tuple[Outcome, list[str]]:
    """No router has learned anything inside the prefixes."""
    lines = []
    for text in contract.prefixes:
        outer = parse(text)
        held = [(d, p) for (d, p), hops in table.items() if hops != (OWN,) and _inside(p, outer)]
        lines += [f"{device} has learned {prefix}" for device, prefix in held[:1]]
    return Outcome(rows=len(contract.prefixes)), lines


def _inside(text: str, outer: Prefix) -> bool:
    inner = parse(text)
    shift = outer.bits - outer.length
    return (
        inner.bits == outer.bits
        and inner.length >= outer.length
        and (inner.network ^ outer.network) >> shift == 0
    )


def _unheld(
    case: LabCase, contract: Contract, by_device: dict[str, list[str]]
) -> tuple[Outcome, list[str]]:
    """No subject has learned any of the prefixes, or any but the expected ones."""
    live = case.expected.case
    allowed = {p for text in contract.expected for p in live.roster.prefixes(text)}
    every = contract.prefixes == ("@all",)
    wanted = {p for text in contract.prefixes for p in live.roster.prefixes(text)}
    devices = [d for subject in contract.subjects for d in live.roster.devices(subject)]
    total = len(live.table.group_of) - len(allowed) if every else len(wanted)
    lines = [
        f"{device} has {prefix} by {listed(case.table[device, prefix])}"
        for device in devices
        for prefix in sorted(by_device.get(device, ()))
        if prefix not in allowed and (every or prefix in wanted)
    ]
    return Outcome(rows=max(len(devices) * total, len(lines))), lines


def _sent(case: LabCase) -> Iterator[tuple[tuple[str, str], Counter[str]]]:
    """Sessions and prefixes sent, by device and profile."""
    ends = Ends(case.facts)
    found: dict[tuple[str, str], Counter[str]] = {}
    for session in case.design.sessions:
        told = ends.a(session)
        counter = found.setdefault((session.a, session.profile.name), Counter())
        counter["sessions"] += 1
        if told is not None and told.get("sent"):
            counter["talking"] += 1
            counter["sent"] += int(told["sent"])
    yield from found.items()


def _unsent(
    case: LabCase, contract: Contract, sent: dict[tuple[str, str], Counter[str]]
) -> tuple[Outcome, list[str]]:
    """Nothing goes out over sessions of a profile."""
    live = case.expected.case
    outcome, lines = Outcome(), list[str]()
    for subject in contract.subjects:
        for device in live.roster.devices(subject):
            counter = sent.get((device, contract.over), Counter())
            outcome.rows += counter["sessions"]
            lines += [f"{device} sends {counter['sent']} prefixes"] * counter["talking"]
    return outcome, lines


def total(outcomes: Iterable[Outcome]) -> tuple[Outcome, int]:
    """All outcomes as one, and how many there were."""
    whole, count = Outcome(), 0
    for outcome in outcomes:
        whole.rows += outcome.rows
        whole.failed += outcome.failed
        whole.undecided += outcome.undecided
        whole.findings += outcome.findings
        count += 1
    return whole, count
