"""Ports as they are written, to the blocks that the schema validates."""

from typing import Any

from barefabric.topology import scalars
from barefabric.topology.faults import MISSING, Fault, Faults
from barefabric.topology.names import did_you_mean
from barefabric.topology.widen import each, listed

GROUPS = ("downlink", "uplink", "any")


def port_blocks(value: Any) -> Any:
    """``64 x 400G``, ``{downlink: 48 x 25G, uplink: 8 x 100G}``, or a list of either."""
    if isinstance(value, dict) and "count" not in value and "speed" not in value:
        return _port_groups(value)
    return each(enumerate(value), _ports) if isinstance(value, list) else [_ports(value)]


def _port_groups(value: dict[str, Any]) -> list[Any]:
    """The runs of ports of a block, each with its group."""
    blocks: list[Any] = []
    faults = [_unknown(group, "ports", GROUPS) for group in value if group not in GROUPS]
    for group, runs in value.items():
        if group not in GROUPS:
            continue
        for index, run in enumerate(listed(runs)):
            try:
                blocks.append({**_run_of(run), "group": group})
            except (Fault, Faults) as found:
                at = (group, index) if isinstance(runs, list) else (group,)
                several = found.faults if isinstance(found, Faults) else (found,)
                faults += [fault.under(*at) for fault in several]
    if faults:
        raise Faults(faults)
    return blocks


def _unknown(key: str, block: str, keys: tuple[str, ...]) -> Fault:
    allowed = f"{block} takes: {', '.join(keys)}"
    mend = did_you_mean(key, keys)
    return Fault("IN012", f'unknown key "{key}"', allowed=allowed, mend=mend, at=(key,))


def _run_of(value: Any) -> Any:
    """A run of ports in a group: ``48 x 25G``, or a block with its count and speed."""
    if not isinstance(value, dict):
        return _ports(value)
    noun = "a run of ports in a group"
    keys = {"count": lambda count: scalars.whole(count, 1, 4096), "speed": scalars.speed}
    faults = [_unknown(key, noun, tuple(keys)) for key in value if key not in keys]
    needs = f"{noun} needs: {', '.join(keys)}"
    faults += [Fault("IN020", MISSING, allowed=needs, at=(k,)) for k in keys if k not in value]
    found = {}
    for key in keys.keys() & value.keys():
        try:
            found[key] = keys[key](value[key])
        except Fault as fault:
            faults.append(fault.under(key))
    if faults:
        raise Faults(faults)
    return found


def _ports(value: Any) -> Any:
    """Count and speed of ``48 x 25G``; a block stays as it is."""
    if isinstance(value, dict):
        return value
    count, speed = scalars.ports(value)
    return {"count": count, "speed": speed}


def nics(value: Any) -> Any:
    """``2 x 25G``."""
    return _ports(value)
