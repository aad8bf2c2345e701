"""Measures barefabric and its peers on the same generated fabrics; writes RESULTS.md.

    python benchmarks/run.py                            all tools, all fabrics
    python benchmarks/run.py --only barefabric --fabric 12 --fabric 100

Each tool runs as whole processes, in an environment of its own. CPU seconds are user and system
time of these processes and their children, as the kernel accounts them when they end; memory is the
peak resident set of the largest of them. Of several runs the median counts. What was measured is
kept in results.json, so that one tool can be measured again without the others.
"""

import argparse
import contextlib
import datetime as dt
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import generate
import lab

HERE = Path(__file__).resolve().parent
SCRATCH = HERE / ".scratch"
PYAVD = "pyavd==6.4.0"
NETLAB = "networklab==26.10"
# A run that takes longer, in seconds, is not repeated.
LONG_RUN = 60.0


@dataclass(frozen=True)
class Tool:
    """How to run a tool on a fabric, and what its output holds."""

    name: str
    # Name on PyPI with version, or "" for the barefabric that this Python has installed.
    package: str
    # From the folder with the inputs to the commands, each a program with its arguments.
    commands: Callable[[str, Path], list[list[str | Path]]]
    # Where the output is, below the folder with the inputs, and what else to delete before a run.
    output: str
    also_delete: tuple[str, ...]
    generates: str
    leaves_out: str
    # Fabrics that are not tried, with the reason.
    refuse: dict[str, str] = field(default_factory=dict)

    def bin(self) -> Path:
        """The folder of programs of the tool's environment."""
        if not self.package:
            return Path(sys.executable).parent
        return SCRATCH / f"venv-{self.package.partition('==')[0]}" / "bin"


def barefabric_commands(fabric: str, folder: Path) -> list[list[str | Path]]:
    """`fabric design`, which verifies the intact fabric too."""
    program = TOOLS["barefabric"].bin() / "fabric"
    topology = folder / "barefabric" / f"bench-{fabric}.yaml"
    return [[program, "design", topology, "--out", folder / "barefabric" / "build"]]


def pyavd_commands(layout: str) -> Callable[[str, Path], list[list[str | Path]]]:
    """The script that drives pyavd, in one of its layouts."""

    def commands(_fabric: str, folder: Path) -> list[list[str | Path]]:
        python = TOOLS["pyavd-rack"].bin() / "python"
        inputs, output = folder / "pyavd" / "inputs.json", folder / "pyavd" / "out"
        return [[python, HERE / "pyavd_fabric.py", layout, inputs, output]]

    return commands


def netlab_commands(_fabric: str, _folder: Path) -> list[list[str | Path]]:
    """Transform the topology, then render the configurations without a lab."""
    program = TOOLS["netlab"].bin() / "netlab"
    return [
        [program, "create", "-q", "-o", "pickle", "topology.yml"],
        [program, "initial", "-q", "-o", "out"],
    ]


AVD_GENERATES = (
    "EOS configurations of all switches: eBGP underlay, MLAG pairs, server VLANs, LACP bonds"
)
AVD_LEAVES_OUT = (
    "sessions and filters towards servers, anything on the servers, Kubernetes manifests, "
    "contracts, verification, ledger, cabling and address plans. It knows far more features than "
    "it is asked for here"
)

TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            name="barefabric",
            package="",
            commands=barefabric_commands,
            output="barefabric/build",
            also_delete=("barefabric/*.lock",),
            generates="EOS configurations of all switches with the sessions and filters towards "
            "every server, the servers' own files, the clusters' manifests, plans, contracts, "
            "design.json, the ledger",
            leaves_out="EVPN and VXLAN; proving is `fabric verify`, not in these figures",
        ),
        Tool(
            name="pyavd-rack",
            package=PYAVD,
            commands=pyavd_commands("rack"),
            output="pyavd/out",
            also_delete=(),
            generates=f"{AVD_GENERATES}. Each device is given only its own rack: the best case, in "
            "which the caller cuts the inputs",
            leaves_out=AVD_LEAVES_OUT,
        ),
        Tool(
            name="pyavd-group",
            package=PYAVD,
            commands=pyavd_commands("group"),
            output="pyavd/out",
            also_delete=(),
            generates=f"{AVD_GENERATES}. Each device is given the inputs of the whole fabric, as "
            "AVD's documentation and its Ansible collection do it",
            leaves_out=AVD_LEAVES_OUT,
            refuse={
                "1000": "its cost is quadratic; by extrapolation it needs about 40 GB of memory",
                "2112": "its cost is quadratic; at 1,000 switches it already needs about 40 GB",
            },
        ),
        Tool(
            name="netlab",
            package=NETLAB,
            commands=netlab_commands,
            output="netlab/out",
            also_delete=("netlab/netlab.snapshot.pickle",),
            generates="EOS configurations of all switches: eBGP underlay, and a table of all other "
            "hosts in each of them, which makes its output quadratic",
            leaves_out="leaf pairs, servers and everything towards them, filters, Kubernetes "
            "manifests, contracts, verification, ledger, cabling and address plans",
        ),
    )
}


