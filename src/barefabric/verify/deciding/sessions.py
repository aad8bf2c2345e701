"""Contracts about sessions: as many come up as cables, pairs and servers call for."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from barefabric.model.contract import Contract
from barefabric.model.record import fields
from barefabric.model.session import Session, SessionKind
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding

_MEND = "compare the addresses, AS numbers and cables of both ends with `fabric show session`"


_UPPER, _LOWER = fields(Session, "a"), fields(Session, "b")
_ENDS = fields(Session, "a", "b", "a_interface")


class SessionCounts:
    """How many distinct sessions are up per profile and device."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._counts: dict[tuple[str, bool], Counter[str]] = {}

    def decide(self, contract: Contract) -> Outcome:
        """Count what is up against what must be."""
        upward = contract.expected == ("@up",)
        counts = self.counts(contract.over, upward=upward)
        outcome = Outcome()
        short: list[str] = []
        devices = [d for text in contract.subjects for d in self.case.roster.devices(text)]
        down = self._down(contract.over, upward) if self.case.sessions.down else {}
        for device, wanted in zip(devices, self._wanted(contract, devices, upward), strict=True):
            outcome.rows += wanted
            failed = max(abs(wanted - counts[device]), down.get(device, 0))
            if failed:
                outcome.failed += failed
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

    def counts(self, profile: str, *, upward: bool) -> Counter[str]:
        """How many distinct sessions of a profile are up at each lower, or at each upper device."""
        known = self._counts.get((profile, upward))
        if known is None:
            sessions: Collection[Session] = self.case.sessions.up.get(profile, ())
            if len(set(map(_ENDS, sessions))) < len(sessions):
                sessions = {_ENDS(session): session for session in sessions}.values()
            known = Counter(map(_LOWER if upward else _UPPER, sessions))
            self._counts[profile, upward] = known
        return known

    def _down(self, profile: str, upward: bool) -> Mapping[str, int]:
        """How many sessions of a profile each device configures in vain."""
        end = _LOWER if upward else _UPPER
        sessions = (d.session for d in self.case.sessions.down)
        return Counter(end(session) for session in sessions if session.profile.name == profile)

    def _wanted(self, contract: Contract, devices: Sequence[str], upward: bool) -> list[int]:
        """How many sessions each device must have."""
        case = self.case
        if upward:
            return [case.above(device) for device in devices]
        profile = case.design.profiles.get(contract.over)
        if profile is not None and profile.kind is SessionKind.HOST:
            others = [o for text in contract.expected for o in case.roster.devices(text)]
            return [sum(case.cabled.get(o, []).count(device) for o in others) for device in devices]
        return [sum(map(case.roster.count, contract.expected))] * len(devices)

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
