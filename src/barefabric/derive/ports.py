"""A switch's front panel and port channels, from its cables."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple, TypeVar

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, DeviceModel, Rack, Switch
from barefabric.model.intent import AccessPort, Channel, MemberPort, RoutedPort
from barefabric.model.record import fields, record
from barefabric.vendors import catalogue
from barefabric.vendors.lanes import lanes_by_name, ports_by_name

AnyPort = TypeVar("AnyPort", RoutedPort, MemberPort, AccessPort)


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
def _places(model: DeviceModel) -> Mapping[str, int]:
    """The place of each port on the panel."""
    return {name: place for place, name in enumerate(ports_by_name(model))}


@lru_cache(maxsize=8)
def _server_channels(design: Design, rack: str, model: DeviceModel, nos: str) -> Mapping[str, int]:
    """The port channel of each server of a rack.

    It is named after the server's first port on the rack's first leaf, so that both leaves agree:
    what comes first is taken last, and holds.
    """
    first: dict[str, str] = {}
    leaves = [design.switches[name] for name in design.racks[rack].leaves]
    kind = CableKind.SERVER
    for leaf in sorted(leaves, key=lambda switch: switch.index, reverse=True):
        cables = reversed(design.cables_by_device[leaf.name])
        first |= {cable.b: cable.a_port for cable in cables if cable.kind is kind}
    numbers = channel_numbers(model, nos)
    return {server: numbers[port] for server, port in first.items()}


def switch_ports(design: Design, switch: Switch, rack: Rack | None) -> SwitchPorts:
    """Sort a switch's ports by use; ports appear in panel order."""
    cables: dict[CableKind, list[Cable]] = {kind: [] for kind in CableKind}
    for kind, same in groupby(design.cables_by_device[switch.name], key=fields(Cable, "kind")):
        cables[kind] += same
    servers = _by_attach(design, switch, cables[CableKind.SERVER])
    mtu, vlan = design.underlay.mtu, rack.vlan if rack else 0
    routed = _routed(switch, cables[CableKind.FABRIC] + servers[Attach.ROUTED], mtu)
    for cable in cables[CableKind.UPSTREAM]:
        routed += _routed(switch, [cable], design.upstreams[cable.b].mtu)
    access = _access(switch, servers[Attach.SINGLE], mtu, vlan)
    members: list[MemberPort] = []
    channels: list[Channel] = []
    peer_channel = 0
    if bonded := servers[Attach.BOND]:
        numbers = _server_channels(design, switch.rack, switch.model, switch.nos)
        members = _members(switch, bonded, numbers)
        channels = list(_channels(switch, bonded, numbers, mtu, vlan))
    if peer := cables[CableKind.PEER]:
        link, ends = _peer_link(design, switch, peer)
        peer_channel = link.number
        channels.append(link)
        members += ends
    used = {port[0] for ports in (routed, members, access) for port in ports}
    return SwitchPorts(
        _on_panel(switch, routed),
        _on_panel(switch, members),
        _on_panel(switch, access),
        tuple(sorted(channels)),
        _unused(switch, used),
        peer_channel,
    )


def _by_attach(design: Design, switch: Switch, cables: list[Cable]) -> Mapping[Attach, list[Cable]]:
    """A leaf's cables to servers, by how those are attached."""
    found: dict[Attach, list[Cable]] = {attach: [] for attach in Attach}
    attaches = {kind.attach for kind in design.kinds_by_rack[switch.rack]} if cables else ()
    if len(attaches) == 1:
        return found | dict.fromkeys(attaches, cables)
    for cable in cables:
        found[design.servers[cable.b].attach].append(cable)
    return found


def _on_panel(switch: Switch, ports: list[AnyPort]) -> tuple[AnyPort, ...]:
    """Ports in the order of the panel; parts of ports come last, by name."""
    place = _places(switch.model)
    try:
        return tuple(sorted(ports, key=lambda port: place[port[0]]))
    except KeyError:
        last = len(place)
        return tuple(sorted(ports, key=lambda port: (place.get(port[0], last), port[0])))


