"""Both ends of every session, from all files of a build, and in what they differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from barefabric.model.design import Design
from barefabric.model.session import SessionKind
from readback import eos, frr
from readback.end import End
from readback.hosts import read_server
from readback.manifests import read_cluster

Files = Mapping[str, Mapping[str, str]]
"""Files by path, by device or cluster."""


def ends_of(design: Design, devices: Files, clusters: Files) -> Iterator[End]:
    """Every end that a file states."""
    for name, files in devices.items():
        if name in design.servers:
            yield from read_server(name, files)
        elif "startup-config" in files:
            yield from eos.sessions(name, files["startup-config"])
        else:
            addresses = frr.interface_file_addresses(files["interfaces"])
            yield from frr.sessions(name, files["frr.conf"], addresses)
    for files in clusters.values():
        yield from read_cluster(files)


def paired(design: Design, ends: list[End]) -> list[tuple[End, End | None]]:
    """Each end with the one that names it back; by the cable on unnumbered links."""
    cable = {(c.a, c.a_port): (c.b, c.b_port) for c in design.cables}
    cable.update({there: here for here, there in cable.items()})
    by_key = {(e.device, e.local) if not e.peer else (e.local, e.peer): e for e in ends}
    assert len(by_key) == len(ends), "two ends of the same addresses"
    return [
        (end, by_key.get(cable[end.device, end.local] if not end.peer else (end.peer, end.local)))
        for end in ends
    ]


def disagreements(design: Design, ends: list[End]) -> list[str]:
    """Sentences on everything in which two ends differ; empty for a sound build."""
    theirs = (each for u in design.upstreams.values() for each in (u.theirs, u.theirs6))
    outside = {each.partition("/")[0] for each in theirs}
    said = []
    for end, other in paired(design, ends):
        if other is None:
            if end.peer not in outside:
                said.append(f"{end.device} {end.local}: nobody answers at {end.peer}")
            continue
        said += [f"{end.device} {other.device}: {what}" for what in _differences(end, other)]
    return said


def _differences(end: End, other: End) -> Iterator[str]:
    if (end.local_asn, end.peer_asn) != (other.peer_asn, other.local_asn):
        yield "ASN"
    if end.password != other.password:
        yield "password"
    if end.bfd != other.bfd:
        yield f"BFD {end.bfd} {other.bfd}"
    if end.families != other.families or not end.families:
        yield "families"
    if end.hold and other.hold and end.hold != other.hold:
        yield "hold time"
    if end.hops and other.hops and end.hops != other.hops:
        yield "hops"
    if end.passive and other.passive:
        yield "both wait"


def planned_and_read(
    design: Design, ends: Iterable[tuple[End, End | None]]
) -> tuple[Counter[frozenset[str]], Counter[frozenset[str]]]:
    """How many ends the plan has between any two devices, and how many were read."""
    read = Counter(
        frozenset({end.device, other.device} if other else {end.device, end.peer})
        for end, other in ends
    )
    planned: Counter[frozenset[str]] = Counter()
    for session in design.sessions:
        outside = session.profile.kind is SessionKind.UPSTREAM
        planned[frozenset({session.a, session.b_address if outside else session.b})] += (
            1 if outside else 2
        )
    return planned, read
