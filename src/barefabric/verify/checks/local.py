"""Checks of one switch's intent against the cables, racks and sessions of the design."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain
from operator import attrgetter

from barefabric.model.design import Design
from barefabric.model.device import Rack
from barefabric.model.intent import Channel, PeerGroup, ServerIntent, SwitchIntent
from barefabric.model.record import fields
from barefabric.model.session import SessionProfile, Side
from barefabric.verify.checks.ends import check_links, check_neighbors
from barefabric.verify.checks.tally import Tally

_DERIVED = "the configuration was not made from this design, or was changed by hand"
_AGAIN = "run fabric design again; if it stays, report it"


_MTU = attrgetter("mtu")
_CHANNEL, _MLAG = fields(Channel, "number"), fields(Channel, "mlag")


def check_switch(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """Everything that one switch's intent alone can show."""
    check_links(design, intent, tally)
    check_neighbors(design, intent, tally)
    for group in intent.bgp.groups:
        _settings(design, intent.switch.name, group, tally)
    _unique(intent, tally)
    _mtu(design, intent, tally)
    rack = design.racks.get(intent.switch.rack)
    if rack is not None and rack.gateway:
        _gateway(rack, intent, tally)


def check_server(design: Design, intent: ServerIntent, tally: Tally) -> None:
    """What one server's intent can show."""
    for group in intent.bgp.groups if intent.bgp else ():
        _settings(design, intent.server.name, group, tally)
    tally.count("mtu")
    if intent.mtu > design.underlay.mtu:
        tally.fault(
            "mtu",
            f"{intent.server.name} has MTU {intent.mtu}, its leaves {design.underlay.mtu}",
            "the server type's MTU is larger than the fabric's",
            "lower it, or raise underlay.mtu",
        )


def _unique(intent: SwitchIntent, tally: Tally) -> None:
    """A name or number that stands for two things makes a switch merge them."""
    channels = intent.channels
    named: tuple[tuple[str, list[Hashable]], ...] = (
        ("peer group", [group.name for group in intent.bgp.groups]),
        ("port channel", list(map(_CHANNEL, channels))),
        ("MLAG id", list(filter(None, map(_MLAG, channels)))),
    )
    for what, found in named:
        tally.count("settings", len(found))
        if len(set(found)) == len(found):
            continue
        for name in (name for name, count in Counter(found).items() if count > 1):
            line = f"{intent.switch.name} has {what} {name} twice"
            tally.fault("settings", line, _DERIVED, _AGAIN)


# Sessions.


def _settings(design: Design, name: str, group: PeerGroup, tally: Tally) -> None:
    """A peer group says what its profile says, so both ends say the same."""
    profile = design.profiles.get(group.profile)
    tally.count("settings", len(group.neighbors))
    if profile is None:
        line = f"{name}: group {group.name} belongs to no profile"
        tally.fault("settings", line, _DERIVED, _AGAIN)
        return
    side = (
        profile.a
        if profile.a.speaker is group.speaker and (profile.a.group == group.name)
        else profile.b
    )
    for what, mine, theirs in _differences(group, profile, side):
        tally.fault(
            "settings",
            f"{name}, group {group.name}: {what} {mine}, the design says {theirs}",
            "the two ends of the session would not agree",
            _AGAIN,
        )


def _differences(
    group: PeerGroup, profile: SessionProfile, side: Side
) -> Iterator[tuple[str, object, object]]:
    pairs: Iterable[tuple[str, object, object]] = (
        ("families", group.families, profile.families),
        ("keepalive", group.keepalive, profile.keepalive),
        ("hold time", group.hold, profile.hold),
        ("BFD", group.bfd, profile.bfd),
        ("password", group.password, profile.password),
        ("hops", group.hops, profile.hops),
        ("TTL security", group.ttl_security, profile.ttl_security),
        ("passive", group.passive, side.passive),
        ("local AS", group.local_as, side.local_as),
        ("max-prefix", group.max_prefix, side.max_prefix),
        ("import policy", group.import_policy, side.import_policy),
        ("export policy", group.export_policy, side.export_policy),
        ("next-hop-self", group.next_hop_self, side.next_hop_self),
        ("remove-private-as", group.remove_private_as, side.remove_private_as),
        ("send-community", group.send_community, side.send_community),
    )
    return ((what, _said(mine), _said(theirs)) for what, mine, theirs in pairs if mine != theirs)


def _said(value: object) -> object:
    return "none" if value in (None, "", ()) else value


# MTU.


def _mtu(design: Design, intent: SwitchIntent, tally: Tally) -> None:
    """All ports and VLANs of a switch have the fabric's MTU, hence both ends of every link.

    A port towards an upstream router has that router's.
    """
    name, wanted = intent.switch.name, design.underlay.mtu
    outside = {u.name: u.mtu for u in design.upstreams.values() if u.switch == name}
    tally.count("mtu", len(intent.routed) + len(intent.access) + len(intent.channels))
    ports = chain(intent.routed, intent.access, intent.channels, intent.svis)
    seen = set(map(_MTU, ports))
    if not outside and seen <= {wanted}:
        return
    odd = [
        (port.name, port.mtu)
        for port in intent.routed
        if port.mtu != outside.get(port.peer, wanted)
    ]
    odd += [(port.name, port.mtu) for port in intent.access if port.mtu != wanted]
    odd += [(f"port channel {c.number}", c.mtu) for c in intent.channels if c.mtu != wanted]
    odd += [(f"VLAN {svi.vlan}", svi.mtu) for svi in intent.svis if svi.mtu != wanted]
    for port, mtu in odd:
        tally.fault(
            "mtu",
            f"{name} {port} has MTU {mtu}, the other end {wanted}",
            "large packets are lost, small ones pass: sessions stay up",
            "one MTU: underlay.mtu",
        )


# Gateways.


def _gateway(rack: Rack, intent: SwitchIntent, tally: Tally) -> None:
    name = intent.switch.name
    tally.count("gateways")
    svi = next((s for s in intent.svis if s.vlan == rack.vlan), None)
    if svi is None:
        tally.fault("gateways", f"{name} has no interface in VLAN {rack.vlan}", _DERIVED, _AGAIN)
    elif svi.gateway != rack.gateway:
        tally.fault(
            "gateways",
            f"{name} answers for {svi.gateway or 'no gateway'}, "
            f"servers of rack {rack.name} use {rack.gateway}",
            _DERIVED,
            _AGAIN,
        )
    if not any(vlan.number == rack.vlan and not vlan.pair_only for vlan in intent.vlans):
        tally.fault("gateways", f"{name} does not know VLAN {rack.vlan}", _DERIVED, _AGAIN)
