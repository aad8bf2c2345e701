"""``fabric show``, ``fabric why`` and ``fabric diff``."""

from collections.abc import Iterable
from pathlib import Path

from barefabric.cli.output import print_json, print_result
from barefabric.cli.which import find_topology


def _print_lines(lines: Iterable[str]) -> None:
    print_result("\n".join(lines))


def session(one: str, other: str, topology: Path | None, as_json: bool) -> int:
    """Show the sessions of two devices."""
    from barefabric.inquire.show import as_json as plain
    from barefabric.inquire.show import session_text, show_session
    from barefabric.pipeline import design

    found = show_session(design(find_topology(topology)).design, one, other)
    if as_json:
        print_json([plain(facts) for facts in found])
    else:
        _print_lines(session_text(found))
    return 0


def device(name: str, topology: Path | None, as_json: bool) -> int:
    """Show a device."""
    from barefabric.inquire.show import as_json as plain
    from barefabric.inquire.show import device_text, show_device
    from barefabric.pipeline import design

    facts = show_device(design(find_topology(topology)).design, name)
    if as_json:
        print_json(plain(facts))
    else:
        _print_lines(device_text(facts))
    return 0


def why(thing: str, topology: Path | None, out: Path | None, as_json: bool) -> int:
    """Tell where a value came from."""
    from barefabric.build import default_out
    from barefabric.inquire.why import why as ask
    from barefabric.inquire.why import why_text
    from barefabric.pipeline import design

    designed = design(find_topology(topology, thing))
    build = out or default_out(designed.design)
    found = ask(designed, thing, build if build.is_dir() else None)
    if as_json:
        print_json(found.as_json())
    else:
        _print_lines(why_text(found))
    return 0


def diff(old: str, new: str, text: bool, as_json: bool) -> int:
    """Compare two designs."""
    from barefabric.compare.documents import compare_documents
    from barefabric.compare.report import report
    from barefabric.compare.sources import open_sides
    from barefabric.compare.textdiff import compare_trees, text_report

    before, after = open_sides(old, new)
    changes = compare_documents(before.document, after.document)
    files = compare_trees(before.files, after.files) if text else None
    if as_json:
        names = {"files": files._asdict()} if files else {}
        sides = {"compared": [before.label, after.label]}
        notes = {"notes": [side.note for side in (before, after) if side.note]}
        print_json({**changes.as_json(), "summary": changes.summary(), **sides, **notes, **names})
        return 0
    lines = list(report(changes, before.label, after.label))
    lines += [f"  note: {side.note}" for side in (before, after) if side.note]
    if files:
        lines += text_report(before.files, after.files, files)
    _print_lines(lines)
    return 0
