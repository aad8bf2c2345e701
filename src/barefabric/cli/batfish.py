"""``fabric batfish``: a Batfish service on this machine."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from barefabric.cli.output import print_json, print_result
from barefabric.cli.progress import ProgressLine
from barefabric.errors import Diagnostic, UsageError

if TYPE_CHECKING:
    from barefabric.verify.batfish.local.running import Status

PORT = 9996


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    port: int = PORT
    way: str = ""
    memory: str = ""
    image: str = ""
    patience: int = 180
    as_json: bool = False


def start(request: Request) -> int:
    """Have a service answer; 0 also where one did already."""
    from barefabric.verify.batfish.local.engine import IMAGE
    from barefabric.verify.batfish.local.memory import parse
    from barefabric.verify.batfish.local.running import start as run
    from barefabric.verify.batfish.local.ways import WAYS, Wanted

    if request.way and request.way not in WAYS:
        message = f"there is no way {request.way} to run Batfish"
        raise UsageError([Diagnostic("BF080", message, allowed=f"--with {', '.join(WAYS)}")])
    memory = parse(request.memory) if request.memory else 0
    if request.memory and not memory:
        message = f"--memory is {request.memory!r}"
        raise UsageError([Diagnostic("BF080", message, allowed="6g, 800m, or a number of MiB")])
    image = request.image or IMAGE
    wanted = Wanted(request.port, request.way, memory, image, float(request.patience))
    with ProgressLine() as line:
        found = run(wanted, os.environ, lambda text: line.show(f"Batfish: {text}"))
    _print(found, request.as_json, "started" if found.new else "already running")
    return 0


def status(port: int, as_json: bool) -> int:
    """Say whether a service answers: 0 where it does, 3 where it does not."""
    from barefabric.verify.batfish.local.running import status as look

    found = look(port, os.environ)
    found = found if found.port else look(PORT, os.environ)
    _print(found, as_json, "running" if found.version else "not running")
    return 0 if found.version else 3


def stop(as_json: bool) -> int:
    """End the service that ``fabric batfish start`` started, and no other."""
    from barefabric.verify.batfish.local.running import stop as run

    record = run(os.environ)
    if as_json:
        print_json({"stopped": record is not None, **(record._asdict() if record else {})})
    elif record is None:
        print_result("nothing to stop: fabric started no Batfish service that still runs")
    else:
        what = f"container {record.container[:12]}" if record.container else f"pid {record.pid}"
        print_result(f"stopped Batfish at 127.0.0.1:{record.port} ({record.way}, {what})")
    return 0


def _print(found: "Status", as_json: bool, what: str) -> None:
    if as_json:
        print_json(_document(found))
        return
    if not found.version:
        print_result(_nothing(found))
        return
    print_result(f"Batfish {found.version} {what} at {found.address}{_owner(found)}")
    where = "" if found.port == PORT else f" --batfish {found.address}"
    print_result(f"  next: fabric verify topology.yaml{where}")


def _nothing(found: "Status") -> str:
    if found.record is not None:
        return f"Batfish at {found.address} was started and does not answer yet   log {found.log}"
    if found.reached:
        return f"not running: what answers at {found.address} is not Batfish"
    return f"not running: nothing answers at {found.address}   next: fabric batfish start"


def _owner(found: "Status") -> str:
    """Whose service it is; one that was started here with its log."""
    record = found.record
    if record is None:
        return ", not started by fabric"
    what = f"container {record.container[:12]}" if record.container else f"pid {record.pid}"
    return f" ({record.way}, {what}, heap {record.memory:,} MiB)\n  log  {found.log}"


def _document(found: "Status") -> dict[str, Any]:
    record = found.record
    return {
        "answers": bool(found.version),
        "version": found.version,
        "address": found.address,
        "started_by_fabric": record is not None,
        "started_now": found.new,
        "log": found.log,
        "service": record._asdict() if record else None,
    }
