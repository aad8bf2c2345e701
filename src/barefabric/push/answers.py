"""What asking a switch came to: a diff, or a failure with a name."""

from enum import StrEnum
from typing import NamedTuple

from barefabric.push.compare import TextDiff


class FailureKind(StrEnum):
    """Why a switch gave no diff, in the words the user reads."""

    UNREACHABLE = "not reachable"
    LOGIN = "login refused"
    LOCKED = "locked"
    REFUSED = "config refused"
    DRIVER = "driver error"


CODES = {
    FailureKind.UNREACHABLE: "PU020",
    FailureKind.LOGIN: "PU021",
    FailureKind.LOCKED: "PU022",
    FailureKind.REFUSED: "PU023",
    FailureKind.DRIVER: "PU024",
}
NO_DRIVER_CODE = "PU025"
LEFTOVER_CODE = "PU026"


class Failure(NamedTuple):
    """Why a switch gave no diff.

    ``command`` is the line it refused and ``line`` its number in the main file, 0 where unknown.
    ``leftover`` says what may have stayed on the switch because it could not be taken back.
    """

    kind: FailureKind
    detail: str
    command: str = ""
    line: int = 0
    leftover: str = ""

    @property
    def code(self) -> str:
        """The code that ``fabric explain`` expands."""
        return CODES[self.kind]


class Basis(StrEnum):
    """What the build was compared with."""

    DEVICE = "switch"
    PUSHED = "last push"
    RUNNING = "given folder"
    NOTHING = "nothing"


class SwitchDiff(NamedTuple):
    """The outcome for one switch: its diff or its failure.

    ``address`` is where it was asked, ``file`` the path of its main file within the build.
    """

    switch: str
    basis: Basis
    diff: TextDiff = TextDiff("", 0, 0)
    failure: Failure | None = None
    address: str = ""
    file: str = ""

    @property
    def changes(self) -> bool:
        """Whether a push would change this switch, as far as is known."""
        return self.failure is None and bool(self.diff.added or self.diff.removed)
