"""Faults in what single files say of IPv6, which Batfish does not judge.

Other judges see the same faults in IPv4.
"""

from collections.abc import Callable

from fault import Fault, Where
from fault_bench import Bench
from fault_edits import file
from fault_fabrics import BOTH_FAMILIES, EOS_BOTH, FRR_BOTH, FRR_ROUTED, Fabric

LEAF, SPINE, BORDER = "r1-leaf1", "spine1", "border1"
EOS, FRR, PORTS, NETPLAN = "startup-config", "frr.conf", "interfaces", "01-barefabric.yaml"
HEAD = r"address-family ipv6 unicast\n"
GONE = ""


FOUND = "FI001"

ENDS = {
    "IPv6 address wrong at one end, EOS",
    "IPv6 address wrong at one end, FRR",
    "group not activated in IPv6, EOS",
    "group not activated in IPv6, FRR",
    "IPv6 neighbor with another address",
    "IPv6 neighbor in another group",
    "group not declared, EOS",
    "ASN of a port's neighbor wrong",
    "IPv6 sessions from the gateway",
}
"""Faults by which both ends of a session differ too."""


def eos(kind: str, pattern: str, replacement: str = GONE, device: str = LEAF) -> Fault:
    """A fault in the file of a switch with EOS."""
    return _in(file(device, EOS, pattern, replacement), kind, EOS_BOTH)


def frr(
    kind: str, pattern: str, replacement: str = GONE, device: str = LEAF, path: str = FRR
) -> Fault:
    """A fault in a file of a device with FRR."""
    return _in(file(device, path, pattern, replacement), kind, FRR_BOTH)


def server(kind: str, pattern: str, replacement: str, *fabrics: Fabric) -> Fault:
    """A fault in a server's netplan file."""
    return _in(file("r1-node1", NETPLAN, pattern, replacement), kind, *fabrics)


def _in(spoil: Callable[[Bench], None], kind: str, *fabrics: Fabric) -> Fault:
    ends = "yes" if kind in ENDS else ""
    return Fault(kind, spoil, fabrics, files=FOUND, ends=ends, where=Where.FILE)


