"""``fabric lab``: bring a lab up, look at it, judge it, break it, end it."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from barefabric.cli.lab_progress import Progress, interruptible
from barefabric.cli.output import print_json, print_result
from barefabric.errors import UsageError, fail

if TYPE_CHECKING:
    from barefabric.lab.live import Live, Prepared


@dataclass(frozen=True)
class UpRequest:
    """What ``fabric lab up`` was asked for."""

    topology: Path
    name: str
    out: Path | None
    how: str
    keep: bool
    memory: int | None
    as_json: bool
    quiet: bool


def up(request: UpRequest) -> int:
    """Bring a lab up. With ``--keep`` it stays, else it ends with Ctrl-C or the terminal.

    0 where all routes came up, 1 where some did not, 3 where the lab did not.
    """
    from barefabric.lab import runner
    from barefabric.lab.live import bring_up, prepare

    if request.how not in runner.WAYS:
        raise UsageError(fail("LAB009", f"--how {request.how}: allowed are "
                              f"{', '.join(runner.WAYS)}").diagnostics)  # fmt: skip
    progress = Progress(request.quiet)
    prepared = prepare(request.topology, request.out, request.name, request.how)
    with interruptible():
        started = time.monotonic()
        live = bring_up(prepared, progress.event, hold=not request.keep, memory=request.memory)
        try:
            ready = time.monotonic() - started
            progress.say("lab: routes")
            wrong = live.settle()
            progress.say("")
            _print_up(request, prepared, live, (ready, time.monotonic() - started), wrong)
            if not request.keep:
                _wait(live)
        except BaseException:
            progress.say("lab: down")
            runner.stop(live.state)
            progress.say("")
            raise
        if not request.keep:
            runner.stop(live.state)
    return 1 if wrong else 0


def _print_up(
    request: UpRequest,
    prepared: "Prepared",
    live: "Live",
    seconds: tuple[float, float],
    wrong: list[str],
) -> None:
    from barefabric.lab import words

    told = live.client.ask("status", memory=request.as_json)
    remarks = [*prepared.remarks, *told["remarks"]]
    if prepared.edited:
        remarks.append(f"{prepared.edited} is not what the design renders: taken as it is")
    if request.as_json:
        print_json({
            "lab": live.plan.name, "how": prepared.how, "hosts": len(live.plan.hosts),
            "daemons": round(seconds[0], 2), "routes": round(seconds[1], 2),
            "megabytes": round(told["megabytes"]), "processes": told["processes"],
            "wrong": wrong, "notes": [*words.differences(live.plan, remarks)],
            "changes": [c._asdict() for host in live.plan.hosts for c in host.changes],
        })  # fmt: skip
    elif not request.quiet:
        print_result(words.up(live.plan, prepared.how, *seconds, remarks))
    if wrong:
        sys.stderr.write(
            f"after {seconds[1]:.0f} s {len(wrong)} routes are not as computed; the first is\n"
            f"  {wrong[0]}\nfabric lab check looks again and tells more\n"
        )
    sys.stdout.flush()


def _wait(live: "Live") -> None:
    """Stay until Ctrl-C, or until the lab ends on its own."""
    from barefabric.errors import OutsideError

    if sys.stderr.isatty():
        sys.stderr.write("  up until Ctrl-C; --keep would leave it running\n")
    live.client.be_patient(None)
    try:
        while live.client.receive().get("event") != "ended":
            continue
    except OutsideError:
        return


def down(name: str, every: bool, as_json: bool) -> int:
    """End a lab, or all of them."""
    from barefabric.lab import runner, state

    found = list(state.labs()) if every else [state.find(name)]
    for known in found:
        runner.stop(known)
    if as_json:
        print_json({"down": [known.name for known in found]})
    elif found:
        print_result(f"down: {', '.join(known.name for known in found)}")
    return 0


def status(name: str, as_json: bool) -> int:
    """Every lab, or one of them."""
    from barefabric.lab import state, words
    from barefabric.lab.live import status as ask

    found = [state.find(name)] if name else list(state.labs())
    told = [(known, ask(known)) for known in found]
    if as_json:
        print_json([
            {"lab": known.name, "how": known.started.how, "pid": known.started.pid,
             "topology": known.topology, "build": known.build,
             **{key: value for key, value in one.items() if key != "pids"}}
            for known, one in told
        ])  # fmt: skip
    elif not told:
        print_result("no lab is up")
    else:
        shown = (words.state(one, state.plan_of(known), known.started.how) for known, one in told)
        print_result("\n".join(shown))
    return 0


def execute(where: str, argv: Sequence[str], name: str, as_json: bool) -> int:
    """Run a command in a host of a lab, with this terminal where that can be had."""
    from barefabric.lab import namespaces, state
    from barefabric.lab.client import connect

    known = state.find(name)
    words = tuple(argv) or ("sh",)
    with connect(known.started.channel) as client:
        pids = client.ask("status", patience=10)["pids"]
        if where not in pids:
            raise fail("LAB013", f"there is no {where} in the lab {known.name}",
                       mend=f"its hosts are {', '.join(list(pids)[:10])}")  # fmt: skip
        if known.started.how == "namespaces" and not as_json:
            argv = (*namespaces.enter(known.started.pid, pids[where]), *words)
            return subprocess.run(argv, check=False).returncode
        text = "" if sys.stdin.isatty() else sys.stdin.read()
        done = client.ask("exec", where=where, argv=words, text=text, seconds=600, patience=620)
    if as_json:
        print_json(done)
    else:
        sys.stdout.write(done["out"])
        sys.stderr.write(done["err"])
    return int(done["status"])
