"""The verdict for people, in at most 100 columns, and as one JSON document."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from barefabric.model.contract import ContractKind
from barefabric.verify.verdict import Count, Finding, Judgement, Verdict

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

JUDGES = ("built-in", "Batfish", "lab")
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
    for found in findings[:SHOWN_FINDINGS]:
        yield from _failure(found)
        yield ""
    if len(findings) > SHOWN_FINDINGS:
        yield f"and {len(findings) - SHOWN_FINDINGS:,} more contracts: --json shows all"
        yield ""


def _failure(found: Finding) -> Iterator[str]:
    head = "FAILED  " if found.decided else "UNDECIDED  "
    yield from textwrap.wrap(
        found.sentence, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)
    )
    for number, line in enumerate(found.evidence):
        start = f"{found.judge}: " if number == 0 else " " * (len(found.judge) + 2)
        yield from textwrap.wrap(
            line,
            WIDTH,
            initial_indent=f"  {start}",
            subsequent_indent=" " * (len(start) + 4),
            break_on_hyphens=False,
            break_long_words=False,
        )
    if found.cause:
        yield from _wrapped(f"cause: {found.cause}", "  ")
    if found.mend:
        yield from _wrapped(f"mend: {found.mend}", "  ")
    rows = f"{found.rows:,} row{'s' if found.rows != 1 else ''}"
    yield f"  {found.contract}, {rows}   fabric explain {found.code}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


# The table.


def _table(verdict: Verdict) -> Iterator[str]:
    ran = {judgement.judge: judgement for judgement in verdict.judgements}
    width = max(12, *(len(_cell(j.counts.get(k))) + 2 for j in ran.values() for k in LABELS))
    yield " " * 22 + f"{'contracts':>{width}}" + "".join(f"{j:>{width}}" for j in JUDGES)
    for kind, label in LABELS.items():
        totals = [j.counts[kind].rows for j in ran.values() if kind in j.counts]
        if totals:
            cells = (_judge_cell(ran.get(judge), kind) for judge in JUDGES)
            row = "".join(f"{cell:>{width}}" for cell in cells)
            yield f"  {label:<20}{max(totals):>{width},}{row}"


def _judge_cell(judgement: Judgement | None, kind: ContractKind) -> str:
    return "-" if judgement is None else _cell(judgement.counts.get(kind))


def _cell(count: Count | None) -> str:
    """What held; where something did not, how much."""
    if count is None:
        return "-"
    if count.failed:
        return f"{count.held:,} ({count.failed:,} no)"
    return f"{count.held:,} ({count.undecided:,} ?)" if count.undecided else f"{count.held:,}"


def _last(verdict: Verdict, receipt: str, digest: str, seconds: float) -> Iterator[str]:
    spent = seconds or sum(j.seconds for j in verdict.judgements)
    if verdict.proven:
        line = f"  proven in {spent:.2f} s"
    else:
        failed = sum(not_held(j.total) for j in verdict.judgements)
        line = f"  not proven: {failed:,} rows of {len(verdict.findings):,} contracts"
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
            {**found._asdict(), "evidence": list(found.evidence)} for found in judgement.findings
        ],
    }
