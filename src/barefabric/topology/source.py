"""A topology file's text, refused with one clear reason where it is no text to be read."""

import codecs
import re
import stat
from pathlib import Path
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError, OutsideError, Place, typed

LEDGER = ".lock"
"""Ends the name of a ledger, which stands beside its topology."""

LARGEST = 8 * 1024 * 1024
"""Bytes. The largest fabric written out rack by rack is about 1 MB."""

# YAML 1.1, section 5.1 (c-printable), without the byte order mark: both of PyYAML's readers agree.
UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

WIDE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


# A value after "password:", or a slip of that word, that is no reference to a secret.
_PASSWORD = re.compile(
    r"""(\bpass\w*["']?\s*:\s+)(?!["']?secret:)("[^"]*"|'[^']*'|[^\s,}\]][^,}\]]*)"""
)


class Source(NamedTuple):
    """A file's text. ``path`` is as the user typed it.

    ``lines`` are split where YAML splits, for showing: what may be a password is stars in them.
    """

    path: str
    text: str
    lines: tuple[str, ...]

    def place(self, line: int, column: int = 1, width: int = 1) -> Place:
        """The place of a mark (both count from 1), with the text of its line."""
        excerpt = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Place(self.path, line, column, max(1, width), excerpt)


def _without_password(line: str) -> str:
    """A line with stars in place of what may be a password."""
    return _PASSWORD.sub(lambda found: found[1] + "*" * len(found[2]), line)


def refuse(
    code: str, message: str, place: Place, *, allowed: str = "", mend: str = ""
) -> FabricError:
    """One diagnostic that ends the reading of a file."""
    return FabricError([Diagnostic(code, message, (place,), allowed, mend)])


def read(path: Path) -> Source:
    """Read a file. Raises FabricError (IN001 to IN008) where it cannot hold a topology."""
    data = _bytes(path)
    name = str(path)
    for mark, encoding in WIDE:
        if data.startswith(mark):
            raise refuse(
                "IN007",
                f"the file is {encoding}, not UTF-8",
                Place(name),
                mend=f"save it as UTF-8, or: iconv -f {encoding} -t UTF-8 {typed(name)} > new.yaml",
            )
    data = data.removeprefix(codecs.BOM_UTF8)
    zero = data.find(b"\0")
    if zero >= 0:
        raise refuse(
            "IN005",
            f"this is a binary file: byte {zero + 1:,} is zero",
            Place(name),
            mend="give the path of a YAML text file",
        )
    text = _decoded(name, data)
    source = Source(name, text, tuple(map(_without_password, text.splitlines())))
    _refuse_unprintable(source)
    return source


def _bytes(path: Path) -> bytes:
    """The file's content. A file that says it is too large is not read at all."""
    place = Place(str(path))
    try:
        status = path.stat()
        if path.suffix == LEDGER:
            raise refuse("IN070", "this is the name of a ledger", place, mend=_topology_of(path))
        if stat.S_ISDIR(status.st_mode):
            message = "this is a directory, not a topology file"
            raise refuse("IN002", message, place, mend=_files_within(path))
        if status.st_size > LARGEST:
            raise _too_large(place, f"{status.st_size:,} bytes")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise refuse("IN001", "no such file", place, mend=_neighbours(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        fault = Diagnostic("IN003", f"the file cannot be read: {reason}", (place,))
        raise OutsideError([fault]) from None
    if len(data) > LARGEST:
        raise _too_large(place, f"more than {LARGEST:,} bytes")
    return data


def _topology_of(ledger: Path) -> str:
    """A hint at the topology that a ledger belongs to."""
    found = [p for p in (ledger.with_suffix(".yaml"), ledger.with_suffix(".yml")) if p.is_file()]
    return f"did you mean {found[0]}?" if found else "give it another name, such as topology.yaml"


def _too_large(place: Place, size: str) -> FabricError:
    allowed = f"a topology has at most {LARGEST:,} bytes"
    mend = "write equal racks as one range: name: r[001-512]"
    return refuse("IN004", f"the file has {size}", place, allowed=allowed, mend=mend)


def _files_within(folder: Path) -> str:
    """A hint at the YAML files of a directory, if there are any."""
    found = sorted(p for pattern in ("*.yaml", "*.yml") for p in folder.glob(pattern))
    return f"did you mean {found[0]}?" if found else "fabric init writes a topology to start from"


def _neighbours(path: Path) -> str:
    """A hint at a file of a similar name."""
    from barefabric.topology.names import suggest

    try:
        near = [p.name for p in path.parent.iterdir() if p.suffix in {".yaml", ".yml"}]
    except OSError:
        near = []
    found = suggest(path.name, near)
    if found:
        return f"did you mean {path.parent / found}?"
    return "fabric init writes a topology to start from"


def _decoded(name: str, data: bytes) -> str:
    """The text of UTF-8 bytes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = len(before.splitlines()) if before and before[-1] not in "\r\n" else 0
        line = line or len(before.splitlines()) + 1
        start = before.splitlines()[-1] if before and before[-1] not in "\r\n" else ""
        rest = data[error.start : error.start + 40].splitlines()[0].decode("utf-8", "replace")
        place = Place(name, line, len(start) + 1, 1, start + rest)
        message = f"byte {error.start + 1:,} (0x{data[error.start]:02x}) is not UTF-8"
        raise refuse(
            "IN006",
            message,
            place,
            mend=f"save it as UTF-8, or: iconv -f ISO-8859-1 -t UTF-8 {typed(name)} > new.yaml",
        ) from None


def _refuse_unprintable(source: Source) -> None:
    """Control characters cannot stand in YAML; both of PyYAML's readers would say so, vaguely."""
    found = UNPRINTABLE.search(source.text)
    if found is None:
        return
    before = source.text[: found.start()].splitlines(keepends=True)
    if not before or before[-1][-1] in "\r\n\x85\u2028\u2029":
        before.append("")
    place = source.place(len(before), len(before[-1]) + 1)
    code_point = f"U+{ord(found.group()):04X}"
    raise refuse(
        "IN010",
        f"a control character ({code_point}) cannot stand in a topology",
        place,
        mend="delete it; editors show such characters with a setting of their own",
    )
