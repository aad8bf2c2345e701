"""Every address and prefix of a design, with what it is for."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from socket import inet_aton
from typing import NamedTuple

from barefabric.derive.prefixes import block_length
from barefabric.derive.sessions import leaf_address
from barefabric.model.address import BITS, FAMILIES, host_route, width
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Rack, Server, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.render.natural import by_address
from barefabric.vendors.catalogue import vendor

Entry = tuple[bytes, str]
"""Sort key, then a line: address, what it is for, device, interface, with tabs between them.

The two ends of a link are one entry of two lines: they are neighbors in a /31 or a /127, the upper
end first (``ledger/patching.py``).
"""

BOND, LOOPBACK = "bond0", "lo"
USED, RESERVED = "second BGP speaker", "reserved for a second BGP speaker"


def key(address: str) -> bytes:
    """Bytes that sort as addresses do, IPv4 before IPv6. A prefix length is left out."""
    return by_address(address.partition("/")[0])


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


def elsewhere(design: Design) -> Iterator[tuple[str, str]]:
    """What has an address of its own: where from, then lines as of an entry."""
    for cluster in design.clusters.values():
        lines = (line for _, line in sorted(_cluster(cluster)))
        yield f"cluster {cluster.name}", "".join(lines)
    for upstream in design.upstreams.values():
        yield "upstreams", "".join(line for _, line in _upstream(upstream))


def _entry(address: str, what: str, device: str = "", interface: str = "") -> Entry:
    return key(address), f"{address}\t{what}\t{device}\t{interface}\n"


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
    outside = CableKind.UPSTREAM
    for kind, a, a_port, b, b_port, _, _, a_address, b_address, a_six, b_six in design.cables:
        if kind is not outside:
            if a_address:
                ipv4 = inet_aton(a_address.partition("/")[0])
                yield ipv4, _ends(a_address, a, a_port, b_address, b, b_port)
            if a_six:
                yield key(a_six), _ends(a_six, a, a_port, b_six, b, b_port)


def _ends(a_address: str, a: str, a_port: str, b_address: str, b: str, b_port: str) -> str:
    return f"{a_address}\tlink to {b}\t{a}\t{a_port}\n{b_address}\tlink to {a}\t{b}\t{b_port}\n"


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


def _servers(design: Design) -> Iterator[Entry]:
    """The servers' addresses: rack by rack the first ones, then the second ones, all but sorted."""
    for rack in design.racks.values():
        servers = [design.servers[name] for name in rack.servers]
        interfaces = [_interface(design, server) for server in servers]
        for family, prefix in ((FAMILIES[0], rack.prefix), (FAMILIES[1], rack.prefix6)):
            if prefix:
                yield from _servers_of(servers, interfaces, family, prefix.partition("/")[2])


_KEY = {"ipv4": inet_aton, "ipv6": by_address}
_ADDRESSES = {
    "ipv4": attrgetter("address", "second_address"),
    "ipv6": attrgetter("address6", "second_address6"),
}


def _servers_of(
    servers: Sequence[Server], interfaces: Sequence[str], family: str, length: str
) -> Iterator[Entry]:
    """The addresses of a rack's servers in one family; ``length`` is that of the rack's prefix."""
    key_of, alone = _KEY[family], str(BITS[family])
    addresses = list(map(_ADDRESSES[family], servers))
    for server, interface, (own, _) in zip(servers, interfaces, addresses, strict=True):
        if own:
            bits = alone if interface == LOOPBACK else length
            yield key_of(own), f"{own}/{bits}\tserver\t{server.name}\t{interface}\n"
    for server, interface, (_, second) in zip(servers, interfaces, addresses, strict=True):
        if second:
            bits = alone if interface == LOOPBACK else length
            what, on = (USED, interface) if server.uses_second else (RESERVED, "")
            yield key_of(second), f"{second}/{bits}\t{what}\t{server.name}\t{on}\n"


def _interface(design: Design, server: Server) -> str:
    """The interface that has a server's addresses."""
    if server.attach is Attach.BOND:
        return BOND
    if server.attach is Attach.ROUTED:
        return LOOPBACK
    cables = design.cables_by_device[server.name]
    nics = [c.b_port for c in cables if c.kind is CableKind.SERVER and c.b == server.name]
    return nics[-1] if nics else ""


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
