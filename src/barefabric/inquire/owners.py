"""Who has which address: every address of a design, by its number."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from barefabric.derive.sessions import leaf_address
from barefabric.model.address import is_ipv4, number, split
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


def owners(design: Design, address: int) -> list[Owner]:
    """Everything that has this address. One pass over the design."""
    return [owner for value, owner in all_owners(design) if value == address]


def all_owners(design: Design) -> Iterator[tuple[int, Owner]]:
    """Every address of the design with its use."""
    yield from _switches(design)
    for cable in design.cables:
        yield from _cable(cable)
    for pair in design.pairs.values():
        yield from _pair(pair)
    for rack in design.racks.values():
        if rack.gateway:
            yield from _rack(design, rack)
    lengths = {rack.name: split(rack.prefix)[1] for rack in design.racks.values() if rack.prefix}
    for server in design.servers.values():
        yield from _server(server, lengths[server.rack])
    for cluster in design.clusters.values():
        if cluster.endpoint and is_ipv4(cluster.endpoint):
            owner = Owner(Use.ENDPOINT, cluster.name, cluster.name, 32, cluster.endpoint_use)
            yield number(cluster.endpoint), owner


def _switches(design: Design) -> Iterator[tuple[int, Owner]]:
    for name, switch in design.switches.items():
        yield number(switch.loopback), Owner(Use.LOOPBACK, name, name, 32, "loopback")
        managed = Owner(Use.MANAGEMENT, name, name, design.management_length, "management")
        yield number(switch.management), managed
    if design.management_gateway:
        gateway = Owner(Use.MANAGEMENT_GATEWAY, "", "", design.management_length)
        yield number(design.management_gateway), gateway


def _cable(cable: Cable) -> Iterator[tuple[int, Owner]]:
    use = Use.UPSTREAM if cable.kind is CableKind.UPSTREAM else Use.LINK
    a = (cable.a, cable.a_port, cable.a_address)
    b = (cable.b, cable.b_port, cable.b_address)
    for (device, port, address), (peer, peer_port, _) in ((a, b), (b, a)):
        if address and is_ipv4(address):
            value, length = split(address)
            yield value, Owner(use, device, cable.key, length, port, peer, peer_port)


def _pair(pair: Pair) -> Iterator[tuple[int, Owner]]:
    key = f"{pair.second} {pair.first}"
    for what, addresses in (("control", pair.control), ("routing", pair.routing)):
        devices = (pair.first, pair.second)
        for device, peer, address in zip(devices, reversed(devices), addresses, strict=True):
            value, length = split(address)
            yield value, Owner(Use.PAIR, device, f"{key} {what}", length, what, peer)


def _rack(design: Design, rack: Rack) -> Iterator[tuple[int, Owner]]:
    length, vlan = split(rack.prefix)[1], f"VLAN {rack.vlan}"
    yield number(rack.gateway), Owner(Use.GATEWAY, "", rack.name, length, vlan)
    for leaf in rack.leaves:
        value = number(leaf_address(rack, design.switches[leaf]))
        yield value, Owner(Use.LEAF, leaf, rack.name, length, vlan)


def _server(server: Server, length: int) -> Iterator[tuple[int, Owner]]:
    routed = server.attach is Attach.ROUTED
    length = 32 if routed else length
    places = {Attach.BOND: "its bond", Attach.ROUTED: "its loopback", Attach.SINGLE: "its link"}
    place = places[server.attach]
    yield number(server.address), Owner(Use.SERVER, server.name, server.name, length, place)
    where = place if server.uses_second else ""
    yield number(server.second_address), Owner(Use.SECOND, server.name, server.name, length, where)
