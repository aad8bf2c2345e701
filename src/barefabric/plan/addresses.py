"""Every address and prefix of a design, with what it is for."""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from socket import AF_INET6, inet_aton, inet_pton
from typing import NamedTuple

from barefabric.derive.prefixes import block_length
from barefabric.derive.sessions import leaf_address
from barefabric.model.address import host_route, width
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Rack, Server, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.vendors.catalogue import vendor

Entry = tuple[bytes, tuple[str, str, str, str]]
"""Sort key, then: address, what it is for, device, interface."""


def key(address: str) -> bytes:
    """Bytes that sort as addresses do, IPv4 before IPv6. A prefix length is left out."""
    text = address.partition("/")[0]
    if ":" in text:
        return b"\xff\xff\xff\xff" + inet_pton(AF_INET6, text)
    return inet_aton(text)


def span(prefix: str) -> tuple[bytes, bytes]:
    """The keys of a prefix's first and last address."""
    first = key(prefix)
    bits = width(prefix)
    mask = (1 << (bits - int(prefix.partition("/")[2] or bits))) - 1
    return first, (int.from_bytes(first, "big") | mask).to_bytes(len(first), "big")


def entries(design: Design) -> Iterator[Entry]:
    """Everything whose address is handed out from the fabric's pools, unsorted."""
    return chain(
        _switches(design), _links(design), _pairs(design), _racks(design), _servers(design)
    )


def elsewhere(design: Design) -> Iterator[tuple[str, str, str, str, str]]:
    """What has an address of its own: address, what it is for, device, interface, where from."""
    for cluster in design.clusters.values():
        home = f"cluster {cluster.name}"
        for _, row in sorted(_cluster(cluster)):
            yield (*row, home)
    for upstream in design.upstreams.values():
        for _, row in _upstream(upstream):
            yield (*row, "upstreams")


def _entry(address: str, what: str, device: str = "", interface: str = "") -> Entry:
    return key(address), (address, what, device, interface)


class Names(NamedTuple):
    """What a network OS calls its interfaces; ``svi`` has ``{number}``."""

    loopback: str = "loopback"
    management: str = "management"
    svi: str = "vlan {number}"
    pair_vlan: int = 0
    routing_vlan: int = 0


@cache
def names(nos: str) -> Names:
    """The names of a network OS; plain words where the catalogue has none."""
    known = vendor(nos)
    if known is None:
        return Names()
    dialect = known.dialect
    words = (
        (dialect.loopback, dialect.management_port, dialect.svi_name) if dialect else Names()[:3]
    )
    return Names(*words, known.pair_vlan, known.routing_vlan)


def _switches(design: Design) -> Iterator[Entry]:
    length = design.management_length
    for switch in design.switches.values():
        its = names(switch.nos)
        if switch.loopback:
            yield _entry(f"{switch.loopback}/32", "loopback", switch.name, its.loopback)
        if switch.loopback6:
            yield _entry(f"{switch.loopback6}/128", "loopback", switch.name, its.loopback)
        if switch.management:
            yield _entry(f"{switch.management}/{length}", "management", switch.name, its.management)
    if design.management_gateway:
        yield _entry(f"{design.management_gateway}/{length}", "gateway of management")


def _links(design: Design) -> Iterator[Entry]:
    for kind, a, a_port, b, b_port, _, _, a_address, b_address, a_six, b_six in design.cables:
        if kind is CableKind.UPSTREAM:
            continue
        if a_six:
            yield key(a_six), (a_six, f"link to {b}", a, a_port)
            yield key(b_six), (b_six, f"link to {a}", b, b_port)
        if a_address:
            yield key(a_address), (a_address, f"link to {b}", a, a_port)
        if b_address:
            yield key(b_address), (b_address, f"link to {a}", b, b_port)


def _pairs(design: Design) -> Iterator[Entry]:
    for pair in design.pairs.values():
        its = names(design.switches[pair.first].nos)
        control = its.svi.format(number=its.pair_vlan)
        routing = its.svi.format(number=its.routing_vlan)
        for device, own in zip((pair.first, pair.second), pair.control, strict=True):
            yield _entry(own, "MLAG control", device, control)
        for ends in (pair.routing, pair.routing6):
            for device, own in zip((pair.first, pair.second), ends, strict=True):
                if own:
                    yield _entry(own, "iBGP of the pair", device, routing)


