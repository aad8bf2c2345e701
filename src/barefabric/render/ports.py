"""Views of ports, port channels and VLANs."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from barefabric.ledger.panel import lanes_by_name, parts_at, ports_by_name
from barefabric.model.device import PortSpec
from barefabric.model.intent import AccessPort, MemberPort, RoutedPort, SwitchIntent
from barefabric.model.vendor import Dialect
from barefabric.render.natural import natural, ranges
from barefabric.render.view import (
    BridgingView,
    ChannelView,
    MlagView,
    PortView,
    SpeedGroupView,
    SviView,
    VlanView,
)
from barefabric.vendors import catalogue
from barefabric.vendors.lanes import electrical_lanes
from barefabric.vendors.speed_groups import serdes, speed_groups

SINGLE_LANE = 25
"""The fastest rate, in Gbit/s, that EOS takes for one lane unless it is told how many."""

UNUSED = "unused"
"""Description of a port without a cable; it is shut down."""


def port_views(intent: SwitchIntent, dialect: Dialect) -> tuple[PortView, ...]:
    """Every front-panel port, in the order of the panel."""
    views = sorted(_ports(intent, dialect), key=lambda port: natural(port.name))
    model, vendor = intent.switch.model, catalogue.known(intent.switch.nos)
    lanes, whole = lanes_by_name(model, vendor), ports_by_name(model)
    if all(view.name in whole or view.name not in lanes for view in views):
        return tuple(views)
    return tuple(_with_splits(intent, views, lanes))


def _with_splits(
    intent: SwitchIntent, views: Iterable[PortView], lanes: Mapping[str, tuple[PortSpec, int]]
) -> Iterator[PortView]:
    """The ports, the first part of each broken-out one with what it is a part of."""
    vendor = catalogue.known(intent.switch.nos)
    speeds = dict(_speeds(intent))
    seen: set[int] = set()
    for view in views:
        spec = lanes[view.name][0] if view.name in lanes else None
        if spec is None or view.name == spec.name or spec.panel in seen:
            yield view
            continue
        seen.add(spec.panel)
        parts = parts_at(vendor, spec, view.name, speeds[view.name])
        yield view._replace(split=spec.name, parts=parts)


class _Speeds(dict[int, str]):
    """What a port is told that runs below its native speed, by Gbit/s.

    A part of a broken-out port is told how many lanes of the cage it takes, too: ``speed 100g-2``
    (EOS User Manual, Ethernet Ports). The first part of EOS is called like its port; it is a part
    where another part of the port is in use.
    """

    def __init__(self, intent: SwitchIntent, dialect: Dialect) -> None:
        super().__init__(dialect.speeds)
        self.intent, self.part_speed = intent, dialect.part_speed

    @cached_property
    def lanes(self) -> Mapping[str, tuple[PortSpec, int]]:
        """The ports that names of lanes belong to."""
        vendor = catalogue.known(self.intent.switch.nos)
        return lanes_by_name(self.intent.switch.model, vendor) if self.part_speed else {}

    @cached_property
    def split(self) -> set[int]:
        """Panel numbers of the ports that are broken out."""
        lanes = self.lanes
        used = [name for name, _ in _speeds(self.intent) if name in lanes]
        return {spec.panel for name in used if (spec := lanes[name][0]).name != name}

    def of(self, port: RoutedPort | MemberPort | AccessPort) -> str:
        """The text for a port that does not run at its native speed."""
        if port.speed <= SINGLE_LANE:
            return self[port.speed]
        spec, _ = self.lanes.get(port.name, (None, 0))
        if spec is None or spec.panel not in self.split:
            return self[port.speed]
        lanes = electrical_lanes(spec, port.speed)
        return self.part_speed.format(speed=port.speed, lanes=lanes)


def _ports(intent: SwitchIntent, dialect: Dialect) -> Iterator[PortView]:
    speeds = _Speeds(intent, dialect)
    for routed in intent.routed:
        told = speeds.of(routed) if routed.forced else ""
        yield PortView(
            routed.name, routed.description, told, routed.mtu, True, routed.address,
            not (routed.address or routed.address6), address6=routed.address6,
        )  # fmt: skip
    for member in intent.members:
        told = speeds.of(member) if member.forced else ""
        yield PortView(member.name, member.description, told, channel=member.channel)
    for access in intent.access:
        told = speeds.of(access) if access.forced else ""
        yield PortView(access.name, access.description, told, access.mtu, vlan=access.vlan)
    for name in intent.unused:
        yield PortView(name, UNUSED, unused=True)


def _speeds(intent: SwitchIntent) -> Iterator[tuple[str, int]]:
    """Every port in use with its speed in Gbit/s."""
    yield from ((port.name, port.speed) for port in intent.routed)
    yield from ((port.name, port.speed) for port in intent.members)
    yield from ((port.name, port.speed) for port in intent.access)


def speed_group_views(intent: SwitchIntent, dialect: Dialect) -> tuple[SpeedGroupView, ...]:
    """The speed groups of the panel that do not run at their native rate, by number.

    The design has one rate in each (PO014 otherwise).
    """
    grouped = speed_groups(intent.switch.model)
    if not grouped:
        return ()
    rates: dict[int, int] = {}
    for name, speed in _speeds(intent):
        group = grouped.get(name)
        if group is not None and serdes(speed) != group.native:
            rates[group.number] = serdes(speed)
    return tuple(SpeedGroupView(n, dialect.speeds[rate]) for n, rate in sorted(rates.items()))


def bridging_view(intent: SwitchIntent, dialect: Dialect) -> BridgingView:
    """Port channels, VLANs, their interfaces and the pair's control session."""
    channels = tuple(_channels(intent, dialect))
    svis = tuple(_svis(intent, dialect))
    bridged = [channel.name for channel in channels] + [port.name for port in intent.access]
    return BridgingView(
        channels=channels,
        vlans=tuple(VlanView(*vlan) for vlan in sorted(intent.vlans)),
        svis=svis,
        mlag=_mlag(intent, dialect),
        pair_vlans=ranges([vlan.number for vlan in intent.vlans if vlan.pair_only]),
        ports=" ".join(sorted(bridged, key=natural)),
        server_vlans=" ".join(str(v.number) for v in intent.vlans if not v.pair_only),
        anycast=any(svi.gateway for svi in svis),
    )


