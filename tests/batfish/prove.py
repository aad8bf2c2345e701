"""Has Batfish judge every example topology, and keeps its word in `receipts/`: `make prove`.

Needs pybatfish and a service, at BATFISH_HOST or on this machine.
"""

import json
import os
import sys
from pathlib import Path

from barefabric.errors import FabricError
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish.judge import judge
from barefabric.verify.batfish.proof import judged_files, proof
from barefabric.verify.batfish.service import address
from barefabric.verify.verdict import NotRun

HERE = Path(__file__).parent
TOPOLOGIES = HERE.parents[1] / "topologies"
NOT_YET = {"GE010", "GE011"}


def say(line: str) -> None:
    """One line for the person who waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def prove(path: Path) -> bool:
    """Judge one topology and write its receipt. Whether everything holds."""
    try:
        design = design_values(load(path)).design
    except FabricError as fault:
        if {d.code for d in fault.diagnostics} <= NOT_YET:
            say(f"{path.stem}: cannot be designed yet")
            return True
        raise
    files = judged_files(design)
    judgement = judge(design, address("", os.environ), files)
    if isinstance(judgement, NotRun):
        sys.exit(f"Batfish was not run: {judgement.why}. {judgement.how}")
    document = proof(design, files, judgement)
    target = HERE / "receipts" / f"{path.stem}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    total = judgement.total
    say(f"{path.stem}: {total.held:,} held, {total.failed:,} failed, {total.undecided:,} open")
    for finding in judgement.findings:
        say("\n    ".join([f"  {finding.code} {finding.sentence}", *finding.evidence]))
    return not judgement.findings


def main(names: list[str]) -> int:
    """Prove the named topologies, or all."""
    paths = [TOPOLOGIES / f"{name}.yaml" for name in names] or sorted(TOPOLOGIES.glob("*.yaml"))
    results = [prove(path) for path in paths]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
