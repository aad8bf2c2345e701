"""The lab's word in the verdict, and in the receipt of the build it ran on."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from barefabric.model.design import Design
from barefabric.verify.judge import verify
from barefabric.verify.receipt import (
    Receipt,
    build_digest,
    make_receipt,
    read_receipt,
    write_receipt,
)
from barefabric.verify.verdict import Judgement, Verdict

if TYPE_CHECKING:
    from barefabric.lab.live import Live


def verdict_of(design: Design, word: Judgement) -> Verdict:
    """The built-in verdict with the lab's word beside it."""
    verdict = verify(design)
    others = tuple(n for n in verdict.not_run if n.judge != word.judge)
    return replace(verdict, judgements=(*verdict.judgements, word), not_run=others)


def record(live: "Live", verdict: Verdict) -> tuple[str, str]:
    """Write the verdict into the build's receipt; its path and the digest of the build.

    What Batfish said of the very same files and contracts stays. Nothing is written, and both
    are empty, where the build has changed since the lab was made from it, or is not what the
    design renders: the lab's word is not about it then.
    """
    from barefabric.build import first_difference

    build, design = Path(live.plan.build), live.expected.design
    digest = build_digest(build)
    if digest != live.plan.digest or first_difference(design, build):
        return "", ""
    known = read_receipt(build)
    receipt = make_receipt(build, verdict, design.contracts)
    if known is not None and known.digest == digest:
        receipt = merged(receipt, known)
    return str(write_receipt(build, receipt)), digest


def merged(new: Receipt, known: Receipt) -> Receipt:
    """A receipt with the words of judges that only the older one has, of the same contracts."""
    if new.contracts != known.contracts or new.digest != known.digest:
        return new
    results = json.loads(json.dumps(dict(new.results)))
    kept = [name for name in known.judges if name not in new.judges]
    words = known.results.get("judges", {})
    results["judges"].update({name: words[name] for name in kept if name in words})
    results["not_run"] = [n for n in results["not_run"] if n["judge"] not in kept]
    proven = new.proven and all(not words[name]["findings"] for name in kept if name in words)
    return new._replace(
        judges=(*new.judges, *kept),
        not_run=tuple(name for name in new.not_run if name not in kept),
        proven=proven,
        results={**results, "proven": proven},
    )
