"""What the supervisor can be asked, by the name in the request's ``do``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from barefabric.lab.inside import facts as facts_
from barefabric.lab.inside.channel import Message
from barefabric.lab.inside.memory import memory

if TYPE_CHECKING:
    from barefabric.lab.inside.supervisor import Supervisor

Progress = Callable[[str, int, int], None]
Request = Callable[["Supervisor", Message, Progress], Any]


class RequestError(Exception):
    """A request that cannot be done; the text says why."""


def status(lab: "Supervisor", request: Message, progress: Progress) -> Any:
    """How the lab is: state, how long it took, programs that ended, faults that are on."""
    up = lab.state == "up"
    return {
        "state": lab.state,
        "seconds": lab.seconds,
        "within": lab.within,
        "remarks": lab.remarks,
        "ended": lab.programs.ended() if up else [],
        "faults": list(lab.heal),
        "pids": {where: place.pid for where, place in lab.places.places.items()},
        **(memory() if request.get("memory") else {}),
    }


def facts(lab: "Supervisor", request: Message, progress: Progress) -> Any:
    """Routes, sessions, BFD and bonds of some or all hosts."""
    kinds = tuple(request.get("kinds") or facts_.KINDS)
    return facts_.facts(lab, kinds, tuple(request.get("hosts") or ()))


def execute(lab: "Supervisor", request: Message, progress: Progress) -> Any:
    """Run a command in a host or in a part of one, and tell what it said."""
    where = str(request.get("where"))
    if where not in lab.places.places:
        raise RequestError(f"there is no {where} in this lab")
    argv = tuple(str(word) for word in request.get("argv", ()))
    if not argv:
        raise RequestError("there is no command")
    text, seconds = str(request.get("text", "")), float(request.get("seconds", 60))
    done = lab.places.run(where, argv, text=text, seconds=seconds)
    return {"status": done.returncode, "out": done.stdout, "err": done.stderr}


def down(lab: "Supervisor", request: Message, progress: Progress) -> Any:
    """End the lab."""
    lab.end()
    return {}


REQUESTS: dict[str, Request] = {
    "status": status,
    "facts": facts,
    "exec": execute,
    "down": down,
}
