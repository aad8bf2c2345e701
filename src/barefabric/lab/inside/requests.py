"""What the supervisor can be asked, by the name in the request's ``do``."""

import threading
from collections.abc import Callable
from typing import Any

from barefabric.lab.inside import facts as facts_
from barefabric.lab.inside import faults
from barefabric.lab.inside.channel import Message
from barefabric.lab.inside.flows import Endpoints, Flow, probe
from barefabric.lab.inside.lab import Lab, Undo
from barefabric.lab.inside.measure import Measurement
from barefabric.lab.inside.memory import memory
from barefabric.lab.inside.trace import Tracer

Progress = Callable[[str, int, int], None]
Request = Callable[[Lab, Message, Progress], Any]


class RequestError(Exception):
    """A request that cannot be done; the text says why."""


def status(lab: Lab, request: Message, _: Progress) -> Any:
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


def facts(lab: Lab, request: Message, progress: Progress) -> Any:
    """Routes, sessions, BFD and bonds of some or all hosts.

    Each host is told of as it is done: many of them take a user-mode kernel minutes.
    """
    kinds = tuple(request.get("kinds") or facts_.KINDS)
    hosts = tuple(request.get("hosts") or ())
    found: dict[str, Any] = {}
    for done, (host, told) in enumerate(facts_.facts(lab, kinds, hosts), 1):
        found[host] = told
        progress("facts", done, len(hosts) or len(lab.plan.hosts))
    return found


def execute(lab: Lab, request: Message, _: Progress) -> Any:
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


def _flows(request: Message) -> list[Flow]:
    """Flows as ``[source, address, to, port]``."""
    return [Flow(str(s), str(a), str(t), int(p)) for s, a, t, p in request.get("flows", ())]


def probe_(lab: Lab, request: Message, _: Progress) -> Any:
    """Send a few packets on each flow: where they arrived, and with which TTL."""
    flows = _flows(request)
    rounds, seconds = int(request.get("rounds", 3)), float(request.get("seconds", 1.0))
    with Endpoints(flows, list(lab.places.hosts)) as endpoints:
        found = probe(endpoints, flows, rounds, seconds)
    return [[some[0].host, some[0].ttl] if some else None for some in found]


def trace(_: Lab, request: Message, __: Progress) -> Any:
    """Which routers flows pass: ``[flow, distance, address]``."""
    tracer = Tracer(_flows(request))
    try:
        return sorted(tracer.steps())
    finally:
        tracer.close()


def fault(lab: Lab, request: Message, _: Progress) -> Any:
    """Break something, and remember how to mend it by the fault's name."""
    name = str(request.get("name"))
    if name in lab.heal:
        raise RequestError(f"{name} is broken already")
    lab.heal[name] = apply(lab, request)
    return {}


def heal(lab: Lab, request: Message, _: Progress) -> Any:
    """Mend what was broken: the faults named, or all."""
    names = list(request.get("names") or lab.heal)
    for name in names:
        if name not in lab.heal:
            raise RequestError(f"{name} is not broken")
    for name in names:
        lab.heal.pop(name)()
    return names


def apply(lab: Lab, request: Message) -> Undo:
    """Give the lab the fault that a request describes."""
    kind, links = request.get("kind"), [str(key) for key in request.get("links", ())]
    where = str(request.get("where", ""))
    if kind in ("isolate", "deafen", "kill") and where not in lab.places.places:
        raise RequestError(f"there is no {where} in this lab")
    if kind == "cut":
        return faults.cut(lab, links)
    if kind in ("silence", "one-way"):
        return faults.silence(lab, links, "both" if kind == "silence" else "one")
    if kind == "isolate":
        return faults.isolate(lab, where)
    if kind == "deafen":
        return faults.deafen(lab, where)
    if kind == "kill":
        return faults.kill(lab, where)
    raise RequestError(f"there is no fault {kind}")


def measure(lab: Lab, request: Message, progress: Progress) -> Any:
    """Break something under traffic, mend it, and tell what each flow lost."""
    flows = _flows(request)
    with Endpoints(flows, list(lab.places.hosts)) as endpoints:
        measurement = Measurement(endpoints, flows, request, progress)
        return measurement.run(lambda: apply(lab, request))


def hold(lab: Lab, _: Message, __: Progress) -> Any:
    """End the lab when this client leaves."""
    lab.held_by = threading.current_thread()
    return {}


def down(lab: Lab, _: Message, __: Progress) -> Any:
    """End the lab."""
    lab.end()
    return {}


REQUESTS: dict[str, Request] = {
    "status": status,
    "facts": facts,
    "exec": execute,
    "probe": probe_,
    "trace": trace,
    "fault": fault,
    "heal": heal,
    "measure": measure,
    "hold": hold,
    "down": down,
}
