"""Writes one fabric of a given size in the input languages of three tools.

All three describe the same switches, cables and, where the tool knows them, servers: spines of one
AS, leaf pairs of one AS each, eBGP on every uplink, LACP bonds to the servers. RESULTS.md says what
a tool leaves out.

    python benchmarks/generate.py 100 FOLDER
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

SPINE_AS = 4200000001
FIRST_LEAF_AS = 4200020001
SERVER_VLAN = 100
# A Kubernetes cluster holds 5,000 nodes at most; larger fabrics carry several.
NODES_PER_CLUSTER = 2560


@dataclass(frozen=True)
class Shape:
    """A fabric of two tiers: every rack has two leaves in a pair, every leaf is on every spine."""

    spines: int
    racks: int
    servers_per_rack: int

    @property
    def leaves(self) -> int:
        """Number of leaf switches."""
        return 2 * self.racks

    @property
    def switches(self) -> int:
        """Number of switches."""
        return self.spines + self.leaves

    @property
    def servers(self) -> int:
        """Number of servers."""
        return self.racks * self.servers_per_rack

    def rack_names(self) -> list[str]:
        """Names of the racks, padded to equal width as ranges are."""
        width = len(str(self.racks))
        return [f"r{n:0{width}}" for n in range(1, self.racks + 1)]

    def spine_names(self) -> list[str]:
        """Names of the spines."""
        return [f"spine{n}" for n in range(1, self.spines + 1)]


FABRICS = {
    "12": Shape(spines=4, racks=4, servers_per_rack=20),
    "100": Shape(spines=4, racks=48, servers_per_rack=20),
    "1000": Shape(spines=4, racks=498, servers_per_rack=20),
    "2112": Shape(spines=64, racks=1024, servers_per_rack=80),
}


# barefabric


def topology(shape: Shape, name: str) -> str:
    """The topology file of barefabric."""
    spine_ports = next(n for n in (32, 64, 128, 1024, 2048) if n >= shape.leaves)
    downlinks = 48 if shape.servers_per_rack <= 48 else 96
    uplinks = max(8, shape.spines + 2)
    leaf_ports = f"{{downlink: {downlinks} x 25G, uplink: {uplinks} x 100G}}"
    names = shape.rack_names()
    racks = f"r[{names[0][1:]}-{names[-1][1:]}]"
    lines = [
        f"# {shape.spines} spines, {shape.racks:,} racks of two leaves, {shape.servers:,} servers.",
        f"fabric: {name}",
        "",
        "switch_types:",
        f"  spine: {{nos: arista_eos, ports: {spine_ports} x 100G}}",
        f"  leaf: {{nos: arista_eos, pair: mlag, ports: {leaf_ports}}}",
        "",
        "server_types:",
        "  node: {nics: 2 x 25G, attach: bond}",
        "",
        *addressing(shape),
        f"spines: {shape.spines}",
        "racks:",
        f'  - {{name: "{racks}", leaves: 2, servers: {{node: {shape.servers_per_rack}}}}}',
        "",
        "clusters:",
        *clusters(shape),
    ]
    return "\n".join(lines) + "\n"


def addressing(shape: Shape) -> list[str]:
    """Pools for fabrics that the default ones cannot hold."""
    if shape.racks <= 256:
        return []
    return [
        "addressing:",
        "  loopbacks: 10.40.0.0/16",
        "  links: 10.32.0.0/13",
        "  servers: {pool: 10.16.0.0/12, per_rack: 24}",
        "  management: {pool: 172.16.0.0/12}",
        "",
    ]


def clusters(shape: Shape) -> Iterator[str]:
    """One Kubernetes cluster per so many racks, each with pools of its own."""
    names = shape.rack_names()
    racks_each = max(1, NODES_PER_CLUSTER // shape.servers_per_rack)
    parts = [names[n : n + racks_each] for n in range(0, len(names), racks_each)]
    pods = ip_network("10.128.0.0/9").subnets(new_prefix=14)
    services = ip_network("10.96.0.0/12").subnets(new_prefix=17)
    pools = ip_network("198.18.0.0/16").subnets(new_prefix=21)
    for number, (part, pod, service, pool) in enumerate(
        zip(parts, pods, services, pools, strict=False), 1
    ):
        whole = len(parts) == 1
        range_ = f"{part[0]}" if len(part) == 1 else f"r[{part[0][1:]}-{part[-1][1:]}]"
        chosen = "[node]" if whole else f'{{racks: ["{range_}"]}}'
        yield f"  - name: k{number}"
        yield f"    servers: {chosen}"
        yield f"    pods: {pod}"
        yield f"    services: {service}"
        yield "    cni: {use: calico, mode: bgp}"
        yield f"    load_balancer: {{use: metallb, pools: {{p{number}: {pool}}}}}"


# pyavd


def avd_inputs(shape: Shape, name: str) -> dict[str, Any]:
    """Inputs of AVD's eos_designs: what all devices share, and per rack its leaves and servers."""
    spines = shape.spine_names()
    leaf_defaults = {
        "loopback_ipv4_pool": "10.40.0.0/16",
        "uplink_ipv4_pool": "10.32.0.0/13",
        "mlag_peer_ipv4_pool": "10.41.0.0/16",
        "mlag_peer_l3_ipv4_pool": "10.42.0.0/16",
        "loopback_ipv4_offset": shape.spines,
        "virtual_router_mac_address": "00:1c:73:00:00:99",
        "vtep": False,
        "uplink_switches": spines,
        "uplink_interfaces": [f"Ethernet{101 + n}" for n in range(shape.spines)],
        "mlag_interfaces": [f"Ethernet{101 + shape.spines + n}" for n in range(2)],
    }
    common = {
        "fabric_name": name,
        "underlay_routing_protocol": "ebgp",
        "overlay_routing_protocol": "none",
        "bgp_maximum_paths": shape.spines,
        "bgp_ecmp": shape.spines,
        "p2p_uplinks_mtu": 9214,
        "mgmt_gateway": "172.16.0.1",
        "spine": {
            "defaults": {"loopback_ipv4_pool": "10.40.0.0/16", "bgp_as": str(SPINE_AS)},
            "nodes": [
                {"name": spine, "id": n, "mgmt_ip": f"172.16.1.{n}/12"}
                for n, spine in enumerate(spines, 1)
            ],
        },
    }
    racks = [avd_rack(shape, n, rack) for n, rack in enumerate(shape.rack_names())]
    return {"common": common, "leaf_defaults": leaf_defaults, "racks": racks}


