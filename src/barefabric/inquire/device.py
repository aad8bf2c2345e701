"""``fabric show device``: a switch, a server, or a router outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.derive.ports import facing
from barefabric.derive.switch import switch_intent
from barefabric.inquire.names import find_device
from barefabric.inquire.words import OTHER_EXPORTS, OTHER_IMPORTS, bfd_text
from barefabric.model.address import host_route
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Rack, Server, Switch
from barefabric.model.session import Session, Speaker


class Port(NamedTuple):
    """A port that carries a cable; speed in Gbit/s, ``what`` says what the cable is for."""

    name: str
    speed: int
    what: str
    peer: str
    peer_port: str
    address: str


class GroupFacts(NamedTuple):
    """The sessions of one peer group: who is at the other end, and what holds for all of them."""

    group: str
    speaker: str
    neighbors: tuple[str, ...]
    asns: tuple[int, ...]
    imports: str
    exports: str
    bfd: str
    authentication: str


@dataclass(frozen=True)
class DeviceFacts:
    """A device, resolved. ``facts`` are its numbers and its place, as label and text, in order."""

    name: str
    role: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    ports: tuple[Port, ...]
    unused: tuple[str, ...]
    sessions: tuple[GroupFacts, ...]


def show_device(design: Design, word: str) -> DeviceFacts:
    """Everything about one device. Raises FabricError INQ001 or INQ002 for its name."""
    name = find_device(design, word)
    if name in design.switches:
        return _switch(design, design.switches[name])
    if name in design.servers:
        return _server(design, design.servers[name])
    return _upstream(design, name)


def _switch(design: Design, switch: Switch) -> DeviceFacts:
    intent = switch_intent(design, switch.name)
    channels = {member.name: member.channel for member in intent.members}
    svis = "; ".join(
        f"VLAN {svi.vlan} {address}" + (f" gateway {gateway}" if gateway else "")
        for svi in intent.svis
        for address, gateway in ((svi.address, svi.gateway), (svi.address6, svi.gateway6))
        if address
    )
    place = (
        f"of rack {switch.rack}" if switch.rack else f"of pod {switch.pod}" if switch.pod else ""
    )
    pair = f", pair with {switch.peer}" if switch.peer else ""
    order = {port.name: n for n, port in enumerate(switch.model.ports)}
    ports = sorted(
        (
            _port(design, cable, switch.name, channels)
            for cable in design.cables_by_device[switch.name]
        ),
        key=lambda port: (order.get(port.name, len(order)), port.name),
    )
    return DeviceFacts(
        switch.name, switch.role.value,
        f"{switch.role.value} {place}".strip() + f", {switch.model.name} ({switch.nos}){pair}",
        (
            ("ASN", str(switch.asn)), ("loopback", _loopbacks(switch)),
            ("management", f"{intent.management} by {intent.management_gateway}"),
            ("id", str(switch.id)), ("VLANs", svis),
            ("originates", ", ".join((*intent.bgp.networks, *intent.bgp.aggregates))
             + (", default of last resort" if intent.bgp.last_resort else "")),
            ("equal paths", f"up to {intent.bgp.ecmp}"),
        ),
        tuple(ports), intent.unused, tuple(_groups(design, switch.name)),
    )  # fmt: skip


def _server(design: Design, server: Server) -> DeviceFacts:
    rack = design.racks[server.rack]
    routed = server.attach is Attach.ROUTED
    first = _both(server.address, server.address6, rack, routed)
    other = _both(server.second_address, server.second_address6, rack, routed)
    second = "used by a second BGP speaker" if server.uses_second else "reserved, not configured"
    cluster = f", cluster {server.cluster}" if server.cluster else ""
    plane = " (control plane)" if server.control_plane else ""
    links = {Attach.BOND: "LACP bond", Attach.ROUTED: "routed links", Attach.SINGLE: "one link"}
    ports = tuple(_port(design, c, server.name, {}) for c in design.cables_by_device[server.name])
    return DeviceFacts(
        server.name, "server",
        f"{server.type} server in rack {server.rack}, position {server.position}{cluster}{plane}",
        (
            ("ASN", str(server.asn or "")),
            ("address", f"{first}{' on its loopback' if routed else ''}"),
            ("second", f"{other}, {second}"),
            ("gateway", "learned by BGP" if routed
             else " and ".join(filter(None, (rack.gateway, rack.gateway6)))),
            ("attached by", f"{links[server.attach]}, {server.nics} x {server.nic_speed}G"),
            ("VLAN", "" if routed else f"{rack.vlan}, untagged"),
        ),
        ports, (), tuple(_groups(design, server.name)),
    )  # fmt: skip


def _loopbacks(switch: Switch) -> str:
    return " and ".join(map(host_route, filter(None, (switch.loopback, switch.loopback6))))


def _both(address: str, address6: str, rack: Rack, routed: bool) -> str:
    """A server's address in each family, with the length that it is configured with."""
    ends = ((address, rack.prefix), (address6, rack.prefix6))
    return " and ".join(
        host_route(end) if routed else f"{end}/{prefix.partition('/')[2]}"
        for end, prefix in ends
        if end
    )