FAULTS = (
    # Addresses
    eos("IPv6 address wrong at one end, EOS", "2001:db8:51::/127", "2001:db8:51::4/127", BORDER),
    frr("IPv6 address wrong at one end, FRR", "2001:db8:51::/", "2001:db8:51::4/", BORDER, PORTS),
    eos("IPv6 loopback wrong, EOS", "(address fd00:255::)", r"\g<1>9", SPINE),
    frr("IPv6 loopback wrong, FRR", "(address fd00:255::)", r"\g<1>9", SPINE, PORTS),
    eos("IPv6 gateway missing on one leaf", r" +ipv6 virtual-router address .*\n"),
    frr("IPv6 gateway missing, FRR", r" +address fd00:10::1/64\n", path=PORTS),
    eos("IPv6 length of a VLAN wrong, EOS", "(fd00:10::2)/64", r"\1/65"),
    frr("IPv6 length of a VLAN wrong, FRR", "(fd00:10::2)/64", r"\1/65", path=PORTS),
    eos("port without link-local address", r" +ipv6 enable\n"),
    # Forwarding
    eos("IPv6 not forwarded, EOS", r"^ipv6 unicast-routing\n"),
    frr("IPv6 not forwarded, FRR", "(ipv6.*forwarding) = 1", r"\1 = 0", path="sysctl.conf"),
    eos("no IPv4 over IPv6 next hops", "^ip routing ipv6 interfaces$", "ip routing"),
    eos("no IPv6 next hops to be had", r" +neighbor SPINES next-hop address-family .*\n"),
    eos("router advertisements to servers", r" +ipv6 nd ra disabled all\n"),
    # Lists and policies
    eos("IPv6 list entry missing, EOS", r" +seq 20 permit fd00:10::/40 .*\n"),
    frr("IPv6 list entry missing, FRR", r"ipv6 prefix-list FABRIC6 seq 20 .*\n"),
    eos("IPv6 list entry too wide, EOS", "(fd00:64::/48) ge 122 le 122", r"\1 ge 64 le 128"),
    frr("IPv6 list entry too wide, FRR", "(fd00:64::/48) ge 122 le 122", r"\1 le 128"),
    eos("IPv6 list not matched, EOS", r" +match ipv6 address prefix-list NODES6\n"),
    frr("IPv6 list not matched, FRR", r" +match ipv6 address prefix-list NODES6\n"),
    # Sessions and families
    eos("group not activated in IPv6, EOS", r"(ipv6\n +neighbor DEMO-\S+6 )activate", r"\1x"),
    frr("group not activated in IPv6, FRR", r" +neighbor SPINES6 activate\n"),
    eos("IPv6 neighbor with another address", "neighbor fd00:10::b peer", "neighbor fd00::b peer"),
    eos("IPv6 neighbor in another group", "(fd00:10::b peer group) .*", r"\1 PEER6"),
    eos("group not declared, EOS", r" +neighbor PEER6 peer group\n"),
    frr("group not declared, FRR", r" neighbor SPINES6 peer-group\n"),
    eos("ASN of a port's neighbor wrong", r"(interface \S+ peer-group LEAVES remote-as) .*",
        r"\1 65001", SPINE),
    frr("IPv6 sessions from the gateway", "(6 update-source) fd00:10::2", r"\1 fd00:10::1"),
    frr("one IPv6 path", rf"({HEAD}(?:  .*\n)*  maximum-paths) 64", r"\1 1"),
    frr("connected IPv6 routes not told", rf"({HEAD})  redistribute connected .*\n", r"\1"),
    frr("IPv6 import policy not attached", r"  neighbor SPINES6 route-map \S+ in\n"),
    frr("IPv6 export policy not attached", r"  neighbor SPINES6 route-map \S+ out\n"),
    frr("IPv6 max-prefix left out", r"  neighbor SPINES6 maximum-prefix .*\n"),
    frr("IPv6 routes received not kept", r"  neighbor SPINES6 soft-reconfiguration .*\n"),
    # Defaults and aggregates
    eos("IPv6 default of last resort missing, EOS", r"^ipv6 route ::/0 .*\n", device=SPINE),
    frr("IPv6 default of last resort missing, FRR", r"^ipv6 route ::/0 .*\n", device=SPINE),
    frr("IPv6 default of last resort not told", rf"({HEAD}  .*\n)  redistribute static .*\n",
        r"\1", SPINE),
    eos("IPv6 aggregate missing, EOS", r" +aggregate-address 2001.*\n", device=BORDER),
    frr("IPv6 aggregate missing, FRR", r" +aggregate-address 2001.*\n", device=BORDER),
    # Servers
    server("IPv6 default missing on a server", r" +- to: default\n +via: fd00.*\n", GONE,
        *BOTH_FAMILIES),
    server("IPv6 address of a server wrong", "fd00:10::b/64", "fd00:10::c/64", *BOTH_FAMILIES),
    server("second IPv6 address not deprecated", r":\n +lifetime: 0", GONE, *BOTH_FAMILIES),
    server("server takes router advertisements", "accept-ra: false", "accept-ra: true",
        *BOTH_FAMILIES),
    server("server link without link-local address", r"link-local:\n +- ipv6", "link-local: []",
        FRR_ROUTED),
    Fault("Calico dials a wrong IPv6 address", file("demo", "calico/peers.yaml",
        "peerIP: fd00:10::2$", "peerIP: fd00:10::4"), BOTH_FAMILIES, ends="yes",
        where=Where.FILE),
    frr("server sends IPv6 with a link's address", r" set src fd00.*\n", device="r2-host1"),
    frr("nothing has the server's own IPv6 address", r"^ipv6 protocol bgp .*\n",
        device="r2-host1"),
)  # fmt: skip
