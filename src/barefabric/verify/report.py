"""The verdict for people, in at most 100 columns, and as one JSON document."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from barefabric.model.contract import ContractKind
from barefabric.verify.verdict import BUILT_IN, FILES, Count, Finding, Judgement, Verdict

WIDTH = 100
SHOWN_FINDINGS = 20
"""Findings that are printed whole; the rest are counted."""

LABELS: Mapping[ContractKind, str] = {
    ContractKind.SESSION: "sessions up",
    ContractKind.ROUTE: "routes exact",
    ContractKind.ABSENT: "kept out",
    ContractKind.REFUSED: "refused",
    ContractKind.REACH: "reaches",
    ContractKind.SURVIVES: "survives failures",
    ContractKind.CHECK: "own checks",
}
"""The row of each class of contract, in the order of the table."""

JUDGES = (BUILT_IN, FILES, "Batfish", "lab")
"""Columns of the table: judges that ran show counts, others a dash."""


def report(verdict: Verdict, *, receipt: str = "", digest: str = "", seconds: float = 0.0) -> str:
    """The whole report: what failed first, then the table, then the one line that counts."""
    lines = [*_failures(verdict.findings), *_table(verdict), ""]
    for judgement in verdict.judgements:
        lines += (line for note in judgement.notes for line in _wrapped(f"note: {note}", "  "))
    lines += _last(verdict, receipt, digest, seconds)
    return "\n".join(lines) + "\n"


# Failures.


def _failures(findings: Sequence[Finding]) -> Iterator[str]:
    """What does not hold, then what could not be decided."""
    ordered = sorted(findings, key=lambda found: not found.decided)
    for found in ordered[:SHOWN_FINDINGS]:
        yield from _failure(found)
        yield ""
    if len(findings) > SHOWN_FINDINGS:
        yield f"and {len(findings) - SHOWN_FINDINGS:,} more contracts: --json shows all"
        yield ""


def _failure(found: Finding) -> Iterator[str]:
    head = "JUDGES DIFFER  " if found.sides else "FAILED  " if found.decided else "UNDECIDED  "
    yield from textwrap.wrap(
        found.sentence, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)
    )
    yield from _side_by_side(found)
    start = "" if found.sides else f"{found.judge}: "
    for line in found.evidence:
        yield from _wrapped(f"{start}{line}", "  ", " " * (len(start) + 2))
        start = " " * len(start)
    for place in found.places:
        yield from _wrapped(place, "  ")
    if found.cause:
        yield from _wrapped(f"cause: {found.cause}", "  ")
    if found.mend:
        yield from _wrapped(f"mend: {found.mend}", "  ")
    yield f"  {found.contract}, {_rows(found.rows)}   fabric explain {found.code}"


def _side_by_side(found: Finding) -> Iterator[str]:
    """Both answers to each question, one below the other, so that they can be compared."""
    width = max(len(BUILT_IN), len(found.judge))
    for about, ours, theirs in found.sides:
        yield from _wrapped(about, "  ")
        for judge, answer in ((BUILT_IN, ours), (found.judge, theirs)):
            start = f"    {judge:<{width}}  "
            yield from _wrapped(answer, start, " " * len(start))


def _wrapped(text: str, indent: str, following: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=following or indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


# The table.


def _table(verdict: Verdict) -> Iterator[str]:
    """By class: how many contracts, and how many of their rows hold for each judge."""
    ran = {judgement.judge: judgement for judgement in verdict.judgements}
    width = max(12, *(len(_cell(j.counts.get(k))) + 2 for j in ran.values() for k in LABELS))
    yield " " * 22 + f"{'contracts':>12}" + "".join(f"{j:>{width}}" for j in JUDGES)
    for kind, label in LABELS.items():
        counts = [j.counts[kind] for j in ran.values() if kind in j.counts]
        if counts:
            cells = (_judge_cell(ran.get(judge), kind) for judge in JUDGES)
            row = "".join(f"{cell:>{width}}" for cell in cells)
            yield f"  {label:<20}{counts[0].contracts:>12,}{row}"
    yield from _agreement(ran)
    yield from _legend(ran.values())


def _judge_cell(judgement: Judgement | None, kind: ContractKind) -> str:
    return "-" if judgement is None else _cell(judgement.counts.get(kind))


def _cell(count: Count | None) -> str:
    """How many rows hold; where some do not, how many, and how many could not be decided."""
    if count is None:
        return "-"
    rest = [f"{n:,} {sign}" for n, sign in ((count.failed, "no"), (count.undecided, "?")) if n]
    return f"{count.held:,} ({', '.join(rest)})" if rest else f"{count.held:,}"


def _agreement(ran: Mapping[str, Judgement]) -> Iterator[str]:
    """Whether a second judge gave the same routes as the first."""
    for judgement in ran.values():
        count = judgement.counts.get(ContractKind.ROUTE)
        if judgement.judge == BUILT_IN or BUILT_IN not in ran or count is None:
            continue
        differ = sum(f.rows for f in judgement.findings if f.sides)
        compared = int(judgement.settings.get("routes compared", count.rows))
        part = "IPv4 " if judgement.settings.get("families") == "ipv4" else ""
        text = f"{judgement.judge} on {compared:,} {part}routes, row by row"
        if differ:
            text = f"no: not with {judgement.judge} on {_rows(differ)}, shown above"
        yield f"  {'judges agree':<20}{text}"


def _legend(ran: Iterable[Judgement]) -> Iterator[str]:
    """What the columns count, and what marks mean where there are some."""
    words = ["rows that hold, by judge"]
    counts = [count for judgement in ran for count in judgement.counts.values()]
    words += ["no: do not"] if any(c.failed for c in counts) else []
    words += ["?: that judge cannot tell"] if any(c.undecided for c in counts) else []
    yield f"  {'':<20}{'; '.join(words)}"


def _last(verdict: Verdict, receipt: str, digest: str, seconds: float) -> Iterator[str]:
    spent = seconds or sum(j.seconds for j in verdict.judgements)
    if verdict.proven:
        line = f"  proven in {spent:.2f} s"
    else:
        failed = sum(not_held(j.total) for j in verdict.judgements)
        bad = len({found.contract for found in verdict.findings})
        line = f"  not proven: {_rows(failed)} of {bad:,} contract{'s' if bad != 1 else ''}"
    if receipt:
        line += f"   receipt {receipt}" + (f" ({digest[:4]}...)" if digest else "")
    yield from textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent="    ",
        break_on_hyphens=False,
        drop_whitespace=False,
        break_long_words=False,
    ) or [line]
    if verdict.not_run:
        names = ", ".join(
            f"{other.judge} ({other.how})" if other.how else other.judge
            for other in verdict.not_run
        )
        yield from _wrapped(f"not run: {names}", "  ")


def _rows(number: int) -> str:
    return f"{number:,} row{'s' if number != 1 else ''}"


def not_held(count: Count) -> int:
    """Rows that failed or could not be decided."""
    return count.failed + count.undecided


# JSON.


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values with stable keys."""
    return {
        "fabric": verdict.fabric,
        "proven": verdict.proven,
        "contracts": verdict.contracts,
        "judges": {j.judge: _judgement(j) for j in verdict.judgements},
        "not_run": [other._asdict() for other in verdict.not_run],
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "version": judgement.version,
        "settings": dict(judgement.settings),
        "seconds": round(judgement.seconds, 3),
        "counts": {kind.value: count._asdict() for kind, count in judgement.counts.items()},
        "notes": list(judgement.notes),
        "findings": [
            {
                **found._asdict(),
                "evidence": list(found.evidence),
                "sides": [side._asdict() for side in found.sides],
                "places": list(found.places),
            }
            for found in judgement.findings
        ],
    }
