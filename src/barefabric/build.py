"""From a design to the files under ``build/<fabric>/`` and the ledger beside the topology."""

import json
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.errors import Diagnostic, FabricError, Place, fail
from barefabric.hosts.files import server_files
from barefabric.kubernetes.files import cluster_files
from barefabric.ledger.file import format_ledger, ledger_path
from barefabric.ledger.merge import counted
from barefabric.ledger.write import check_writable, write_ledger
from barefabric.model.design import Design
from barefabric.model.intent import ServerIntent, SwitchIntent
from barefabric.model.ledger import Entry, Kind, Ledger, Move
from barefabric.pipeline import Designed
from barefabric.plan.files import plan_files
from barefabric.render.configs import switch_files
from barefabric.render.content import Content, encoded, holds, whole
from barefabric.render.document import design_document
from barefabric.render.tree import MARK, TreeChange, write_tree


@dataclass(frozen=True)
class Built:
    """What a build did. ``old`` and ``new`` are design documents, kept only if they differ."""

    out: Path
    ledger: Path
    change: TreeChange
    ledger_changed: bool
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class Reader(Protocol):
    """Is shown devices as they are rendered, so that nothing is computed a second time for it."""

    def switch(self, intent: SwitchIntent) -> None:
        """A switch."""

    def server(self, intent: ServerIntent) -> None:
        """A server."""


def build_files(design: Design, reader: Reader | None = None) -> Iterator[tuple[str, str]]:
    """Every file of the tree, as path and text; else as :func:`build_contents`."""
    return ((path, whole(content)) for path, content in build_contents(design, reader))


def build_contents(design: Design, reader: Reader | None = None) -> Iterator[tuple[str, Content]]:
    """Every file of the tree, as path and content; switches first, ``design.json`` last.

    Pieces of a content are made while they are taken. ``reader`` is shown the intent of each
    device before the device's files, which are texts.
    """
    for name in design.switches:
        intent = switch_intent(design, name)
        if reader is not None:
            reader.switch(intent)
        for path, text in switch_files(design, intent):
            yield f"switches/{name}/{path}", text
    for name in design.servers:
        server = server_intent(design, name)
        if reader is not None:
            reader.server(server)
        for path, text in server_files(design, server):
            yield f"nodes/{name}/{path}", text
    for name, cluster in design.clusters.items():
        for path, text in cluster_files(design, cluster):
            yield f"clusters/{name}/{path}", text
    for path, content in plan_files(design):
        yield f"plan/{path}", content
    yield MARK, design_document(design)


def default_out(design: Design) -> Path:
    """Where the tree goes unless the user says otherwise."""
    return Path("build") / design.name


MOST_MOVES = 12
"""Moves that are named one by one; of more the rest is counted."""


def refuse_moves(moves: Iterable[Move], allowed: int, topology: Path) -> None:
    """Raise :class:`FabricError` LE010 if more recorded values would move than are allowed."""
    moves = tuple(moves)
    if len(moves) <= allowed:
        return
    lock = str(ledger_path(topology))
    shown = [f"{m.kind} {m.key}: {m.old} -> {m.new}" for m in _some_of_each(moves)]
    reasons = "; ".join(dict.fromkeys(m.reason for m in moves))
    more = f"; {len(moves) - len(shown):,} more are not shown" if len(moves) > len(shown) else ""
    kinds = Counter(m.kind for m in moves)
    counts = f" ({counted(kinds)})" if len(kinds) > 1 else ""
    raise FabricError(
        [
            Diagnostic(
                "LE010",
                f"this design would move {len(moves):,} recorded value"
                f"{'s' if len(moves) != 1 else ''}{counts}; "
                f"{allowed or 'none'} may move",
                tuple(Place(lock, 0, 1, len(text), text) for text in shown),
                allowed=f"why: {reasons}{more}",
                mend=f"undo the change that forces it, or accept it: --max-renumber {len(moves)}",
            )
        ]
    )


