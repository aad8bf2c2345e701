"""What ``fabric design`` says at its end: ten seconds of reading."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from barefabric.build import Built
from barefabric.capacity.addresses import Fill, PodRoom
from barefabric.capacity.ports import TierPorts
from barefabric.capacity.summary import DesignSummary, SessionCount, plural
from barefabric.cli.looks import gathered
from barefabric.cli.output import as_records
from barefabric.compare.documents import compare_documents
from barefabric.compare.ranges import counted
from barefabric.errors import Diagnostic, typed
from barefabric.model.address import amount
from barefabric.model.session import SessionKind, Speaker
from barefabric.pipeline import Designed
from barefabric.verify.verdict import Verdict

WIDTH = 100
LABEL = 14
ENDLESS = 1 << 20
"""Pod blocks for a server of which nobody needs the number."""
MOST_POOLS = 12
"""Lines about addresses at most; the pods of further clusters are counted."""
_YELLOW, _PLAIN = "\x1b[33m", "\x1b[0m"
_SPEAKERS = {Speaker.CALICO: "Calico", Speaker.METALLB: "MetalLB", Speaker.KUBE_VIP: "kube-vip"}


def as_text(
    designed: Designed,
    facts: DesignSummary,
    looks: list[Diagnostic],
    verdict: Verdict,
    built: Built | None,
    seconds: float,
    colour: bool,
) -> str:
    """The summary as text of at most 100 columns; ``built`` is None for a check."""
    lines = [_first_line(facts, seconds), ""]
    lines += _block("addresses", _pools(facts.pools, facts.pods))
    lines += _block("ports", _ports(facts.ports))
    ratios = " · ".join(
        f"{w.role} {w.most:.1f} : 1"
        if round(w.least, 1) == round(w.most, 1)
        else f"{w.role} {w.least:.1f} to {w.most:.1f} : 1"
        for w in facts.oversubscription
    )
    lines += _block("oversubscr.", [ratios] if ratios else [])
    if facts.full:
        racks = counted(facts.full.racks, "rack")
        lines += _block("room", _wrap(f"{racks}: {facts.full.resource} ({facts.full.why})"))
    lines += _block("sessions", _wrap(" · ".join(_sessions(facts.sessions))))
    lines += _block("judged", _wrap(_judged(verdict)))
    if built is not None:
        lines += _block("changed", _wrap(_changed(designed, built)))
    if looks:
        lines += ["", *_looks(looks, colour)]
    if built is not None:
        left = f"  {built.out}   {built.ledger}"
        lines += ["", f"{left}   next: fabric verify {typed(designed.loaded.path)}"]
    return "\n".join(lines)


def _first_line(facts: DesignSummary, seconds: float) -> str:
    """The fabric's name and what it is made of; the time stands at the right."""
    counts = [f"{c.number:,} {c.noun}" for c in facts.devices]
    *before, left = _filled(f"{facts.fabric}   ", counts, " · ", WIDTH)
    right = f"{seconds:.2f} s"
    room = WIDTH - len(left)
    last = f"{left}{right:>{room}}" if room > len(right) + 1 else f"{left}\n{right:>{WIDTH}}"
    return "\n".join([*before, last])


def _filled(head: str, parts: Iterable[str], gap: str, width: int) -> list[str]:
    """Parts beside each other behind a head, on further lines where one does not hold them."""
    lines, line = [], ""
    for part in parts:
        if line and len(head) + len(line) + len(gap) + len(part) > width:
            lines.append(head + line)
            head, line = " " * len(head), part
        else:
            line = f"{line}{gap}{part}" if line else part
    return [*lines, head + line]


def _block(label: str, lines: list[str]) -> list[str]:
    """Lines under one label."""
    return [f"  {label if n == 0 else '':<{LABEL - 2}} {line}" for n, line in enumerate(lines)]


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - LABEL - 1, break_long_words=False, break_on_hyphens=False)


def _pools(pools: Iterable[Fill], pods: Iterable[PodRoom]) -> list[str]:
    """Address use per pool, aligned."""
    rows = [
        (p.name, " ".join(p.prefixes), f"{p.used:,} of {amount(p.size)}{_unit(p.unit)}",
         f"{p.share * 100:.0f} %" + (f", {p.held:,} kept for what is gone" if p.held else ""))
        for p in pools
        if p.used or p.held
    ]  # fmt: skip
    names = max((len(r[0]) for r in rows), default=0)
    prefixes = max((len(r[1]) for r in rows), default=0)
    counts = max((len(r[2]) for r in rows), default=0)
    lines = [f"{n:<{names}}  {p:<{prefixes}}  {c:>{counts}}  {s:>4}" for n, p, c, s in rows]
    every = list(pods)
    rooms = [f"{'pods':<{names}}  {_room(room, prefixes)}" for room in every]
    if any(len(line) > WIDTH - LABEL - 1 for line in rooms):
        rooms = [f"{'pods':<{names}}  {_room(room, 0)}" for room in every]
    shown = len(rooms) if len(lines) + len(rooms) <= MOST_POOLS else MOST_POOLS - 1 - len(lines)
    left = {room.cluster for room in every[shown:]} - {room.cluster for room in every[:shown]}
    more = [f"and {counted(len(left), 'more cluster')}"] if left else []
    indent = " " * (names + 2)
    return [
        part
        for line in (*lines, *rooms[:shown], *more)
        for part in textwrap.wrap(line, WIDTH - LABEL - 1, subsequent_indent=indent)
    ]


