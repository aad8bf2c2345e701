"""Servers and upstream routers as devices that Batfish can model.

Batfish has no host with BGP, so each becomes a device in the format it knows for Cumulus Linux:
interfaces as ifupdown2 writes them, routing as FRR. A server's BGP speakers are taken from the
sessions of the design, since their own manifests are not a language that Batfish reads; what a
routed host's own FRR is told comes from its rendered file.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from barefabric.hosts.netplan import BOND
from barefabric.model.address import dotted, split
from barefabric.model.design import Announcement, AnnouncementKind, Design
from barefabric.model.device import Attach, Upstream
from barefabric.model.intent import ServerIntent
from barefabric.model.session import Session, SessionKind

PODS = "cni0"
"""The port that pods hang on."""
INNER = "inner"
"""Ports between the devices that stand for one server."""
INNER_NET = "240.0.1."
"""Addresses of those ports where the server routes; the same in each server."""
OUTSIDE = "240.0.0.1"
"""Stands for the rest of the world behind an upstream router: reserved, so that no plan has it."""
WAN = "wan0"
"""The port of an upstream router; what it is really called is its operator's affair."""

Edge = tuple[str, str, str, str]
"""A cable as Batfish is told it: node, port, node, port."""


class Station(NamedTuple):
    """A device that stands for a server, one of its speakers, or an upstream router.

    ``node`` is its name in Batfish, ``device`` in the design. ``edges`` are the cables to it.
    """

    node: str
    device: str
    text: str
    edges: tuple[Edge, ...]
    sessions: tuple[Session, ...]


def server_stations(design: Design, intent: ServerIntent, frr: str) -> Iterator[Station]:
    """One device for the server, and one for each further address that a speaker has.

    A leaf knows a neighbor by its address and two speakers of one server dial the same leaf, which
    a single FRR cannot: so the second one is a device of its own behind the first, which bridges
    it to the rack's VLAN, or routes to it where the server routes. ``frr`` is the rendered FRR
    configuration of a routed server, already dressed, else empty.
    """
    server = intent.server
    groups: dict[str, list[Session]] = {server.address: []}
    for session in design.sessions_by_device[server.name]:
        if session.profile.kind is SessionKind.NODE:
            groups.setdefault(session.b_address, []).append(session)
    said = _announced(design, server.name)
    main, *others = groups.items()
    first = _Plan(server.name, main[0], tuple(main[1]), said)
    seconds = [
        _Plan(f"{server.name}--{group[0].profile.b.speaker.value}", address, tuple(group), said)
        for address, group in others
    ]
    if server.attach is Attach.ROUTED:
        text = _routed(intent, first, seconds, frr)
    else:
        text = _bonded(design, intent, first, len(seconds))
    yield _station(design, intent, first, text)
    for number, plan in enumerate(seconds, 1):
        edge = (server.name, f"{INNER}{number}", plan.node, f"{INNER}0")
        text = _second(design, intent, plan, number)
        yield Station(plan.node, server.name, text, (edge,), plan.sessions)


class _Plan(NamedTuple):
    """What one device of a server is: its name, its address, and who it talks to."""

    node: str
    address: str
    sessions: tuple[Session, ...]
    said: dict[str, list[Announcement]]

    @property
    def announcements(self) -> list[Announcement]:
        """What its own sessions announce."""
        profiles = dict.fromkeys(s.profile.name for s in self.sessions)
        return [a for name in profiles for a in self.said.get(name, ())]


def _announced(design: Design, server: str) -> dict[str, list[Announcement]]:
    found: dict[str, list[Announcement]] = {}
    for announcement in announcements_of(design).get(server, ()):
        found.setdefault(announcement.profile, []).append(announcement)
    return found


_MEMO: dict[int, tuple[Design, dict[str, list[Announcement]]]] = {}


def announcements_of(design: Design) -> dict[str, list[Announcement]]:
    """Announcements by server. Kept for the design asked for last."""
    known = _MEMO.get(id(design))
    if known is None or known[0] is not design:
        index: dict[str, list[Announcement]] = {}
        for announcement in design.announcements:
            index.setdefault(announcement.server, []).append(announcement)
        _MEMO.clear()
        known = _MEMO[id(design)] = (design, index)
    return known[1]


def _station(design: Design, intent: ServerIntent, plan: _Plan, text: str) -> Station:
    host = tuple(
        s
        for s in design.sessions_by_device[intent.server.name]
        if s.profile.kind is SessionKind.HOST
    )
    edges = tuple((plan.node, nic.name, nic.peer, nic.peer_port) for nic in intent.nics)
    return Station(plan.node, intent.server.name, text, edges, (*host, *plan.sessions))


Block = tuple[str, list[str]]
"""An interface and the lines that belong to it."""


