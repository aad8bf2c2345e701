"""A strict reader of the TOML files under ``vendor_templates/``.

Every fault of a file is collected and named with the file, so that a bad declaration fails when it
is loaded and not when a switch is rendered. :class:`Table` reads one TOML table: each ``take_...``
call consumes one key, :meth:`Table.close` objects to whatever nobody asked for.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any

from barefabric.errors import Diagnostic, FabricError, Place


class Faults:
    """Collects the faults of one file; :meth:`stop` raises them together (VE001 to VE004)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[Diagnostic] = []

    def add(self, code: str, message: str, *, allowed: str = "", mend: str = "") -> None:
        """Note one fault."""
        place = Place(str(self.path))
        self.found.append(Diagnostic(code, message, (place,), allowed, mend))

    def stop(self) -> None:
        """Raise :class:`FabricError` if anything was noted."""
        if self.found:
            raise FabricError(self.found)


class Table:
    """One TOML table. ``where`` names it in messages (empty for the file itself)."""

    def __init__(self, values: dict[str, Any], faults: Faults, where: str = "") -> None:
        self.values = values
        self.faults = faults
        self.where = where
        self.asked: set[str] = set()

    def name(self, key: str) -> str:
        """The key as a reader would write it."""
        return f"{self.where}.{key}" if self.where else key

    def has(self, key: str) -> bool:
        """Whether the file says anything about the key."""
        self.asked.add(key)
        return key in self.values

    def take(self, key: str, default: Any = None) -> Any:
        """The raw value; a missing key without a default is VE002."""
        self.asked.add(key)
        if key in self.values:
            return self.values[key]
        if default is None:
            self.faults.add("VE002", f"the key {self.name(key)} is missing")
        return default

    def wrong(self, key: str, wanted: str) -> None:
        """Object to a value of the wrong kind (VE003)."""
        self.faults.add(
            "VE003", f"{self.name(key)} is {self.values.get(key)!r}", allowed=f"it must be {wanted}"
        )

    def text(self, key: str, default: str | None = None) -> str:
        """A string."""
        value = self.take(key, default)
        if isinstance(value, str):
            return value
        if value is not None:
            self.wrong(key, "a text")
        return ""

    def flag(self, key: str, default: bool | None = None) -> bool:
        """A boolean."""
        value = self.take(key, default)
        if isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(key, "true or false")
        return False

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        value = self.take(key, default)
        if _is_number(value) and value >= least:
            return int(value)
        if value is not None:
            self.wrong(key, f"a whole number of at least {least}")
        return 0

    def numbers(self, key: str, default: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """A list of positive whole numbers."""
        value = self.take(key, default)
        if isinstance(value, list | tuple) and all(_is_number(v) and v > 0 for v in value):
            return tuple(value)
        if value is not None:
            self.wrong(key, "a list of positive whole numbers")
        return ()

    def choices(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of words, each one of ``allowed``."""
        value = self.take(key)
        if isinstance(value, list) and all(word in allowed for word in value):
            return tuple(value)
        if value is not None:
            self.wrong(key, f"a list of words out of: {', '.join(allowed)}")
        return ()

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """One word out of ``allowed``."""
        value = self.take(key)
        if value in allowed:
            return str(value)
        if value is not None:
            self.wrong(key, f"one of: {', '.join(allowed)}")
        return allowed[0]

    def pairs(self, key: str) -> tuple[tuple[int, int], ...]:
        """A list of pairs of positive whole numbers; absent means none."""
        value = self.take(key, [])
        if isinstance(value, list) and all(_is_pair(item) for item in value):
            return tuple((item[0], item[1]) for item in value)
        self.wrong(key, "a list of pairs such as [4, 25]")
        return ()

    def texts(self, key: str, default: dict[str, str] | None = None) -> dict[str, str]:
        """A table of strings."""
        value = self.take(key, default)
        if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
            return value
        if value is not None:
            self.wrong(key, "a table of texts")
        return {}

    def pattern(self, key: str, **example: int) -> str:
        """A string with no other placeholders than the keys of ``example``."""
        text = self.text(key)
        try:
            text.format(**example)
        except (LookupError, ValueError):
            self.wrong(key, f"a pattern with {' and '.join(f'{{{word}}}' for word in example)}")
            return ""
        return text

    def table(self, key: str) -> "Table":
        """A table inside this one; absent means empty."""
        value = self.take(key, {})
        if not isinstance(value, dict):
            self.wrong(key, "a table")
            value = {}
        return Table(value, self.faults, self.name(key))

    def tables(self, key: str) -> list["Table"]:
        """An array of tables, at least one."""
        value = self.take(key)
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return [
                Table(item, self.faults, f"{self.name(key)}[{number}]")
                for number, item in enumerate(value, 1)
            ]
        if value is not None:
            self.wrong(key, f"one or more tables written [[{key}]]")
        return []

    def close(self) -> None:
        """Object to every key that nobody asked for (VE004)."""
        for key in self.values.keys() - self.asked:
            near = difflib.get_close_matches(key, self.asked, n=1)
            self.faults.add(
                "VE004",
                f"unknown key {self.name(key)}",
                allowed=f"known here: {', '.join(sorted(self.asked))}",
                mend=f'did you mean "{near[0]}"?' if near else "",
            )


def read(path: Path) -> Table:
    """The whole file as a table. A file that cannot be read or is no TOML is VE001."""
    faults = Faults(path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        faults.add("VE001", f"this file cannot be read as TOML: {fault}")
        faults.stop()
        raise AssertionError from fault
    return Table(values, faults)


def _is_number(value: object) -> bool:
    """Whether it is a whole number; TOML booleans are none, though Python counts them as such."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_pair(item: object) -> bool:
    """Whether it is a list of two positive whole numbers."""
    return (
        isinstance(item, list)
        and len(item) == 2
        and all(_is_number(value) and value > 0 for value in item)
    )
