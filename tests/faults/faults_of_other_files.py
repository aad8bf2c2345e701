"""Faults in the text of one rendered file: ports, servers, and manifests of clusters.

As when a template is wrong, or somebody edits what was built. No intent of a device has them.
"""

import re

from fault import Fault, Where
from fault_bench import Bench
from fault_edits import config, file, port
from fault_fabrics import ALL, BONDS, EOS, NUMBERED, ON_EOS, ON_FRR, PAIRS, ROUTED

LEAF = "r1-leaf1"
UPLINK = r"(interface Ethernet49/1\n)", r"(iface swp49\n)"


def uplinks_exchanged(b: Bench) -> None:
    """A leaf has the address of each uplink on the other one, as when two cables are swapped."""
    if b.fabric.nos == EOS:
        path, line = "startup-config", r"ip address (10\.254\.0\.[13])/31"
    else:
        path, line = "interfaces", r"address (10\.254\.0\.[13])/31"
    text = b.files()[LEAF][path]
    one, two = re.findall(line, text)
    for old, new in ((one, "9.9.9.9"), (two, one), ("9.9.9.9", two)):
        b.edit(LEAF, path, rf"\b{re.escape(old)}/31", f"{new}/31")


PORTS = [
    Fault(
        "addresses of two uplinks exchanged", uplinks_exchanged, NUMBERED, batfish={"bond": "BF020"}
    ),
    Fault(
        "loopback without an address",
        port(
            (LEAF, r"(interface Loopback0\n)   ip address .*\n", r"\1"),
            (LEAF, r"(iface lo inet loopback\n)    address .*\n", r"\1"),
        ),
        ALL,
        ends={"routed": "yes"},
        batfish={"eos-bonds": "BF030", "frr-routed": "BF012"},
    ),
    Fault(
        "uplink shut",
        port((LEAF, UPLINK[0], r"\1   shutdown\n"), (LEAF, UPLINK[1], r"\1    link-down yes\n")),
        ALL,
        files="FI001",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF011"},
    ),
    Fault(
        "MTU left to the device",
        port(
            (LEAF, UPLINK[0] + r"(   description .*\n)   mtu .*\n", r"\1\2"),
            (LEAF, UPLINK[1] + r"(    alias .*\n)    mtu .*\n", r"\1\2"),
        ),
        ALL,
        files="FI001",
    ),
    Fault(
        "bond shut",
        port(
            (LEAF, r"(interface Port-Channel1\n)", r"\1   shutdown\n"),
            (LEAF, r"(iface bond1\n)", r"\1    link-down yes\n"),
        ),
        BONDS,
        files="FI001",
        batfish={"frr": "BF011"},
    ),
    Fault(
        "bond without LACP",
        port(
            (LEAF, r"channel-group 1 mode active", "channel-group 1 mode on"),
            (LEAF, r"bond-mode 802\.3ad", "bond-mode balance-xor"),
        ),
        BONDS,
        files="FI001",
    ),
    Fault(
        "unused port left on",
        port(
            (LEAF, r"(interface Ethernet5\n   description unused\n)   shutdown\n", r"\1"),
            (LEAF, r"(iface swp5\n    alias unused\n)    link-down yes\n", r"\1"),
        ),
        ALL,
        files="FI001",
    ),
    Fault(
        "VLAN not declared",
        port((LEAF, r"vlan 100\n   .*\n!\n", ""), (LEAF, r"    bridge-vids 100\n", "")),
        BONDS,
        files="FI001",
    ),
    Fault(
        "gateway left out",
        port(
            (LEAF, r"   ip virtual-router address .*\n", ""),
            (LEAF, r"    address 10\.10\.0\.1/24\n", ""),
        ),
        BONDS,
        files="FI001",
    ),
    Fault(
        "VLAN interface shut",
        port(
            (LEAF, r"(interface Vlan100\n)", r"\1   shutdown\n"),
            (LEAF, r"(iface vlan100\n)", r"\1    link-down yes\n"),
        ),
        BONDS,
        files="FI001",
        batfish={"arista_eos": "BF020", "frr": "BF011"},
    ),
    Fault(
        "another MAC address of the gateway",
        config((LEAF, r"00:1c:73:00:00:99", "00:1c:73:00:00:98")),
        PAIRS,
        files="FI001",
    ),
    Fault(
        "peer link is no trunk",
        config((LEAF, r"   switchport mode trunk\n", "")),
        PAIRS,
        files="FI001",
        batfish="BF020",
    ),
    Fault(
        "VLANs of the pair on every port",
        config((LEAF, r"(vlan 4093\n   name .*\n)   trunk group PAIR\n", r"\1")),
        PAIRS,
        files="FI001",
    ),
    Fault("peer link not named", config((LEAF, r"   peer-link .*\n", "")), PAIRS, files="FI001"),
    Fault(
        "VLANs of the pair not on the peer link",
        config((LEAF, r"   switchport trunk group PAIR\n", "")),
        PAIRS,
        files="FI001",
        batfish="BF020",
    ),
    Fault(
        "partner heard on the peer link alone",
        config((LEAF, r"   peer-address heartbeat .*\n", "")),
        PAIRS,
        files="FI001",
    ),
    Fault(
        "both leaves go on without the peer link",
        config((LEAF, r"   dual-primary detection .*\n", "")),
        PAIRS,
        files="FI001",
    ),
    Fault("no forwarding", config((LEAF, r"^ip routing\n", "")), ON_EOS, files="FI001"),
    Fault(
        "no forwarding",
        file(LEAF, "sysctl.conf", r"net\.ipv4\.ip_forward = 1", "net.ipv4.ip_forward = 0"),
        ON_FRR,
        files="FI001",
    ),
]

