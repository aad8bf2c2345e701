"""Servers and upstream routers as devices that Batfish can model.

Batfish has no host with BGP, so each becomes a device in the format it knows for Cumulus Linux:
interfaces as ifupdown2 writes them, routing as FRR. A server's BGP speakers are taken from the
sessions of the design, since their own manifests are not a language that Batfish reads; what a
routed host's own FRR is told comes from its rendered file.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from barefabric.hosts.netplan import BOND
from barefabric.model.address import split
from barefabric.model.design import Announcement, Design
from barefabric.model.device import Attach
from barefabric.model.intent import ServerIntent
from barefabric.model.session import Session, SessionKind
from barefabric.verify.batfish.files import Block, server_file
from barefabric.verify.batfish.speakers import Plan, merged, speaker

INNER = "inner"
"""Ports between the devices that stand for one server."""
INNER_NET = "240.0.1."
"""Addresses of those ports where the server routes; the same in each server."""

Edge = tuple[str, str, str, str]
"""A cable as Batfish is told it: node, port, node, port."""


LINK_LOCAL = "169.254.0.1"
"""Batfish's next hop over an unnumbered link. Owned where links have hidden addresses."""


class Station(NamedTuple):
    """A device that stands for a server, one of its speakers, or an upstream router.

    ``node`` is its name in Batfish, ``device`` in the design. ``edges`` are the cables to it.
    """

    node: str
    device: str
    text: str
    edges: tuple[Edge, ...]
    sessions: tuple[Session, ...]


class Around(NamedTuple):
    """What a server's devices need to know beside its intent.

    ``said`` is what it announces by session profile, ``leaves`` its leaves' addresses on its VLAN,
    ``frr`` the rendered FRR configuration of a routed server, already dressed, else empty, and
    ``hidden`` addresses for its unnumbered ports.
    """

    said: Mapping[str, Sequence[Announcement]]
    leaves: Sequence[str]
    frr: str
    hidden: Mapping[str, str]


def server_stations(design: Design, intent: ServerIntent, around: Around) -> Iterator[Station]:
    """One device for the server, and one for each further address that a speaker has.

    A leaf knows a neighbor by its address and two speakers of one server dial the same leaf, which
    a single FRR cannot: so the second one is a device of its own behind the first, which bridges
    it to the rack's VLAN, or routes to it where the server routes.
    """
    server = intent.server
    groups: dict[str, list[Session]] = {server.address: []}
    for session in design.sessions_by_device[server.name]:
        if session.profile.kind is SessionKind.NODE:
            groups.setdefault(session.b_address, []).append(session)
    main, *others = groups.items()
    first = Plan(server.name, main[0], tuple(main[1]), around.said)
    seconds = [
        Plan(
            f"{server.name}--{group[0].profile.b.speaker.value}", address, tuple(group), around.said
        )
        for address, group in others
    ]
    if server.attach is Attach.ROUTED:
        text = _routed(intent, first, seconds, around)
    else:
        text = _bonded(design, intent, first, around, len(seconds))
    yield _station(design, intent, first, text)
    for number, plan in enumerate(seconds, 1):
        edge = (server.name, f"{INNER}{number}", plan.node, f"{INNER}0")
        text = _second(design, intent, plan, around, number)
        yield Station(plan.node, server.name, text, (edge,), plan.sessions)


def _station(design: Design, intent: ServerIntent, plan: Plan, text: str) -> Station:
    host = tuple(
        s
        for s in design.sessions_by_device[intent.server.name]
        if s.profile.kind is SessionKind.HOST
    )
    edges = tuple((plan.node, nic.name, nic.peer, nic.peer_port) for nic in intent.nics)
    return Station(plan.node, intent.server.name, text, edges, (*host, *plan.sessions))


