"""Measures barefabric and its peers on the same generated fabrics; writes RESULTS.md.

    python benchmarks/run.py                            all tools, all fabrics
    python benchmarks/run.py --only barefabric --fabric 12 --fabric 100

Each tool runs as whole processes, in an environment of its own. CPU seconds are user and system
time of these processes and their children, as the kernel accounts them when they end; memory is the
peak resident set of the largest of them. Of several runs the median counts. What was measured is
kept in results.json, so that one tool can be measured again without the others.
"""

import argparse
import datetime as dt
import os
import platform
import shutil
import statistics
import sys
from pathlib import Path

import generate
from measure import HERE, LONG_RUN, SCRATCH, WORK, Run, clear, count, measure
from results import Row, load, report, save
from tools import TOOLS, Tool, install, version


def bench(tool: Tool, fabric: str, runs: int, timeout: float) -> Row:
    """Measures one tool on one fabric. Every run begins without the output of the one before."""
    folder = WORK / fabric
    generate.write(fabric, folder)
    done: list[Run] = []
    problem = tool.refuse.get(fabric, "")
    if problem:
        problem = f"not run: {problem}"
    while not problem and len(done) < runs:
        shutil.rmtree(folder / tool.output, ignore_errors=True)
        for pattern in tool.also_delete:
            for path in folder.glob(pattern):
                path.unlink()
        run = measure(tool.commands(fabric, folder), folder / Path(tool.output).parent, timeout)
        problem = run.problem
        done.append(run)
        if run.wall > LONG_RUN:
            runs = 1
        print(f"  {tool.name} {fabric}: {run.problem or f'{run.cpu:.2f} CPU s'}", flush=True)
    files, lines = (0, 0) if problem else count(folder / tool.output)
    shutil.rmtree(folder / tool.output, ignore_errors=True)
    return Row(
        tool=tool.name,
        fabric=fabric,
        version=version(tool),
        runs=len(done),
        cpu=0.0 if problem else statistics.median(run.cpu for run in done),
        wall=0.0 if problem else statistics.median(run.wall for run in done),
        memory=0 if problem else round(statistics.median(run.memory for run in done)),
        files=files,
        lines=lines,
        problem=problem,
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        stored="on disk" if WORK == SCRATCH else "in memory",
    )


def parse() -> argparse.Namespace:
    """Command line."""
    groups = sorted({name.partition("-")[0] for name in TOOLS})
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", choices=groups, help="measure this tool only")
    parser.add_argument("--fabric", action="append", choices=list(generate.FABRICS))
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument(
        "--timeout", type=float, default=300, help="seconds for one run (default 300)"
    )
    parser.add_argument("--report", action="store_true", help="measure nothing, write RESULTS.md")
    return parser.parse_args()


def main() -> int:
    """Measures what was asked for; keeps the rest."""
    arguments = parse()
    rows = load(HERE / "results.json")
    status = 0
    for tool in TOOLS.values() if not arguments.report else ():
        if arguments.only and tool.name.partition("-")[0] not in arguments.only:
            continue
        if problem := install(tool):
            print(f"{tool.name}: {problem}", file=sys.stderr)
            status = 3
            continue
        for fabric in arguments.fabric or generate.FABRICS:
            rows[tool.name, fabric] = bench(tool, fabric, arguments.runs, arguments.timeout)
            save(HERE / "results.json", rows)
    clear()
    (HERE / "RESULTS.md").write_text(report(rows))
    return status


if __name__ == "__main__":
    sys.exit(main())
