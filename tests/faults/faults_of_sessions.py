"""Faults in what one device is told of its sessions and of itself, against a sound design."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fault import Fault
from fault_bench import Bench
from fault_fabrics import ALL, PAIRS, ROUTED

from barefabric.model.intent import Neighbor, PeerGroup
from barefabric.model.session import Bfd

LEAF, SPINE, BORDER = "r1-leaf1", "spine1", "border1"


def one_end(
    field: str, value: object, device: str = LEAF, group: str = "SPINES"
) -> Callable[[Bench], None]:
    """A setting of one peer group that the other end does not have."""

    def spoil(b: Bench) -> None:
        b.group(device, group, **{field: value})

    return spoil


def group_left_out(b: Bench) -> None:
    b.switch(
        LEAF,
        lambda i: replace(
            i,
            bgp=replace(i.bgp, groups=tuple(g for g in i.bgp.groups if g.name != "DEMO-CALICO")),
        ),
    )


def extra_neighbor(b: Bench) -> None:
    b.neighbors(
        BORDER, "WAN",
        lambda g: [*g.neighbors, g.neighbors[0]._replace(address="198.51.100.77")],
    )  # fmt: skip


def first(group: str, device: str, **values: Any) -> Callable[[Bench], None]:
    """A fact of the first neighbor of a group."""

    def change(g: PeerGroup) -> list[Neighbor]:
        return [g.neighbors[0]._replace(**values), *g.neighbors[1:]]

    return lambda b: b.neighbors(device, group, change)


def neighbor_left_out(b: Bench) -> None:
    b.neighbors(LEAF, "DEMO-CALICO", lambda g: g.neighbors[1:])


def own_asn(b: Bench) -> None:
    b.bgp("r2-leaf1", asn=4200029999)


def router_id_twice(b: Bench) -> None:
    b.bgp("r2-leaf1", router_id=b.design.switches[LEAF].loopback)


def loopback_of_another(b: Bench) -> None:
    taken = b.design.switches["r2-leaf1"].loopback
    b.switch(LEAF, lambda i: replace(i, loopback=f"{taken}/32" if "/" in i.loopback else taken))


def other_asn_for_nodes(b: Bench) -> None:
    b.group(LEAF, "DEMO-CALICO", local_as=65500)


def host_with_another_asn(b: Bench) -> None:
    b.host("r1-node1", lambda i: i._replace(bgp=replace(i.bgp, asn=64999)) if i.bgp else i)


def host_without_bfd(b: Bench) -> None:
    b.host(
        "r1-node1",
        lambda i: (
            i._replace(bgp=replace(i.bgp, groups=tuple(g._replace(bfd=None) for g in i.bgp.groups)))
            if i.bgp
            else i
        ),
    )


# Equal paths and limits


def lost_multipath(b: Bench) -> None:
    b.bgp(LEAF, ecmp=1)


def narrow_spine(b: Bench) -> None:
    b.bgp("spine2", ecmp=1)


def wider_than_hardware(b: Bench) -> None:
    b.bgp("spine2", ecmp=4096)


SETTINGS = ("check/settings",)

FAULTS = [
    Fault(
        "peer group left out",
        group_left_out,
        ALL,
        ("session/demo-calico*/r1",),
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "one neighbor too many",
        extra_neighbor,
        ALL,
        ("check/neighbors",),
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF022", "frr-routed": "BF022"},
    ),
    Fault(
        "one neighbor left out",
        neighbor_left_out,
        ALL,
        ("check/neighbors",),
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "neighbor with a wrong ASN",
        first("LEAVES", SPINE, asn=65001),
        ALL,
        ("check/neighbors",),
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "own ASN changed",
        own_asn,
        ALL,
        ("session/fabric/r2",),
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault("duplicate router id", router_id_twice, ALL, ("check/router-ids",), files="FI001"),
    Fault(
        "loopback of another switch",
        loopback_of_another,
        ALL,
        ("check/addresses",),
        ends={"routed": "yes"},
        batfish={"eos-bonds": "BF014", "frr-routed": "BF014"},
    ),
    Fault(
        "another ASN shown to nodes",
        other_asn_for_nodes,
        ALL,
        SETTINGS,
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "host with another ASN",
        host_with_another_asn,
        ROUTED,
        ("session/host/r1",),
        ends="yes",
        batfish="BF020",
    ),
    Fault("BFD missing on a host", host_without_bfd, ROUTED, SETTINGS, files="FI001", ends="yes"),
    Fault(
        "lost multipath",
        lost_multipath,
        ALL,
        ("check/ecmp",),
        files="FI001",
        batfish={"eos-bonds": "BF030"},
    ),
    Fault(
        "multipath too narrow",
        narrow_spine,
        ALL,
        ("check/ecmp",),
        files="FI001",
        batfish={"eos-bonds": "BF030"},
    ),
    Fault(
        "more paths than the hardware has", wider_than_hardware, ALL, ("check/ecmp",), files="FI001"
    ),
    Fault(
        "max-prefix too low",
        one_end("max_prefix", 1, group="DEMO-CALICO"),
        ALL,
        ("check/max-prefix|check/settings",),
        files="FI001",
    ),
    Fault(
        "no max-prefix",
        one_end("max_prefix", 0, group="DEMO-CALICO"),
        ALL,
        ("check/max-prefix",),
        files="FI001",
    ),
    Fault("BFD on one end", one_end("bfd", None), ALL, SETTINGS, files="FI001", ends="yes"),
    Fault(
        "other BFD timers on one end",
        one_end("bfd", Bfd(50, 3)),
        ALL,
        SETTINGS,
        files="FI001",
        ends="yes",
    ),
    Fault("hold time 90 on one end", one_end("hold", 90), ALL, SETTINGS, files="FI001", ends="yes"),
    Fault("password on one end", one_end("password", ""), ALL, SETTINGS, files="FI001", ends="yes"),
    Fault(
        "another password on one end",
        one_end("password", "other"),
        ALL,
        SETTINGS,
        files="FI001",
        ends="yes",
    ),
    Fault("TTL security on one end", one_end("ttl_security", False), ALL, SETTINGS, files="FI001"),
    Fault(
        "family on one end",
        one_end("families", ("ipv6",)),
        ALL,
        SETTINGS,
        files="FI001",
        ends="yes",
        batfish={"eos-bonds": "BF012", "frr-routed": "BF020"},
    ),
    Fault(
        "communities not sent",
        one_end("send_community", False, SPINE, "LEAVES"),
        ALL,
        SETTINGS,
        files="FI001",
    ),
    Fault(
        "no next-hop-self in the pair",
        one_end("next_hop_self", False, "r1-leaf2", "PEER"),
        PAIRS,
        SETTINGS,
        files="FI001",
    ),
    Fault(
        "leaf dials its nodes",
        one_end("passive", False, group="DEMO-CALICO"),
        ALL,
        SETTINGS,
        files="FI001",
    ),
    Fault(
        "session of loopbacks without multihop",
        one_end("hops", 1, group="DEMO-CALICO"),
        ROUTED,
        SETTINGS,
        files="FI001",
    ),
    Fault(
        "private ASNs shown to the upstream",
        one_end("remove_private_as", False, BORDER, "WAN"),
        ALL,
        SETTINGS,
        files="FI001",
    ),
]
