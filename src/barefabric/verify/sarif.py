"""The verdict as SARIF 2.1.0 (OASIS Standard, 27 March 2020), with positions in the topology.

Code hosts show such results beside the lines they belong to. Paths are relative to the root of the
git work tree that the topology is in, or else to the folder the command runs in.
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from barefabric import __version__
from barefabric.diagnostics import explanation
from barefabric.errors import Place
from barefabric.topology.load import Loaded
from barefabric.verify.places import Finder
from barefabric.verify.verdict import Finding, Verdict

VERSION = "2.1.0"
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(verdict: Verdict, loaded: Loaded) -> dict[str, Any]:
    """The log as plain values: one run of one tool."""
    finder = Finder(loaded)
    findings = verdict.findings
    codes = list(dict.fromkeys(found.code for found in findings))
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "barefabric",
                        "version": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": list(_notifications(verdict)),
                    }
                ],
                "results": [
                    _result(found, codes.index(found.code), finder.place(found))
                    for found in findings
                ],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    title, text = explanation(code)
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(text.partition("\n\n")[0].split())},
        "help": {"text": text.strip()},
        "defaultConfiguration": {"level": "error"},
    }


def _result(found: Finding, rule: int, place: Place) -> dict[str, Any]:
    return {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": "error" if found.decided else "warning",
        "message": {"text": message(found)},
        "locations": [_location(place)],
        # Stays the same as the file grows around it, so that hosts know a finding again.
        "partialFingerprints": {
            "contract/v1": sha256(
                f"{found.code} {found.contract} {found.judge}".encode()
            ).hexdigest()
        },
        "properties": {"contract": found.contract, "judge": found.judge, "rows": found.rows},
    }


def message(found: Finding) -> str:
    """Everything that is known of a finding, as lines of text."""
    verb = "does not hold" if found.decided else "cannot be decided"
    verb = "is where the judges differ" if found.sides else verb
    lines = [f"{found.judge}: this {verb}: {found.sentence}", *found.lines]
    lines += [f"cause: {found.cause}"] if found.cause else []
    lines += [f"mend: {found.mend}"] if found.mend else []
    return "\n".join(lines)


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(Path(place.path))}
    if place.line:
        region = {"startLine": place.line}
        if place.column:
            region["startColumn"] = place.column
            region["endColumn"] = place.column + max(place.width, 1)
        physical["region"] = region
    return {"physicalLocation": physical}


def _artifact(path: Path) -> dict[str, str]:
    """A relative URI reference (RFC 3986), or a whole one for a file outside the root."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 (links stay: the user's path counts)
    root = _root(whole.parent)
    if whole.is_relative_to(root):
        return {"uri": quote(whole.relative_to(root).as_posix()), "uriBaseId": "%SRCROOT%"}
    return {"uri": whole.as_uri()}


def _root(folder: Path) -> Path:
    """The git work tree that holds a folder, else the folder that the command runs in."""
    return next((f for f in (folder, *folder.parents) if (f / ".git").exists()), Path.cwd())


def _notifications(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for other in verdict.not_run:
        words: Iterable[str] = (w for w in (other.why, other.how) if w)
        text = f"{other.judge} did not run" + "".join(f": {w}" for w in words)
        yield {"level": "warning", "message": {"text": text}}
    for judgement in verdict.judgements:
        for note in judgement.notes:
            yield {"level": "note", "message": {"text": f"{judgement.judge}: {note}"}}
