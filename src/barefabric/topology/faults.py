"""A fault found in one value, before it is known where in the file the value stands."""

from collections.abc import Iterable

from barefabric.errors import Diagnostic, Place

MOST_FAULTS = 500
"""More faults of one kind than this are one fault, many times; the rest are left out."""

MISSING = "is missing"
"""The message of a fault whose path ends in the key that is missing."""


class Fault(ValueError):  # noqa: N818 - a fault of the input, not of the program
    """What is wrong with a value. ``at`` leads from the validated value to the faulty part of it.

    ``of_key`` says that the last key of that path is at fault, not the value under it.
    ``message`` does not name the value's key: ``schema_errors`` puts the key's path before it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        allowed: str = "",
        mend: str = "",
        at: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.allowed = allowed
        self.mend = mend
        self.at = at
        self.of_key = False

    def under(self, *keys: str | int) -> "Fault":
        """The same fault, seen from the value that holds the faulty one at ``keys``."""
        at = (*keys, *self.at)
        return Fault(self.code, self.message, allowed=self.allowed, mend=self.mend, at=at)


class Faults(ValueError):  # noqa: N818 - as above
    """Several faults in parts of one value."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.message for fault in self.faults))


def shown(value: object) -> str:
    """The value as a message names it: ``"abc"``, ``12``, ``true``, ``a list``."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value if len(value) <= 60 else value[:57] + "..."}"'
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list | tuple):
        return "a list"
    return str(value)


def in_file_order(faults: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics sorted by their first place, each once."""

    def place(fault: Diagnostic) -> tuple[int, int, str, str]:
        first = fault.places[0] if fault.places else Place("")
        return first.line, first.column, fault.code, fault.message

    return sorted(dict.fromkeys(faults), key=place)