def _bonded(design: Design, intent: ServerIntent, plan: Plan, around: Around, seconds: int) -> str:
    """A server on its rack's VLAN, with a bond or one plain link."""
    ports = [nic.name for nic in intent.nics]
    bonded = intent.server.attach is Attach.BOND
    outer = BOND if bonded else ports[0]
    mtu = f"    mtu {intent.mtu}"
    blocks: list[Block] = [(port, [mtu]) for port in ports if port != outer]
    slaves = [f"    bond-slaves {' '.join(ports)}"] if bonded else []
    address = _on_vlan(design, intent, plan, around)
    if not seconds:
        blocks.append((outer, [*slaves, mtu, *address]))
    else:
        vlan = design.racks[intent.server.rack].vlan
        blocks.append((outer, [*slaves, mtu]))
        blocks += _bridge(vlan, [outer, *(f"{INNER}{n}" for n in range(1, seconds + 1))], address)
    return server_file(plan.node, blocks, plan.announcements, speaker(plan))


def _bridge(vlan: int, ports: Sequence[str], address: list[str]) -> Iterator[Block]:
    """A bridge of one VLAN over some ports, the first of which are described already."""
    access = f"    bridge-access {vlan}"
    yield from ((port, [access]) for port in ports)
    yield (
        "bridge",
        [
            f"    bridge-ports {' '.join(ports)}",
            "    bridge-vlan-aware yes",
            f"    bridge-vids {vlan}",
        ],
    )
    yield (
        f"vlan{vlan}",
        [
            f"    vlan-id {vlan}",
            "    vlan-raw-device bridge",
            *address,
        ],
    )


def _second(design: Design, intent: ServerIntent, plan: Plan, around: Around, number: int) -> str:
    """The device of a further speaker, on the wire that the server's own device gives it."""
    loopbacks: tuple[str, ...] = ()
    address = _on_vlan(design, intent, plan, around)
    if intent.server.attach is Attach.ROUTED:
        near, far = _inner_link(number)
        loopbacks = (f"{plan.address}/32",)
        address = [f"    address {far}/31", f"    post-up ip route add 0.0.0.0/0 via {near}"]
    blocks = [(f"{INNER}0", address)]
    return server_file(plan.node, blocks, plan.announcements, speaker(plan), loopbacks)


def _inner_link(number: int) -> tuple[str, str]:
    """Both addresses of the link to a further speaker of a routed server, reserved ones."""
    return f"{INNER_NET}{2 * number}", f"{INNER_NET}{2 * number + 1}"


def _on_vlan(design: Design, intent: ServerIntent, plan: Plan, around: Around) -> list[str]:
    """The address, and a default by each leaf's own address.

    The gateway that the leaves share is owned by nobody in Batfish's model of EOS; our own checks
    cover it.
    """
    length = split(design.racks[intent.server.rack].prefix)[1]
    return [
        f"    address {plan.address}/{length}",
        *(f"    post-up ip route add 0.0.0.0/0 via {gateway}" for gateway in around.leaves),
    ]


def _routed(intent: ServerIntent, plan: Plan, seconds: Sequence[Plan], around: Around) -> str:
    """A server with a session on each link: its own FRR with its node speakers beside.

    What further speakers announce lies with their devices, and so do their addresses.
    """
    mtu = f"    mtu {intent.mtu}"
    blocks: list[Block] = []
    for nic in intent.nics:
        hidden = around.hidden.get(nic.name, "")
        addresses = (nic.address, hidden, f"{LINK_LOCAL}/32" if hidden else "")
        blocks.append((nic.name, [mtu, *(f"    address {a}" for a in addresses if a)]))
    statics, networks = [], []
    for number, second in enumerate(seconds, 1):
        near, far = _inner_link(number)
        blocks.append((f"{INNER}{number}", [f"    address {near}/31"]))
        networks.append(f"{second.address}/32")
        inside = [f"{second.address}/32", *(a.prefix for a in second.announcements)]
        statics += [f"ip route {prefix} {far}" for prefix in inside]
    own = [a for a in intent.addresses if a not in networks]
    routing = "\n".join([*statics, merged(around.frr, plan, networks)])
    return server_file(plan.node, blocks, plan.announcements, routing, own)