def _routed(switch: Switch, cables: Iterable[Cable], mtu: int) -> list[RoutedPort]:
    """Ports with a session of their own on the cable.

    Here and below, a port is forced where it runs below its native speed; a part of a broken-out
    port always does.
    """
    name, native = switch.name, _native(switch.model).get
    found = []
    for _, upper, a_port, lower, b_port, speed, _, a_address, b_address, a_six, b_six in cables:
        if upper == name:
            port, address, six, peer, peer_port = a_port, a_address, a_six, lower, b_port
        else:
            port, address, six, peer, peer_port = b_port, b_address, b_six, upper, a_port
        description = f"{peer} {peer_port}" if peer_port else peer
        forced = speed != native(port)
        values = (port, description, speed, forced, mtu, address, peer, peer_port, six)
        found.append(record(RoutedPort, values))
    return found


def _members(
    switch: Switch, cables: Iterable[Cable], numbers: Mapping[str, int]
) -> list[MemberPort]:
    """Ports of the port channels of servers."""
    native = _native(switch.model).get
    return [
        record(
            MemberPort,
            (port, f"{to} {nic}", speed, speed != native(port), numbers[to], to, nic),
        )
        for _, _, port, to, nic, speed, _, _, _, _, _ in cables
    ]


def _channels(
    switch: Switch, cables: Iterable[Cable], numbers: Mapping[str, int], mtu: int, vlan: int
) -> Iterator[Channel]:
    """The port channels of servers."""
    ports: dict[str, tuple[str, ...]] = {}
    for cable in cables:
        ports[cable.b] = (*ports.get(cable.b, ()), cable.a_port)
    for server, members in ports.items():
        number = numbers[server]
        mlag = number if switch.peer else 0
        yield record(Channel, (number, server, mtu, vlan, mlag, members))


def _access(switch: Switch, cables: Iterable[Cable], mtu: int, vlan: int) -> list[AccessPort]:
    """Ports of servers with a single link."""
    native = _native(switch.model).get
    return [
        record(
            AccessPort,
            (port, f"{to} {nic}", speed, speed != native(port), mtu, vlan, to, nic),
        )
        for _, _, port, to, nic, speed, _, _, _, _, _ in cables
    ]


def _peer_link(
    design: Design, switch: Switch, cables: Iterable[Cable]
) -> tuple[Channel, list[MemberPort]]:
    """The peer link's channel, called after the lowest of its ports on the pair's first leaf.

    The servers' channels are called after that leaf's ports too, so none has the same number.
    """
    native, numbers = _native(switch.model), channel_numbers(switch.model, switch.nos)
    views = sorted((facing(c, switch.name) for c in cables), key=lambda view: numbers[view.port])
    first = switch.index < design.switches[switch.peer].index
    number = min(numbers[view.port if first else view.peer_port] for view in views)
    members = [
        MemberPort(port, f"{to} {far}", c.speed, c.speed != native.get(port), number, to, far)
        for c, port, _, to, far in views
    ]
    ports = tuple(view.port for view in views)
    name = f"peer link to {switch.peer}"
    return Channel(number, name, design.underlay.mtu, 0, 0, ports), members


def _unused(switch: Switch, used: Collection[str]) -> tuple[str, ...]:
    """Whole ports that carry no cable, neither as a whole nor by a part."""
    whole = ports_by_name(switch.model)
    free = tuple(name for name in whole if name not in used)
    if len(free) + len(used) == len(whole):
        return free
    lanes = lanes_by_name(switch.model, catalogue.known(switch.nos))
    busy = {lanes[name][0].panel for name in used if name in lanes}
    return tuple(n for n in free if not (whole[n].breakouts and whole[n].panel in busy))
