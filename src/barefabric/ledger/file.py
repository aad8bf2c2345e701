"""The ledger's file: one line per value, sorted, so that it diffs and merges well.

A line reads ``kind key = value``, with ``retired`` at its end where the thing is gone::

    asn r1 = 4200020001
    cable r1-leaf1 spine1 1 = Ethernet1/1 Ethernet49/1
    node r1-node9 = 10.10.0.19 retired
"""

import re
from collections.abc import Callable
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton

from barefabric.errors import Diagnostic, FabricError, OutsideError, Place
from barefabric.model.ledger import IPV6, Entry, Kind, Ledger

HEADER = "# barefabric ledger 1. Commit it beside the topology. fabric writes it.\n"
_KINDS = {kind.value: kind for kind in Kind}
_DIGITS = re.compile(r"(\d+)")
_NUMBER = re.compile(r"[1-9]\d{0,9}")
_LENGTHS = {
    Kind.RACK: tuple(str(n) for n in range(1, 33)), Kind.LINK: ("31",),
    Kind.RACK6: ("64",), Kind.LINK6: ("127",),
}  # fmt: skip
"""Lengths of the prefixes of each kind; kinds that are not here hold addresses."""
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


def parse_ledger(text: str, path: Path) -> Ledger:
    """Parse a ledger's text; ``path`` is only named in errors."""
    entries: dict[Kind, dict[str, Entry]] = {kind: {} for kind in Kind}
    lines: dict[tuple[Kind, str], int] = {}
    wrong: list[Diagnostic] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line or line[0] == "#":
            continue
        left, _, value = line.partition(" = ")
        name, _, key = left.partition(" ")
        kind = _KINDS.get(name)
        retired = value.endswith(" retired")
        value = value[:-8] if retired else value
        if kind is None or not key or not is_entry(kind, key, value):
            wrong.append(_not_a_line(path, number, line))
            continue
        before = entries[kind].get(key)
        if before is not None and before.value != value:
            wrong.append(_second_value(path, kind, key, before, lines[kind, key], number, line))
        elif before is None or before.retired:
            entries[kind][key] = Entry(value, retired)
            lines[kind, key] = number
    if wrong:
        raise FabricError(wrong)
    return Ledger(entries, lines)


def is_entry(kind: Kind, key: str, value: str) -> bool:
    """Whether a value has its kind's form, and the key as many words as it should."""
    if kind is Kind.CABLE:
        return key.count(" ") == 2 and key.rpartition(" ")[2].isdigit() and value.count(" ") == 1
    if kind is Kind.ID or kind is Kind.ASN:
        one_word = kind is Kind.ASN or " " not in key
        return one_word and _NUMBER.fullmatch(value) is not None and int(value) < 1 << 32
    address, slash, length = value.partition("/")
    family, bits = (AF_INET6, 128) if kind in IPV6 else (AF_INET, 32)
    try:
        network = int.from_bytes(inet_pton(family, address), "big")
    except (OSError, ValueError):
        return False
    if kind not in _LENGTHS:
        return not slash and " " not in key
    if not _NUMBER.fullmatch(length) or int(length) > bits:
        return False
    return length in _LENGTHS[kind] and not network & ((1 << (bits - int(length))) - 1)


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


def natural(key: str) -> list[str | int]:
    """Sort key that puts ``leaf10`` after ``leaf9``."""
    parts: list[str | int] = list(_DIGITS.split(key))
    parts[1::2] = [int(digits) for digits in parts[1::2]]
    return parts


def format_ledger(ledger: Ledger) -> str:
    """The file's text: kinds in their order, names in the order a person counts."""
    chunks = [HEADER]
    rank = _ranks(ledger)
    for kind in Kind:
        entries = ledger.of(kind)
        for key in sorted(entries, key=lambda key: list(map(rank, key.split(" ")))):
            value, retired = entries[key]
            end = " retired\n" if retired else "\n"
            chunks.append(f"{kind} {key} = {value}{end}")
    return "".join(chunks)


def _ranks(ledger: Ledger) -> Callable[[str], int]:
    """Gives the place of each word of all keys in counting order; comparing numbers is fast."""
    words: set[str] = set()
    for entries in ledger.entries.values():
        words.update(" ".join(entries).split(" "))
    return {word: place for place, word in enumerate(sorted(words, key=natural))}.__getitem__


def write_ledger(path: Path, ledger: Ledger) -> bool:
    """Write the ledger atomically if its text changes; return whether it did."""
    text = format_ledger(ledger)
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        scratch = path.with_name(f".{path.name}.new")
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(path)
    except OSError as fault:
        raise OutsideError(
            [Diagnostic("LE001", f"cannot write the ledger: {fault.strerror}", (Place(str(path)),))]
        ) from fault
    return True
