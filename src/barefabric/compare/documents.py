"""Compare two design documents (``design.json``, parsed). Linear in their size."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from barefabric.compare.changes import Changes
from barefabric.compare.delta import (
    Delta,
    Difference,
    Moved,
    Record,
    differences,
    pairs,
    split,
    text,
)
from barefabric.model.address import family

_NUMBERS = {
    "id": "id", "asn": "ASN", "loopback": "loopback", "management": "management",
    "loopback6": "IPv6 loopback",
}  # fmt: skip
_ADDRESSES = {
    "ipv4": ("address", "second address"),
    "ipv6": ("IPv6 address", "second IPv6 address"),
}
_DEVICE_SKIP = frozenset({*_NUMBERS, "addresses", "interfaces", "originates", "position"})
"""Numbers, which are compared on their own, and what follows from other things of the document."""

_CLUSTER_SKIP = frozenset({"nodes", "control_plane", "pods", "services", "pools", "endpoint"})
_RACK_SKIP = frozenset({"leaves", "servers", "prefix", "gateway", "prefix6", "gateway6"})


def compare_documents(old: Record, new: Record) -> Changes:
    """What changed from ``old`` to ``new``, two documents of the schema ``barefabric.design/2``.

    An empty ``old`` makes everything new. Numbers of things that both have are in ``moved``; a
    session whose ends were renumbered is changed, not moved.
    """
    devices = _table(old, new, "devices", _DEVICE_SKIP)
    links = _links(old, new)
    sessions = _sessions(old, new)
    moved = (
        *_device_moves(old, new),
        *_rack_moves(old, new),
        *_link_moves(old, new),
        *_pair_moves(sessions, old, new),
        *_control_moves(old, new),
    )
    return Changes(
        old_name=old.get("fabric", ""),
        new_name=new.get("fabric", ""),
        devices=devices,
        racks=_table(old, new, "racks", _RACK_SKIP),
        links=links,
        sessions=sessions,
        prefixes=_prefixes(old, new),
        clusters=_table(old, new, "clusters", _CLUSTER_SKIP),
        policies=_policies(old, new),
        settings=differences(old.get("underlay", {}), new.get("underlay", {})),
        moved=moved,
    )


def _table(old: Record, new: Record, name: str, skip: frozenset[str]) -> Delta:
    before, after = old.get(name, {}), new.get(name, {})
    changed = {
        key: found
        for key, was, now in pairs(before, after)
        if (found := differences(was, now, skip))
    }
    return Delta(*split(before, after), changed)


def _links(old: Record, new: Record) -> Delta:
    """Links; their ports and addresses are numbers, compared on their own."""
    return _table(old, new, "links", frozenset({"a", "b"}))


def _sessions(old: Record, new: Record) -> Delta:
    """Sessions with everything that their profile says of them."""
    before, after = old.get("sessions", {}), new.get("sessions", {})
    profiles_before, profiles_after = old.get("profiles", {}), new.get("profiles", {})
    by_profile: dict[tuple[str, str], tuple[Difference, ...]] = {}
    changed: dict[str, tuple[Difference, ...]] = {}
    same = profiles_before == profiles_after
    for name, now in after.items():
        was = before.get(name)
        if was is None or (same and was == now):
            continue
        kinds = was["profile"], now["profile"]
        if kinds not in by_profile:
            by_profile[kinds] = differences(
                profiles_before.get(kinds[0], {}), profiles_after.get(kinds[1], {})
            )
        found = by_profile[kinds] if was == now else differences(was, now) + by_profile[kinds]
        if found:
            changed[name] = found
    return Delta(*split(before, after), changed)


def _device_moves(old: Record, new: Record) -> Iterator[Moved]:
    for name, was, now in pairs(old.get("devices", {}), new.get("devices", {})):
        for field, what in _NUMBERS.items():
            # What had no number, as a server outside every cluster, has not moved.
            if was.get(field) and now.get(field) and was[field] != now[field]:
                yield Moved(name, what, text(was[field]), text(now[field]))
        for of, names in _ADDRESSES.items():
            own = ([a for a in r.get("addresses", ()) if family(a) == of] for r in (was, now))
            for what, before, after in zip(names, *own, strict=False):
                if before != after:
                    yield Moved(name, what, before, after)


def _rack_moves(old: Record, new: Record) -> Iterator[Moved]:
    for name, was, now in pairs(old.get("racks", {}), new.get("racks", {})):
        for field, what in (("prefix", "prefix"), ("prefix6", "IPv6 prefix")):
            before, after = was.get(field), now.get(field)
            if before and after and before != after:
                yield Moved(f"rack {name}", what, before, after)


def _link_moves(old: Record, new: Record) -> Iterator[Moved]:
    """Ports and addresses of cables, both ends in one, as the ledger counts them.

    A link that became numbered or unnumbered has not moved: where one had no value there is none
    that could have.
    """
    for name, was, now in pairs(old.get("links", {}), new.get("links", {})):
        for field, what in (("port", "port"), ("address", "address"), ("address6", "IPv6 address")):
            before, after = _both(was, field), _both(now, field)
            if before and after and before != after:
                yield Moved(f"link {name}", what, before, after)


def _pair_moves(sessions: Delta, old: Record, new: Record) -> Iterator[Moved]:
    """Addresses of the iBGP sessions of pairs, which stand on no link of their own."""
    for name in sessions.changed:
        was, now = old["sessions"][name], new["sessions"][name]
        if now["kind"] == "pair" and _both(was, "address") != _both(now, "address"):
            thing = f"pair {now['a']['device']} {now['b']['device']}"
            what = "IPv6 address" if ":" in now["a"].get("address", "") else "address"
            yield Moved(thing, what, _both(was, "address"), _both(now, "address"))


def _control_moves(old: Record, new: Record) -> Iterator[Moved]:
    """Addresses of the control sessions of pairs."""
    for _, was, now in pairs(old.get("pairs", {}), new.get("pairs", {})):
        if was["control"] != now["control"]:
            thing = f"pair {' '.join(now['leaves'])}"
            yield Moved(thing, "control address", *(" ".join(p["control"]) for p in (was, now)))


def _both(record: Record, what: str) -> str:
    """A property of both ends, upper end first; empty where neither has it."""
    return f"{record['a'].get(what, '')} {record['b'].get(what, '')}".strip()


def _prefixes(old: Record, new: Record) -> Delta:
    before, after = dict(_named_prefixes(old)), dict(_named_prefixes(new))
    changed = {
        name: (Difference("prefixes", was["prefixes"], now["prefixes"]),)
        for name, was, now in pairs(before, after)
    }
    return Delta(*split(before, after), changed)


def _named_prefixes(document: Record) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every prefix of a document by what it is for."""
    for name, rack in document.get("racks", {}).items():
        if rack["prefix"]:
            own = (rack["prefix"], rack.get("prefix6", ""))
            yield f"rack {name}", _joined([prefix for prefix in own if prefix])
    for name, cluster in document.get("clusters", {}).items():
        yield f"pods of {name}", _joined(cluster["pods"])
        yield f"services of {name}", _joined(cluster["services"])
        for pool, facts in cluster["pools"].items():
            yield f"pool {pool} of {name}", _joined(facts["prefixes"])
        if cluster["endpoint"]:
            yield f"API endpoint of {name}", _joined([cluster["endpoint"]])
    for pool in document.get("pools", ()):
        name = pool["name"].removesuffix("6")
        six = " (IPv6)" if name != pool["name"] else ""
        yield f"pool of {name}{six}", _joined(pool["prefixes"])
    external = document.get("prefixes", {}).get("external", ())
    if external:
        yield "accepted from outside", _joined(external)


