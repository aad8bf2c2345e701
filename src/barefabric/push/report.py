"""A dry run as a person reads it, 100 columns wide."""

import os
import textwrap
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from barefabric.push.answers import LEFTOVER_CODE, NO_DRIVER_CODE, SwitchDiff
from barefabric.push.clusters import ClusterChange
from barefabric.push.dry_run import DryRunResult
from barefabric.push.fold import fold
from barefabric.push.receipts import age
from barefabric.push.table import counts, table

WIDTH = 100
LABEL = 16
FAILURES_SHOWN = 20
KUBECTL = "kubectl diff not run"
_RED, _YELLOW, _GREEN, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"


def render(
    result: DryRunResult,
    *,
    diff: bool = False,
    colour: bool = False,
    now: datetime | None = None,
) -> str:
    """The whole report. Ends with a newline.

    ``diff`` adds every switch's diff; so does a request for some switches only.
    """
    diff = diff or result.only
    lines = [*_first_lines(result, colour, now or datetime.now(UTC)), ""]
    lines += [*table(result.plan, result.diffs, WIDTH), ""] if result.plan.waves else []
    notes = [*_facts(result), *_clusters(result), *_failures(result, colour)]
    lines += [*notes, ""] if notes and diff else notes
    if diff:
        lines += _diffs(result)
    lines.append(_last_line(result, diff))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _first_lines(result: DryRunResult, colour: bool, now: datetime) -> Iterator[str]:
    """Whether it is proven, and what becomes of the servers: in one line, if there is room."""
    proof = result.proof
    if proof.proven:
        judges = ", ".join(proof.judges)
        left, ink = f"proven {proof.digest[:8]} {age(proof, now)} by {judges}", _GREEN
    else:
        left, ink = f"a push would be refused: {proof.why_not}", _RED
    right = _servers(result)
    gap = " " * (WIDTH - len(left) - len(right))
    inked = f"{ink}{left}{_PLAIN}" if colour else left
    yield from [f"{inked}{gap}{right}"] if len(gap) > 2 else [inked, right]
    if not proof.proven:
        yield f"  run {proof.command(_shown(str(result.topology)))}"


def _servers(result: DryRunResult) -> str:
    """How many servers keep a path."""
    plan = result.plan
    if not plan.waves or not plan.servers:
        return ""
    if not plan.dark:
        if plan.servers == 1:
            return "the server keeps a path in every step"
        return f"{plan.servers:,} servers keep a path in every step"
    many = f"{plan.servers:,} server{'s' if plan.servers > 1 else ''}"
    verb = "loses" if plan.dark == 1 else "lose"
    return f"{plan.dark:,} of {many} {verb} the network in some step"


def _facts(result: DryRunResult) -> Iterator[str]:
    """What is not in the table: unchanged, unknown, compared with what."""
    run = "runs" if len(result.diffs) == 1 else "run"
    if not result.plan.waves and not result.failures:
        yield _note("nothing to do", f"{_switches(len(result.diffs))} {run} this build")
    elif result.unchanged:
        yield _note("unchanged", _switches(len(result.unchanged)))
    if result.new:
        names = "  ".join(fold(result.new))
        if len(result.new) == len(result.diffs) > 1:
            names = f"all {_switches(len(result.new))}"
        yield from _wrapped("new", f"{names}: no configuration is known, every line counts")
    uncompared = sum(each.diff.uncompared for each in result.diffs.values())
    if uncompared:
        yield _note("not compared", f"{uncompared:,} lines that hold a secret")
    if result.without_driver:
        names = "  ".join(fold(result.without_driver))
        text = f"{names}: compared with the last push, not asked    fabric explain {NO_DRIVER_CODE}"
        yield from _wrapped("no driver", text)
    if result.compared_with:
        yield from _wrapped(
            "offline", f"compared with {_shown(result.compared_with)}; no switch was asked"
        )


def _switches(number: int) -> str:
    """A count of switches."""
    return "1 switch" if number == 1 else f"{number:,} switches"


