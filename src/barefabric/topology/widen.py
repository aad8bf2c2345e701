"""Short forms to long ones: ``spines: 2`` to ``{count: 2}``, ``cni: calico`` to ``{use: calico}``.

Each function takes a value as it stands in the file and returns what the schema validates. A value
that is neither form is returned as it is, so that the schema says what was expected.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from barefabric.topology import addresses, scalars
from barefabric.topology.faults import Fault, Faults, shown
from barefabric.topology.names import check_name, count_range, expand_range

OFF = ("off", "no", "none", "false")
ON = ("on", "yes", "true")
MOST_NAMES = 400_000
"""The most names that one list may stand for: as many as a fabric has servers."""

_CABLE = re.compile(r"\s+-+\s+")


def listed(value: Any) -> Any:
    """A lone value to a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def filled(value: Any) -> Any:
    """As ``listed``, for what cannot be empty. Fault IN020."""
    if value == []:
        raise Fault("IN020", "has nothing in its list", mend="it needs at least one prefix")
    return listed(value)


def each(items: Iterable[tuple[str | int, Any]], parse: Callable[[Any], Any]) -> list[Any]:
    """Parse every item; raise all their faults together, each with the key of its item."""
    found, faults = [], []
    for key, item in items:
        try:
            found.append(parse(item))
        except Fault as fault:
            faults.append(fault.under(key))
        except Faults as several:
            faults.extend(fault.under(key) for fault in several.faults)
    if faults:
        raise Faults(faults)
    return found


def names(value: Any) -> tuple[str, ...]:
    """A name, a range, or a list of both, expanded. Faults IN021, IN024, IN025, IN051, IN067."""
    alone = not isinstance(value, list | tuple)
    items = [value] if alone else value
    sizes = each(enumerate(items), lambda item: count_range(scalars.text(item)))
    if sum(sizes) > MOST_NAMES:
        message = f"stands for more than {MOST_NAMES:,} names"
        raise Fault("IN067", message, mend="choose servers by type, rack or pod")
    seen: dict[str, None] = {}
    lists = each(enumerate(items), lambda item: expand_range(scalars.text(item)))
    for index, expanded in enumerate(lists):
        twice = seen.keys() & expanded
        if twice:
            at = () if alone else (index,)
            raise Fault("IN051", f"{shown(min(twice))} stands twice in this list", at=at)
        seen.update(dict.fromkeys(expanded))
    return tuple(seen)


def name_or_range(value: Any) -> str:
    """A name or a range that expands to names; returned unexpanded."""
    found = scalars.text(value)
    count_range(found)
    return found


def name(value: Any) -> str:
    """One name."""
    return check_name(scalars.text(value))


def tier_of(role: str) -> Callable[[Any], Any]:
    """Reads a row of switches whose type is by default called as its role."""

    def widened(value: Any) -> Any:
        found = _tier(value)
        return found if "type" in found else {"type": role, **found}

    return widened


def _tier(value: Any) -> dict[Any, Any]:
    """``2``, a list of names, or a block with ``type`` and ``count`` or ``names``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"count": value}
    if isinstance(value, list):
        found = names(value)
        return {"names": found, "count": len(found)}
    if not isinstance(value, dict):
        message = f"must be a count, a list of names or a block, not {shown(value)}"
        mend = scalars.whole_hint(value)
        raise Fault("IN021", message, allowed="2, or [a, b], or {type: spine, count: 2}", mend=mend)
    if "names" not in value:
        if "count" not in value:
            raise Fault(
                "IN020", "has neither count nor names", mend="write {type: spine, count: 2}"
            )
        return value
    try:
        found = names(value["names"])
    except Fault as fault:
        raise fault.under("names") from None
    except Faults as several:
        raise Faults(fault.under("names") for fault in several.faults) from None
    if value.get("count", len(found)) != len(found):
        raise Fault(
            "IN062",
            f"count says {shown(value['count'])}, but there are {len(found)} names",
            mend="leave count out where there are names",
            at=("count",),
        )
    return {**value, "names": found, "count": len(found)}


def server_entry(value: Any) -> int | tuple[str, ...]:
    """How many servers of a type a rack has, or their names."""
    if isinstance(value, list | tuple):
        return names(value)
    if isinstance(value, str):
        raise Fault(
            "IN021",
            f"must be a count or a list of names, not {shown(value)}",
            allowed="servers are written {node: 4} or {node: [alpha, beta]}",
        )
    return scalars.whole(value, 0, 1024)


def bfd(value: Any) -> Any:
    """``off`` or ``false`` to None, ``on`` to the defaults."""
    if value is False or (isinstance(value, str) and value in OFF):
        return None
    if value is True or (isinstance(value, str) and value in ON):
        return {}
    return value


def used(value: Any) -> Any:
    """The word alone: ``calico`` to ``{use: calico}``."""
    return {"use": value} if isinstance(value, str) else value


def endpoint(value: Any) -> Any:
    """The address alone."""
    return {"address": value} if isinstance(value, str) else value


def pooled(value: Any) -> Any:
    """A pool, or a list of pools, to ``{pool: ...}``."""
    return {"pool": value} if isinstance(value, str | list) else value


def address_pool(value: Any) -> Any:
    """A prefix, or a list of prefixes, to ``{addresses: ...}``."""
    return {"addresses": value} if isinstance(value, str | list) else value


def selector(value: Any) -> Any:
    """A word or a list of words. Which of them are types, racks or servers is settled later."""
    return {"names": names(value)} if isinstance(value, str | int | list) else value


def asn_bounds(value: Any) -> Any:
    """``65000``, ``64512-65534`` or ``65000.1-65000.99`` to ``{first, last}``. Fault IN028."""
    if isinstance(value, dict):
        try:
            ends = addresses.asn(value.get("first")), addresses.asn(value.get("last"))
        except Fault:
            return value  # the schema says what is wrong with each end
        addresses.asn_bounds(*ends)
        return value
    first, last = addresses.asn_range(value)
    return {"first": first, "last": last}


def cable(value: Any) -> Any:
    """``spine1:Ethernet1/1 - r1-leaf1:Ethernet49/1``."""
    if not isinstance(value, str):
        return value
    ends = _CABLE.split(value.strip())
    if len(ends) != 2:
        raise Fault(
            "IN026",
            f"{shown(value)} does not say which two ports",
            allowed='a cable is written "spine1:Ethernet1/1 - r1-leaf1:Ethernet49/1"',
        )
    return {"a": cable_end(ends[0]), "b": cable_end(ends[1])}


def cable_end(value: Any) -> Any:
    """``spine1:Ethernet1/1``. The port may hold colons of its own."""
    if not isinstance(value, str):
        return value
    device, colon, port = value.partition(":")
    if not (device.strip() and colon and port.strip()):
        raise Fault(
            "IN026",
            f"{shown(value)} is not a port of a device",
            allowed="an end is written device:port, as in spine1:Ethernet1/1",
        )
    return {"device": device.strip(), "port": port.strip()}