def _upstream(design: Design, name: str) -> DeviceFacts:
    upstream = design.upstreams[name]
    cables = (c for c in design.cables_by_device[upstream.switch] if c.b == name)
    ports = tuple(
        Port(
            c.b_port or "(its own)",
            c.speed,
            "fabric's border",
            c.a,
            c.a_port,
            " ".join(filter(None, (c.b_address, c.b_address6))),
        )
        for c in cables
    )
    return DeviceFacts(
        name, "upstream", f"upstream router on {upstream.switch} {upstream.port}",
        (
            ("ASN", str(upstream.asn)),
            ("address", " and ".join(filter(None, (upstream.theirs, upstream.theirs6)))),
            ("ours", " and ".join(filter(None, (upstream.ours, upstream.ours6)))),
            ("we accept", ", ".join(upstream.accept) or "nothing"),
            ("we announce", ", ".join(upstream.announce) or "nothing"),
            ("password", f"secret {upstream.password}" if upstream.password else "none"),
        ),
        ports, (), (),
    )  # fmt: skip


_PURPOSES = {
    CableKind.FABRIC: ("downlink", "uplink"),
    CableKind.PEER: ("peer link", "peer link"),
    CableKind.SERVER: ("server", "leaf"),
    CableKind.UPSTREAM: ("upstream", "upstream"),
}
"""What a cable is for, seen from its upper end and from its lower one."""


def _port(design: Design, cable: Cable, device: str, channels: dict[str, int]) -> Port:
    view = facing(cable, device)
    what = _PURPOSES[cable.kind][cable.a != device]
    channel = channels.get(view.port)
    if channel is not None:
        what += f", channel {channel}"
    elif cable.kind is CableKind.SERVER and device in design.switches:
        routed = design.servers[cable.b].attach is Attach.ROUTED
        what += ", routed" if routed else ", access"
    unnumbered = cable.kind in (CableKind.FABRIC, CableKind.SERVER) and not cable.a_address
    routed_link = cable.kind is CableKind.FABRIC or what.endswith("routed")
    own = (view.address, cable.a_address6 if cable.a == device else cable.b_address6)
    numbered = " ".join(filter(None, own))
    address = numbered or ("unnumbered" if unnumbered and routed_link else "")
    return Port(view.port, cable.speed, what, view.peer, view.peer_port, address)


def _groups(design: Design, name: str) -> Iterator[GroupFacts]:
    """The device's sessions by peer group and program, in the order of the design."""
    found: dict[tuple[str, str], list[tuple[Session, bool]]] = {}
    for session in design.sessions_by_device[name]:
        at_a = session.a == name
        side = session.profile.a if at_a else session.profile.b
        found.setdefault((side.group, session.profile.name), []).append((session, at_a))
    for (group, _), members in found.items():
        session, at_a = members[0]
        p = session.profile
        side, other = (p.a, p.b) if at_a else (p.b, p.a)
        yield GroupFacts(
            group,
            (other.speaker if side.speaker is Speaker.SWITCH else side.speaker).value,
            tuple(dict.fromkeys(s.b if a else s.a for s, a in members)),
            tuple(dict.fromkeys(s.b_asn if a else s.a_asn for s, a in members)),
            side.import_policy or OTHER_IMPORTS.get(side.speaker, ""),
            side.export_policy or OTHER_EXPORTS.get(side.speaker, ""),
            bfd_text(p.bfd),
            p.password,
        )
