"""The rows that were measured, kept in results.json, and the page that shows them."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import generate
import lab
import verify_fabric
from measure import HERE
from tools import TOOLS


@dataclass(frozen=True)
class Row:
    """The median of several runs of a tool on a fabric, as results.json keeps it."""

    tool: str
    fabric: str
    version: str
    runs: int
    cpu: float
    wall: float
    memory: int
    files: int
    lines: int
    problem: str
    date: str
    cores: int
    python: str
    stored: str = ""


def load(path: Path) -> dict[tuple[str, str], Row]:
    """Rows kept from earlier runs, by tool and fabric."""
    if not path.exists():
        return {}
    return {(row["tool"], row["fabric"]): Row(**row) for row in json.loads(path.read_text())}


def save(path: Path, rows: dict[tuple[str, str], Row]) -> None:
    """Keeps the rows, in the order of the tables."""
    ordered = [
        rows[tool, fabric]
        for fabric in generate.FABRICS
        for tool in TOOLS
        if (tool, fabric) in rows
    ]
    path.write_text(json.dumps([asdict(row) for row in ordered], indent=2) + "\n")


def report(rows: dict[tuple[str, str], Row]) -> str:
    """The text of RESULTS.md."""
    parts = [INTRODUCTION, *tables(rows), *budgets(rows)]
    parts += [*verify_fabric.section(HERE / "verify.json"), *differences()]
    parts += [lab.section(), METHOD.rstrip(), *machines(rows)]
    return "\n".join(parts) + "\n"


INTRODUCTION = """\
# Benchmarks

`make bench` writes this file from `results.json`. CPU is user and system seconds of whole
processes, memory is their peak. "Times" is a peer's CPU seconds divided by barefabric's. The tools
do not do the same work: see [what each generates](#what-each-generates).
"""


METHOD = """\
## How

* `benchmarks/generate.py` writes the inputs, `benchmarks/run.py` runs the tools. Each peer is
  installed from PyPI into an environment of its own.
* Every run is a new process that begins without output of the one before. Start-up, reading and
  writing are included. The median of the runs counts; a run of more than a minute is not
  repeated. MB are 1,000,000 bytes.
* pyavd reads its inputs as JSON, so that no time goes into YAML; `benchmarks/pyavd_fabric.py`
  drives it, and spares it the shutdown of the interpreter. netlab runs `netlab create` and
  `netlab initial -o`, without containers and Ansible.
* The Python that ran barefabric was compiled without profile-guided optimization, as pyenv does
  unless told otherwise. Debian's own 3.11.2, which has it, takes 8.3 to 8.5 s for the largest
  fabric at times when this one takes 9.5 to 9.9.
* Inputs and outputs are in a file system in memory, where there is one with room. On ext4 the
  84,000 files and as many folders of the largest fabric take 3 s of kernel time more, and up to
  50 s more right after such a tree was deleted: ext4 does not use again what was freed seconds
  ago, and searches on. Peers write few files, and their figures hardly change by it.
"""


BUDGETS = {"12": (0.5, 80), "100": (0.7, 90), "1000": (2.5, 200), "2112": (10.0, 1000)}
"""CPU seconds and MB that `fabric design` may take, its judge included, by fabric."""


def budgets(rows: dict[tuple[str, str], Row]) -> Iterator[str]:
    """What was measured beside what is wanted."""
    yield "## Budgets of `fabric design`\n"
    yield "The judge of the intact fabric is part of it.\n"
    yield "| switches | budget s | CPU s | budget MB | memory MB | |"
    yield "|--:|--:|--:|--:|--:|---|"
    for fabric, (seconds, memory) in BUDGETS.items():
        row = rows.get(("barefabric", fabric))
        if row is None or row.problem:
            continue
        held = row.cpu <= seconds and row.memory / 1e6 <= memory
        yield (
            f"| {int(fabric):,} | {seconds} | {row.cpu:.2f} | {memory:,} | {row.memory / 1e6:,.0f} "
            f"| {'held' if held else '**not held**'} |"
        )
    yield ""


def tables(rows: dict[tuple[str, str], Row]) -> Iterator[str]:
    """One table per fabric."""
    for fabric, shape in generate.FABRICS.items():
        yield f"## {shape.switches:,} switches\n"
        yield (
            f"{shape.spines} spines, {shape.leaves:,} leaves in {shape.racks:,} pairs, "
            f"{shape.servers:,} servers with LACP bonds.\n"
        )
        yield "| tool | CPU s | wall s | memory MB | files | lines | times | runs |"
        yield "|---|--:|--:|--:|--:|--:|--:|--:|"
        ours = rows.get(("barefabric", fabric))
        for tool in TOOLS:
            yield table_row(tool, rows.get((tool, fabric)), ours)
        yield ""


def table_row(tool: str, row: Row | None, ours: Row | None) -> str:
    """One line of a table."""
    if row is None:
        return f"| {tool} | not measured | | | | | | |"
    name = f"{tool} {row.version}"
    if row.problem:
        return f"| {name} | {row.problem} | | | | | | |"
    times = f"{row.cpu / ours.cpu:,.1f}" if ours and ours.cpu else ""
    return (
        f"| {name} | {row.cpu:,.2f} | {row.wall:,.2f} | {row.memory / 1e6:,.0f} "
        f"| {row.files:,} | {row.lines:,} | {times} | {row.runs} |"
    )


def differences() -> Iterator[str]:
    """What each tool does, in words."""
    yield "## What each generates\n"
    for tool in TOOLS.values():
        text = f"* **{tool.name}** generates {tool.generates}. It leaves out {tool.leaves_out}."
        yield textwrap.fill(text, 100, subsequent_indent="  ", break_on_hyphens=False)
    yield ""


def machines(rows: dict[tuple[str, str], Row]) -> Iterator[str]:
    """When and on what each tool was measured."""
    for tool in TOOLS:
        done = [r for r in rows.values() if r.tool == tool and r.runs]
        runs = {(r.date, r.cores, r.python, r.stored) for r in done}
        for date, cores, python, stored in sorted(runs):
            where = f", files {stored}" if stored else ""
            yield f"* {tool}: {date}, {cores} cores, Python {python}{where}."
