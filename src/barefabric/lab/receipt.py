"""The lab's word in the verdict, and in the receipt of the build it ran on."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from barefabric.model.design import Design
from barefabric.verify.judge import verify
from barefabric.verify.receipt import build_digest, make_receipt, word_kept, write_receipt
from barefabric.verify.verdict import BUILT_IN, FILES, Judgement, Verdict

if TYPE_CHECKING:
    from barefabric.lab.live import Live

OTHERS = (FILES, "Batfish")
"""Judges whose word stays when the lab gives its own."""


def verdict_of(design: Design, build: Path, word: Judgement) -> Verdict:
    """The built-in verdict with the lab's word beside it, and what others said of this build."""
    verdict = verify(design)
    own = _further(build, design, verdict)
    kept = [k for k in (word_kept(build, design.contracts, name) for name in OTHERS) if k]
    ran = {judgement.judge for judgement in (*kept, word)}
    return replace(
        verdict,
        judgements=(*own, *kept, word),
        not_run=tuple(n for n in verdict.not_run if n.judge not in ran),
    )


def _further(build: Path, design: Design, verdict: Verdict) -> tuple[Judgement, ...]:
    """The built-in word: an earlier one of this version, where that looked at more failures.

    A lab asks for single failures alone, and must not take away what was proven of two at a time.
    """
    (now,) = verdict.judgements
    before = word_kept(build, design.contracts, BUILT_IN)
    if before is None or before.version != now.version or now.findings:
        return (now,)
    deeper = int(before.settings.get("failures", "0")) > int(now.settings["failures"])
    return (before,) if deeper else (now,)


def with_lab(verdict: Verdict, design: Design, build: Path) -> Verdict:
    """A verdict with what a lab said of exactly this build, where one did."""
    word = word_kept(build, design.contracts, "lab")
    if word is None:
        return verdict
    others = tuple(n for n in verdict.not_run if n.judge != word.judge)
    return replace(verdict, judgements=(*verdict.judgements, word), not_run=others)


def record(live: "Live", verdict: Verdict) -> tuple[str, str]:
    """Write the verdict into the build's receipt; its path and the digest of the build.

    Nothing is written, and both are empty, where the build has changed since the lab was made
    from it, or is not what the design renders: the lab's word is not about it then.
    """
    from barefabric.build import first_difference

    build, design = Path(live.plan.build), live.expected.design
    digest = build_digest(build)
    if digest != live.plan.digest or first_difference(design, build):
        return "", ""
    return str(write_receipt(build, make_receipt(build, verdict, design.contracts))), digest
