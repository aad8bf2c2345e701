"""``fabric why``: what an address, a prefix, an AS number or a line of a file is, and why."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from barefabric.compare.ranges import listed
from barefabric.errors import Diagnostic, FabricError
from barefabric.inquire.addresses import explain
from barefabric.inquire.asns import explain_asn
from barefabric.inquire.facts import Answer, Why
from barefabric.inquire.lines import explain_line
from barefabric.inquire.owners import Owner, Use, owners
from barefabric.inquire.prefixes import explain_prefix, inside
from barefabric.inquire.table import WIDTH, wrapped
from barefabric.inquire.uses import folders_of, uses
from barefabric.model.address import canonical, host_route, width
from barefabric.model.design import Design
from barefabric.pipeline import Designed

_ADDRESS = re.compile(
    r"(\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F:.]*:[\da-fA-F]*:[\da-fA-F:.]*)(?:/(\d{1,3}))?"
)
_ASN = re.compile(r"(?:AS ?)?(\d{1,10}|\d{1,5}\.\d{1,5})", re.IGNORECASE)
_LINE = re.compile(r"(.+?):([0-9]+)(?::[0-9]+)?")
"""A line of a file as errors write it, with a column behind it or without one."""

MOST_DEVICES = 6
"""Of devices that share a value, as many are searched for it."""


def why(designed: Designed, thing: str, build: Path | None = None) -> Why:
    """Explain an address, a prefix, an AS number (plain or asdot) or ``FILE:LINE``.

    ``build`` is the folder of the fabric's build; without it nothing is said of where a value is
    used, and paths of files are relative to the working directory only. Raises FabricError: INQ004
    for what is none of these, INQ005 for a value the design does not have, INQ006 and INQ007 for
    files and lines that are not there.
    """
    asked = thing.strip()
    address, asn, line = _ADDRESS.fullmatch(asked), _ASN.fullmatch(asked), _LINE.fullmatch(asked)
    text = canonical(address[1], address[2] or "") if address else ""
    if address and text:
        answers = list(_address(designed, text, address[2] or "", build))
    elif asn:
        answers = list(_asn(designed, _as_number(asn[1]), build))
    elif line and not address:
        return explain_line(designed, line[1], int(line[2]), build)
    else:
        raise FabricError([_no_question(designed, asked)])
    if not answers:
        raise FabricError([_nothing(designed, asked)])
    return Why(asked, tuple(answers))


def _as_number(text: str) -> int:
    """A plain number, or asdot (RFC 5396)."""
    high, dot, low = text.partition(".")
    return int(high) * 65536 + int(low) if dot else int(text)


def _address(designed: Designed, text: str, length: str, build: Path | None) -> Iterator[Answer]:
    """Answers for an address, or for a prefix where a length is given that makes it one."""
    design, bits = designed.design, width(text)
    found = [o for o in owners(design, text) if not length or int(length) in (o.length, bits)]
    for owner in found:
        answer = explain(designed, text, owner)
        folders = folders_of(design, _devices(design, owner))
        yield _with_uses(answer, build, folders, "ip-plan.csv", text)
    if length and not (found and int(length) == bits):
        prefix = f"{text}/{length}"
        answers = explain_prefix(designed, prefix) if not found else []
        folders = _prefix_folders(design, prefix)
        for answer in answers:
            yield _with_uses(answer, build, folders, "ip-plan.csv", answer.value)
    elif not found:
        yield from inside(designed, host_route(text))


def _devices(design: Design, owner: Owner) -> Iterable[str]:
    """Devices whose files name an address: its holder and those that talk to it."""
    yield from (name for name in (owner.device, owner.peer) if name)
    if owner.use in (Use.SERVER, Use.SECOND):
        yield from design.racks[design.servers[owner.device].rack].leaves
    elif owner.use in (Use.GATEWAY, Use.LEAF):
        rack = design.racks[owner.key]
        yield from (*rack.leaves, *rack.servers[:MOST_DEVICES])
    elif owner.use is Use.MANAGEMENT_GATEWAY:
        yield from list(design.switches)[:MOST_DEVICES]
    elif owner.use is Use.ENDPOINT:
        control = design.clusters[owner.device].control_plane
        yield from dict.fromkeys(
            leaf for node in control for leaf in design.racks[design.servers[node].rack].leaves
        )


def _prefix_folders(design: Design, prefix: str) -> list[str]:
    """Folders to look for a prefix in: its rack's leaves, or the first switch of each role."""
    racks = [rack for rack in design.racks.values() if prefix in (rack.prefix, rack.prefix6)]
    if racks:
        return folders_of(design, racks[0].leaves)
    first = {switch.role: switch.name for switch in reversed(list(design.switches.values()))}
    return folders_of(design, (*design.clusters, *first.values()))