def _bonded(design: Design, intent: ServerIntent, plan: _Plan, seconds: int) -> str:
    """A server on its rack's VLAN, with a bond or one plain link."""
    ports = [nic.name for nic in intent.nics]
    bonded = intent.server.attach is Attach.BOND
    outer = BOND if bonded else ports[0]
    mtu = f"    mtu {intent.mtu}"
    blocks: list[Block] = [(port, [mtu]) for port in ports if port != outer]
    slaves = [f"    bond-slaves {' '.join(ports)}"] if bonded else []
    address = _on_vlan(design, intent, plan)
    if not seconds:
        blocks.append((outer, [*slaves, mtu, *address]))
    else:
        vlan = design.racks[intent.server.rack].vlan
        blocks.append((outer, [*slaves, mtu]))
        blocks += _bridge(vlan, [outer, *(f"{INNER}{n}" for n in range(1, seconds + 1))], address)
    return _device(plan.node, blocks, plan.announcements, _speaker(intent, plan))


def _bridge(vlan: int, ports: Sequence[str], address: list[str]) -> Iterator[Block]:
    """A bridge of one VLAN over some ports, the first of which are described already."""
    access = f"    bridge-access {vlan}"
    yield from ((port, [access]) for port in ports)
    yield "bridge", [
        f"    bridge-ports {' '.join(ports)}", "    bridge-vlan-aware yes",
        f"    bridge-vids {vlan}",
    ]
    yield f"vlan{vlan}", [
        f"    vlan-id {vlan}", "    vlan-raw-device bridge", *address,
    ]


def _second(design: Design, intent: ServerIntent, plan: _Plan, number: int) -> str:
    """The device of a further speaker, on the wire that the server's own device gives it."""
    loopbacks: tuple[str, ...] = ()
    address = _on_vlan(design, intent, plan)
    if intent.server.attach is Attach.ROUTED:
        near, far = _inner_link(number)
        loopbacks = (f"{plan.address}/32",)
        address = [f"    address {far}/31", f"    post-up ip route add 0.0.0.0/0 via {near}"]
    blocks = [(f"{INNER}0", address)]
    return _device(plan.node, blocks, plan.announcements, _speaker(intent, plan), loopbacks)


def _inner_link(number: int) -> tuple[str, str]:
    """Both addresses of the link to a further speaker of a routed server, reserved ones."""
    return f"{INNER_NET}{2 * number}", f"{INNER_NET}{2 * number + 1}"


def _on_vlan(design: Design, intent: ServerIntent, plan: _Plan) -> list[str]:
    """The address, and a default by each leaf's own address.

    The gateway that the leaves share is owned by nobody in Batfish's model of EOS; our own checks
    cover it.
    """
    length = split(design.racks[intent.server.rack].prefix)[1]
    gateways = dict.fromkeys(s.a_address for s in plan.sessions)
    return [
        f"    address {plan.address}/{length}",
        *(f"    post-up ip route add 0.0.0.0/0 via {gateway}" for gateway in gateways),
    ]


def _routed(intent: ServerIntent, plan: _Plan, seconds: Sequence[_Plan], frr: str) -> str:
    """A server with a session on each link: its own FRR with its node speakers beside.

    What further speakers announce lies with their devices, and so do their addresses.
    """
    mtu = f"    mtu {intent.mtu}"
    blocks: list[Block] = [
        (nic.name, [mtu, *([f"    address {nic.address}"] if nic.address else ())])
        for nic in intent.nics
    ]
    statics, networks = [], []
    for number, second in enumerate(seconds, 1):
        near, far = _inner_link(number)
        blocks.append((f"{INNER}{number}", [f"    address {near}/31"]))
        networks.append(f"{second.address}/32")
        inside = [f"{second.address}/32", *(a.prefix for a in second.announcements)]
        statics += [f"ip route {prefix} {far}" for prefix in inside]
    own = [a for a in intent.addresses if a not in networks]
    routing = "\n".join([*statics, _merge(frr, plan, networks)])
    return _device(plan.node, blocks, plan.announcements, routing, own)


def _device(
    node: str,
    interfaces: Iterable[tuple[str, Sequence[str]]],
    said: Sequence[Announcement],
    routing: str,
    loopbacks: Sequence[str] = (),
) -> str:
    """The whole file. Service addresses lie on the loopback, pods behind a port of their own.

    Packets for the rest of a pool that Calico announces are dropped, as its Felix drops what no
    service takes (``serviceLoopPrevention``, Calico's FelixConfiguration reference).
    """
    services = [f"{_inside(a.prefix)}/32" for a in said if a.kind in _SERVICES]
    pods = [f"{_inside(a.prefix)}/{a.prefix.partition('/')[2]}" for a in said
            if a.kind is AnnouncementKind.POD]
    lines = [node, "# This file describes the network interfaces", "auto lo",
             "iface lo inet loopback"]
    lines += [f"    address {address}" for address in dict.fromkeys((*loopbacks, *services))]
    blocks = list(interfaces)
    if pods:
        blocks.append((PODS, [f"    address {address}" for address in pods]))
    for name, body in blocks:
        lines += [f"auto {name}", f"iface {name}", *body]
    drops = [f"ip route {a.prefix} blackhole" for a in said if a.kind is AnnouncementKind.POOL]
    return "\n".join([*lines, "# ports.conf --", "frr version 10", *drops, routing])