def _channels(intent: SwitchIntent, dialect: Dialect) -> Iterator[ChannelView]:
    for channel in intent.channels:
        yield ChannelView(
            name=dialect.channel_name.format(number=channel.number),
            description=channel.description,
            mtu=channel.mtu,
            vlan=channel.vlan,
            trunk=not channel.vlan,
            mlag=channel.mlag,
            members=" ".join(channel.members),
        )


def _svis(intent: SwitchIntent, dialect: Dialect) -> Iterator[SviView]:
    control = intent.mlag.vlan if intent.mlag else 0
    for svi in sorted(intent.svis):
        length, length6 = (a.partition("/")[2] for a in (svi.address, svi.address6))
        yield SviView(
            name=dialect.svi_name.format(number=svi.vlan),
            vlan=svi.vlan,
            description=svi.description,
            mtu=svi.mtu,
            address=svi.address,
            gateway=svi.gateway,
            gateway_prefix=f"{svi.gateway}/{length}" if svi.gateway else "",
            always_up=svi.vlan == control,
            address6=svi.address6,
            gateway6=svi.gateway6,
            gateway_prefix6=f"{svi.gateway6}/{length6}" if svi.gateway6 else "",
        )


def _mlag(intent: SwitchIntent, dialect: Dialect) -> MlagView | None:
    mlag = intent.mlag
    if mlag is None:
        return None
    return MlagView(
        domain=mlag.domain,
        interface=dialect.svi_name.format(number=mlag.vlan),
        peer_address=mlag.peer_address,
        channel=dialect.channel_name.format(number=mlag.channel),
        heartbeat=mlag.heartbeat,
    )
