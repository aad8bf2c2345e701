"""A leaf of an MLAG pair as Linux has it: two bridges that are one to the servers.

Both leaves show one LACP system, share the gateway, and let no frame from the peer link go to a
server that the other leaf reaches by itself (split horizon). Frames are not learned on the peer
link: where a server is known from its own leg, it must not seem to move.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from barefabric.lab.names import port
from barefabric.lab.types import Link, Program, Setup
from barefabric.lab.wiring import layer2
from barefabric.lab.wiring.layer2 import BRIDGE, PEER_LINK, Bond
from barefabric.model.design import Design
from barefabric.model.intent import Channel, Mlag, Svi, SwitchIntent

KEEPALIVE_PORT = "eth0"
NEEDS = ("bonding", "8021q", "bridge", "vlan_filtering", "macvlan", "nf_tables")
SYSCTLS = (
    ("net.ipv4.conf.all.arp_ignore", "1"),
    ("net.ipv4.conf.all.arp_announce", "2"),
)
"""An interface answers for its own addresses alone: the gateway's is on an interface of its own."""

TABLE = """\
table bridge mlag {{
  set held {{ type ifname; {elements} }}
  chain forward {{
    type filter hook forward priority 0; policy accept;
    iifname "{peer_link}" oifname @held drop
  }}
}}
"""


def keepalive_links(design: Design) -> tuple[Link, ...]:
    """A cable between the management ports of each pair's leaves, in place of their network."""
    return tuple(
        Link(f"management {pair.first}", "management", pair.first, KEEPALIVE_PORT,
             pair.second, KEEPALIVE_PORT)
        for pair in design.pairs.values()
    )  # fmt: skip


def pair_setup(design: Design, intent: SwitchIntent, mlag: Mlag, ports: frozenset[str]) -> Setup:
    """The interfaces of a leaf with a partner, from what the design wants of it.

    ``mlag`` is the intent's; ``ports`` are those with a cable, as Linux names them.
    """
    leaf = _Leaf(design, intent, mlag, ports)
    return Setup(
        sysctls=SYSCTLS,
        ip=tuple(_links(leaf)),
        bridge=tuple(_vlans(leaf)),
        late=tuple(_interfaces(leaf)),
        nft=split_horizon(leaf.shared()),
        programs=(_daemon(leaf),),
        reader="the lab's own, from the design",
        needs=(*NEEDS, *(("vrf",) if leaf.watched else ())),
        remarks=tuple(_remarks(leaf)),
    )


class _Leaf(NamedTuple):
    """A leaf of a pair. ``ports`` have a cable."""

    design: Design
    intent: SwitchIntent
    mlag: Mlag
    ports: frozenset[str]

    @property
    def watched(self) -> bool:
        """Whether there is a path to the partner beside the peer link."""
        return KEEPALIVE_PORT in self.ports

    def bond(self, channel: Channel) -> str:
        """What a port channel is called: ``bond7``, or ``peerlink``."""
        return PEER_LINK if channel.number == self.mlag.channel else f"bond{channel.number}"

    def shared(self) -> dict[str, Channel]:
        """Port channels that the partner has as well, by the name of their bond."""
        return {self.bond(c): c for c in self.intent.channels if c.mlag}

    def vlans(self) -> list[int]:
        """VLANs of servers."""
        return [vlan.number for vlan in self.intent.vlans if not vlan.pair_only]


def system_of(domain: str) -> str:
    """The LACP system that both leaves of a pair show."""
    return layer2.hardware_address(f"mlag {domain}")


def _bonds(leaf: _Leaf) -> Iterator[Bond]:
    """Bonds of a leaf: those shared with its partner, its own, and the peer link."""
    for channel in leaf.intent.channels:
        yield Bond(
            leaf.bond(channel),
            tuple(map(port, channel.members)),
            channel.mtu,
            system_of(leaf.mlag.domain) if channel.mlag else "",
            channel.mlag,
        )


def _links(leaf: _Leaf) -> Iterator[str]:
    intent = leaf.intent
    for loopback in filter(None, (intent.loopback, intent.loopback6)):
        yield f"addr add {loopback} dev lo"
    for routed in intent.routed:
        name = port(routed.name)
        yield f"link set {name} mtu {routed.mtu}"
        for address in filter(None, (routed.address, routed.address6)):
            yield f"addr add {address} dev {name}"
        yield f"link set {name} up"
    yield from layer2.bridge(BRIDGE, bridge_address(intent.switch.name))
    for wanted in _bonds(leaf):
        yield from layer2.bond(wanted)
        yield layer2.member(wanted.name, BRIDGE)
    for access in intent.access:
        name = port(access.name)
        yield f"link set {name} mtu {access.mtu} up"
        yield layer2.member(name, BRIDGE)
    yield f"link set {BRIDGE} mtu {max(c.mtu for c in intent.channels)} up"