def _room(room: PodRoom, column: int) -> str:
    """Room for a cluster's pods in one family; per server only where that can run out."""
    each = f", {room.per_node:,} per server" if room.per_node < ENDLESS else ""
    blocks = f"{amount(room.blocks)} block{'s' * (room.blocks != 1)} of /{room.block_size}"
    return f"{' '.join(room.prefixes):<{column}}  room for {blocks}{each} ({room.cluster})"


def _unit(unit: str) -> str:
    return "" if unit in ("/32", "/128") else f" {unit}"


def _ports(tiers: Iterable[TierPorts]) -> list[str]:
    """A line for each role; for each of its models where it has several."""
    rows: dict[tuple[str, str], list[str]] = {}
    for tier in tiers:
        rows.setdefault((tier.role, tier.model), []).append(tier.text)
    several = {role for role, many in Counter(role for role, _ in rows).items() if many > 1}
    names = [f"{role} {model}" if role in several else role for role, model in rows]
    room, width = WIDTH - LABEL - 1, max(map(len, names), default=0)
    longest = max((len(text) for texts in rows.values() for text in texts), default=0)
    above = width + 2 + longest > room
    lines: list[str] = []
    for name, texts in zip(names, rows.values(), strict=True):
        lines += [name] if above else []
        lines += _filled("  " if above else f"{name:<{width}}  ", texts, "   ", room)
    return lines


def _sessions(counts: Iterable[SessionCount]) -> Iterator[str]:
    found: dict[str, int] = {}
    for c in counts:
        name = _SPEAKERS.get(c.speaker, c.kind.value)
        label = f"node ({name})" if c.kind is SessionKind.NODE else c.kind.value
        found[label] = found.get(label, 0) + c.number
    yield from (f"{number:,} {label}" for label, number in found.items())


def _judged(verdict: Verdict) -> str:
    """What the built-in judge says of the intact fabric, in one sentence."""
    (word,) = verdict.judgements
    rows = word.total
    if not word.findings:
        return f"intact: {rows.rows:,} rows of {rows.contracts:,} contracts hold"
    bad = len({f.contract for f in word.findings})
    return (
        f"intact: {counted(bad, 'contract')} of {rows.contracts:,} "
        f"{'does' if bad == 1 else 'do'} not hold; fabric verify says which and why"
    )


def _changed(designed: Designed, built: Built) -> str:
    """What changed since the last design, in one sentence."""
    change, moves = built.change, len(designed.numbers.moves)
    if not (change.written or change.removed or built.ledger_changed):
        return "nothing changed"
    files = f"wrote {counted(len(change.written), 'file')}"
    if change.removed:
        files += f", removed {len(change.removed):,}"
    files += f", kept {change.kept:,}, moved {counted(moves, 'number')}"
    if built.old is None or built.new is None:
        return f"new design: {files}" if not change.kept else files
    changes = compare_documents(built.old, built.new)
    return f"{changes.summary()}   {files}" if not changes.empty else files


def _looks(looks: list[Diagnostic], colour: bool) -> list[str]:
    """What deserves a look."""
    said = list(gathered(looks))
    head = f"look ({len(said)})"
    ink, plain = (_YELLOW, _PLAIN) if colour else ("", "")
    lines: list[str] = []
    for n, text in enumerate(said):
        label = f"{head if n == 0 else '':<{LABEL - 2}}"
        first, *rest = _wrap(text)
        lines.append(f"  {ink if n == 0 else ''}{label}{plain if n == 0 else ''} {first}")
        lines += [f"  {'':<{LABEL - 2}} {line}" for line in rest]
    return lines


def as_document(
    designed: Designed,
    facts: DesignSummary,
    looks: list[Diagnostic],
    verdict: Verdict,
    built: Built | None,
) -> dict[str, Any]:
    """The same facts as one JSON document."""
    document: dict[str, Any] = {
        "fabric": facts.fabric,
        "devices": {
            plural(c.noun) if c.number == 1 else c.noun: c.number for c in facts.devices
        },
        "pools": [
            {"name": p.name, "prefixes": p.prefixes, "unit": p.unit, "used": p.used,
             "kept": p.held, "size": p.size}
            for p in facts.pools
        ],
        "pods": [r._asdict() for r in facts.pods],
        "asns": [{"name": a.name, "used": a.used, "size": a.size} for a in facts.asns],
        "ports": [
            {"role": t.role, "model": t.model, "switches": t.switches, "speed": t.speed,
             "count": t.count, "free": list(t.free),
             "used": {use: list(span) for use, span in t.used.items()}}
            for t in facts.ports
        ],
        "oversubscription": [w._asdict() for w in facts.oversubscription],
        "sessions": [s._asdict() for s in facts.sessions],
        "full": facts.full._asdict() if facts.full else None,
        "watts": facts.watts,
        "judged": {
            "contracts": sum(j.total.contracts for j in verdict.judgements),
            "rows": sum(j.total.rows for j in verdict.judgements),
            "findings": [f._asdict() for f in verdict.findings],
        },
        "looks": as_records(looks),
        "moves": [m._asdict() for m in designed.numbers.moves],
    }  # fmt: skip
    if built is not None:
        document["build"] = str(built.out)
        document["ledger"] = str(built.ledger)
        document["ledger_changed"] = built.ledger_changed
        document["files"] = {
            "written": built.change.written, "removed": built.change.removed,
            "kept": built.change.kept,
        }  # fmt: skip
        changes = compare_documents(built.old, built.new) if built.old and built.new else None
        document["changes"] = changes.summary() if changes else ""
    return document