@dataclass(frozen=True)
class Run:
    """One run. Seconds, and bytes of peak memory. `problem` says why there are no figures."""

    cpu: float = 0.0
    wall: float = 0.0
    memory: int = 0
    problem: str = ""


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


# Running


def measure(commands: list[list[str | Path]], folder: Path, timeout: float) -> Run:
    """Runs the commands one after the other in `folder`, for `timeout` seconds altogether."""
    cpu, memory, begin = 0.0, 0, time.monotonic()
    # Peers keep state in the home folder.
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(SCRATCH),
        "LC_ALL": "C.UTF-8",
    }
    with (folder / "output.log").open("wb") as log:
        for command in commands:
            left = timeout - (time.monotonic() - begin)
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            late = threading.Event()
            timer = threading.Timer(max(left, 0.0), stop, (process.pid, late))
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu += usage.ru_utime + usage.ru_stime
            memory = max(memory, usage.ru_maxrss * 1024)
            if late.is_set():
                return Run(problem=f"did not finish in {timeout:,.0f} s")
            if process.returncode:
                return Run(problem=f"failed with exit status {process.returncode}")
    return Run(cpu, time.monotonic() - begin, memory)


def stop(pid: int, late: threading.Event) -> None:
    """Ends a process that ran too long, and its children, which are in its session."""
    late.set()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def count(folder: Path) -> tuple[int, int]:
    """Files under the folder, and lines in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.read_bytes().count(b"\n") for path in files)


def bench(tool: Tool, fabric: str, runs: int, timeout: float) -> Row:
    """Measures one tool on one fabric. Every run begins without the output of the one before."""
    folder = SCRATCH / fabric
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
    )


def version(tool: Tool) -> str:
    """The version of a tool, as its name on PyPI pins it or as it is installed here."""
    if tool.package:
        return tool.package.partition("==")[2]
    script = "from importlib.metadata import version; print(version('barefabric'))"
    return subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.strip()


def install(tool: Tool) -> str:
    """Makes the tool's environment, once. Returns what is wrong, or nothing."""
    if not tool.package:
        return "" if (tool.bin() / "fabric").exists() else "the command `fabric` is not installed"
    venv = tool.bin().parent
    stamp = venv / tool.package
    if stamp.exists():
        return ""
    print(f"  installing {tool.package}", flush=True)
    pip = [str(venv / "bin" / "pip"), "--disable-pip-version-check", "--quiet", "install"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        subprocess.run([*pip, tool.package], check=True)
    except subprocess.CalledProcessError as error:
        return f"could not be installed: {error}"
    stamp.touch()
    return ""


# Reporting


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
    # It measures with what is here.
    from verify_fabric import section

    parts = [INTRODUCTION, *tables(rows), *section(HERE / "verify.json"), *differences()]
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
* barefabric wrote to a file system in memory. Creating 84,000 files and as many folders on ext4
  took from 5 to 40 s of kernel time on this machine, differing from run to run. Peers write few
  files, and their figures hardly change by it.
* The built-in judge of the intact fabric takes about 0.02 s more at 12 switches, 0.1 s at 100, 1 s
  at 1,000 and 4 s at 2,112 (measured beside other work).
* Budgets for design and that judge together: 0.5 s and 80 MB at 12 switches, 0.7 s and 90 MB at
  100, 2.5 s and 200 MB at 1,000, 10 s and 1 GB at 2,112. The first two hold. At 1,000 the design
  alone holds; with the judge it is about 0.3 s over. At 2,112 it is over: about 13 s for the
  design, 17 s with the judge. Memory holds everywhere.
"""


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
        runs = {(r.date, r.cores, r.python) for r in rows.values() if r.tool == tool and r.runs}
        for date, cores, python in sorted(runs):
            yield f"* {tool}: {date}, {cores} cores, Python {python}."


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
    (HERE / "RESULTS.md").write_text(report(rows))
    return status


if __name__ == "__main__":
    sys.exit(main())
