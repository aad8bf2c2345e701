"""Who has which address: every address of a design, of either family, as text."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from barefabric.derive.sessions import leaf_address
from barefabric.model.address import width
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design, Pair
from barefabric.model.device import Attach, Rack, Server


class Use(StrEnum):
    """What an address is used for."""

    LOOPBACK = "loopback"
    MANAGEMENT = "management"
    MANAGEMENT_GATEWAY = "management gateway"
    LINK = "link"
    PAIR = "pair"
    GATEWAY = "gateway"
    LEAF = "leaf"
    SERVER = "server"
    SECOND = "second"
    UPSTREAM = "upstream"
    ENDPOINT = "endpoint"


class Owner(NamedTuple):
    """One use of an address. ``key`` is the ledger's name of the number it comes from.

    ``interface`` is where it stands on ``device``; ``peer`` and ``peer_port`` are the other end of
    a link. ``length`` is the prefix length that it is configured with.
    """

    use: Use
    device: str
    key: str
    length: int
    interface: str = ""
    peer: str = ""
    peer_port: str = ""


def owners(design: Design, address: str) -> list[Owner]:
    """Everything that has this address, in its canonical form. One pass over the design."""
    return [owner for value, owner in all_owners(design) if value == address]


def all_owners(design: Design) -> Iterator[tuple[str, Owner]]:
    """Every address of the design, without a length, with its use."""
    yield from _switches(design)
    for cable in design.cables:
        yield from _cable(cable)
    for pair in design.pairs.values():
        yield from _pair(pair)
    for rack in design.racks.values():
        if rack.gateway:
            yield from _rack(design, rack, "ipv4", rack.gateway, rack.prefix)
        if rack.gateway6:
            yield from _rack(design, rack, "ipv6", rack.gateway6, rack.prefix6)
    for server in design.servers.values():
        rack = design.racks[server.rack]
        yield from _server(server, server.address, server.second_address, rack.prefix)
        if server.address6:
            yield from _server(server, server.address6, server.second_address6, rack.prefix6)
    for cluster in design.clusters.values():
        end = cluster.endpoint
        if end:
            use = cluster.endpoint_use
            yield end, Owner(Use.ENDPOINT, cluster.name, cluster.name, width(end), use)


def _switches(design: Design) -> Iterator[tuple[str, Owner]]:
    for name, switch in design.switches.items():
        for loopback in filter(None, (switch.loopback, switch.loopback6)):
            yield loopback, Owner(Use.LOOPBACK, name, name, width(loopback), "loopback")
        managed = Owner(Use.MANAGEMENT, name, name, design.management_length, "management")
        yield switch.management, managed
    if design.management_gateway:
        gateway = Owner(Use.MANAGEMENT_GATEWAY, "", "", design.management_length)
        yield design.management_gateway, gateway


def _cable(cable: Cable) -> Iterator[tuple[str, Owner]]:
    use = Use.UPSTREAM if cable.kind is CableKind.UPSTREAM else Use.LINK
    a = (cable.a, cable.a_port, cable.a_address, cable.a_address6)
    b = (cable.b, cable.b_port, cable.b_address, cable.b_address6)
    for (device, port, *addresses), (peer, peer_port, *_) in ((a, b), (b, a)):
        for address in filter(None, addresses):
            value, length = _parts(address)
            yield value, Owner(use, device, cable.key, length, port, peer, peer_port)


def _parts(address: str) -> tuple[str, int]:
    """The address and the length of ``10.0.0.1/31``."""
    value, _, length = address.partition("/")
    return value, int(length)


def _pair(pair: Pair) -> Iterator[tuple[str, Owner]]:
    key = f"{pair.second} {pair.first}"
    devices = (pair.first, pair.second)
    ends = (("control", pair.control), ("routing", pair.routing), ("routing", pair.routing6))
    for what, addresses in ends:
        for device, peer, address in zip(devices, reversed(devices), addresses, strict=True):
            if address:
                value, length = _parts(address)
                yield value, Owner(Use.PAIR, device, f"{key} {what}", length, what, peer)


def _rack(
    design: Design, rack: Rack, family: str, gateway: str, prefix: str
) -> Iterator[tuple[str, Owner]]:
    """A rack's gateway and its leaves in one family."""
    length, vlan = _parts(prefix)[1], f"VLAN {rack.vlan}"
    yield gateway, Owner(Use.GATEWAY, "", rack.name, length, vlan)
    for leaf in rack.leaves:
        value = leaf_address(rack, design.switches[leaf], family)
        yield value, Owner(Use.LEAF, leaf, rack.name, length, vlan)


def _server(server: Server, first: str, second: str, prefix: str) -> Iterator[tuple[str, Owner]]:
    """A server's addresses in one family; ``prefix`` is its rack's."""
    routed = server.attach is Attach.ROUTED
    length = width(first) if routed else _parts(prefix)[1]
    places = {Attach.BOND: "its bond", Attach.ROUTED: "its loopback", Attach.SINGLE: "its link"}
    place = places[server.attach]
    yield first, Owner(Use.SERVER, server.name, server.name, length, place)
    where = place if server.uses_second else ""
    yield second, Owner(Use.SECOND, server.name, server.name, length, where)
