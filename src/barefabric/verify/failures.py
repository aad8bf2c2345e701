"""Failures of a design, one or two at a time; those that symmetry makes equal are taken together.

Two failures are equal when marking what fails gives equal traces (see
:mod:`barefabric.verify.classes`): the networks that are left then have the same routes up to names.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.device import Role
from barefabric.verify.deciding.case import Case
from barefabric.verify.view import Mark
from barefabric.verify.wiring import Failure

LINKS = ("links", "peer-links", "server-links")
SWITCHES = ("spines", "superspines", "leaves", "borders")

_CABLES = {
    "links": CableKind.FABRIC,
    "server-links": CableKind.SERVER,
}


class FailureClass(NamedTuple):
    """A failure, in words, and how many equal ones it stands for."""

    failure: Failure
    name: str
    stands_for: int


class Candidate(NamedTuple):
    """A failure before equal ones are found. ``parts`` are devices by the part they play."""

    failure: Failure
    name: str
    parts: tuple[tuple[str, str], ...]


def failure_classes(case: Case, kind: str) -> list[FailureClass]:
    """All failures of a kind, one of each class."""
    finder = Finder(case)
    found: dict[Hashable, list[Candidate]] = {}
    for candidate in candidates(case, kind):
        found.setdefault(finder.key(candidate), []).append(candidate)
    return [FailureClass(c[0].failure, c[0].name, len(c)) for c in found.values()]


def candidates(case: Case, kind: str) -> Iterator[Candidate]:
    """Every failure of a kind."""
    design = case.design
    if kind == "peer-links":
        return (_link(cables, "all") for cables in _peer_links(design.cables).values())
    if kind in _CABLES:
        wanted = _CABLES[kind]
        return (_link((c,), str(c.index)) for c in design.cables if c.kind is wanted)
    return (_devices(name, devices) for name, devices in _groups(case, kind))


def _groups(case: Case, kind: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Devices that fail together, with what they are called."""
    design = case.design
    if kind in SWITCHES:
        yield from ((name, (name,)) for name in case.roster.devices(f"@{kind}"))
    elif kind == "upstreams":
        yield from ((name, (name,)) for name in design.upstreams)
    elif kind == "racks":
        for rack in design.racks.values():
            yield f"rack {rack.name}", (*rack.leaves, *rack.servers)
    elif kind == "planes":
        planes = {s.plane for s in design.switches.values() if s.role is Role.SUPERSPINE}
        for plane in sorted(planes):
            yield f"plane {plane}", case.roster.devices(f"@superspines:plane={plane}")


def _link(cables: Iterable[Cable], which: str) -> Candidate:
    every = list(cables)
    first = every[0]
    keys = frozenset(cable.key for cable in every)
    parts = ((first.a, f"upper {which}"), (first.b, f"lower {which}"))
    return Candidate(Failure(cables=keys), f"the link {first.a} - {first.b}", parts)


def _devices(name: str, devices: Iterable[str]) -> Candidate:
    gone = tuple(devices)
    parts = tuple((device, "gone") for device in gone)
    return Candidate(Failure(devices=frozenset(gone)), name, parts)


def _peer_links(cables: Iterable[Cable]) -> Mapping[tuple[str, str], list[Cable]]:
    found: dict[tuple[str, str], list[Cable]] = {}
    for cable in cables:
        if cable.kind is CableKind.PEER:
            found.setdefault((cable.a, cable.b), []).append(cable)
    return found


class Finder:
    """Finds the class of a failure, or of two together."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._traces: dict[Hashable, Hashable] = {}

    def key(self, *several: Candidate) -> Hashable:
        """Equal for failures that leave equal networks behind.

        Of two failures each plays its own part: a link with its two ends is not mistaken for
        the ends of two links.
        """
        marks, bundles = self.bundles(*several)
        known = self._traces.get(bundles)
        if known is None:
            trace = self.case.table.classes.view(marks).trace
            known = self._traces[bundles] = (trace, bundles[1])
        return known

    def bundles(self, *several: Candidate) -> tuple[dict[int, Mark], tuple[Hashable, Hashable]]:
        """The marks of failures, and how many of which twins have them.

        Exchanging twins changes nothing, so equal counts mean equal failures.
        """
        played: dict[str, list[str]] = {}
        for number, candidate in enumerate(several):
            for device, part in candidate.parts:
                name = part if len(several) == 1 else f"{number} {part}"
                played.setdefault(device, []).append(name)
        marks: dict[int, Mark] = {}
        silent = []
        for device, parts in played.items():
            mark: Mark = (0, tuple(sorted(parts)))
            processes = self.processes(device)
            if not processes:
                silent.append((mark[1], self.still(device)))
            for process in processes:
                marks[process] = mark
        bundle_of = self.case.table.classes.graph.bundle_of
        counts = Counter((bundle_of[process], mark) for process, mark in marks.items())
        return marks, (tuple(sorted(counts.items())), tuple(sorted(silent)))

    def processes(self, device: str) -> list[int]:
        """All processes of a device: its router and the speakers on it."""
        built = self.case.built
        found = [built.of(device), *(known.get(device, -1) for known in built.speakers.values())]
        return [process for process in found if process >= 0]

    def still(self, device: str) -> tuple[str, ...]:
        """What a server that speaks no BGP is: its place and kind say all there is to say."""
        server = self.case.design.servers.get(device)
        return (server.type, server.attach.value, server.rack) if server else (device,)