def bridge_address(switch: str) -> str:
    """The hardware address of a leaf's bridge and of its routed VLAN interfaces."""
    return layer2.hardware_address(f"bridge {switch}")


def _vlans(leaf: _Leaf) -> Iterator[str]:
    intent = leaf.intent
    for channel in intent.channels:
        if channel.vlan:
            yield layer2.access(leaf.bond(channel), channel.vlan)
    for access in intent.access:
        yield layer2.access(port(access.name), access.vlan)
    yield from layer2.trunk(PEER_LINK, leaf.vlans())
    yield f"link set dev {PEER_LINK} learning off"
    partner = bridge_address(leaf.mlag.peer)
    for vlan in leaf.vlans():
        yield layer2.own_vlan(BRIDGE, vlan)
        yield f"fdb add {partner} dev {PEER_LINK} vlan {vlan} master static"
    for svi in intent.svis:
        if svi.gateway and not svi.pair_only:
            yield f"fdb add {layer2.GATEWAY_MAC} dev {BRIDGE} vlan {svi.vlan} self permanent"


def _interfaces(leaf: _Leaf) -> Iterator[str]:
    for svi in leaf.intent.svis:
        yield from _svi(svi)
    if leaf.watched:
        yield "link add mgmt type vrf table 1001"
        yield "link set mgmt up"
        yield f"link set {KEEPALIVE_PORT} master mgmt"
        yield f"addr add {leaf.intent.management} dev {KEEPALIVE_PORT}"
        yield f"link set {KEEPALIVE_PORT} up"


def _svi(svi: Svi) -> Iterator[str]:
    """A VLAN's interface; those of the pair alone stand on the peer link and go down with it."""
    name = f"vlan{svi.vlan}"
    lower = PEER_LINK if svi.pair_only else BRIDGE
    addresses = filter(None, (svi.address, svi.address6))
    yield from layer2.vlan_interface(name, lower, svi.vlan, svi.mtu, addresses)
    if svi.gateway:
        gateways = [gateway for gateway in (svi.gateway, svi.gateway6) if gateway]
        yield from layer2.shared_gateway(name, gateways)


def split_horizon(bonds: Iterable[str]) -> str:
    """The bridge's rule: what came over the peer link does not go to a bond that is held back.

    All are, until the pair's daemon knows which of them the partner does not reach.
    """
    names = ", ".join(f'"{name}"' for name in bonds)
    elements = f"elements = {{ {names} }}" if names else ""
    return TABLE.format(elements=elements, peer_link=PEER_LINK)


def daemon_orders(leaf: _Leaf) -> dict[str, Any]:
    """What the pair's daemon is told: who it is, who its partner is, what it looks after."""
    intent, mlag = leaf.intent, leaf.mlag
    name = intent.switch.name
    keepalive = {
        "device": "mgmt",
        "address": intent.management.partition("/")[0],
        "peer_address": leaf.design.switches[mlag.peer].management,
    }
    return {
        "name": name,
        "peer": mlag.peer,
        "first": any(pair.first == name for pair in leaf.design.pairs.values()),
        "device": f"vlan{mlag.vlan}",
        "address": mlag.address.partition("/")[0],
        "peer_address": mlag.peer_address,
        "peer_link": PEER_LINK,
        "keepalive": keepalive if leaf.watched else None,
        "bonds": {
            str(channel.mlag): {"name": bond, "ports": [port(m) for m in channel.members]}
            for bond, channel in leaf.shared().items()
        },
        "interfaces": [f"vlan{s.vlan}" for s in intent.svis if not s.pair_only],
    }


def _daemon(leaf: _Leaf) -> Program:
    orders = json.dumps(daemon_orders(leaf), separators=(",", ":"))
    argv = (sys.executable, "-S", "-m", "barefabric.lab.wiring.mlag", orders)
    return Program("mlag", argv, needs=("nft", "ip"))


def _remarks(leaf: _Leaf) -> Iterator[str]:
    name = leaf.intent.switch.name
    yield f"{name}: the pair's control protocol is the lab's own daemon, not its network OS's"
    yield f"{name}: the gateway is a macvlan with {layer2.GATEWAY_MAC} on both leaves"
    if not leaf.watched:
        yield f"{name}: no path but the peer link to its partner: a lost one looks like a dead one"
