"""Give the shape's devices their numbers."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from barefabric.derive.mtus import smallest
from barefabric.ledger.addresses import FIRST_SERVER, RACK6
from barefabric.ledger.asns import node_key, switch_key
from barefabric.ledger.patching import link6
from barefabric.model.address import colons, dotted, dotted_all
from barefabric.model.design import Pair
from barefabric.model.device import Attach, Rack, Server, Switch, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.model.ledger import Kind
from barefabric.model.numbers import Numbers
from barefabric.model.record import record
from barefabric.model.shape import Shape
from barefabric.topology.schema import Topology

FIRST_LEAF = 2
"""Offset of a rack's first leaf in the rack's prefix; the gateway has .1."""


def number_switches(shape: Shape, numbers: Numbers) -> dict[str, Switch]:
    """Switches with id, ASN, loopbacks and management address."""
    loopbacks6 = numbers.loopbacks6
    return {
        name: replace(
            switch,
            id=numbers.ids[name],
            asn=numbers.asns[switch_key(switch)],
            loopback=dotted(numbers.loopbacks[name]),
            management=dotted(numbers.management[name]),
            loopback6=colons(loopbacks6[name]) if loopbacks6 else "",
        )
        for name, switch in shape.switches.items()
    }


def number_racks(
    topology: Topology, shape: Shape, numbers: Numbers, mtus: Mapping[str, int]
) -> dict[str, Rack]:
    """Racks with their prefix; gateway and VLAN only where a server is not routed.

    ``mtus`` are those of racks with servers; where one is the fabric's, nothing is written.
    """
    pool, usual = topology.addressing.servers, smallest(topology, mtus)
    racks = {}
    for name, rack in shape.racks.items():
        base = numbers.racks.get(name)
        if base is None:
            racks[name] = rack
            continue
        base6 = numbers.racks6.get(name)
        bridged = any(shape.servers[s].attach is not Attach.ROUTED for s in rack.servers)
        racks[name] = replace(
            rack,
            prefix=f"{dotted(base)}/{pool.per_rack}",
            gateway=dotted(base + 1) if bridged else "",
            vlan=pool.vlan if bridged else 0,
            prefix6="" if base6 is None else f"{colons(base6)}/{RACK6}",
            gateway6="" if base6 is None or not bridged else colons(base6 + 1),
            mtu=0 if mtus.get(name, usual) == usual else mtus[name],
        )
    return racks


def _second_speakers(clusters: Mapping[str, Cluster]) -> dict[str, tuple[bool, bool]]:
    """Per cluster: whether every node, and whether control-plane nodes, use the second address."""
    return {
        name: (
            c.announcer == "metallb" and c.cni_mode == "bgp",
            c.endpoint_use == "kube-vip",
        )
        for name, c in clusters.items()
    }


def number_servers(
    topology: Topology, shape: Shape, numbers: Numbers, clusters: Mapping[str, Cluster]
) -> dict[str, Server]:
    """Servers with addresses and ASN. The second address lies half a prefix above the first."""
    half = 1 << (31 - topology.addressing.servers.per_rack)
    second = _second_speakers(clusters)
    asn_of = _node_asns(topology, numbers)
    recorded = numbers.ledger.of(Kind.NODE)
    servers = {}
    for rack in shape.racks.values():
        base, base6 = numbers.racks.get(rack.name, 0), numbers.racks6.get(rack.name)
        addresses = [numbers.nodes[name] for name in rack.servers]
        seconds = dotted_all([address + half for address in addresses])
        for node, address, text2 in zip(rack.servers, addresses, seconds, strict=True):
            server, text = shape.servers[node], recorded[node].value  # the ledger's own text
            name, kind, home, _, attach, nics, speed, cluster, control, pod = server[:10]
            asn = asn_of(server) if cluster or attach is Attach.ROUTED else 0
            all_nodes, control_nodes = second.get(cluster, (False, False))
            uses, offset = all_nodes or (control_nodes and control), address - base
            text6, text62 = ("", "") if base6 is None else _pair6(base6 + offset, half)
            position = offset - FIRST_SERVER + 1
            values = (
                name, kind, home, position, attach, nics, speed, cluster, control, pod,
                asn, text, text2, uses, text6, text62,
            )  # fmt: skip
            servers[name] = record(Server, values)
    return servers


def _node_asns(topology: Topology, numbers: Numbers) -> Callable[[Server], int]:
    """The ASN of a server. Unless each has its own, those of a rack and a cluster share one."""
    written = {c.name: c for c in topology.clusters}
    alone = {c.name for c in topology.clusters if c.cni.node_asn == "per_node"}
    shared: dict[tuple[str, str], int] = {}

    def find(server: Server) -> int:
        key = server.cluster, server.rack
        asn = shared.get(key)
        if asn is None:
            asn = numbers.asns[node_key(written.get(server.cluster), server)]
            if server.cluster not in alone:
                shared[key] = asn
        return asn

    return find


def _pair6(address: int, half: int) -> tuple[str, str]:
    """Both IPv6 addresses of a server."""
    return colons(address), colons(address + half)


def number_pairs(switches: Mapping[str, Switch], numbers: Numbers) -> dict[str, Pair]:
    """MLAG pairs by their first leaf's rack, with both /31s."""
    pairs = {}
    for switch in switches.values():
        if switch.peer and switch.index % 2 == 1:
            name = f"{switch.peer} {switch.name}"
            control, routing = numbers.links[f"{name} control"], numbers.links[f"{name} routing"]
            routing6 = numbers.links6.get(f"{name} routing")
            key = switch_key(switch)
            pairs[key] = Pair(
                key,
                switch.name,
                switch.peer,
                (f"{dotted(control)}/31", f"{dotted(control + 1)}/31"),
                (f"{dotted(routing)}/31", f"{dotted(routing + 1)}/31"),
                ("", "") if routing6 is None else link6(routing6),
            )
    return pairs


def upstreams(topology: Topology) -> dict[str, Upstream]:
    """Upstream routers, with the pools that name them."""
    announced: dict[str, list[str]] = {}
    for cluster in topology.clusters:
        for _, pool in sorted(
            (cluster.load_balancer.pools if cluster.load_balancer else {}).items()
        ):
            for upstream in pool.announce_to:
                announced.setdefault(upstream, []).extend(pool.addresses)
    return {
        e.name: Upstream(
            e.name,
            e.asn,
            e.attach.switch,
            e.attach.port,
            *e.attach.ends("ipv4"),
            e.accept,
            tuple(announced.get(e.name, ())),
            e.password,
            e.mtu,
            *e.attach.ends("ipv6"),
        )
        for e in topology.external
    }
