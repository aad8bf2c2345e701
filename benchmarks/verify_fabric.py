"""Measures `fabric verify` on the generated fabrics; keeps verify.json, which run.py reports.

    python benchmarks/verify_fabric.py                          all sizes
    python benchmarks/verify_fabric.py --fabric 100 --failures 1

Runs are whole processes of the command, without Batfish, on a tree that `fabric design` wrote
before. Whole CPU is that of the process, which also reads the topology, designs it and compares
every file of the tree; the judge's own share is what its budget is about.
"""

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import generate
from measure import HERE, LONG_RUN, WORK, Run, clear, measure
from tools import TOOLS, barefabric_commands

FAILURES = (0, 1, 2)
# CPU seconds of the judge for one failure at a time, by fabric.
BUDGETS = {("100", 1): 10.0, ("1000", 1): 60.0}
# Failures at a time that a fabric is not tried with, with the reason.
LEFT_OUT = {
    ("2112", 2): "not run: many kinds of pairs (32 clusters), each as long as the intact fabric"
}


@dataclass(frozen=True)
class Row:
    """The median of several runs of one fabric, as verify.json keeps it."""

    fabric: str
    failures: int
    runs: int
    judge: float
    cpu: float
    wall: float
    memory: int
    tried: int
    rows: int
    proven: bool
    problem: str
    date: str
    cores: int
    python: str


@dataclass(frozen=True)
class Verdict:
    """What one run said: CPU seconds of the judge, failures tried, rows, whether all of it held."""

    judge: float
    tried: int
    rows: int
    proven: bool


def bench(fabric: str, failures: int, runs: int, timeout: float) -> Row:
    """Measures one fabric with so many failures at a time."""
    folder = WORK / fabric
    topology = folder / "barefabric" / f"bench-{fabric}.yaml"
    build = folder / "barefabric" / "build"
    program = TOOLS["barefabric"].bin() / "fabric"
    words: list[str | Path] = [
        program, "verify", topology, "--out", build, "--batfish", "off", "--json", "--failures",
        str(failures),
    ]  # fmt: skip
    done: list[Run] = []
    said: list[Verdict] = []
    problem = LEFT_OUT.get((fabric, failures), "")
    while not problem and len(done) < runs:
        one = measure([words], build.parent, timeout)
        problem = one.problem
        if not problem:
            done.append(one)
            said.append(verdict(build / "verify" / "receipt.json"))
            print(f"  {fabric}, {failures} at a time: {said[-1].judge:.2f} CPU s", flush=True)
        if one.wall > LONG_RUN:
            runs = 1
    ok = bool(done) and not problem
    return Row(
        fabric=fabric,
        failures=failures,
        runs=len(done),
        judge=statistics.median(v.judge for v in said) if ok else 0.0,
        cpu=statistics.median(r.cpu for r in done) if ok else 0.0,
        wall=statistics.median(r.wall for r in done) if ok else 0.0,
        memory=round(statistics.median(r.memory for r in done)) if ok else 0,
        tried=said[-1].tried if ok else 0,
        rows=said[-1].rows if ok else 0,
        proven=all(v.proven for v in said) if ok else False,
        problem=problem,
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
    )


def verdict(receipt: Path) -> Verdict:
    """What the receipt of a run says."""
    results = json.loads(receipt.read_text())["results"]
    word = results["judges"]["built-in"]
    counts = word["counts"]
    return Verdict(
        word["seconds"],
        counts.get("survives", {}).get("rows", 0),
        sum(count["rows"] for count in counts.values()),
        results["proven"],
    )


def prepare(fabric: str, timeout: float) -> str:
    """Writes the inputs and designs the fabric once. Returns what is wrong, or nothing."""
    folder = WORK / fabric
    generate.write(fabric, folder)
    commands = barefabric_commands(fabric, folder)
    return measure(commands, folder / "barefabric", timeout).problem


# Reporting


def load(path: Path) -> dict[tuple[str, int], Row]:
    """Rows kept from earlier runs."""
    if not path.exists():
        return {}
    return {(row["fabric"], row["failures"]): Row(**row) for row in json.loads(path.read_text())}


def save(path: Path, rows: dict[tuple[str, int], Row]) -> None:
    """Keeps the rows, in the order of the table."""
    ordered = [rows[f, n] for f in generate.FABRICS for n in FAILURES if (f, n) in rows]
    path.write_text(json.dumps([asdict(row) for row in ordered], indent=2) + "\n")


def section(path: Path) -> Iterator[str]:
    """The part of RESULTS.md about `fabric verify`."""
    rows = load(path)
    if not rows:
        return
    yield "## Verification\n"
    yield (
        "`benchmarks/verify_fabric.py` measures this part.\n"
        '`fabric verify --failures N`, built-in judge alone. "Judge" is its CPU, which budgets\n'
        'are about; "whole" is the process, which designs the fabric and compares all files too.\n'
        '"Tried" counts failures, those that symmetry makes equal included.\n'
    )
    yield "| switches | N | judge s | budget s | whole s | memory MB | tried | rows | runs |"
    yield "|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for (fabric, failures), row in rows.items():
        budget = BUDGETS.get((fabric, failures))
        shown = f"{budget:,.0f}" if budget else ""
        where = f"| {generate.FABRICS[fabric].switches:,} | {failures} "
        if row.problem:
            yield f"{where}| {row.problem} | | | | | | |"
            continue
        yield (
            f"{where}| {row.judge:,.2f} | {shown} | {row.cpu:,.2f} | {row.memory / 1e6:,.0f} "
            f"| {row.tried:,} | {row.rows:,} | {row.runs} |"
        )
    late = [r for key, r in rows.items() if key in BUDGETS and r.judge > BUDGETS[key]]
    unsound = [r for r in rows.values() if not r.problem and not r.proven]
    yield ""
    if late:
        yield f"Over budget: {', '.join(f'{r.fabric} switches' for r in late)}.\n"
    if unsound:
        yield f"Not proven: {', '.join(f'{r.fabric} switches' for r in unsound)}.\n"
    machines = {f"{r.date}, {r.cores} cores, Python {r.python}" for r in rows.values() if r.runs}
    yield f"Measured: {'; '.join(sorted(machines))}.\n"


def parse() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fabric", action="append", choices=list(generate.FABRICS))
    parser.add_argument("--failures", action="append", type=int, choices=FAILURES)
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run")
    return parser.parse_args()


def main() -> int:
    """Measures what was asked for; keeps the rest."""
    arguments = parse()
    kept = HERE / "verify.json"
    rows = load(kept)
    for fabric in arguments.fabric or generate.FABRICS:
        if problem := prepare(fabric, arguments.timeout):
            print(f"{fabric}: fabric design {problem}", file=sys.stderr)
            return 3
        for failures in arguments.failures or FAILURES:
            rows[fabric, failures] = bench(fabric, failures, arguments.runs, arguments.timeout)
            save(kept, rows)
        clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
