"""A switch's front panel and port channels, from its cables."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from barefabric.ledger.panel import lanes_by_name, ports_by_name
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, DeviceModel, Rack, Switch
from barefabric.model.intent import AccessPort, Channel, MemberPort, RoutedPort
from barefabric.vendors import catalogue


class SwitchPorts(NamedTuple):
    """Ports by use. ``peer_channel`` is the peer link's port channel, 0 without one."""

    routed: tuple[RoutedPort, ...]
    members: tuple[MemberPort, ...]
    access: tuple[AccessPort, ...]
    channels: tuple[Channel, ...]
    unused: tuple[str, ...]
    peer_channel: int


class _Facing(NamedTuple):
    """A cable seen from one switch."""

    cable: Cable
    port: str
    address: str
    peer: str
    peer_port: str


def facing(cable: Cable, device: str) -> _Facing:
    """The cable from one end."""
    if cable.a == device:
        return _Facing(cable, cable.a_port, cable.a_address, cable.b, cable.b_port)
    return _Facing(cable, cable.b_port, cable.b_address, cable.a, cable.a_port)


_LANES_FROM = 1000
"""What the port channels of lanes are numbered from; no panel has that many ports."""


@cache
def channel_numbers(model: DeviceModel, nos: str) -> Mapping[str, int]:
    """The port channel whose first member is a port: its panel number, so that both leaves agree.

    A lane of a broken-out port counts as panel and lane, above all panel numbers: 1532 is port 53,
    lane 2. EOS takes MLAG numbers up to 2000.
    """
    lanes = lanes_by_name(model, catalogue.known(nos))
    numbers = {
        name: _LANES_FROM + spec.panel * 10 + int(name.rpartition("/")[2][-1])
        for name, (spec, _) in lanes.items()
    }
    return numbers | {name: spec.panel for name, spec in ports_by_name(model).items()}


@cache
def _native(model: DeviceModel) -> dict[str, int]:
    """The native speed of each port in Gbit/s."""
    return {p.name: p.speeds[0] for p in model.ports}


@cache
def _positions(model: DeviceModel) -> dict[str, tuple[int, str]]:
    """The place of each port on the panel, as a sort key."""
    return {p.name: (n, p.name) for n, p in enumerate(model.ports)}


@lru_cache(maxsize=8)
def _channel_ports(design: Design) -> Mapping[str, str]:
    """Each server's first port on its rack's first leaf: both leaves name the channel after it."""
    index = {name: switch.index for name, switch in design.switches.items()}
    first: dict[str, tuple[int, str]] = {}
    for kind, leaf, port, server, *_ in design.cables:
        if kind is CableKind.SERVER and (server not in first or index[leaf] < first[server][0]):
            first[server] = index[leaf], port
    return {server: port for server, (_, port) in first.items()}


class _Sorting:
    """Ports of one switch while they are sorted by use."""

    def __init__(self, design: Design, switch: Switch, rack: Rack | None) -> None:
        self.design = design
        self.switch = switch
        self.vlan = rack.vlan if rack else 0
        self.mtu = design.underlay.mtu
        self.native = _native(switch.model)
        self.channel_ports = _channel_ports(design)
        self.numbers = channel_numbers(switch.model, switch.nos)
        self.routed: list[RoutedPort] = []
        self.access: list[AccessPort] = []
        self.members: list[MemberPort] = []
        self.bonds: dict[str, list[str]] = {}
        self.peer: list[_Facing] = []

    def sort_in(self, cable: Cable) -> None:
        """Put the port of a cable where it belongs.

        A port is forced where it runs below its native speed; a lane of a broken-out port always
        does.
        """
        kind, upper, port, peer, peer_port, speed, _, address, below, address6, below6 = cable
        if upper != self.switch.name:
            port, peer, peer_port = peer_port, upper, port
            address, address6 = below, below6
        forced = speed != self.native.get(port)
        towards = f"{peer} {peer_port}" if peer_port else peer
        attach = self.design.servers[peer].attach if kind is CableKind.SERVER else Attach.ROUTED
        if kind is CableKind.PEER:
            self.peer.append(facing(cable, self.switch.name))
        elif attach is Attach.BOND:
            number = self.numbers[self.channel_ports[peer]]
            self.bonds.setdefault(peer, []).append(port)
            self.members.append(MemberPort(port, towards, speed, forced, number, peer, peer_port))
        elif attach is Attach.ROUTED:
            outside = kind is CableKind.UPSTREAM
            mtu = self.design.upstreams[peer].mtu if outside else self.mtu
            self.routed.append(
                RoutedPort(port, towards, speed, forced, mtu, address, peer, peer_port, address6)
            )
        else:
            self.access.append(
                AccessPort(port, towards, speed, forced, self.mtu, self.vlan, peer, peer_port)
            )

    def channels(self) -> Iterator[Channel]:
        """The port channels of servers."""
        for server, ports in self.bonds.items():
            number = self.numbers[self.channel_ports[server]]
            mlag = number if self.switch.peer else 0
            yield Channel(number, server, self.mtu, self.vlan, mlag, tuple(ports))

    def peer_link(self) -> Channel:
        """The peer link's channel, called after the lowest of its ports on the pair's first leaf.

        The servers' channels are called after that leaf's ports too, so none has the same number.
        """
        views = sorted(self.peer, key=lambda view: self.numbers[view.port])
        first = self.switch.index < self.design.switches[self.switch.peer].index
        number = min(self.numbers[view.port if first else view.peer_port] for view in views)
        self.members += [
            MemberPort(
                v.port,
                f"{v.peer} {v.peer_port}",
                v.cable.speed,
                v.cable.speed != self.native.get(v.port),
                number,
                v.peer,
                v.peer_port,
            )
            for v in views
        ]
        name = f"peer link to {self.switch.peer}"
        return Channel(number, name, self.mtu, 0, 0, tuple(v.port for v in views))


def switch_ports(design: Design, switch: Switch, rack: Rack | None) -> SwitchPorts:
    """Sort a switch's ports by use; ports appear in panel order."""
    found = _Sorting(design, switch, rack)
    for cable in design.cables_by_device[switch.name]:
        found.sort_in(cable)
    channels = list(found.channels())
    if found.peer:
        channels.append(found.peer_link())
    place, last = _positions(switch.model), len(switch.model.ports)

    def panel(port: RoutedPort | MemberPort | AccessPort) -> tuple[int, str]:
        return place.get(port.name) or (last, port.name)

    used = {p.name for p in found.routed} | {p.name for p in found.members}
    used |= {p.name for p in found.access}
    return SwitchPorts(
        tuple(sorted(found.routed, key=panel)),
        tuple(sorted(found.members, key=panel)),
        tuple(sorted(found.access, key=panel)),
        tuple(sorted(channels)),
        tuple(_unused(switch, used)),
        channels[-1].number if found.peer else 0,
    )


def _unused(switch: Switch, used: set[str]) -> list[str]:
    """Whole ports that carry no cable, neither as a whole nor by a lane."""
    lanes = lanes_by_name(switch.model, catalogue.known(switch.nos))
    busy = {lanes[name][0].panel for name in used if name in lanes} if lanes else set()
    return [
        p.name
        for p in switch.model.ports
        if p.name not in used and not (p.breakouts and p.panel in busy)
    ]
