"""``fabric verify``."""

from pathlib import Path

from barefabric.cli.output import print_json, print_result
from barefabric.errors import fail


def verify(topology: Path, out: Path | None, as_json: bool, quiet: bool, verbose: bool) -> int:
    """Judge the design and write a receipt for the build; 1 where something does not hold."""
    from barefabric.build import default_out, first_difference
    from barefabric.cli.design import Clock
    from barefabric.pipeline import design
    from barefabric.verify.judge import verify as judge
    from barefabric.verify.receipt import make_receipt, write_receipt
    from barefabric.verify.report import as_json as plain
    from barefabric.verify.report import report

    clock = Clock(verbose)
    designed = design(topology)
    build = out or default_out(designed.design)
    stale = first_difference(designed.design, build)
    if stale:
        raise fail(
            "GE008",
            f"the build is not what the topology says now: {stale} differs",
            path=build,
            mend=f"fabric design {topology}",
        )
    clock.lap("design")
    verdict = judge(designed.design)
    clock.lap("judge")
    receipt = make_receipt(build, verdict, designed.design.contracts)
    path = write_receipt(build, receipt)
    clock.lap("receipt")
    if as_json:
        print_json({**plain(verdict), "receipt": str(path), "digest": receipt.digest})
    elif not quiet:
        print_result(report(verdict, receipt=str(path), digest=receipt.digest, seconds=clock.total))
    return 0 if verdict.proven else 1