def _asn(designed: Designed, asn: int, build: Path | None) -> Iterator[Answer]:
    """Answers for an AS number."""
    design = designed.design
    switches = [switch.name for switch in design.switches.values() if switch.asn == asn]
    having = switches or [server.name for server in design.servers.values() if server.asn == asn]
    sessions = design.sessions_by_device[having[0]] if having else []
    near = [s.b if s.a == having[0] else s.a for s in sessions]
    devices = dict.fromkeys((*having[:MOST_DEVICES], *near[:MOST_DEVICES]))
    folders = folders_of(design, devices) or _prefix_folders(design, "")
    for answer in explain_asn(designed, asn):
        yield _with_uses(answer, build, folders, "asn-plan.csv", str(asn))


def _with_uses(
    answer: Answer, build: Path | None, folders: list[str], plan: str, value: str
) -> Answer:
    used, more = uses(build, folders, plan, value)
    return replace(answer, used=used, more=more)


def _no_question(designed: Designed, asked: str) -> Diagnostic:
    design = designed.design
    known = asked in design.switches or asked in design.servers or asked in design.upstreams
    return Diagnostic(
        "INQ004",
        f'"{asked}" is no address, prefix, AS number or FILE:LINE',
        allowed="10.254.0.6, 10.10.0.0/24, fd00:10::/64, 4200020001, 64086.60333, or "
        f"build/{design.name}/switches/{next(iter(design.switches))}/...:12",
        mend=f"{asked} is a device: fabric show device {asked}" if known else "",
    )


def _nothing(designed: Designed, asked: str) -> Diagnostic:
    design = designed.design
    pools = ", ".join(f"{p.name} {' '.join(p.prefixes)}" for p in design.pools)
    ranges = designed.loaded.topology.asn
    asns = ", ".join(
        f"{role} {held.first}-{held.last}"
        for role in ("superspine", "spine", "border", "leaf", "node")
        for held in (getattr(ranges, role),)
    )
    is_asn = _ASN.fullmatch(asked) is not None
    return Diagnostic(
        "INQ005",
        f"{asked} is not part of the design of {design.name}",
        allowed=f"AS numbers come from: {asns}"
        if is_asn
        else f"pools: {pools}; clusters: {listed(design.clusters) or 'none'}",
    )


def why_text(found: Why) -> Iterator[str]:
    """The answers as lines of at most 100 columns."""
    if found.heading:
        yield from wrapped(found.heading, WIDTH)
        for fact in found.facts:
            yield from _fact(fact.label, fact.text, fact.place)
    for n, answer in enumerate(found.answers):
        if n or found.heading:
            yield ""
        yield from wrapped(f"{answer.value}   {answer.sentence}", WIDTH)
        for fact in answer.facts:
            yield from _fact(fact.label, fact.text, fact.place)
        if answer.used:
            places = [f"{found.path}:{found.line}" for found in answer.used]
            rest = [f"and {answer.more:,} more"] if answer.more else []
            yield from _fact("used in", "  ".join((*places, *rest)), "")


_LABEL, _PLACE = 12, 60


def _fact(label: str, text: str, place: str) -> Iterator[str]:
    """``from    pool addressing.links 10.254.0.0/16        lab.yaml:29``."""
    head = f"  {label:<{_LABEL}}"
    if place and len(head) + len(text) + len(place) + 2 <= WIDTH:
        column = max(_PLACE, len(head) + len(text) + 2)
        column = column if column + len(place) <= WIDTH else len(head) + len(text) + 2
        yield f"{head + text:<{column}}{place}"
        return
    lines = wrapped(text, WIDTH - len(head), "")
    if place:
        lines.append(place)
    for n, line in enumerate(lines):
        yield f"{head if n == 0 else ' ' * len(head)}{line}"
