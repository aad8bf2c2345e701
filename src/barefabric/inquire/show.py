"""Sessions and devices as text of at most 100 columns, and as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from barefabric.compare.ranges import counted, listed
from barefabric.inquire.device import DeviceFacts, show_device
from barefabric.inquire.session import End, SessionFacts, show_session
from barefabric.inquire.table import WIDTH, beside, columns, labelled, wrapped

__all__ = ["as_json", "device_text", "session_text", "show_device", "show_session"]

MOST_PREFIXES = 8


def as_json(facts: SessionFacts | DeviceFacts) -> dict[str, Any]:
    """Plain data with stable keys."""
    if isinstance(facts, SessionFacts):
        return {**asdict(facts), "a": _end(facts.a), "b": _end(facts.b)}
    return {
        **asdict(facts),
        "facts": dict(facts.facts),
        "ports": [port._asdict() for port in facts.ports],
        "sessions": [group._asdict() for group in facts.sessions],
    }


def _end(end: End) -> dict[str, Any]:
    """One end of a session."""
    return {
        **end._asdict(),
        "imports": end.imports._asdict(),
        "exports": end.exports._asdict(),
    }


def session_text(found: Sequence[SessionFacts]) -> Iterator[str]:
    """All sessions of two devices, one after the other."""
    first = found[0]
    if len(found) > 1:
        yield f"{counted(len(found), 'session')} between {first.a.device} and {first.b.device}"
        yield ""
    for n, facts in enumerate(found):
        if n:
            yield ""
        yield from _session(facts)


def _session(facts: SessionFacts) -> Iterator[str]:
    families = " and ".join({"ipv4": "IPv4", "ipv6": "IPv6"}[f] for f in facts.families)
    yield from wrapped(f"{facts.id}   {facts.sentence}, {families}", WIDTH)
    yield ""
    yield from beside(_rows(facts.a, facts.b))
    yield ""
    secret = f"secret {facts.authentication}" if facts.authentication else "none"
    hops = "direct neighbors" if facts.hops == 1 else f"up to {facts.hops} hops apart"
    ttl = ", TTL security" if facts.ttl_security else ""
    yield from labelled(
        (
            ("timers", f"keepalive {facts.keepalive} s, hold {facts.hold} s; BFD {facts.bfd}"),
            ("password", secret),
            ("distance", f"{hops}{ttl}"),
            ("profile", facts.profile),
        )
    )
    lists = dict.fromkeys((*facts.a.lists, *facts.b.lists))
    if lists:
        yield ""
        yield from labelled(("lists" if n == 0 else "", text) for n, text in enumerate(lists))


def _rows(a: End, b: End) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    yield "", (a.device,), (b.device,)
    yield "is", (a.what,), (b.what,)
    yield "speaker", (a.speaker,), (b.speaker,)
    yield "ASN", (_asn(a),), (_asn(b),)
    yield "address", (_address(a),), (_address(b),)
    yield "group", (a.group,), (b.group,)
    yield "import", _rules(a.imports), _rules(b.imports)
    yield "export", _rules(a.exports), _rules(b.exports)
    yield "opens it", (_opens(a),), (_opens(b),)
    yield "max-prefix", (_limit(a),), (_limit(b),)
    if a.options or b.options:
        yield "also", (", ".join(a.options),), (", ".join(b.options),)
    yield "announces", _announces(a), _announces(b)


def _asn(end: End) -> str:
    """The ASN that the other end sees, and the device's own where that differs."""
    return f"{end.asn} (local AS; its own is {end.own_asn})" if end.own_asn else str(end.asn)


def _address(end: End) -> str:
    """``10.254.0.0 on Ethernet1/1``; an unnumbered link has its interface alone."""
    if not end.address:
        return f"{end.interface} (unnumbered)" if end.interface else "unnumbered"
    where = {"svi": "in the VLAN", "loopback": "its loopback", "address": "its own address"}
    place = f"on {end.interface}" if end.interface else where.get(end.source, "")
    return f"{end.address} {f'({place})' if not end.interface and place else place}".rstrip()


def _rules(rules: Any) -> tuple[str, ...]:
    return (rules.name, *(f"  {term}" for term in rules.terms)) if rules.name else rules.terms


def _opens(end: End) -> str:
    return "waits for the other (passive)" if end.passive else "yes"


def _limit(end: End) -> str:
    return f"{end.max_prefix:,}" if end.max_prefix else "no limit of ours"


def _announces(end: End) -> tuple[str, ...]:
    shown = end.announces[:MOST_PREFIXES]
    more = len(end.announces) - len(shown)
    rest = (f"and {more:,} more",) if more else ()
    if end.passes_on:
        rest = (*rest, "and what it learned, as its policy lets it")
    return (*shown, *rest) or ("nothing",)


def device_text(facts: DeviceFacts) -> Iterator[str]:
    """One device: its numbers, its ports, its sessions."""
    yield f"{facts.name}   {facts.sentence}"
    yield ""
    yield from labelled(facts.facts)
    if facts.ports:
        yield ""
        yield f"  ports         {counted(len(facts.ports), 'cable')}{_unused(facts)}"
        yield from columns(
            [(p.name, f"{p.speed}G", p.what, p.peer, p.peer_port, p.address) for p in facts.ports]
        )
    if facts.sessions:
        total = sum(len(group.neighbors) for group in facts.sessions)
        yield ""
        yield f"  sessions      with {counted(total, 'neighbor')}"
        yield from columns(
            [
                (g.group, g.speaker, _asns(g.asns), f"BFD {g.bfd}", listed(g.neighbors, 3))
                for g in facts.sessions
            ]
        )
        policies = {
            g.group: f"in {g.imports or 'everything'}; out {g.exports or 'everything'}"
            for g in facts.sessions
        }
        yield ""
        yield from labelled(
            ("policies" if n == 0 else "", f"{group}: {text}")
            for n, (group, text) in enumerate(policies.items())
        )


def _unused(facts: DeviceFacts) -> str:
    return f", {len(facts.unused):,} ports free" if facts.unused else ""


def _asns(asns: tuple[int, ...]) -> str:
    return f"AS {asns[0]}" if len(asns) == 1 else f"{len(asns):,} ASNs"
