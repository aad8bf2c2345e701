"""A dry run as one JSON document with stable keys, for programs."""

from typing import Any

from barefabric.push.answers import SwitchDiff
from barefabric.push.clusters import ClusterChange
from barefabric.push.dry_run import DryRunResult
from barefabric.push.waves import Wave

SCHEMA = "barefabric.push/1"


def document(result: DryRunResult, *, diff: bool = False) -> dict[str, Any]:
    """The facts of the terminal report; ``diff`` adds the text of every diff, by switch."""
    proof = result.proof
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "fabric": result.fabric,
        "build": str(result.build),
        "dry_run": True,
        "compared_with": result.compared_with or "switches",
        "proof": {
            "proven": proof.proven,
            "digest": proof.digest,
            "judges": list(proof.judges),
            "when": proof.when.isoformat() if proof.when else None,
            "why_not": proof.why_not,
            "required": {"judges": list(proof.policy.require), "failures": proof.policy.failures},
        },
        "servers": {"all": result.plan.servers, "without_path_in_some_wave": result.plan.dark},
        "waves": [_wave(wave, result) for wave in result.plan.waves],
        "unchanged": result.unchanged,
        "new": result.new,
        "without_driver": list(result.without_driver),
        "failures": [_failure(each) for each in result.failures],
        "clusters": [_cluster(change) for change in result.clusters],
        "exit_status": result.exit_status,
    }
    if diff:
        found["diffs"] = {n: each.diff.text for n, each in result.diffs.items() if each.changes}
    return found


def _wave(wave: Wave, result: DryRunResult) -> dict[str, Any]:
    """One wave."""
    return {
        "number": wave.number,
        "switches": [
            {
                "name": step.switch,
                "reason": step.reason,
                "added": result.diffs[step.switch].diff.added,
                "removed": result.diffs[step.switch].diff.removed,
                "not_compared": result.diffs[step.switch].diff.uncompared,
            }
            for step in wave.steps
        ],
        "servers_without_path": list(wave.dark),
    }


def _failure(each: SwitchDiff) -> dict[str, Any]:
    """One switch that gave no diff."""
    failure = each.failure
    if failure is None:
        return {}
    return {
        "switch": each.switch,
        "address": each.address,
        "kind": failure.kind.value,
        "code": failure.code,
        "detail": failure.detail,
        "file": each.file,
        "line": failure.line,
        "command": failure.command,
        "leftover": failure.leftover,
    }


def _cluster(change: ClusterChange) -> dict[str, Any]:
    """One cluster. Counts are by kind of object."""
    return {
        "name": change.cluster,
        "after_wave": change.wave,
        "pushed_before": change.known,
        "add": dict(change.added),
        "change": dict(change.changed),
        "remove": dict(change.removed),
        "kubectl_diff": "not run",
    }