_SERVICES = (AnnouncementKind.POOL, AnnouncementKind.VIP, AnnouncementKind.ENDPOINT)


def _inside(prefix: str) -> str:
    """An address of a prefix: itself for a single one, else the first after the network's."""
    network, length = split(prefix)
    return dotted(network if length == 32 else network + 1)


def sample_address(prefix: str) -> str:
    """The address of a prefix that packets are sent to, the one that a device was given."""
    return _inside(prefix)


def _speaker(intent: ServerIntent, plan: _Plan) -> str:
    """FRR that stands for the speakers of one address."""
    if not plan.sessions:
        return f"hostname {plan.node}\n"
    lines = [f"hostname {plan.node}", *_policies(plan)]
    lines += [f"router bgp {plan.sessions[0].b_asn}", f" bgp router-id {plan.address}",
              " no bgp default ipv4-unicast", " bgp bestpath as-path multipath-relax"]
    lines += [*_neighbors(plan), " address-family ipv4 unicast", *_activations(plan)]
    return "\n".join([*lines, " exit-address-family", ""])


def _merge(frr: str, plan: _Plan, networks: Sequence[str]) -> str:
    """A host's own FRR with the neighbors of its node speakers in the same process."""
    family = " address-family ipv4 unicast\n"
    before, mark, after = frr.partition(family)
    neighbors = "".join(f"{line}\n" for line in _neighbors(plan))
    own = "".join(f"  network {network}\n" for network in networks)
    active = "".join(f"{line}\n" for line in _activations(plan))
    policies = "".join(f"{line}\n" for line in _policies(plan))
    return f"{before}{neighbors}{mark}{own}{active}{after}{policies}"


def _policies(plan: _Plan) -> Iterator[str]:
    """What each kind of speaker announces; it takes whatever it is sent, so that it shows."""
    for profile in dict.fromkeys(s.profile.name for s in plan.sessions):
        name = profile.upper()
        for sequence, announcement in enumerate(plan.said.get(profile, ()), 1):
            yield f"ip prefix-list SAY-{name} seq {sequence} permit {announcement.prefix}"
        yield f"route-map SAY-{name} permit 10"
        yield f" match ip address prefix-list SAY-{name}"
        if profile not in plan.said:
            yield f"ip prefix-list SAY-{name} seq 1 deny any"


def _neighbors(plan: _Plan) -> Iterator[str]:
    for session in plan.sessions:
        yield f" neighbor {session.a_address} remote-as {session.a_asn}"
        yield f" neighbor {session.a_address} update-source {session.b_address}"
        if session.profile.hops > 1:
            yield f" neighbor {session.a_address} ebgp-multihop {session.profile.hops}"


def _activations(plan: _Plan) -> Iterator[str]:
    for prefix in dict.fromkeys(a.prefix for a in plan.announcements):
        yield f"  network {prefix}"
    for session in plan.sessions:
        yield f"  neighbor {session.a_address} activate"
        yield f"  neighbor {session.a_address} route-map SAY-{session.profile.name.upper()} out"


def upstream_station(upstream: Upstream, sessions: Sequence[Session]) -> Station:
    """A router outside: announces what we accept from it, and takes whatever it is sent.

    What it announces ends there in a discard route, but for the one address of the world.
    """
    lines = [upstream.name, "# This file describes the network interfaces", "auto lo",
             "iface lo inet loopback", f"    address {OUTSIDE}/32", f"auto {WAN}", f"iface {WAN}",
             f"    address {upstream.theirs}", "# ports.conf --", "frr version 10",
             f"hostname {upstream.name}"]
    lines += [f"ip route {prefix} blackhole" for prefix in upstream.accept]
    lines += [f"ip prefix-list SAY seq {number} permit {prefix}"
              for number, prefix in enumerate(upstream.accept, 1)]
    lines += ["route-map SAY permit 10", " match ip address prefix-list SAY",
              f"router bgp {upstream.asn}", " no bgp default ipv4-unicast"]
    lines += [f" neighbor {s.a_address} remote-as {s.a_asn}" for s in sessions]
    lines.append(" address-family ipv4 unicast")
    lines += [f"  network {prefix}" for prefix in upstream.accept]
    for session in sessions:
        lines += [f"  neighbor {session.a_address} activate",
                  f"  neighbor {session.a_address} route-map SAY out"]
    lines += [" exit-address-family", ""]
    edge = (upstream.name, WAN, upstream.switch, upstream.port)
    return Station(upstream.name, upstream.name, "\n".join(lines), (edge,), tuple(sessions))
