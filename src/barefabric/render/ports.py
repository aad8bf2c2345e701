"""Views of ports, port channels and VLANs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import groupby
from typing import Any

from barefabric.model.device import DeviceModel, PortSpec
from barefabric.model.intent import AccessPort, MemberPort, RoutedPort, SwitchIntent
from barefabric.model.record import fields
from barefabric.model.vendor import Dialect, Vendor
from barefabric.render.natural import Ordered, natural, ordered, ranges, runs
from barefabric.render.view import BridgingView, MlagView, PortsView, SpeedGroupView, SviView
from barefabric.vendors import catalogue
from barefabric.vendors.lanes import electrical_lanes, lanes_by_name, parts_at, ports_by_name
from barefabric.vendors.speed_groups import serdes, speed_groups

SINGLE_LANE = 25
"""The fastest rate, in Gbit/s, that EOS takes for one lane unless it is told how many."""

_USES = PortsView._fields[:4]
"""What ports are used for."""

_FORCED = fields(RoutedPort, "forced")
"""Whether a port in use, of whatever kind, is forced."""

_ADDRESS = fields(RoutedPort, "address")


def any_unnumbered(intent: SwitchIntent) -> bool:
    """Whether any routed port has no address at all."""
    if all(map(_ADDRESS, intent.routed)):
        return False
    return not all(port.address or port.address6 for port in intent.routed)


def port_views(intent: SwitchIntent, dialect: Dialect) -> tuple[PortsView, ...]:
    """Every front-panel port, in the order of the panel.

    A name that the panel does not have stands where it would.
    """
    told = _Told(intent, dialect)
    try:
        lists = _by_use(intent, _panel(intent.switch.model, told.vendor))
    except KeyError:
        names = {*(name for name, _ in _speeds(intent)), *intent.unused}
        lists = _by_use(intent, _ranks(names))
    return tuple(view for use, ports in runs(lists) for view in _views(_USES[use], ports, told))


def _by_use(intent: SwitchIntent, rank: Mapping[str, int]) -> list[Ordered]:
    """The ports by use, each list in order."""
    used = (intent.routed, intent.members, intent.access)
    return [
        *(ordered([rank[port[0]] for port in ports], ports) for ports in used),
        ordered([rank[name] for name in intent.unused], intent.unused),
    ]


def _ranks(names: Iterable[str]) -> Mapping[str, int]:
    """Where each of some ports stands among all of them."""
    return {name: rank for rank, name in enumerate(sorted(names, key=natural))}


@cache
def _panel(model: DeviceModel, vendor: Vendor) -> Mapping[str, int]:
    """The ranks of all ports of a panel and all their parts."""
    return _ranks({*ports_by_name(model), *lanes_by_name(model, vendor)})


def _views(use: str, ports: Sequence[Any], told: "_Told") -> Iterator[PortsView]:
    """Ports of one use as one view, or as several where they are told different things."""
    listed: dict[str, Any] = {use: ports}
    if use == "unused" or not any(map(_FORCED, ports)):
        yield PortsView(**listed)
        return
    for (speed, split, parts), same in groupby(ports, key=told.of):
        listed[use] = tuple(same)
        yield PortsView(**listed, speed=speed, split=split, parts=parts)


class _Told:
    """What ports are told besides their use.

    A part of a broken-out port is told how many lanes of the cage it takes, too: ``speed 100g-2``
    (EOS User Manual, Ethernet Ports). The first part of EOS is called like its port; it is a part
    where another part of the port is in use.
    """

    def __init__(self, intent: SwitchIntent, dialect: Dialect) -> None:
        self.intent, self.speeds, self.part_speed = intent, dialect.speeds, dialect.part_speed
        self.vendor = catalogue.known(intent.switch.nos)

    @cached_property
    def lanes(self) -> Mapping[str, tuple[PortSpec, int]]:
        """The ports that names of lanes belong to."""
        return lanes_by_name(self.intent.switch.model, self.vendor)

    @cached_property
    def split(self) -> dict[int, tuple[str, int]]:
        """Panel numbers of the ports that are broken out, with the first part in use of each."""
        lanes, rank = self.lanes, _panel(self.intent.switch.model, self.vendor)
        used = [(name, speed) for name, speed in _speeds(self.intent) if name in lanes]
        first: dict[int, tuple[str, int]] = {}
        for name, speed in sorted(used, key=lambda part: rank[part[0]]):
            spec = lanes[name][0]
            if name != spec.name:
                first.setdefault(spec.panel, (name, speed))
        return first

    def of(self, port: RoutedPort | MemberPort | AccessPort) -> tuple[str, str, int]:
        """Its speed where that is not the native one; the port that it is the first part of."""
        speed = self._speed(port) if port.forced else ""
        spec, _ = self.lanes.get(port.name, (None, 0))
        if spec is None or self.split.get(spec.panel, ("", 0))[0] != port.name:
            return speed, "", 0
        return speed, spec.name, parts_at(self.vendor, spec, port.name, port.speed)

    def _speed(self, port: RoutedPort | MemberPort | AccessPort) -> str:
        """The text for a port that does not run at its native speed."""
        spec, _ = self.lanes.get(port.name, (None, 0))
        if not self.part_speed or port.speed <= SINGLE_LANE:
            return self.speeds[port.speed]
        if spec is None or spec.panel not in self.split:
            return self.speeds[port.speed]
        lanes = electrical_lanes(spec, port.speed)
        return self.part_speed.format(speed=port.speed, lanes=lanes)


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
    svis = tuple(_svis(intent, dialect))
    return BridgingView(
        channels=intent.channels,
        access=intent.access,
        vlans=tuple(sorted(intent.vlans)),
        svis=svis,
        mlag=_mlag(intent, dialect),
        pair_vlans=ranges([vlan.number for vlan in intent.vlans if vlan.pair_only]),
        server_vlans=" ".join(str(v.number) for v in intent.vlans if not v.pair_only),
        anycast=any(svi.gateway for svi in svis),
        channel_name=dialect.channel_name,
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