def _some_of_each(moves: Sequence[Move]) -> list[Move]:
    """At most MOST_MOVES of them, in their order; where there are more, some of each kind."""
    if len(moves) <= MOST_MOVES:
        return list(moves)
    by_kind: dict[Kind, list[Move]] = {}
    for move in moves:
        by_kind.setdefault(move.kind, []).append(move)
    share = max(MOST_MOVES // len(by_kind), 1)
    return [move for held in by_kind.values() for move in held[:share]]


def refuse_unlocked(designed: Designed) -> None:
    """Raise :class:`FabricError` LE009 if the ledger would change; for ``--locked``."""
    before, after = designed.before, designed.numbers.ledger
    if format_ledger(before) == format_ledger(after):
        return
    path = ledger_path(designed.loaded.path)
    changed = list(_ledger_changes(before, after))
    shown = "; ".join(changed[:10]) + (
        f"; and {len(changed) - 10:,} more" if len(changed) > 10 else ""
    )
    raise FabricError(
        [
            Diagnostic(
                "LE009",
                f"the ledger would change ({len(changed):,} lines), and --locked forbids it",
                (Place(str(path)),),
                allowed=shown,
                mend="run fabric design without --locked and commit the ledger",
            )
        ]
    )


def _ledger_changes(before: Ledger, after: Ledger) -> Iterator[str]:
    old = {(kind, key): entry for kind, key, entry in before}
    new = {(kind, key): entry for kind, key, entry in after}
    for kind, key in {**new, **old}:
        was, now = old.get((kind, key)), new.get((kind, key))
        if was is None and now is not None:
            yield f"+ {kind} {key} = {now.value}"
        elif now is None and was is not None:
            yield f"- {kind} {key} = {was.value}"
        elif was is not None and now is not None and was != now:
            yield f"{kind} {key}: {_words(was)} -> {_words(now)}"


def _words(entry: Entry) -> str:
    return f"{entry.value} retired" if entry.retired else entry.value


def read_document(out: Path) -> bytes | None:
    """The design document of the tree at ``out``, if there is one."""
    try:
        return (out / MARK).read_bytes()
    except OSError:
        return None


def _refuse_anothers(old: bytes | None, designed: Designed) -> None:
    """Raise :class:`FabricError` GE013 if the tree there was built from another topology file."""
    found = re.search(rb'^"topology": "([^"]*)"', old[:400], re.MULTILINE) if old else None
    mine = designed.loaded.path.name
    if found and (theirs := found[1].decode()) != mine:
        raise fail(
            "GE013",
            f"{default_out(designed.design)} was built from {theirs}, which has its name",
            path=designed.loaded.path,
            mend=f"give {mine} another fabric name, or say where its build goes: --out",
        )


def build(designed: Designed, out: Path | None = None, reader: Reader | None = None) -> Built:
    """Write the tree and the ledger. A run that fails leaves both as they were.

    ``reader`` as in :func:`build_files`.

    Raises :class:`FabricError` or :class:`OutsideError`; see :func:`write_tree`.
    """
    target = out or default_out(designed.design)
    old = read_document(target)
    if out is None:
        _refuse_anothers(old, designed)
    check_writable(ledger_path(designed.loaded.path), designed.numbers.ledger)
    change = write_tree(target, build_contents(designed.design, reader))
    lock = ledger_path(designed.loaded.path)
    changed = write_ledger(lock, designed.numbers.ledger)
    if MARK not in change.written:
        return Built(target, lock, change, changed, None, None)
    new = read_document(target)
    return Built(
        target,
        lock,
        change,
        changed,
        json.loads(old) if old else None,
        json.loads(new) if old and new else None,
    )


def first_difference(design: Design, out: Path, reader: Reader | None = None) -> str:
    """The first file of the tree at ``out`` that is not what the design renders; empty if none.

    Where there is none, ``reader`` has been shown everything, as in :func:`build_files`.
    """
    contents = build_contents(design, reader)
    return next((path for path, content in contents if not holds(out / path, content)), "")


def rehearse(designed: Designed, reader: Reader | None = None) -> int:
    """Render every file and throw it away; return how many there are. For ``fabric check``."""
    files = 0
    for _, content in build_contents(designed.design, reader):
        if not isinstance(content, str):
            deque(encoded(content), maxlen=0)
        files += 1
    return files