def _joined(prefixes: Sequence[str]) -> dict[str, str]:
    return {"prefixes": ", ".join(prefixes)}


def _policies(old: Record, new: Record) -> Mapping[str, tuple[Difference, ...]]:
    """Policies and lists that differ, by switch."""
    found: dict[str, tuple[Difference, ...]] = {}
    for switch, was, now in pairs(old.get("policies", {}), new.get("policies", {})):
        before, after = dict(_named_rules(was)), dict(_named_rules(now))
        found[switch] = tuple(
            Difference(name, before.get(name, ""), after.get(name, ""))
            for name in dict.fromkeys((*after, *before))
            if before.get(name, "") != after.get(name, "")
        )
    return {switch: rules for switch, rules in found.items() if rules}


def _named_rules(policy: Record) -> Iterator[tuple[str, str]]:
    for name, entries in policy["prefix_lists"].items():
        yield f"prefix list {name}", ", ".join(entries)
    for name, community in policy["community_lists"].items():
        yield f"community list {name}", community
    for name, terms in policy["policies"].items():
        yield f"policy {name}", "; ".join(_term(term) for term in terms)


def _term(term: Mapping[str, Any]) -> str:
    verb = "permit" if term["permit"] else "deny"
    rest = " ".join(
        f"{key.replace('_', ' ')} {value}"
        for key, value in term.items()
        if key not in {"sequence", "permit"}
    )
    return f"{term['sequence']} {verb} {rest}".rstrip()
