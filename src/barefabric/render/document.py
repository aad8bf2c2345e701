"""``design.json``: the whole design as one JSON document with stable keys.

One record stands on each line, so that two documents diff well. Records are written one by one;
the largest fabric never exists twice in memory. ``schemas/design.json`` beside this package
describes the document.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from barefabric.derive.policies import local_prefixes, switch_policy
from barefabric.model.cable import Cable
from barefabric.model.design import Announcement, Design
from barefabric.model.device import Attach, Server, Switch
from barefabric.model.kubernetes import Pool
from barefabric.model.policy import Policy, PrefixList, PrefixMatch
from barefabric.model.session import SessionProfile, Side
from barefabric.render.content import in_pieces
from barefabric.vendors import catalogue

SCHEMA = "barefabric.design/2"


def design_document(design: Design) -> Iterator[str]:
    """Yield the document's text in pieces."""
    yield f'{{"schema": {_dump(SCHEMA)},\n"fabric": {_dump(design.name)},\n'
    yield from _section("topology", design.source.rpartition("/")[2])
    yield from _section("underlay", _underlay(design))
    yield from _lines("devices", _devices(design))
    yield from _table("racks", ((r.name, _dump(_rack(r))) for r in design.racks.values()))
    yield from _table("pairs", _pairs(design))
    yield from _lines("links", _links(design.cables))
    yield from _lines("bonds", _bonds(design))
    yield from _table("profiles", ((p.name, _dump(_profile(p))) for p in design.profiles.values()))
    yield from _lines("sessions", _sessions(design))
    yield from _table(
        "policies", ((s.name, _dump(_policy(design, s))) for s in design.switches.values())
    )
    yield from _section("prefixes", _prefixes(design))
    yield from _table("clusters", _clusters(design))
    yield from _list("announcements", map(_announcement, design.announcements))
    yield from _list("contracts", (_dump(c._asdict()) for c in design.contracts))
    yield '"pools": ' + _dump([p._asdict() for p in design.pools]) + "}\n"


_dump = json.JSONEncoder(ensure_ascii=False).encode


def _section(name: str, value: object) -> Iterator[str]:
    yield f'"{name}": {_dump(value)},\n'


def _table(name: str, records: Iterable[tuple[str, str]]) -> Iterator[str]:
    """An object with one record on each line; keys are names without quotes or backslashes."""
    return _lines(name, (f'"{key}": {text}' for key, text in records))


def _lines(name: str, lines: Iterable[str]) -> Iterator[str]:
    """An object from its lines."""
    yield f'"{name}": {{\n'
    yield from in_pieces(lines, ",\n")
    yield "\n},\n"


def _list(name: str, records: Iterable[str]) -> Iterator[str]:
    yield f'"{name}": [\n'
    yield from in_pieces(records, ",\n")
    yield "\n],\n"


def _underlay(design: Design) -> dict[str, Any]:
    u = design.underlay
    return {
        "links": "numbered" if u.numbered else "unnumbered", "families": list(u.families),
        "mtu": u.mtu, "server_mtu": u.server_mtu, "bfd": u.bfd and u.bfd._asdict(),
        "keepalive": u.keepalive, "hold": u.hold, "authentication": u.password,
    }  # fmt: skip


def _devices(design: Design) -> Iterator[str]:
    cables = design.cables_by_device
    for name, switch in design.switches.items():
        yield f'"{name}": {_switch(design, switch)[:-1]}, {_interfaces(name, cables[name])}'
    for name, server in design.servers.items():
        yield f'"{name}": {_server(server)}, {_interfaces(name, cables[name])}'


def _interfaces(device: str, cables: Sequence[Cable]) -> str:
    """The end of a device's record: the link in each of its ports that carries a cable."""
    links = ", ".join([
        # The last is Cable.key, which costs twice as much when it is called.
        f'"{a_port if a == device else b_port}": "{b} {a} {index}"'
        for _, a, a_port, b, b_port, _, index, _, _, _, _ in cables
    ])  # fmt: skip
    return f'"interfaces": {{{links}}}}}'


def _switch(design: Design, s: Switch) -> str:
    facts: dict[str, Any] = {
        "role": s.role, "nos": s.nos, "model": s.model.name, "rack": s.rack, "pod": s.pod,
        "plane": s.plane, "pair_peer": s.peer, "id": s.id, "asn": s.asn, "loopback": s.loopback,
        "management": s.management, "originates": local_prefixes(design, s),
        **({"loopback6": s.loopback6} if s.loopback6 else {}),
    }  # fmt: skip
    return _dump(facts)


def _server(s: Server) -> str:
    """A server's facts, without the end of its record."""
    addresses = ", ".join(f'"{a}"' for a in s.own_addresses)
    return (
        f'{{"role": "server", "type": "{s.type}", "rack": "{s.rack}", "position": {s.position}, '
        f'"attach": "{s.attach}", "cluster": "{s.cluster}", '
        f'"control_plane": {"true" if s.control_plane else "false"}, "asn": {s.asn}, '
        f'"addresses": [{addresses}]'
    )


def _rack(rack: Any) -> dict[str, Any]:
    return {
        "pod": rack.pod, "leaves": rack.leaves, "prefix": rack.prefix, "gateway": rack.gateway,
        "vlan": rack.vlan, "servers": len(rack.servers),
        **({"prefix6": rack.prefix6, "gateway6": rack.gateway6} if rack.prefix6 else {}),
        **({"server_mtu": rack.mtu} if rack.mtu else {}),
    }  # fmt: skip


