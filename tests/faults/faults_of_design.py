"""Faults of the design itself: every file is rendered from it, and agrees with it."""

from fault import Fault, Where
from fault_bench import Bench
from fault_fabrics import ALL, BONDS, NUMBERED, PAIRS, PODS, ROUTED

from barefabric.model.cable import CableKind
from barefabric.model.design import Announcement, AnnouncementKind, PoolUse
from barefabric.model.policy import PrefixMatch
from barefabric.model.session import Bfd, SessionKind


def calico(b: Bench) -> str:
    """The profile of Calico's sessions."""
    return "demo-calico-routed" if b.fabric.attach == "routed" else "demo-calico"


# Sessions


def node_asn(b: Bench) -> None:
    b.sessions(lambda s: s.b == "r2-node2", lambda s: s._replace(b_asn=s.b_asn + 1))


def leaf_asn(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b) == ("spine1", "r1-leaf1"), lambda s: s._replace(b_asn=s.b_asn + 1)
    )


def neighbor_address(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b) == ("r1-leaf1", "r1-node1") and s.profile.kind is SessionKind.NODE,
        lambda s: s._replace(b_address="10.10.0.99"),
    )


def link_address(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b) == ("spine2", "r2-leaf1"), lambda s: s._replace(a_address="10.254.9.9")
    )


def swapped_cables(b: Bench) -> None:
    """The spine ends of two uplinks are plugged the wrong way round."""
    ends = {
        c.b: (c.a_port, c.a_address)
        for c in b.design.cables
        if c.a == "spine1" and c.b in ("r1-leaf1", "r2-leaf1")
    }
    other = {"r1-leaf1": ends["r2-leaf1"], "r2-leaf1": ends["r1-leaf1"]}
    b.cables(
        lambda c: c.a == "spine1" and c.b in other,
        lambda c: c._replace(a_port=other[c.b][0], a_address=other[c.b][1]),
    )


def session_missing(b: Bench) -> None:
    b.sessions(lambda s: (s.a, s.b) == ("spine2", "r1-leaf1"), lambda _: None)


def node_session_missing(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b, s.profile.name) == ("r1-leaf1", "r1-node2", calico(b)),
        lambda _: None,
    )


def pair_session_missing(b: Bench) -> None:
    b.sessions(lambda s: (s.a, s.b) == ("r2-leaf1", "r2-leaf2"), lambda _: None)


def lame_leg(b: Bench) -> None:
    """A leaf has lost one uplink and its iBGP session already."""
    session_missing(b)
    b.sessions(lambda s: (s.a, s.b) == ("r1-leaf1", "r1-leaf2"), lambda _: None)


def superspine_session_missing(b: Bench) -> None:
    b.sessions(lambda s: s.a == "superspine2" and s.b == "p2-spine2", lambda _: None)


def host_session_missing(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b, s.profile.kind) == ("r2-leaf1", "r2-node1", SessionKind.HOST),
        lambda _: None,
    )


def both_passive(b: Bench) -> None:
    b.profile(calico(b), lambda p: p._replace(b=p.b._replace(passive=True)))


def no_family(b: Bench) -> None:
    b.profile("fabric-border", lambda p: p._replace(families=()))


def upstream_address(b: Bench) -> None:
    b.sessions(lambda s: s.b == "wan", lambda s: s._replace(b_address="198.51.100.9"))


def bfd_for_calico(b: Bench) -> None:
    b.profile(calico(b), lambda p: p._replace(bfd=Bfd()))


def impatient(b: Bench) -> None:
    b.profile("fabric-leaf", lambda p: p._replace(keepalive=5))


def slow_bfd(b: Bench) -> None:
    b.profile("fabric-leaf", lambda p: p._replace(bfd=Bfd(5000, 3)))


def patient(b: Bench) -> None:
    """A speaker's own defaults at both ends: a dead node's routes stay for a minute and a half."""
    b.profile(calico(b), lambda p: p._replace(keepalive=30, hold=90))


# Numbers