def _note(label: str, text: str) -> str:
    """A line with its label in front."""
    return f"  {label:<{LABEL - 2}}  {text}"


def _wrapped(label: str, text: str) -> list[str]:
    """A note of several lines."""
    first, *more = textwrap.wrap(text, WIDTH - LABEL - 2, break_on_hyphens=False) or [""]
    return [_note(label, first), *(_note("", line) for line in more)]


def _clusters(result: DryRunResult) -> Iterator[str]:
    """What changes in the clusters, and after which wave."""
    for change in result.clusters:
        text = _objects(change)
        if change.changes and change.wave:
            text = f"after wave {change.wave}: {text}"
        *lines, last = _wrapped(f"clusters/{change.cluster}", text)
        yield from lines
        whole = f"{last}     {KUBECTL}"
        yield from [whole] if len(whole) <= WIDTH else [last, _note("", KUBECTL)]


def _objects(change: ClusterChange) -> str:
    """``2 BGPPeer to add, 1 to change``."""
    if not change.known:
        number = sum(change.added.values())
        return f"{number:,} objects, none pushed before"
    parts = [
        f"{_kinds(kinds)} to {verb}"
        for verb, kinds in (
            ("add", change.added),
            ("change", change.changed),
            ("remove", change.removed),
        )
        if kinds
    ]
    return ", ".join(parts) or "no object changes"


def _kinds(kinds: Mapping[str, int]) -> str:
    """``2 BGPPeer and 1 IPPool``."""
    return " and ".join(
        f"{number:,} {kind if number == 1 else _plural(kind)}" for kind, number in kinds.items()
    )


def _plural(kind: str) -> str:
    """``BGPPeers``, ``NetworkPolicies``, ``Addresses``."""
    if kind.endswith("y"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"


def _shown(path: str) -> str:
    """A path as short as it can be written from here."""
    return min(path, os.path.relpath(path), key=len)


def _failures(result: DryRunResult, colour: bool) -> Iterator[str]:
    """The switches that gave no diff, and what that means."""
    failures = result.failures
    for each in failures[:FAILURES_SHOWN]:
        yield from _failure(each, colour)
    if len(failures) > FAILURES_SHOWN:
        more = len(failures) - FAILURES_SHOWN
        yield _note("", f"and {_switches(more)} more; --json lists all")
    if failures:
        yield _note("", f"the push would stop before wave 1    fabric explain {_code(failures[0])}")


def _code(each: SwitchDiff) -> str:
    """The code of a failure."""
    return each.failure.code if each.failure else ""


def _failure(each: SwitchDiff, colour: bool) -> Iterator[str]:
    """One switch: what, where, why, and what is left to do."""
    failure = each.failure
    if failure is None:
        return
    first, *more = _wrapped(failure.kind, f"{each.switch} ({each.address}: {failure.detail})")
    yield first.replace(failure.kind, f"{_RED}{failure.kind}{_PLAIN}", 1) if colour else first
    yield from more
    if failure.command:
        where = f":{failure.line}" if failure.line else ""
        yield from _wrapped("", f"{each.file}{where}   {failure.command}")
    if failure.leftover:
        yield from _wrapped("", f"left on the switch, {LEFTOVER_CODE}: {failure.leftover}")


def _diffs(result: DryRunResult) -> Iterator[str]:
    """The diff of each switch that changes, in the order of the waves."""
    for wave in result.plan.waves:
        for step in wave.steps:
            each = result.diffs[step.switch]
            yield f"{step.switch}   {counts([each])}   wave {wave.number}"
            yield from each.diff.text.splitlines()
            yield ""


def _last_line(result: DryRunResult, diff: bool) -> str:
    """That nothing happened, and what to look at next."""
    text = "nothing was changed anywhere."
    if diff or not result.plan.waves:
        return text
    first = result.plan.waves[0].steps[0].switch
    whole = f"{text}      full diffs: --diff     one switch: --only {first}"
    return whole if len(whole) <= WIDTH else whole.replace(" " * 5 + "one", "\none")
