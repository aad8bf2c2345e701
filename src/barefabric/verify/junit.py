"""The verdict as JUnit XML, as CI systems read it.

One suite for each class of contract and judge. There is no standard; this keeps to what Jenkins'
and GitLab's readers share: https://github.com/testmoapp/junitxml.
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.report import LABELS
from barefabric.verify.verdict import BUILT_IN, Count, Finding, Judgement, Verdict

_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (its production 2)."""


def junit(verdict: Verdict, contracts: Iterable[Contract]) -> str:
    """The document. ``contracts`` are those of the design."""
    by_kind: dict[ContractKind, list[Contract]] = {}
    for contract in contracts:
        by_kind.setdefault(contract.kind, []).append(contract)
    suites = Element("testsuites", name=f"fabric verify {verdict.fabric}")
    for judgement in verdict.judgements:
        for kind, label in LABELS.items():
            cases = [*_cases(judgement, kind, by_kind.get(kind, []))]
            if cases:
                _suite(suites, f"{judgement.judge}: {label}", cases)
    for other in verdict.not_run:
        case = _case(other.judge, "all contracts")
        reason = f"not run: {other.why}" if other.why else "not run"
        how = f" ({other.how})" if other.how else ""
        SubElement(case, "skipped", message=_clean(reason + how))
        _suite(suites, other.judge, [case])
    for key in ("tests", "failures", "skipped"):
        suites.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    suites.set("errors", "0")
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _cases(
    judgement: Judgement, kind: ContractKind, contracts: list[Contract]
) -> Iterator[Element]:
    """One case for each contract; for a judge that counts otherwise, one for each finding too."""
    count = judgement.counts.get(kind)
    if judgement.judge != BUILT_IN:
        if count is not None:
            yield from _others(judgement, kind, count)
        return
    found: dict[str, list[Finding]] = {}
    for finding in judgement.findings:
        found.setdefault(finding.contract, []).append(finding)
    known = {contract.id for contract in contracts}
    for contract in contracts:
        if count is None:
            case = _case(contract.id, contract.sentence)
            SubElement(case, "skipped", message="not run: it was not asked for")
            yield case
        elif contract.id in found:
            yield from map(_failed, found[contract.id])
        else:
            yield _case(contract.id, contract.sentence)
    unlisted = [f for f in judgement.findings if f.kind is kind and f.contract not in known]
    yield from map(_failed, unlisted)


def _others(judgement: Judgement, kind: ContractKind, count: Count) -> Iterator[Element]:
    mine = [f for f in judgement.findings if f.kind is kind]
    if count.held or not mine:
        yield _case(f"{judgement.judge.lower()}/{kind.value}", f"{count.held:,} rows held")
    yield from map(_failed, mine)


def _case(classname: str, name: str) -> Element:
    return Element("testcase", classname=_clean(classname), name=_clean(name))


def _failed(found: Finding) -> Element:
    """A contract that does not hold, or that this judge cannot decide (skipped)."""
    case = _case(found.contract, found.sentence)
    lines = [found.sentence, *found.lines]
    lines += [f"cause: {found.cause}"] if found.cause else []
    lines += [f"mend: {found.mend}"] if found.mend else []
    lines.append(f"{found.rows:,} rows   fabric explain {found.code}")
    first = found.lines[0] if found.lines else found.sentence
    tag, message = ("failure", first) if found.decided else ("skipped", f"not decided: {first}")
    inner = SubElement(case, tag, message=_clean(message))
    if found.decided:
        inner.set("type", found.code)
    inner.text = _clean("\n".join(lines))
    return case


def _suite(suites: Element, name: str, cases: list[Element]) -> None:
    suite = SubElement(suites, "testsuite", name=_clean(name), tests=str(len(cases)), errors="0")
    for tag, key in (("failure", "failures"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in cases)))
    suite.extend(cases)


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("?", text)
