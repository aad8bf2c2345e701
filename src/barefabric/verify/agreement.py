"""Where a second judge finds what the first one does not: both answers side by side."""

from collections.abc import Mapping
from dataclasses import replace

from barefabric.model.contract import ContractKind
from barefabric.verify.verdict import BUILT_IN, Finding, Judgement, Sides, Verdict

ANSWERS: Mapping[ContractKind, tuple[str, str]] = {
    ContractKind.SESSION: ("as planned", "not as planned"),
    ContractKind.REFUSED: ("refused", "permitted"),
    ContractKind.ABSENT: ("kept out", "let through"),
    ContractKind.REACH: ("holds", "does not hold"),
}
"""What the built-in judge says of a row that holds, and the other of one that does not.

Packets may be promised to arrive, or never to. Other classes are not here: routes bring both
answers with them, checks are each judge's own.
"""


def side_by_side(verdict: Verdict) -> Verdict:
    """Findings of other judges, with the built-in judge's answer where that is another one."""
    first = next((j for j in verdict.judgements if j.judge == BUILT_IN), None)
    if first is None:
        return verdict
    found = {finding.contract for finding in first.findings}
    judgements = tuple(
        judgement if judgement is first else _compared(judgement, first, found)
        for judgement in verdict.judgements
    )
    return replace(verdict, judgements=judgements)


def _compared(judgement: Judgement, first: Judgement, found: set[str]) -> Judgement:
    findings = tuple(
        _with_sides(finding) if _differs(finding, judgement, first, found) else finding
        for finding in judgement.findings
    )
    return replace(judgement, findings=findings)


def _differs(finding: Finding, judgement: Judgement, first: Judgement, found: set[str]) -> bool:
    """Whether the built-in judge says that this holds.

    What a judge checks under a name of its own is compared with the whole class.
    """
    kind = finding.kind
    if finding.sides or not finding.decided or kind is None or kind not in ANSWERS:
        return False
    count = first.counts.get(kind)
    if count is None or not count.rows:
        return False
    if finding.contract.startswith(f"{judgement.judge.lower()}/"):
        return count.held == count.rows
    return finding.contract not in found


def _with_sides(finding: Finding) -> Finding:
    holds, fails = ANSWERS[finding.kind or ContractKind.REACH]
    rest = tuple(line for line in finding.evidence if line.startswith("and "))
    sides = tuple(Sides(line, holds, fails) for line in finding.evidence if line not in rest)
    cause = finding.cause or "a rendered file does not do what the design says"
    return finding._replace(sides=sides, evidence=rest, cause=cause)
