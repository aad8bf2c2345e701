"""Measures the live lab: how large, how fast (lab.json), and what failures cost (failures.json).

    python benchmarks/lab.py scale       two fabrics in namespaces; needs root
    python benchmarks/lab.py failures    nine faults on one fabric with three settings of BFD

Both want a machine that does little else: times are wall times.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from barefabric.build import build
from barefabric.lab import preflight, runner
from barefabric.lab.breaking import breakable
from barefabric.lab.live import Live, bring_up, prepare
from barefabric.lab.measuring import as_json, cost
from barefabric.pipeline import design

HERE = Path(__file__).parent
RESULTS = HERE / "lab.json"
RECORDED = HERE.parent / "notebooks" / "failures.json"
QUICKSTART = HERE.parent / "topologies" / "quickstart.yaml"
UML = "quickstart.yaml, user-mode Linux"
REST = 15
"""Seconds over which the CPU of a lab at rest is measured."""

SHAPES = ((2, 2, 4), (4, 4, 8))
"""Spines, racks of two leaves, and servers of a rack: 2 x 4 x 8 and 4 x 8 x 32 altogether."""
FAULTS = (
    ("link", ()),
    ("leg", ()),
    ("silent", ("spine1", "r1-leaf1")),
    ("one-way", ("spine1", "r1-leaf1")),
    ("device", ("spine1",)),
    ("device", ("r1-leaf1",)),
    ("dead", ("r1-leaf1",)),
    ("daemon", ("r1-leaf1",)),
    ("upstream", ()),
)
BFD = {
    "BFD 100 ms x 3": "bfd: {interval: 100ms, multiplier: 3}",
    "BFD 300 ms x 3": "bfd: {interval: 300ms, multiplier: 3}",
    "no BFD, hold time 9 s": "bfd: off",
}


COLUMNS = ("fabric", "hosts", "links", "sessions", "daemons s", "routes s", "sessions s",
           "memory MB", "processes", "cores at rest")  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """One lab: its size, and what it took. Times in seconds, memory in megabytes.

    ``daemons`` is when all of them ran, ``routes`` when every kernel had all its routes,
    ``sessions`` when every session was up. ``cpu`` is the share of one core at rest.
    """

    name: str
    hosts: int
    links: int
    sessions: int
    daemons: float
    routes: float
    all_up: float
    megabytes: float
    processes: int
    cpu: float


def topology(spines: int, racks: int, servers: int, bfd: str) -> str:
    """A fabric of FRR switches with routed servers and one way out."""
    return f"""\
fabric: lab-{spines}-{racks * 2}-{racks * servers}
switch_types:
  spine: {{nos: frr, ports: 32 x 100G}}
  leaf: {{nos: frr, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}}}
server_types:
  worker: {{nics: 2 x 25G, attach: routed}}
underlay:
  links: unnumbered
  families: [ipv4]
  {bfd}
spines: {spines}
racks:
  - {{name: "r[1-{racks}]", leaves: 2, servers: {{worker: {servers}}}}}
borders: {{type: leaf, count: 1}}
clusters:
  - name: edge
    servers: [worker]
    pods: 10.80.0.0/14
    services: 10.97.0.0/16
    cni: {{use: calico, mode: vxlan}}
    load_balancer:
      use: metallb
      pools: {{web: 192.0.2.128/25}}
external:
  - name: upstream
    asn: 64500
    attach: {{switch: border1, port: swp48, ours: 198.51.100.0/31, theirs: 198.51.100.1/31}}
    accept: [0.0.0.0/0]
