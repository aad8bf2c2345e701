"""``fabric push``."""

import sys
from dataclasses import dataclass
from pathlib import Path

from barefabric.cli.output import coloured, print_json, print_result


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    topology: Path
    dry_run: bool
    offline: bool
    running: Path | None
    only: tuple[str, ...]
    targets: tuple[str, ...]
    targets_file: Path | None
    full: bool
    no_secrets: bool
    out: Path | None
    as_json: bool


def push(request: Request) -> int:
    """Plan the push and compare; refuse anything that would change a switch.

    0 where a push would take the build, 1 where its receipt is not what the topology's ``push``
    asks for, 3 where a switch could not be asked. Raises :class:`FabricError` GE008 where the build
    was made from another design.
    """
    from barefabric.build import default_out
    from barefabric.cli.stale import refuse_other_design
    from barefabric.pipeline import design
    from barefabric.push.document import document
    from barefabric.push.dry_run import DryRunOptions, dry_run, refuse_push
    from barefabric.push.receipts import Policy, proof_of, refuse_unproven
    from barefabric.push.report import render

    designed = design(request.topology)
    build = request.out or default_out(designed.design)
    asked = designed.loaded.topology.push
    policy = Policy(asked.require, asked.failures)
    proof = proof_of(build, policy)
    refuse_other_design(designed.design, build, request.topology, unchanged=proof.proven)
    if not request.dry_run:
        refuse_unproven(proof, build, request.topology)
        raise refuse_push(request.topology)
    result = dry_run(
        designed.design,
        build,
        DryRunOptions(
            topology=request.topology,
            offline=request.offline,
            running=request.running,
            only=request.only,
            targets=request.targets,
            targets_file=request.targets_file,
            secrets=not request.no_secrets,
            proof=proof,
        ),
    )
    if request.as_json:
        print_json(document(result, diff=request.full))
    else:
        print_result(render(result, diff=request.full, colour=coloured(sys.stdout)))
    return result.exit_status