def avd_rack(shape: Shape, index: int, rack: str) -> dict[str, Any]:
    """One rack in AVD's words: node group, server VLAN and servers. `index` counts from 0."""
    leaves = [f"{rack}-leaf1", f"{rack}-leaf2"]
    prefix = int(ip_network("10.16.0.0/12").network_address) + 256 * index
    octets = ".".join(str(prefix >> shift & 255) for shift in (24, 16, 8))
    nodes = [
        {
            "name": leaf,
            "id": 2 * index + side + 1,
            "mgmt_ip": f"172.17.{index >> 7}.{(2 * index + side) & 255}/12",
            "uplink_switch_interfaces": [f"Ethernet{2 * index + side + 1}"] * shape.spines,
        }
        for side, leaf in enumerate(leaves)
    ]
    svi = {
        "id": SERVER_VLAN,
        "name": "SERVERS",
        "tags": [rack],
        "enabled": True,
        "mtu": 9000,
        "ip_virtual_router_addresses": [f"{octets}.1"],
        "nodes": [
            {"node": leaf, "ip_address": f"{octets}.{2 + side}/24"}
            for side, leaf in enumerate(leaves)
        ],
    }
    servers = [
        {
            "name": f"{rack}-node{n}",
            "rack": rack,
            "adapters": [
                {
                    "endpoint_ports": ["eth0", "eth1"],
                    "switch_ports": [f"Ethernet{n}", f"Ethernet{n}"],
                    "switches": leaves,
                    "mode": "access",
                    "vlans": str(SERVER_VLAN),
                    "spanning_tree_portfast": "edge",
                    "port_channel": {"mode": "active"},
                }
            ],
        }
        for n in range(1, shape.servers_per_rack + 1)
    ]
    group = {
        "group": rack,
        "bgp_as": str(FIRST_LEAF_AS + index),
        "filter": {"tags": [rack]},
        "nodes": nodes,
    }
    return {"group": group, "svi": svi, "servers": servers}


# netlab


def netlab_topology(shape: Shape) -> str:
    """The topology file of netlab: its fabric plugin, eBGP, no servers and no pairs."""
    return f"""\
provider: clab
defaults.device: eos
defaults.const.MAX_NODE_ID: {max(150, shape.switches + 1)}
plugin: [fabric]
module: [bgp]
bgp.sessions.ipv4: [ebgp]
addressing:
  loopback: {{ipv4: 10.40.0.0/16}}
  p2p: {{ipv4: 10.32.0.0/13, prefix: 31}}
  mgmt: {{ipv4: 172.16.0.0/16, start: 10}}
fabric:
  leafs: {shape.leaves}
  spines: {shape.spines}
  spine: {{bgp.as: {SPINE_AS}}}
  leaf: {{bgp.as: "{{{FIRST_LEAF_AS} + count}}"}}
"""


def write(name: str, folder: Path) -> None:
    """Writes the inputs of fabric `name` for all tools under `folder`."""
    shape = FABRICS[name]
    fabric = f"bench-{name}"
    for tool in ("barefabric", "pyavd", "netlab"):
        (folder / tool).mkdir(parents=True, exist_ok=True)
    (folder / "barefabric" / f"{fabric}.yaml").write_text(topology(shape, fabric))
    (folder / "pyavd" / "inputs.json").write_text(json.dumps(avd_inputs(shape, fabric)))
    (folder / "netlab" / "topology.yml").write_text(netlab_topology(shape))


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("fabric", choices=sorted(FABRICS, key=int), help="number of switches")
    parser.add_argument("folder", type=Path, help="where to write")
    arguments = parser.parse_args()
    write(arguments.fabric, arguments.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