def two_racks_one_asn(b: Bench) -> None:
    """Rack r2 gets rack r1's number, consistently at both ends of every session."""
    asn = b.design.switches["r1-leaf1"].asn
    for leaf in b.design.racks["r2"].leaves:
        b.device("switches", leaf, asn=asn)
    b.alter(
        sessions=tuple(
            s._replace(a_asn=asn) if s.a.startswith("r2-leaf") and not s.profile.a.local_as else s
            for s in b.design.sessions
        )
    )
    b.sessions(lambda s: s.b.startswith("r2-leaf"), lambda s: s._replace(b_asn=asn))


def duplicate_loopback(b: Bench) -> None:
    b.device("switches", "r2-leaf1", loopback=b.design.switches["r1-leaf1"].loopback)


def duplicate_server_address(b: Bench) -> None:
    b.device("servers", "r1-node1", address=b.design.servers["r1-node2"].address)


def server_of_another_rack(b: Bench) -> None:
    b.device("servers", "r1-node2", address="10.10.1.200")


def loopback_outside_its_pool(b: Bench) -> None:
    b.device("switches", "spine1", loopback="10.1.1.1")


def overlapping_pools(b: Bench) -> None:
    b.alter(pools=(*b.design.pools, PoolUse("more", ("10.64.8.0/24",), 32, 0, 0, 256)))


# Links and servers


def large_servers(b: Bench) -> None:
    b.alter(underlay=b.design.underlay._replace(server_mtu=9216))


def large_pods(b: Bench) -> None:
    b.device("clusters", "demo", mtu=b.design.underlay.server_mtu + 50)


def port_twice(b: Bench) -> None:
    one = next(c for c in b.design.cables if c.a == "spine1" and c.b == "r1-leaf1")
    b.cables(
        lambda c: (c.a, c.b) == ("spine1", "r2-leaf1"), lambda c: c._replace(a_port=one.a_port)
    )


def port_unknown(b: Bench) -> None:
    b.cables(
        lambda c: (c.a, c.b) == ("spine1", "r2-leaf1"),
        lambda c: c._replace(a_port="Ethernet77/1" if "Ethernet" in c.a_port else "swp77"),
    )


def port_too_slow(b: Bench) -> None:
    b.cables(lambda c: c.b == "r1-node2", lambda c: c._replace(speed=400))


def too_many_nics(b: Bench) -> None:
    b.device("servers", "r1-node2", nics=1)


def peer_link_unplugged(b: Bench) -> None:
    b.cables(lambda c: c.kind is CableKind.PEER and c.a == "r2-leaf1", lambda _: None)


def two_speakers_on_one_address(b: Bench) -> None:
    address = b.design.servers["r1-node1"].address
    b.sessions(
        lambda s: s.b == "r1-node1" and s.profile.name == "demo-metallb",
        lambda s: s._replace(b_address=address),
    )


def node_announces_a_default(b: Bench) -> None:
    """A leaf's filter is open, and a node makes use of it."""
    b.prefix_list("r1-leaf1", "DEMO-CALICO", PrefixMatch("0.0.0.0/0"))
    more = Announcement("r1-node2", calico(b), "0.0.0.0/0", AnnouncementKind.POOL)
    b.alter(announcements=(*b.design.announcements, more))


