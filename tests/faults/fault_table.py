"""The table of seeded faults in docs/verification.md, generated from what the judges said."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fault import Fault, Where
from fault_fabrics import ALL, EVERY, Fabric
from fault_list import CASES, FAULTS, SHOWN
from fault_outcomes import Outcome, outcome

DOCS = Path(__file__).parents[2] / "docs" / "verification.md"
BEGIN, END = "<!-- faults: written by `make faults` -->\n", "<!-- end of faults -->\n"
HEAD = "| fault | in | built-in | files | ends | Batfish | only |\n|---|---|---|---|---|---|---|\n"
TITLES = {
    Where.DESIGN: "In the design: all files follow it",
    Where.DEVICE: "In what one device is told: its files follow",
    Where.FILE: "In the text of one file",
}


def table() -> str:
    """What there is, and all three parts."""
    return "\n".join((_counts(), *(_part(where) for where in Where)))


def _counts() -> str:
    """How many faults there are, and how many of them one judge alone sees."""
    alone = Counter(filter(None, map(_alone, FAULTS)))
    each = ", ".join(f"{judge} {count}" for judge, count in sorted(alone.items()))
    return (
        f"{len({fault.kind for fault in FAULTS})} kinds of fault, made {len(CASES)} times; "
        f"Batfish was shown {len(SHOWN)} of them. Kinds that one judge alone sees: {each}.\n"
    )


def _part(where: Where) -> str:
    rows = [_row(fault) for fault in FAULTS if fault.where is where]
    return f"### {TITLES[where]}\n\n{HEAD}{''.join(rows)}"


def _row(fault: Fault) -> str:
    cells = (
        fault.kind,
        _fabrics(fault.fabrics),
        ", ".join(one.replace("|", " or ").replace("*", "\\*") for one in fault.built_in),
        _cell(fault, lambda o: ", ".join(dict.fromkeys(o.files.values()))),
        _cell(fault, lambda o: "yes" if o.ends else ""),
        _cell(fault, lambda o: ", ".join(o.batfish.codes), fault.shown_in),
        _only(fault),
    )
    return f"| {' | '.join(cells)} |\n"


def _fabrics(fabrics: tuple[Fabric, ...]) -> str:
    return "all" if fabrics == ALL else ", ".join(fabric.name for fabric in fabrics)


def _cell(fault: Fault, say: Callable[[Outcome], str], fabrics: tuple[Fabric, ...] = ()) -> str:
    """What a judge says in all fabrics, or in which it says what."""
    found: dict[str, list[str]] = {}
    for fabric in fabrics or fault.fabrics:
        found.setdefault(say(outcome(fault, fabric)), []).append(fabric.name)
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{what or 'no'} ({', '.join(names)})" for what, names in found.items())


def _alone(fault: Fault) -> str:
    """The one judge that sees it, where no other does in any fabric."""
    seen = {judge for fabric in fault.fabrics for judge in outcome(fault, fabric).seen_by}
    return seen.pop() if len(seen) == 1 else ""


def _only(fault: Fault) -> str:
    alone = _alone(fault)
    return f"**{alone}**" if alone else ""


def documented() -> str:
    """The table as it stands in the documentation."""
    text = DOCS.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def document() -> None:
    """Write the table into the documentation."""
    text = DOCS.read_text(encoding="utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    DOCS.write_text(text[:start] + table() + text[end:], encoding="utf-8")


def per_fabric() -> dict[str, int]:
    """How many kinds are seeded in each fabric."""
    return {fabric.name: sum(fabric in fault.fabrics for fault in FAULTS) for fabric in EVERY}