"""


def built(folder: Path, text: str) -> Path:
    """Write and build a topology."""
    path = folder / "lab.yaml"
    path.write_text(text, encoding="utf-8")
    build(design(path), folder / "build")
    return path


def measure_scale(spines: int, racks: int, servers: int) -> Scale:
    """Bring one fabric up in namespaces and look at it at rest."""
    name = " x ".join(map(str, (spines, racks * 2, racks * servers)))
    return measure(name, topology(spines, racks, servers, BFD["BFD 300 ms x 3"]), runner.NAMESPACES)


def measure(name: str, text: str, how: str) -> Scale:
    """Bring a topology up and look at it at rest."""
    with tempfile.TemporaryDirectory() as folder:
        path = built(Path(folder), text)
        prepared = prepare(path, path.parent / "build", f"scale-{os.getpid()}", how)
        started = time.monotonic()
        live = bring_up(prepared, hold=True)
        try:
            daemons = time.monotonic() - started
            wrong = live.settle(300)
            routes = time.monotonic() - started
            wait_for_sessions(live)
            all_up = time.monotonic() - started
            if wrong:
                raise SystemExit(f"not all routes came up: {wrong[0]}")
            return at_rest(live, name, daemons, routes, all_up)
        finally:
            runner.stop(live.state)


def wait_for_sessions(live: Live, seconds: float = 120) -> None:
    """Wait until every session is up."""
    until = time.monotonic() + seconds
    while live.case.sessions.down:
        if time.monotonic() > until:
            raise SystemExit(f"sessions stay down: {live.case.sessions.down[0]}")
        time.sleep(0.5)


def at_rest(live: Live, name: str, daemons: float, routes: float, all_up: float) -> Scale:
    """What a lab that is up costs."""
    before = live.client.ask("status", memory=True)
    time.sleep(REST)
    after = live.client.ask("status", memory=True)
    return Scale(
        name,
        len(live.plan.hosts),
        len(live.plan.links),
        len(live.expected.design.sessions),
        round(daemons, 1),
        round(routes, 1),
        round(all_up, 1),
        round(after["megabytes"]),
        after["processes"],
        round((after["cpu"] - before["cpu"]) / REST, 2),
    )


def measure_failures() -> list[dict[str, Any]]:
    """Every fault under each setting of BFD, on a fabric of two racks."""
    found = []
    for setting, bfd in BFD.items():
        with tempfile.TemporaryDirectory() as folder:
            path = built(Path(folder), topology(2, 2, 4, bfd))
            name = f"record-{os.getpid()}"
            live = bring_up(prepare(path, path.parent / "build", name, "namespaces"), hold=True)
            try:
                for kind, where in FAULTS:
                    wrong = live.settle(90)
                    wait_for_sessions(live)
                    fault = breakable(live.expected, kind, where)
                    answer = live.client.ask("measure", flows=fault.flows, after=3, **fault.request)
                    one = as_json([cost(fault, answer)])[0]
                    print(setting, kind, fault.name, one["broken"]["worst"], wrong[:1], flush=True)
                    found.append({"setting": setting, **one})
            finally:
                runner.stop(live.state)
    return found


def machine() -> str:
    """What was measured on, in words."""
    memory, kernel = preflight.memory_there(), platform.release().partition("-")[0]
    return f"{os.cpu_count()} cores, Linux {kernel}, {memory:,} MB free"


def section() -> str:
    """The part of RESULTS.md about the lab; empty where nothing was measured."""
    if not RESULTS.is_file():
        return ""
    document = json.loads(RESULTS.read_text(encoding="utf-8"))
    lines = [
        "## The live lab",
        "",
        "`fabric lab up` in namespaces, spines x leaves x servers: FRR on every switch and server,",
        "GoBGP for MetalLB beside it, BFD 300 ms x 3, unnumbered links. The quickstart has bonds",
        "and a leaf pair, in a user-mode kernel with one CPU. Wall seconds from nothing until all",
        "daemons run, until every kernel has every route, until every session is up; memory and",
        "CPU at rest, as the lab counts them. Other work ran beside it, on",
        f"{document['machine']}.",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for s in document["scales"]:
        cells = (s["name"], s["hosts"], s["links"], s["sessions"], s["daemons"], s["routes"],
                 s["all_up"], f"{s['megabytes']:,}", s["processes"], f"{s['cpu']:.2f}")  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    limit = (1024 - preflight.SPARE) // preflight.PER_LINK
    lines += [
        "",
        "The kernel's neighbor tables hold 1,024 entries by default, for all namespaces together:",
        f"{limit} links. A larger fabric is refused, with the sysctl that would allow it.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("scale", "failures"))
    if parser.parse_args().what == "scale":
        scales = [asdict(measure_scale(*shape)) for shape in SHAPES]
        scales.append(asdict(measure(UML, QUICKSTART.read_text(encoding="utf-8"), runner.UML)))
        document = {"machine": machine(), "scales": scales}
        RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        print(section())
    else:
        recorded = {"machine": machine(), "costs": measure_failures()}
        RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
