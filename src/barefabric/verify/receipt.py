"""The receipt of a verdict: it binds what was judged to the exact files that were built."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from barefabric import __version__
from barefabric.errors import Diagnostic, OutsideError, Place
from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.files import write_whole
from barefabric.verify.report import as_json
from barefabric.verify.verdict import Count, Finding, Judgement, Sides, Verdict

FOLDER = "verify"
"""The part of a build that belongs to judges: it is not part of the digest."""
NAME = "receipt.json"
SCHEMA = "barefabric.receipt/1"


class Receipt(NamedTuple):
    """What a receipt says.

    ``digest`` is that of the build, ``contracts`` that of the list of contracts. ``judges`` ran
    and ``not_run`` did not. ``results`` is the verdict as JSON.
    """

    fabric: str
    version: str
    digest: str
    contracts: str
    when: datetime
    proven: bool
    judges: tuple[str, ...]
    not_run: tuple[str, ...]
    results: Mapping[str, Any]


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """Paths of all files of a build: relative with ``/``, and as the system has them."""
    root = os.fspath(folder)
    for where, folders, names in os.walk(root):
        relative = os.path.relpath(where, root).replace(os.sep, "/")
        if relative == ".":
            relative = ""
            if FOLDER in folders:
                folders.remove(FOLDER)
        for name in names:
            yield f"{relative}/{name}" if relative else name, f"{where}{os.sep}{name}"


def build_digest(build: Path) -> str:
    """SHA-256 over the sorted relative paths and the contents of a build, ``verify/`` left out.

    Raises :class:`OutsideError` JU030 where the build cannot be read.
    """
    whole = sha256()
    try:
        for relative, path in sorted(_files(build)):
            name = relative.encode()
            with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 (there are many)
                content = sha256(stream.read()).digest()
            whole.update(len(name).to_bytes(4, "big") + name + content)
    except OSError as fault:
        raise _unreadable(fault, build) from fault
    return whole.hexdigest()


def contracts_digest(contracts: Iterable[Contract]) -> str:
    """SHA-256 over the contracts, in order."""
    whole = sha256()
    for contract in contracts:
        whole.update(repr(tuple(contract)).encode())
    return whole.hexdigest()


def _unreadable(fault: OSError, build: Path) -> OutsideError:
    place = Place(str(fault.filename or build))
    message = f"the build cannot be read: {fault.strerror or fault}"
    return OutsideError([Diagnostic("JU030", message, (place,), mend="run fabric design again")])


def make_receipt(
    build: Path, verdict: Verdict, contracts: Iterable[Contract], when: datetime | None = None
) -> Receipt:
    """A receipt for the build as it lies on disk now."""
    return Receipt(
        verdict.fabric,
        __version__,
        build_digest(build),
        contracts_digest(contracts),
        (when or datetime.now(UTC)).replace(microsecond=0),
        verdict.proven,
        verdict.judges,
        tuple(other.judge for other in verdict.not_run),
        as_json(verdict),
    )


def write_receipt(build: Path, receipt: Receipt) -> Path:
    """Write ``verify/receipt.json`` in one step; the path.

    Raises :class:`OutsideError` JU031 where it cannot be written.
    """
    path = build / FOLDER / NAME
    document = {
        "schema": SCHEMA,
        **receipt._asdict(),
        "when": receipt.when.isoformat(),
        "judges": list(receipt.judges),
        "not_run": list(receipt.not_run),
    }
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    write_whole(path, text, "JU031", "the receipt")
    return path


def read_receipt(build: Path) -> Receipt | None:
    """The receipt of a build, None where there is none that this version can read."""
    try:
        document = json.loads((build / FOLDER / NAME).read_bytes())
        if document.pop("schema") != SCHEMA:
            return None
        document["when"] = datetime.fromisoformat(document["when"])
        document["judges"] = tuple(document["judges"])
        document["not_run"] = tuple(document["not_run"])
        return Receipt(**document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def word_kept(build: Path, contracts: Iterable[Contract], judge: str) -> Judgement | None:
    """What a judge said earlier of exactly this build and these contracts; None for nothing."""
    receipt = read_receipt(build)
    if receipt is None or judge not in receipt.judges:
        return None
    if receipt.contracts != contracts_digest(contracts) or receipt.digest != build_digest(build):
        return None
    try:
        return _judgement(judge, receipt.results["judges"][judge])
    except (KeyError, TypeError, ValueError):
        return None


def _judgement(judge: str, told: Mapping[str, Any]) -> Judgement:
    """A judgement from what :func:`as_json` made of it."""
    counts = {ContractKind(kind): Count(**count) for kind, count in told["counts"].items()}
    findings = tuple(_finding(found) for found in told["findings"])
    return Judgement(
        judge,
        told["version"],
        dict(told["settings"]),
        counts,
        findings,
        float(told["seconds"]),
        tuple(told["notes"]),
    )


def _finding(told: Mapping[str, Any]) -> Finding:
    kind = told["kind"]
    fields = {
        "evidence": tuple(told["evidence"]),
        "kind": None if kind is None else ContractKind(kind),
        "sides": tuple(Sides(**side) for side in told["sides"]),
        "places": tuple(told["places"]),
    }
    return Finding(**{**told, **fields})
