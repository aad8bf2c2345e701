"""The ledger's file: one line per value, sorted, so that it diffs and merges well.

A line reads ``kind key = value``, with ``retired`` at its end where the thing is gone::

    asn r1 = 4200020001
    cable r1-leaf1 spine1 1 = Ethernet1/1 Ethernet49/1
    node r1-node9 = 10.10.0.19 retired
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton

from barefabric.errors import Diagnostic, FabricError, OutsideError, Place
from barefabric.model.ledger import Entry, Kind, Ledger
from barefabric.model.record import record

HEADER = "# barefabric ledger 1. Commit it beside the topology. fabric writes it.\n"
_KINDS = {kind.value: kind for kind in Kind}
_DIGITS = "0123456789"
_NUMBER = re.compile(r"[1-9]\d{0,9}")
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ", "||||||| ")


def ledger_path(topology: Path) -> Path:
    """Where a topology's ledger lives: beside it, with the suffix ``.lock``."""
    return topology.with_suffix(".lock")


def read_ledger(path: Path) -> Ledger:
    """Read a ledger; a missing file is an empty one.

    Raises :class:`FabricError` for lines that are no ledger lines, for merge markers left in the
    file and for a name that has two values.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Ledger()
    except UnicodeDecodeError as fault:
        raise FabricError(
            [
                Diagnostic(
                    "LE002",
                    "the ledger is not UTF-8 text",
                    (Place(str(path)),),
                    mend="restore it from version control",
                )
            ]
        ) from fault
    except OSError as fault:
        raise OutsideError(
            [Diagnostic("LE001", f"cannot read the ledger: {fault.strerror}", (Place(str(path)),))]
        ) from fault
    return parse_ledger(text, path)


class Lines(Mapping[tuple[Kind, str], int]):
    """Which line of a text each entry stands in, counted when somebody asks for one."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _numbers(self) -> dict[tuple[Kind, str], int]:
        found: dict[tuple[Kind, str], tuple[int, str]] = {}
        for number, line in enumerate(self._text.split("\n"), 1):
            left, _, value = line.partition(" = ")
            name, _, key = left.partition(" ")
            if name in _KINDS:
                line_of = _KINDS[name], key
                before = found.get(line_of, (0, f"{value} retired"))[1]
                if before in (f"{value} retired", value) and before.endswith(" retired"):
                    found[line_of] = number, value
        return {line_of: number for line_of, (number, _) in found.items()}

    def __getitem__(self, line_of: tuple[Kind, str]) -> int:
        return self._numbers[line_of]

    def __iter__(self) -> Iterator[tuple[Kind, str]]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def parse_ledger(text: str, path: Path) -> Ledger:
    """Parse a ledger's text; ``path`` is only named in errors."""
    text = text.replace("\r\n", "\n")
    entries: dict[Kind, dict[str, Entry]] = {kind: {} for kind in Kind}
    books = {kind.value: (_FORMS[kind], entries[kind]) for kind in Kind}
    no_book: tuple[_Form, dict[str, Entry]] = (lambda _key, _value: False, {})
    lines = Lines(text)
    wrong: list[Diagnostic] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line[0] == "#":
            continue
        left, _, value = line.partition(" = ")
        name, _, key = left.partition(" ")
        retired = value.endswith(" retired")
        value = value[:-8] if retired else value
        has_form, held = books.get(name, no_book)
        if not key or not has_form(key, value):
            wrong.append(_not_a_line(path, number, line))
            continue
        before = held.get(key)
        if before is not None and before.value != value:
            kind = _KINDS[name]
            wrong.append(_second_value(path, kind, key, before, lines[kind, key], number, line))
        elif before is None or before.retired:
            held[key] = record(Entry, (value, retired))
    if wrong:
        raise FabricError(wrong)
    return Ledger(entries, lines)


_Form = Callable[[str, str], bool]
"""Whether a key has as many words as its kind should, and the value its kind's form."""


def _is_cable(key: str, value: str) -> bool:
    words_end = key.rpartition(" ")[2]
    return words_end.isdigit() and key.count(" ") == 2 and value.count(" ") == 1