def _links(cables: Iterable[Cable]) -> Iterator[str]:
    for kind, a, a_port, b, b_port, speed, index, a_address, b_address, a_six, b_six in cables:
        a_end = f', "address6": "{a_six}"' if a_six else ""
        b_end = f', "address6": "{b_six}"' if b_six else ""
        yield (
            f'"{b} {a} {index}": {{"kind": "{kind._value_}", "speed": {speed}, '
            f'"a": {{"device": "{a}", "port": "{a_port}", "address": "{a_address}"{a_end}}}, '
            f'"b": {{"device": "{b}", "port": "{b_port}", "address": "{b_address}"{b_end}}}}}'
        )


def _pairs(design: Design) -> Iterator[tuple[str, str]]:
    """MLAG pairs; the domain is the pair's name. Lists are in the order of the leaves."""
    for name, pair in design.pairs.items():
        vendor = catalogue.known(design.switches[pair.first].nos)
        cables = design.cables_by_device
        yield name, _dump({
            "leaves": [pair.first, pair.second],
            "peer_links": [c.key for c in cables[pair.first] if pair.second in (c.a, c.b)],
            "control_vlan": vendor.pair_vlan, "control": pair.control,
            "routing_vlan": vendor.routing_vlan, "routing": pair.routing,
            **({"routing6": pair.routing6} if pair.routing6[0] else {}),
        })  # fmt: skip


def _bonds(design: Design) -> Iterator[str]:
    """The links of each server's bond, by server."""
    cables = design.cables_by_device
    for name, server in design.servers.items():
        if server.attach is Attach.BOND:
            links = ", ".join([f'"{cable.key}"' for cable in cables[name]])
            yield f'"{name}": [{links}]'


def _announcement(announcement: Announcement) -> str:
    server, profile, prefix, kind = announcement
    return f'["{server}", "{profile}", "{prefix}", "{kind}"]'


def _side(side: Side) -> dict[str, Any]:
    return side._asdict()


def _profile(p: SessionProfile) -> dict[str, Any]:
    return {
        "kind": p.kind, "families": p.families, "keepalive": p.keepalive, "hold": p.hold,
        "bfd": p.bfd and p.bfd._asdict(), "authentication": p.password, "hops": p.hops,
        "ttl_security": p.ttl_security, "cluster": p.cluster, "a": _side(p.a), "b": _side(p.b),
    }  # fmt: skip


def _sessions(design: Design) -> Iterator[str]:
    heads = {
        p.name: (*p.id_parts, f'{{"kind": "{p.kind}", "profile": "{p.name}", "a": {{"device": "')
        for p in design.profiles.values()
    }
    for profile, a, a_asn, a_address, a_port, b, b_asn, b_address, b_port, own in design.sessions:
        kind, speaker, family, head = heads[profile.name]
        # Written out for both ends: a call for each would cost as much as all else here.
        a_end = f', "address": "{a_address}"' if a_address else ""
        b_end = f', "address": "{b_address}"' if b_address else ""
        if a_port:
            a_end += f', "interface": "{a_port}"'
        if b_port:
            b_end += f', "interface": "{b_port}"'
        if own:
            a_end += f', "import": "{own}"'
        yield (
            f'"{kind}:{a}:{b}:{a_port or speaker}{family}": {head}{a}", "asn": {a_asn}{a_end}}}, '
            f'"b": {{"device": "{b}", "asn": {b_asn}{b_end}}}}}'
        )


def _match(m: PrefixMatch) -> str:
    bounds = (f" ge {m.ge}" if m.ge else "") + (f" le {m.le}" if m.le else "")
    return f"{m.prefix}{bounds}"


def _policy(design: Design, switch: Switch) -> dict[str, Any]:
    policy = switch_policy(design, switch)
    return {
        "prefix_lists": {p.name: _matches(p) for p in policy.prefix_lists},
        "community_lists": {c.name: c.community for c in policy.community_lists},
        "policies": {p.name: _terms(p) for p in policy.policies},
    }


@lru_cache(maxsize=1024)
def _matches(lst: PrefixList) -> list[str]:
    """The entries of a prefix list; most lists are the same on many switches."""
    return [_match(m) for m in lst.entries]


@lru_cache(maxsize=1024)
def _terms(policy: Policy) -> list[dict[str, Any]]:
    """A policy's terms without what is empty."""
    return [
        {k: v for k, v in t._asdict().items() if v not in ("", None, False) or k == "permit"}
        for t in policy.terms
    ]


def _prefixes(design: Design) -> dict[str, list[str]]:
    return {name: [_match(m) for m in getattr(design.plan, name)] for name in design.plan._fields}


def _pool(pool: Pool) -> dict[str, Any]:
    return {"prefixes": pool.prefixes, "announce_to": pool.announce_to}


def _clusters(design: Design) -> Iterator[tuple[str, str]]:
    for name, c in design.clusters.items():
        facts = {
            "version": c.version, "nodes": len(c.nodes), "control_plane": c.control_plane,
            "etcd": c.etcd, "pods": c.pods, "services": c.services, "cni": c.cni,
            "cni_mode": c.cni_mode, "block_size": c.block_size, "node_asn": c.node_asn,
            "asn": c.asn, "load_balancer": c.load_balancer, "announcer": c.announcer,
            "pools": {p.name: _pool(p) for p in c.pools},
            "endpoint": c.endpoint, "endpoint_use": c.endpoint_use,
            "authentication": c.password, "mtu": c.mtu,
        }  # fmt: skip
        yield name, _dump(facts)
