"""``fabric lab check``, ``fail`` and ``heal``."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from barefabric.cli.lab_progress import Progress, interruptible
from barefabric.cli.output import print_json, print_result

if TYPE_CHECKING:
    from barefabric.lab.live import Live


def check(name: str, failures: int, as_json: bool, quiet: bool) -> int:
    """Judge the design by the lab, and write its word into the receipt of the build.

    0 where everything holds, 1 where something does not.
    """
    from barefabric.lab.judging.failures import trials
    from barefabric.lab.judging.judge import judge
    from barefabric.lab.live import attach
    from barefabric.lab.receipt import record, verdict_of
    from barefabric.verify.report import as_json as plain
    from barefabric.verify.report import report

    progress = Progress(quiet)
    started = time.monotonic()
    live = attach(name)
    progress.say("lab: routes")
    live.settle(20)
    with interruptible():
        word = judge(
            live.case,
            failures=trials(live.expected, failures),
            versions=versions(live),
            progress=lambda what: progress.say(f"lab: {what}"),
        )
    progress.say("")
    verdict = verdict_of(live.expected.design, Path(live.plan.build), word)
    path, digest = record(live, verdict)
    if not path:
        sys.stderr.write(
            "no receipt is written: the build changed since the lab came up,"
            " or is not what the topology renders\n"
        )
    if as_json:
        print_json({**plain(verdict), "receipt": path, "digest": digest})
    elif not quiet:
        seconds = time.monotonic() - started
        print_result(report(verdict, receipt=path, digest=digest, seconds=seconds))
    return 0 if verdict.proven else 1


def versions(live: "Live") -> str:
    """What the lab runs, by the words of its programs."""
    found = []
    for name, argv in (("FRR", ("vtysh", "--version")), ("BIRD", ("bird", "--version")),
                       ("GoBGP", ("gobgpd", "--version")), ("Linux", ("uname", "-r"))):  # fmt: skip
        told = live.client.ask("exec", where=live.plan.hosts[0].name, argv=argv)
        words = [w for w in (told["out"] or told["err"]).split() if w[:1].isdigit()]
        if told["status"] == 0 and words:
            found.append(f"{name} {words[0]}")
    return ", ".join(found)


@dataclass(frozen=True)
class FailRequest:
    """What ``fabric lab fail`` was asked for."""

    kind: str
    where: tuple[str, ...]
    name: str
    flows: int
    stay: bool
    after: float
    as_json: bool


def break_it(request: FailRequest) -> int:
    """Break something under traffic, measure, mend, measure; with ``--stay`` leave it broken.

    0 where every flow came back, 1 where one did not.
    """
    from barefabric.lab.breaking import breakable
    from barefabric.lab.live import attach
    from barefabric.lab.measuring import as_json, cost, table

    progress = Progress(request.as_json)
    live = attach(request.name)
    broken = breakable(live.expected, request.kind, request.where, request.flows)
    label = f"{broken.kind} {broken.name}"
    if request.stay:
        live.client.ask("fault", name=label, **broken.request)
        if request.as_json:
            print_json({"broken": label})
        else:
            print_result(f"broken: {label}   fabric lab heal mends it")
        return 0
    progress.say(f"lab: {label}")
    told = live.client.ask("measure", progress.event, flows=broken.flows, after=request.after,
                           **broken.request)  # fmt: skip
    progress.say("")
    found = cost(broken, told)
    if request.as_json:
        print_json(as_json([found])[0])
    else:
        print_result(table([found]))
        if broken.why:
            print_result(f"  predicted: {broken.why}")
    return 0 if found.broken.calm and found.mended.calm else 1


def heal(names: Sequence[str], name: str, as_json: bool) -> int:
    """Mend what ``fabric lab fail --stay`` broke."""
    from barefabric.lab.live import attach

    live = attach(name)
    done = live.client.ask("heal", names=list(names))
    wrong = live.settle()
    if as_json:
        print_json({"healed": done, "wrong": wrong})
    else:
        print_result(f"healed: {', '.join(done)}" if done else "nothing was broken")
    for line in wrong[:3]:
        sys.stderr.write(f"still different: {line}\n")
    return 1 if wrong else 0
