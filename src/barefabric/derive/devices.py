"""Give the shape's devices their numbers."""

from collections.abc import Mapping
from dataclasses import replace

from barefabric.ledger.addresses import RACK6
from barefabric.ledger.asns import node_key, switch_key
from barefabric.ledger.patching import link6
from barefabric.model.address import colons, dotted
from barefabric.model.design import Pair
from barefabric.model.device import Attach, Rack, Server, Switch, Upstream
from barefabric.model.kubernetes import Cluster
from barefabric.model.numbers import Numbers
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


def number_racks(topology: Topology, shape: Shape, numbers: Numbers) -> dict[str, Rack]:
    """Racks with their prefix; gateway and VLAN only where a server is not routed."""
    pool = topology.addressing.servers
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
    written = {c.name: c for c in topology.clusters}
    second = _second_speakers(clusters)
    servers = {}
    for name, server in shape.servers.items():
        address = numbers.nodes[name]
        all_nodes, control_nodes = second.get(server.cluster, (False, False))
        speaks = server.cluster or server.attach is Attach.ROUTED
        rack, base6 = numbers.racks[server.rack], numbers.racks6.get(server.rack)
        address6 = 0 if base6 is None else base6 + address - rack
        servers[name] = Server(
            name,
            server.type,
            server.rack,
            address - rack - 10,
            server.attach,
            server.nics,
            server.nic_speed,
            server.cluster,
            server.control_plane,
            server.pod,
            numbers.asns[node_key(written.get(server.cluster), server)] if speaks else 0,
            dotted(address),
            dotted(address + half),
            all_nodes or (control_nodes and server.control_plane),
            colons(address6) if address6 else "",
            colons(address6 + half) if address6 else "",
        )
    return servers


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
