"""What ``fabric diff`` can compare: a build, a topology file, or one of them at a git revision."""

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from barefabric.compare import git
from barefabric.compare.trees import Folder, Rendered, Tree
from barefabric.errors import Diagnostic, FabricError, Place, UsageError, fail
from barefabric.ledger.file import ledger_path

DOCUMENT = "design.json"
_SCHEMA = "barefabric.design/"


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    ``label`` is how the report calls it; ``note`` says what a reader must know of how it came
    about, or is empty. ``topology`` is its file, where it has one.
    """

    label: str
    document: dict[str, Any]
    files: Tree
    topology: Path | None = None
    note: str = ""


def open_sides(old: str, new: str, topology: Path | None = None) -> tuple[Side, Side]:
    """Open both sides; a bare revision means the topology of the other side at that revision.

    Raises what :func:`open_source` raises.
    """
    bare = [word for word in (old, new) if not _names_itself(word)]
    if len(bare) == 2 and topology is None:
        raise UsageError(
            [Diagnostic(
                "CMP003", f"neither {old} nor {new} says which topology is meant",
                allowed="OLD and NEW: a build, a topology file, a revision, or REVISION:FILE",
                mend=f"name it once: fabric diff {old}:topology.yaml {new}",
            )]
        )  # fmt: skip
    if bare == [old] and old != new:
        second = open_source(new, topology)
        return open_source(old, second.topology or topology), second
    first = open_source(old, topology)
    return first, open_source(new, first.topology or topology)


def _names_itself(word: str) -> bool:
    """Whether a word stands on its own: a path that exists, or a revision with a file."""
    return Path(word).exists() or ":" in word


def open_source(word: str, topology: Path | None = None) -> Side:
    """Open a side: a build folder, a topology file, ``REVISION`` or ``REVISION:FILE``.

    ``topology`` is the file that a bare revision means. Raises FabricError: CMP001 for a folder
    that is no build, CMP002 for a build that cannot be read, CMP003 for a bare revision without a
    topology, CMP004 to CMP007 for git, CMP008 for a word that is none of all this; and whatever is
    wrong with a topology.
    """
    path = Path(word)
    if path.is_dir():
        return _build(path)
    if path.name == DOCUMENT and path.is_file():
        return _build(path.parent)
    if path.exists():
        return _designed(path, word, path)
    revision, colon, name = word.partition(":")
    if colon:
        return _at_revision(revision, name, word, Path())
    if topology is None:
        raise _bare(word)
    return _topology_at(word, topology)


def _build(folder: Path) -> Side:
    file = folder / DOCUMENT
    try:
        document = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise fail(
            "CMP001", f"{folder} is a folder without {DOCUMENT}, so it is no build", path=folder,
            mend="name a folder that fabric design wrote, such as build/lab, or a topology file",
        ) from None  # fmt: skip
    except (OSError, ValueError) as fault:
        raise fail("CMP002", f"the build cannot be read: {fault}", path=file,
                   mend="write it anew with fabric design") from fault  # fmt: skip
    known = isinstance(document, dict) and str(document.get("schema", "")).startswith(_SCHEMA)
    if not known:
        raise fail("CMP002", f"this {DOCUMENT} was not written by fabric", path=file,
                   mend="write it anew with fabric design")  # fmt: skip
    return Side(str(folder), document, Folder(folder))


def _designed(path: Path, label: str, source: Path, note: str = "") -> Side:
    """Design the file at ``path``; ``source`` is the topology that it stands for."""
    from barefabric.pipeline import design as run
    from barefabric.render.document import design_document

    design = replace(run(path).design, source=str(source))
    document = json.loads("".join(design_document(design)))
    return Side(label, document, Rendered(design), source, note)


def _topology_at(revision: str, topology: Path) -> Side:
    """The topology file at a revision; it need not be in the working tree any more."""
    folder = topology.parent if topology.parent.is_dir() else Path()
    return _at_revision(revision, f"./{topology.name}", f"{revision}:{topology}", folder)


def _at_revision(revision: str, name: str, label: str, folder: Path) -> Side:
    """Design a topology as it was, with its ledger as it was, in a folder of its own.

    ``name`` is relative to ``folder`` if it begins with ``./``, else to the repository's top, as
    git has it; a file that is not at the top is looked for in the folder too.
    """
    if not revision or not name:
        raise _unknown(label)
    text = git.show(folder, revision, name)
    if text is None and not name.startswith("./"):
        name = f"./{name}"
        text = git.show(folder, revision, name)
    if text is None:
        raise git.missing(revision, label.partition(":")[2])
    below = name.removeprefix("./")
    source = folder / below if name != below else git.repository(folder) / below
    prefix = "./" if name != below else ""
    ledger = git.show(folder, revision, prefix + ledger_path(Path(below)).as_posix())
    return _design_copy(text, ledger, source, label)


def _design_copy(text: bytes, ledger: bytes | None, source: Path, label: str) -> Side:
    """Design contents of a topology and its ledger; faults name the revision, not the copy."""
    with tempfile.TemporaryDirectory(prefix="fabric-diff-") as scratch:
        path = Path(scratch) / source.name
        path.write_bytes(text)
        if ledger is not None:
            ledger_path(path).write_bytes(ledger)
        try:
            return _designed(path, label, source, "" if ledger is not None else _NO_LEDGER)
        except FabricError as fault:
            raise _relabelled(fault, path, label) from None


_NO_LEDGER = "had no ledger at that revision: its numbers are counted anew"


def _relabelled(fault: FabricError, path: Path, label: str) -> FabricError:
    """The same faults at the places that a reader can find: ``HEAD~1:lab.yaml`` for the copy."""
    ledger = str(ledger_path(path))
    names = {str(path): label, ledger: f"{label} (its ledger)"}

    def place(at: Place) -> Place:
        return at._replace(path=names.get(at.path, at.path))

    return type(fault)(
        [d._replace(places=tuple(place(at) for at in d.places)) for d in fault.diagnostics]
    )


def _bare(word: str) -> FabricError:
    """A word beside something that names no topology: a revision, or nothing at all."""
    try:
        git.commit(Path(), word)
    except FabricError:
        return _unknown(word)
    return UsageError(
        [
            Diagnostic(
                "CMP003",
                f"{word} is a revision, and the other side does not say of which topology",
                allowed="a build knows its design, not the file that it was made from",
                mend=f"name the file: {word}:topologies/lab.yaml",
            )
        ]
    )


def _unknown(word: str) -> FabricError:
    from barefabric.topology.names import did_you_mean

    near = [str(p) for pattern in ("*.yaml", "*/*.yaml", "build/*") for p in Path().glob(pattern)]
    return UsageError(
        [Diagnostic(
            "CMP008", f'"{word}" is no build, no topology file and no revision of one',
            allowed="a folder such as build/lab, a file such as lab.yaml, HEAD~1:lab.yaml, or "
            "HEAD~1 beside a topology file",
            mend=did_you_mean(word, near),
        )]
    )  # fmt: skip