FAULTS = [
    Fault(
        "wrong ASN of a node",
        node_asn,
        ALL,
        ("session/demo-calico*/r2", "route/r2/own"),
        ends="yes",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF020"},
    ),
    Fault(
        "wrong ASN of a leaf",
        leaf_asn,
        ALL,
        ("session/fabric/r1", "route/r1/spines"),
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "wrong neighbor address",
        neighbor_address,
        ALL,
        ("session/demo-calico*/r1",),
        ends="yes",
        batfish={"eos-bonds": "BF014", "frr-routed": "BF014"},
    ),
    Fault(
        "wrong link address",
        link_address,
        NUMBERED,
        ("session/fabric/r2",),
        ends="yes",
        batfish={"bond": "BF020"},
    ),
    Fault(
        "swapped cables",
        swapped_cables,
        ALL,
        ("session/fabric/r1", "session/fabric/r2"),
        ends={"frr-routed": "yes"},
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault(
        "missing fabric session", session_missing, ALL, ("session/fabric/r1", "route/r1/elsewhere")
    ),
    Fault(
        "missing node session",
        node_session_missing,
        ALL,
        ("session/demo-calico*/r1", "route/r1/own"),
        ends="yes",
    ),
    Fault(
        "missing pair session",
        pair_session_missing,
        PAIRS,
        ("session/pair/r2-leaf1", "route/r2/peer"),
    ),
    Fault(
        "one more failure and a leaf is alone", lame_leg, PAIRS, ("survives/links|survives/spines",)
    ),
    Fault(
        "missing superspine session",
        superspine_session_missing,
        PODS,
        ("session/superspines/p2", "route/p1r1/spines|route/p1r1/elsewhere"),
    ),
    Fault(
        "missing host session",
        host_session_missing,
        ROUTED,
        ("session/host/r2", "route/r2/hosts"),
        batfish="BF030",
    ),
    Fault(
        "both ends passive",
        both_passive,
        ALL,
        ("session/demo-calico*/r1",),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "no address family",
        no_family,
        ALL,
        ("session/borders", "route/default/spines"),
        ends="yes",
        batfish={"eos-bonds": "BF012", "frr-routed": "BF020"},
    ),
    Fault(
        "wrong upstream address",
        upstream_address,
        ALL,
        ("session/upstream/wan", "route/default/border1"),
        ends="yes",
        batfish={"eos-bonds": "BF020", "frr-routed": "BF020"},
    ),
    Fault("BFD for Calico", bfd_for_calico, ALL, ("check/timers",), ends="yes"),
    Fault("hold time below three keepalives", impatient, ALL, ("check/timers",)),
    Fault("BFD slower than the hold time", slow_bfd, ALL, ("check/timers",)),
    Fault("timers that hold a dead node for 90 s", patient, ALL, ("check/timers",)),
    Fault("two racks with one ASN", two_racks_one_asn, ALL, ("check/asns", "route/r1/elsewhere")),
    Fault(
        "duplicate loopback",
        duplicate_loopback,
        ALL,
        ("check/addresses", "check/router-ids"),
        ends={"routed": "yes"},
        batfish={"eos-bonds": "BF014", "frr-routed": "BF014"},
    ),
    Fault(
        "duplicate server address",
        duplicate_server_address,
        ALL,
        ("check/addresses",),
        ends="yes",
        batfish={"eos-bonds": "BF014", "frr-routed": "BF014"},
    ),
    Fault(
        "server with another rack's address",
        server_of_another_rack,
        BONDS,
        ("check/gateways",),
        ends="yes",
        batfish="BF030",
    ),
    Fault("loopback outside its pool", loopback_outside_its_pool, ALL, ("check/addresses",)),
    Fault("overlapping pools", overlapping_pools, ALL, ("check/pools",)),
    Fault("servers send more than the fabric carries", large_servers, ALL, ("check/mtu",)),
    Fault("pods send more than servers", large_pods, ALL, ("check/mtu",)),
    Fault(
        "two cables in one port",
        port_twice,
        ALL,
        ("check/ports",),
        ends={"eos-bonds": "yes", "eos-routed": "yes", "frr-routed": "yes"},
        batfish={"eos-bonds": "BF020", "frr-routed": "BF012"},
    ),
    Fault(
        "port that does not exist",
        port_unknown,
        ALL,
        ("check/ports",),
        ends={"frr-routed": "yes"},
        batfish={"eos-bonds": "BF030", "frr-routed": "BF012"},
    ),
    Fault("port that is too slow", port_too_slow, ALL, ("check/ports",)),
    Fault("more cables than NICs", too_many_nics, ALL, ("check/ports",)),
    Fault(
        "peer link unplugged",
        peer_link_unplugged,
        PAIRS,
        ("session/pair/r2-leaf1", "check/peer-links"),
        batfish="BF013",
    ),
    Fault(
        "two speakers on one address",
        two_speakers_on_one_address,
        PAIRS,
        ("check/kubernetes",),
        ends="yes",
        batfish="BF020",
    ),
    Fault(
        "node announces a default",
        node_announces_a_default,
        ALL,
        ("refused/demo-calico*", "route/default/leaves"),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
]
FAULTS = [fault._replace(where=Where.DESIGN) for fault in FAULTS]
