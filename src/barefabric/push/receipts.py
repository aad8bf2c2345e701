"""Whether the build is proven: what the receipt says, and whether it still fits the build."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from barefabric.verify.receipt import build_digest, read_receipt


class Proof(NamedTuple):
    """The state of proof of a build. ``why_not`` is empty where it is proven."""

    digest: str = ""
    judges: tuple[str, ...] = ()
    when: datetime | None = None
    why_not: str = ""

    @property
    def proven(self) -> bool:
        """Whether judges proved exactly this build."""
        return not self.why_not


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


def proof_of(build: Path) -> Proof:
    """What the build's receipt says. It proves exactly the files it was made for.

    Raises OutsideError (JU030) where the build cannot be read.
    """
    receipt = read_receipt(build)
    if receipt is None:
        return Proof(why_not="there is no receipt")
    proof = Proof(receipt.digest, receipt.judges, receipt.when)
    if not receipt.proven:
        return proof._replace(why_not="verification found faults")
    if receipt.digest != build_digest(build):
        return proof._replace(why_not="the build has changed since it was verified")
    return proof
