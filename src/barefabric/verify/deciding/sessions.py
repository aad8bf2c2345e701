"""Contracts about sessions: as many come up as cables, pairs and servers call for."""

from collections import Counter
from collections.abc import Iterable, Iterator

from barefabric.model.contract import Contract
from barefabric.model.session import SessionKind
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding

_MEND = "compare the addresses, AS numbers and cables of both ends with `fabric show session`"


class SessionCounts:
    """How many distinct sessions are up per profile and device."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.at_a: dict[str, Counter[str]] = {}
        self.at_b: dict[str, Counter[str]] = {}
        for profile, sessions in case.sessions.up.items():
            distinct = {(s.a, s.b, s.a_interface): s for s in sessions}.values()
            self.at_a[profile] = Counter([s.a for s in distinct])
            self.at_b[profile] = Counter([s.b for s in distinct])

    def decide(self, contract: Contract) -> Outcome:
        """Count what is up against what must be."""
        upward = contract.expected == ("@up",)
        counts = (self.at_b if upward else self.at_a).get(contract.over, Counter())
        outcome = Outcome()
        short: list[str] = []
        for text in contract.subjects:
            for device in self.case.roster.devices(text):
                wanted = self._wanted(contract, device, upward)
                outcome.rows += wanted
                if counts[device] != wanted:
                    missing = abs(wanted - counts[device])
                    outcome.failed += missing
                    short.append(device)
        if short:
            lines = [line for d in short[:SHOWN] for line in self._lines(contract, d, upward)]
            if len(short) > SHOWN:
                lines.append(f"and the same kind at {len(short) - SHOWN:,} more devices")
            outcome.findings.append(
                finding(
                    "JU001",
                    contract,
                    outcome.failed,
                    _capped(lines),
                    cause=_cause(lines),
                    mend=_MEND,
                )
            )
        return outcome

    def _wanted(self, contract: Contract, device: str, upward: bool) -> int:
        if upward:
            return len(self.case.cabled.get(device, ()))
        others = (o for text in contract.expected for o in self.case.roster.devices(text))
        profile = self.case.design.profiles.get(contract.over)
        if profile is not None and profile.kind is SessionKind.HOST:
            return sum(self.case.cabled.get(other, []).count(device) for other in others)
        return sum(len(self.case.roster.devices(text)) for text in contract.expected)

    def _lines(self, contract: Contract, device: str, upward: bool) -> Iterator[str]:
        """What is missing at one device, with the reason where a session is there but down."""
        sessions = self.case.sessions
        for session, reasons in sessions.down:
            at = session.b if upward else session.a
            if at == device and session.profile.name == contract.over:
                yield f"{session.id}: {'; '.join(reasons)}"
        there = {
            (s.a if upward else s.b)
            for s in (*sessions.up.get(contract.over, ()), *(d.session for d in sessions.down))
            if s.profile.name == contract.over and (s.b if upward else s.a) == device
        }
        for other in self._others(contract, device, upward):
            if other not in there:
                yield f"there is no session between {device} and {other}"

    def _others(self, contract: Contract, device: str, upward: bool) -> Iterable[str]:
        if upward:
            return dict.fromkeys(self.case.cabled.get(device, ()))
        return (o for text in contract.expected for o in self.case.roster.devices(text))


def _capped(lines: list[str]) -> list[str]:
    more = len(lines) - SHOWN
    return lines[:SHOWN] + ([f"and {more:,} more"] if more > 0 else [])


def _cause(lines: list[str]) -> str:
    if not lines:
        return "there are more sessions than cables or servers"
    if any("there is no session" in line for line in lines):
        return "the design lacks the session altogether"
    return "the two ends do not fit each other"
