"""Whether the build is proven: what the receipt says, and whether it still fits the build."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple


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
    """Read the receipt of a build. Without one, or with one of other files, it is not proven."""
    try:
        from barefabric.verify import receipt as receipts
    except ImportError:
        return Proof(why_not="fabric verify has not run")
    found = receipts.read_receipt(build)
    if found is None:
        return Proof(why_not="fabric verify has not run")
    return Proof(found.digest)