def _is_number(_key: str, value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None and int(value) < 1 << 32


def _is_id(key: str, value: str) -> bool:
    return " " not in key and _is_number(key, value)


def _address(family: int) -> _Form:
    def has_form(key: str, value: str) -> bool:
        return " " not in key and _bits(family, value) is not None

    return has_form


def _prefix(family: int, lengths: range) -> _Form:
    """A network of one of some lengths."""
    ends = {str(length): length for length in lengths}

    def has_form(_key: str, value: str) -> bool:
        address, _, end = value.partition("/")
        network, length = _bits(family, address), ends.get(end)
        if network is None or length is None:
            return False
        return not network << length & (1 << 32 if family == AF_INET else 1 << 128) - 1

    return has_form


def _bits(family: int, address: str) -> int | None:
    try:
        return int.from_bytes(inet_pton(family, address), "big")
    except (OSError, ValueError):
        return None


_FORMS: Mapping[Kind, _Form] = {
    Kind.ID: _is_id, Kind.ASN: _is_number, Kind.CABLE: _is_cable,
    Kind.LOOPBACK: _address(AF_INET), Kind.LOOPBACK6: _address(AF_INET6),
    Kind.MANAGEMENT: _address(AF_INET), Kind.NODE: _address(AF_INET),
    Kind.RACK: _prefix(AF_INET, range(1, 33)), Kind.RACK6: _prefix(AF_INET6, range(64, 65)),
    Kind.LINK: _prefix(AF_INET, range(31, 32)), Kind.LINK6: _prefix(AF_INET6, range(127, 128)),
}  # fmt: skip


def _not_a_line(path: Path, number: int, line: str) -> Diagnostic:
    place = Place(str(path), number, 1, max(len(line), 1), line)
    if line.startswith(_CONFLICT):
        return Diagnostic(
            "LE003",
            "the ledger has merge markers in it",
            (place,),
            mend="keep the lines of both sides, delete the markers, run fabric settle",
        )
    return Diagnostic(
        "LE004",
        "this is not a ledger line",
        (place,),
        allowed=f"KIND NAME = VALUE, with KIND one of {', '.join(_KINDS)}",
        mend="restore the line from version control; people only merge this file",
    )


def _second_value(
    path: Path, kind: Kind, key: str, before: Entry, first: int, second: int, line: str
) -> Diagnostic:
    value = line.partition(" = ")[2]
    return Diagnostic(
        "LE005",
        f'{kind} {key} has two values: "{before.value}" and "{value}"',
        (Place(str(path), first), Place(str(path), second, 1, len(line), line)),
        allowed="one value for each name: two branches added the same thing on their own",
        mend="delete the line of the branch that is not built yet, keep the other",
    )


@cache
def _counted(stem: str) -> str:
    """A text whose numbers begin with how many digits they have, and words with what is least."""
    parts = re.split("([0-9]+)", stem)
    parts[1::2] = [_in_counting(digits) for digits in parts[1::2]]
    return "".join(parts).replace(" ", "\0")


def _in_counting(digits: str) -> str:
    bare = digits.lstrip("0")
    return f"\x01{chr(len(bare))}{bare}"


def natural(key: str) -> str:
    """Sort key that puts ``leaf10`` after ``leaf9`` and compares keys word by word.

    It is a text, because texts compare fastest; names that differ in their last number alone share
    the work for what stands before it.
    """
    stem = key.rstrip(_DIGITS)
    return _counted(stem) + _in_counting(key[len(stem) :]) if stem != key else _counted(key)


def format_ledger(ledger: Ledger) -> str:
    """The file's text: kinds in their order, names in the order a person counts."""
    place = cache(natural)  # a name stands in several kinds
    return HEADER + "".join(_lines(kind.value, ledger.of(kind), place) for kind in Kind)


def _lines(kind: str, entries: Mapping[str, Entry], place: Callable[[str], str]) -> str:
    """The lines of one kind. Behind its first word a key has one of few ends: a spine, a number."""
    found = []
    for key, (value, retired) in entries.items():
        first, _, rest = key.partition(" ")
        end = " retired\n" if retired else "\n"
        found.append((place(first), place(rest), f"{kind} {key} = {value}{end}"))
    found.sort()
    return "".join([line for _, _, line in found])
