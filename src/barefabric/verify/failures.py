"""Single failures of a design, with those that symmetry makes equal taken together.

Two failures are equal when marking what fails gives equal traces (see
:mod:`barefabric.verify.classes`): the networks that are left then have the same routes up to names.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.device import Role
from barefabric.verify.deciding.case import Case
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


class _Candidate(NamedTuple):
    """A failure before equal ones are found. ``parts`` are devices by the part they play."""

    failure: Failure
    name: str
    parts: tuple[tuple[str, str], ...]


def failure_classes(case: Case, kind: str) -> list[FailureClass]:
    """All failures of a kind, one of each class."""
    finder = _Finder(case)
    found: dict[Hashable, list[_Candidate]] = {}
    for candidate in _candidates(case, kind):
        found.setdefault(finder.key(candidate), []).append(candidate)
    return [FailureClass(c[0].failure, c[0].name, len(c)) for c in found.values()]


def _candidates(case: Case, kind: str) -> Iterator[_Candidate]:
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


def _link(cables: Iterable[Cable], which: str) -> _Candidate:
    every = list(cables)
    first = every[0]
    keys = frozenset(cable.key for cable in every)
    parts = ((first.a, f"upper {which}"), (first.b, f"lower {which}"))
    return _Candidate(Failure(cables=keys), f"the link {first.a} - {first.b}", parts)


def _devices(name: str, devices: Iterable[str]) -> _Candidate:
    gone = tuple(devices)
    parts = tuple((device, "gone") for device in gone)
    return _Candidate(Failure(devices=frozenset(gone)), name, parts)


def _peer_links(cables: Iterable[Cable]) -> Mapping[tuple[str, str], list[Cable]]:
    found: dict[tuple[str, str], list[Cable]] = {}
    for cable in cables:
        if cable.kind is CableKind.PEER:
            found.setdefault((cable.a, cable.b), []).append(cable)
    return found


class _Finder:
    """Finds the class of a failure."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._traces: dict[Hashable, Hashable] = {}

    def key(self, candidate: _Candidate) -> Hashable:
        """Equal for failures that leave equal networks behind."""
        marks = {}
        silent = []
        for device, part in candidate.parts:
            processes = self._processes(device)
            if not processes:
                silent.append((part, self._still(device)))
            for process in processes:
                marks[process] = (0, (part,))
        graph = self.case.table.classes.graph
        counts = Counter((graph.bundle_of[process], mark) for process, mark in marks.items())
        bundles = (tuple(sorted(counts.items())), tuple(sorted(silent)))
        if bundles not in self._traces:
            trace = self.case.table.classes.view(marks).trace
            self._traces[bundles] = (trace, tuple(sorted(silent)))
        return self._traces[bundles]

    def _processes(self, device: str) -> list[int]:
        """All processes of a device: its router and the speakers on it."""
        built = self.case.built
        found = [built.of(device), *(known.get(device, -1) for known in built.speakers.values())]
        return [process for process in found if process >= 0]

    def _still(self, device: str) -> tuple[str, ...]:
        """What a server that speaks no BGP is: its place and kind say all there is to say."""
        server = self.case.design.servers.get(device)
        return (server.type, server.attach.value, server.rack) if server else (device,)