def _racks(design: Design) -> Iterator[Entry]:
    for rack in design.racks.values():
        if rack.prefix:
            yield from _rack(design, rack, "ipv4", rack.prefix, rack.gateway)
        if rack.prefix6:
            yield from _rack(design, rack, "ipv6", rack.prefix6, rack.gateway6)


def _rack(design: Design, rack: Rack, family: str, prefix: str, gateway: str) -> Iterator[Entry]:
    """A rack's prefix in one family, its gateway and its leaves' own addresses."""
    yield _entry(prefix, "prefix of the rack", f"rack {rack.name}")
    if not gateway:
        return
    length, leaves = prefix.partition("/")[2], [design.switches[n] for n in rack.leaves]
    svi = [names(leaf.nos).svi.format(number=rack.vlan) for leaf in leaves]
    shared = " ".join(dict.fromkeys(svi))
    yield _entry(f"{gateway}/{length}", "gateway of the servers", " ".join(rack.leaves), shared)
    for leaf, vlan in zip(leaves, svi, strict=True):
        own = leaf_address(rack, leaf, family)
        yield _entry(f"{own}/{length}", "leaf in the servers' VLAN", leaf.name, vlan)


def _single_nics(design: Design) -> dict[str, str]:
    """The NIC of each server that has one link."""
    servers = design.servers
    return {
        cable.b: cable.b_port
        for cable in design.cables
        if cable.kind is CableKind.SERVER and servers[cable.b].attach is Attach.SINGLE
    }


def _servers(design: Design) -> Iterator[Entry]:
    lengths = {rack.name: rack.prefix.partition("/")[2] for rack in design.racks.values()}
    lengths6 = {rack.name: rack.prefix6.partition("/")[2] for rack in design.racks.values()}
    nics = _single_nics(design)
    for server in design.servers.values():
        name, length, interface = server.name, lengths[server.rack], "bond0"
        if server.attach is Attach.ROUTED:
            length, interface = "32", "lo"
        elif server.attach is Attach.SINGLE:
            interface = nics.get(name, "")
        if server.address:
            own = f"{server.address}/{length}"
            yield inet_aton(server.address), (own, "server", name, interface)
        if server.second_address:
            second = f"{server.second_address}/{length}"
            used = server.uses_second
            what = "second BGP speaker" if used else "reserved for a second BGP speaker"
            yield key(second), (second, what, name, interface if used else "")
        if server.address6:
            length = "128" if interface == "lo" else lengths6[server.rack]
            yield from _server6(server, length, interface)


def _server6(server: Server, length: str, interface: str) -> Iterator[Entry]:
    """A server's IPv6 addresses."""
    yield _entry(f"{server.address6}/{length}", "server", server.name, interface)
    used = server.uses_second
    what = "second BGP speaker" if used else "reserved for a second BGP speaker"
    second = f"{server.second_address6}/{length}"
    yield _entry(second, what, server.name, interface if used else "")


def _cluster(cluster: Cluster) -> Iterator[Entry]:
    for prefix in cluster.pods:
        yield _entry(prefix, f"pods in blocks of /{block_length(cluster, prefix)}")
    for prefix in cluster.services:
        yield _entry(prefix, "services inside the cluster")
    for pool in cluster.pools:
        for prefix in pool.prefixes:
            yield _entry(prefix, f"load balancer pool {pool.name}")
    if cluster.endpoint:
        by = f" by {cluster.endpoint_use}" if cluster.endpoint_use else ""
        yield _entry(host_route(cluster.endpoint), f"endpoint of the API{by}")


def _upstream(upstream: Upstream) -> Iterator[Entry]:
    for ours in filter(None, (upstream.ours, upstream.ours6)):
        yield _entry(ours, f"link to {upstream.name}", upstream.switch, upstream.port)
    for theirs in filter(None, (upstream.theirs, upstream.theirs6)):
        yield _entry(theirs, f"link to {upstream.switch}", upstream.name)