SERVERS = [
    Fault(
        "host takes the CNI's port",
        file("r1-node1", "daemons", r" -p 0", ""),
        ROUTED,
        files="FI001",
    ),
    Fault(
        "host with a password in clear text",
        file("r1-node1", "frr.conf", r"\$\{secret:key\}", "hunter2"),
        ROUTED,
        files="FI001",
        ends="yes",
    ),
    Fault(
        "host without multipath",
        file("r1-node1", "frr.conf", r"maximum-paths \d+", "maximum-paths 1"),
        ROUTED,
        files="FI001",
    ),
    Fault(
        "host announces whatever it has",
        file("r1-node1", "frr.conf", r" +neighbor LEAVES route-map \S+ out\n", ""),
        ROUTED,
        files="FI001",
        batfish="BF022",
    ),
    Fault(
        "AS path not matched on a host",
        file("r1-node1", "frr.conf", r" match as-path OWN\n", ""),
        ROUTED,
        files="FI001",
    ),
    Fault(
        "host with another loopback",
        file("r1-node1", "01-barefabric.yaml", r"10\.10\.0\.11/32", "10.10.0.31/32"),
        ROUTED,
        files="FI001",
    ),
    Fault(
        "server's bond without LACP",
        file("r1-node1", "01-barefabric.yaml", r"mode: 802\.3ad", "mode: active-backup"),
        BONDS,
        files="FI001",
    ),
    Fault(
        "server with another gateway",
        file("r1-node1", "01-barefabric.yaml", r"via: 10\.10\.0\.1\b", "via: 10.10.0.2"),
        BONDS,
        files="FI001",
    ),
    Fault(
        "server with another address",
        file("r1-node1", "01-barefabric.yaml", r"10\.10\.0\.11/", "10.10.0.21/"),
        BONDS,
        files="FI001",
    ),
    Fault(
        "server with a larger MTU",
        file("r1-node1", "01-barefabric.yaml", r"mtu: 9000", "mtu: 9600"),
        ALL,
        files="FI001",
    ),
]

PEERS = "calico/peers.yaml"
MANIFESTS = [
    Fault(
        "Calico dials a wrong ASN",
        file("demo", PEERS, r"asNumber: 65534", "asNumber: 65533"),
        ALL,
        ends="yes",
    ),
    Fault(
        "Calico dials the gateway",
        file("demo", PEERS, r"peerIP: 10\.10\.0\.2\b", "peerIP: 10.10.0.1"),
        BONDS,
        ends="yes",
    ),
    Fault(
        "Calico without the password",
        file("demo", PEERS, r"  password:\n    secretKeyRef:\n(?:      .*\n)+", ""),
        ALL,
        ends="yes",
    ),
    Fault(
        "Calico's peers in another rack",
        file("demo", PEERS, r"rack == 'r1'", "rack == 'r2'"),
        ALL,
        ends="yes",
    ),
    Fault(
        "MetalLB holds for 90 s",
        file("demo", "metallb/peers.yaml", r"holdTime: 9s", "holdTime: 90s"),
        PAIRS,
        ends="yes",
    ),
    Fault(
        "MetalLB without BFD",
        file("demo", "metallb/peers.yaml", r"  bfdProfile: .*\n", ""),
        PAIRS,
        ends="yes",
    ),
    Fault(
        "MetalLB from the node's first address",
        file(
            "demo",
            "metallb/peers.yaml",
            r"sourceAddress: 10\.10\.0\.139",
            "sourceAddress: 10.10.0.11",
        ),
        PAIRS,
        ends="yes",
    ),
]

FAULTS = [fault._replace(where=Where.FILE) for fault in (*PORTS, *SERVERS, *MANIFESTS)]
