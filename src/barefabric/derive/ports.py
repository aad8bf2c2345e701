"""A switch's front panel and port channels, from its cables."""

from functools import cache
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


def channel_number(switch: Switch, port: str) -> int:
    """The port channel whose first member is ``port``: its panel number, so that both agree.

    A lane of a broken-out port counts as panel and lane (531 is port 53, lane 1).
    """
    spec = ports_by_name(switch.model).get(port)
    if spec is not None:
        return spec.panel
    spec, _ = lanes_by_name(switch.model, catalogue.known(switch.nos))[port]
    return spec.panel * 10 + int(port.rpartition("/")[2][-1])


@cache
def _native(model: DeviceModel) -> dict[str, int]:
    """The native speed of each port in Gbit/s."""
    return {p.name: p.speeds[0] for p in model.ports}


@cache
def _positions(model: DeviceModel) -> dict[str, int]:
    """The place of each port on the panel."""
    return {p.name: n for n, p in enumerate(model.ports)}


class _Collect:
    """Ports of one switch while they are sorted by use."""

    def __init__(self, design: Design, switch: Switch, rack: Rack | None) -> None:
        self.design = design
        self.switch = switch
        self.vlan = rack.vlan if rack else 0
        self.native = _native(switch.model)
        self.routed: list[RoutedPort] = []
        self.access: list[AccessPort] = []
        self.bonds: dict[str, list[_Facing]] = {}
        self.peer: list[_Facing] = []

    def forced(self, view: _Facing) -> bool:
        """Whether the port runs below its native speed; a lane of a broken-out port always does."""
        return view.cable.speed != self.native.get(view.port)

    def route(self, view: _Facing) -> None:
        """A routed port; towards an upstream router it has that router's MTU."""
        outside = view.cable.kind is CableKind.UPSTREAM
        underlay = self.design.underlay.mtu
        mtu = self.design.upstreams[view.peer].mtu if outside else underlay
        self.routed.append(
            RoutedPort(
                view.port,
                f"{view.peer} {view.peer_port}".rstrip(),
                view.cable.speed,
                self.forced(view),
                mtu,
                view.address,
                view.peer,
                view.peer_port,
            )
        )

    def serve(self, view: _Facing) -> None:
        """A port towards a server."""
        attach = self.design.servers[view.peer].attach
        if attach is Attach.ROUTED:
            self.route(view)
        elif attach is Attach.BOND:
            self.bonds.setdefault(view.peer, []).append(view)
        else:
            self.access.append(
                AccessPort(
                    view.port,
                    f"{view.peer} {view.peer_port}",
                    view.cable.speed,
                    self.forced(view),
                    self.design.underlay.mtu,
                    self.vlan,
                    view.peer,
                    view.peer_port,
                )
            )


def switch_ports(design: Design, switch: Switch, rack: Rack | None) -> SwitchPorts:
    """Sort a switch's ports by use; ports appear in panel order."""
    found = _Collect(design, switch, rack)
    for cable in design.cables_by_device[switch.name]:
        view = facing(cable, switch.name)
        if cable.kind is CableKind.SERVER:
            found.serve(view)
        elif cable.kind is CableKind.PEER:
            found.peer.append(view)
        else:
            found.route(view)
    members: list[MemberPort] = []
    channels: list[Channel] = []
    for server, views in found.bonds.items():
        channels.append(_bond(found, server, views, members))
    if found.peer:
        channels.append(_peer_link(found, members))
    used = {p.name for p in found.routed} | {p.name for p in members}
    used |= {p.name for p in found.access}
    order = _positions(switch.model)
    position = len(order)

    def panel(port: RoutedPort | MemberPort | AccessPort) -> tuple[int, str]:
        return order.get(port.name, position), port.name

    return SwitchPorts(
        tuple(sorted(found.routed, key=panel)),
        tuple(sorted(members, key=panel)),
        tuple(sorted(found.access, key=panel)),
        tuple(sorted(channels, key=lambda c: c.number)),
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


def _first_leaf_port(found: _Collect, server: str) -> str:
    """The server's first port on the pair's first leaf: both leaves name the channel after it."""
    mine = [c for c in found.design.cables_by_device[server] if c.kind is CableKind.SERVER]
    return min(mine, key=lambda c: found.design.switches[c.a].index).a_port


def _bond(found: _Collect, server: str, views: list[_Facing], members: list[MemberPort]) -> Channel:
    number = channel_number(found.switch, _first_leaf_port(found, server))
    _add_members(found, views, number, members)
    spans = bool(found.switch.peer)
    return Channel(
        number,
        server,
        found.design.underlay.mtu,
        found.vlan,
        number if spans else 0,
        tuple(v.port for v in views),
    )


def _peer_link(found: _Collect, members: list[MemberPort]) -> Channel:
    """The peer link's channel, called after the lower of its ports."""
    views = sorted(found.peer, key=lambda v: channel_number(found.switch, v.port))
    number = min(channel_number(found.switch, v.port) for v in views)
    _add_members(found, views, number, members)
    return Channel(
        number,
        f"peer link to {found.switch.peer}",
        found.design.underlay.mtu,
        0,
        0,
        tuple(v.port for v in views),
    )


def _add_members(
    found: _Collect, views: list[_Facing], number: int, members: list[MemberPort]
) -> None:
    members += [
        MemberPort(
            v.port,
            f"{v.peer} {v.peer_port}",
            v.cable.speed,
            found.forced(v),
            number,
            v.peer,
            v.peer_port,
        )
        for v in views
    ]
