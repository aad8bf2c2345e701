"""Secrets: found where the topology says, put into a candidate in memory, and nowhere else.

A configuration names a secret as ``${secret:NAME}``. A reference says where its value is:
``env:VARIABLE`` or ``file:PATH`` (``~`` is the home folder, other paths start at the topology's
folder).
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from barefabric.errors import Diagnostic, FabricError

PLACEHOLDER = re.compile(r"\$\{secret:([^}\s]+)\}")
LONGEST = 4096
SURE = 6
"""From this length on a value is replaced wherever it occurs, below it only as a whole word."""


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The names of all placeholders in the texts, sorted."""
    return tuple(sorted({name for text in texts for name in PLACEHOLDER.findall(text)}))


class Secrets:
    """Values by name. Neither ``repr`` nor ``str`` nor pickling gives one away.

    ``login`` is the password of the account that asks: it is hidden too, and fills no placeholder.
    """

    __slots__ = ("_patterns", "_values")

    def __init__(self, values: Mapping[str, str], login: str = "") -> None:
        self._values = dict(values)
        shown = [(value, f"${{secret:{name}}}") for name, value in values.items()]
        shown += [(login, "<password>")] if login else []
        shown.sort(key=lambda pair: -len(pair[0]))
        self._patterns = [(_pattern(value), text) for value, text in shown]

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"

    def __reduce__(self) -> str:
        raise TypeError("secrets stay in the memory of this process")

    def fill(self, text: str) -> str:
        """The text with each placeholder replaced by its value. Raises KeyError for a new name."""
        return PLACEHOLDER.sub(lambda match: self._values[match[1]], text)

    def hide(self, text: str) -> str:
        """The text with each value replaced by its placeholder."""
        for pattern, placeholder in self._patterns:
            text = pattern.sub(placeholder.replace("\\", r"\\"), text)
        return text


def _pattern(value: str) -> re.Pattern[str]:
    """What finds a value in a text. Short values could be a part of any word."""
    plain = re.escape(value)
    return re.compile(plain if len(value) >= SURE else rf"(?<![\w-]){plain}(?![\w-])")


def resolve(
    references: Mapping[str, str],
    names: Iterable[str],
    environ: Mapping[str, str],
    folder: Path,
    login: str = "",
) -> Secrets:
    """Fetch the values of these names. ``folder`` is where relative ``file:`` paths start.

    Raises one FabricError with PU002 to PU004 for all that are missing, unknown or unusable. Error
    texts name the secret and the place, never the value.
    """
    values: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for name in names:
        reference = references.get(name, "")
        found = _fetch(name, reference, environ, folder)
        found = _check(name, reference, found) if isinstance(found, str) else found
        if isinstance(found, Diagnostic):
            faults.append(found)
        else:
            values[name] = found
    if faults:
        raise FabricError(faults)
    return Secrets(values, login)


def _fetch(name: str, reference: str, environ: Mapping[str, str], folder: Path) -> str | Diagnostic:
    """The raw value behind a reference, or what is wrong."""
    scheme, _, rest = reference.partition(":")
    if scheme == "env" and rest:
        if rest in environ:
            return environ[rest]
        return _missing(name, f"the environment variable {rest} is not set", f"export {rest}=...")
    if scheme == "file" and rest:
        return _from_file(name, folder / Path(rest).expanduser())
    if not reference:
        message = f"the configuration needs the secret {name!r}, which the topology does not name"
    elif scheme == "vault":
        message = f"the secret {name!r} is in a vault ({reference}), which is not supported yet"
    else:
        message = f"the secret {name!r} has a reference of an unknown kind: {reference}"
    return Diagnostic("PU003", message, allowed="env:VARIABLE or file:PATH under secrets:")


def _from_file(name: str, path: Path) -> str | Diagnostic:
    """The text of a file without the line end that editors add."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST + 2)
        return content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as fault:
        return _missing(name, f"{path}: {fault.strerror}", f"write the value into {path}")
    except UnicodeDecodeError:
        return Diagnostic("PU004", f"the secret {name!r}: {path} is not UTF-8 text")


def _missing(name: str, why: str, mend: str) -> Diagnostic:
    """PU002, with both ways on."""
    return Diagnostic(
        "PU002",
        f"the secret {name!r} is missing: {why}",
        mend=f"{mend}, or compare all other lines with --no-secrets",
    )


def _check(name: str, reference: str, value: str) -> str | Diagnostic:
    """A value is one word of printable characters: anything else would write lines of its own."""
    if not value:
        return Diagnostic("PU004", f"the secret {name!r} is empty ({reference})")
    if len(value) > LONGEST:
        return Diagnostic("PU004", f"the secret {name!r} is longer than {LONGEST:,} characters")
    if not value.isprintable() or any(char.isspace() for char in value):
        message = f"the secret {name!r} has a space, a line end or a control character"
        return Diagnostic("PU004", f"{message} ({reference})", allowed="one printable word")
    return value
