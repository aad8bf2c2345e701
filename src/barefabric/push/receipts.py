"""Whether the build is proven: what the receipt says, and whether it still fits the build."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from barefabric.errors import Diagnostic, FabricError, Place, typed
from barefabric.verify.receipt import FOLDER, NAME, Receipt, build_digest, read_receipt
from barefabric.verify.verdict import BUILT_IN, FILES, NOT_READ

LAB = "lab"
"""The judge that ``fabric lab check`` asks: it adds its word to the receipt."""


ALWAYS = (BUILT_IN, FILES)
"""Judges that every ``fabric verify`` asks."""


class Policy(NamedTuple):
    """What a build must have been proven by: the topology's ``push``.

    ``require`` names judges, ``failures`` how many things were judged to fail at a time.
    """

    require: tuple[str, ...] = (BUILT_IN,)
    failures: int = 1

    def __str__(self) -> str:
        judges = ", ".join(self.require) or "no judge"
        return f"{judges}; {self.failures} failure{'s' if self.failures != 1 else ''} at a time"


DEFAULT = Policy()
"""What is asked for where the topology says nothing."""


class Proof(NamedTuple):
    """The state of proof of a build. ``why_not`` is empty where it is proven as the policy asks."""

    digest: str = ""
    judges: tuple[str, ...] = ()
    when: datetime | None = None
    why_not: str = ""
    policy: Policy = DEFAULT

    @property
    def proven(self) -> bool:
        """Whether judges proved exactly this build."""
        return not self.why_not

    def command(self, topology: str) -> str:
        """What to run to prove it."""
        asked = self.policy.require
        more = "".join(f" --require {name}" for name in asked if name not in (*ALWAYS, LAB))
        more += f" --failures {self.policy.failures}" if self.policy.failures > 1 else ""
        lab = ", then fabric lab up and fabric lab check" if LAB in asked else ""
        return f"fabric verify {typed(topology)}{more}{lab}"


def age(proof: Proof, now: datetime) -> str:
    """How long ago the build was proven: "just now", "3 min ago", "5 h ago", "12 days ago"."""
    if proof.when is None:
        return ""
    seconds = max(0, int((now - proof.when.astimezone(UTC)).total_seconds()))
    if seconds < 60:
        return "just now"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min ago"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h ago"
    return f"{seconds // 86400} days ago"


def proof_of(build: Path, policy: Policy = DEFAULT) -> Proof:
    """What the build's receipt says. It proves exactly the files it was made for.

    Raises OutsideError (JU030) where the build cannot be read.
    """
    receipt = read_receipt(build)
    if receipt is None:
        return Proof(why_not="there is no receipt", policy=policy)
    proof = Proof(receipt.digest, receipt.judges, receipt.when, policy=policy)
    if not receipt.proven:
        return proof._replace(why_not="verification found faults")
    if receipt.digest != build_digest(build):
        return proof._replace(why_not="the build has changed since it was verified")
    return proof._replace(why_not="; ".join(_short_of(receipt, policy)))


def _short_of(receipt: Receipt, policy: Policy) -> Iterator[str]:
    """What the policy asks for and the receipt does not have."""
    ran = {judge.lower() for judge in receipt.judges}
    for judge in policy.require:
        if judge not in ran:
            yield f"{judge} has not judged it, and push.require asks for it"
    unread = _setting(receipt.results, FILES, NOT_READ)
    if FILES in policy.require and unread:
        yield f"files of {unread} were not read, and push.require asks for it"
    tried = _failures(receipt.results)
    if tried < policy.failures:
        yield (
            f"it was judged with {tried} failure{'s' if tried != 1 else ''} at a time, and "
            f"push.failures asks for {policy.failures}"
        )


def _failures(results: Mapping[str, Any]) -> int:
    """How many failures at a time the built-in judge tried, by its settings in a receipt."""
    try:
        return int(_setting(results, BUILT_IN, "failures"))
    except ValueError:
        return 0


def _setting(results: Mapping[str, Any], judge: str, name: str) -> str:
    """What a receipt says of a judge's settings, empty where it does not."""
    try:
        return str(results["judges"][judge]["settings"][name])
    except (KeyError, TypeError):
        return ""


def refuse_unproven(proof: Proof, build: Path, topology: Path) -> None:
    """Raise FabricError PU010 for a build that a push must not take."""
    if not proof.proven:
        raise FabricError(
            [
                Diagnostic(
                    "PU010",
                    f"this build may not be pushed: {proof.why_not}",
                    (Place(str(build / FOLDER / NAME)),),
                    allowed=f"push takes what was proven by {proof.policy}",
                    mend=proof.command(str(topology)),
                )
            ]
        )
