"""Faults of sessions and numbers."""

from dataclasses import replace

from judge_bench import Bench

from barefabric.model.design import PoolUse


def wrong_node_asn(b: Bench) -> None:
    b.sessions(lambda s: s.b == "r2-worker3", lambda s: s._replace(b_asn=s.b_asn + 1))


def wrong_leaf_asn(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b) == ("spine1", "r1-leaf1"), lambda s: s._replace(b_asn=s.b_asn + 1)
    )


def wrong_neighbor_address(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b) == ("r1-leaf1", "r1-worker1"),
        lambda s: s._replace(b_address="10.10.0.99"),
    )


def wrong_link_address(b: Bench) -> None:
    b.sessions(
        lambda s: (s.a, s.b) == ("spine2", "r3-leaf2"), lambda s: s._replace(a_address="10.254.9.9")
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
    b.sessions(lambda s: (s.a, s.b) == ("r1-leaf2", "r1-storage1"), lambda _: None)


def pair_session_missing(b: Bench) -> None:
    b.sessions(lambda s: (s.a, s.b) == ("r2-leaf1", "r2-leaf2"), lambda _: None)


def lame_leg(b: Bench) -> None:
    """A leaf has lost one uplink and its iBGP session already."""
    session_missing(b)
    b.sessions(lambda s: (s.a, s.b) == ("r1-leaf1", "r1-leaf2"), lambda _: None)


def superspine_session_missing(b: Bench) -> None:
    b.sessions(lambda s: (s.a, s.b) == ("superspine3", "p2-spine3"), lambda _: None)


def host_session_missing(b: Bench) -> None:
    b.sessions(lambda s: s.b == "r2-worker4" and s.a_interface == "swp4", lambda _: None)


def both_passive(b: Bench) -> None:
    b.profile("prod-calico", lambda p: p._replace(b=p.b._replace(passive=True)))


def no_family(b: Bench) -> None:
    b.profile("fabric-border", lambda p: p._replace(families=()))


def upstream_address(b: Bench) -> None:
    b.sessions(lambda s: s.b == "wan-b", lambda s: s._replace(b_address="192.0.2.9"))


def group_not_configured(b: Bench) -> None:
    b.switch(
        "r1-leaf2",
        lambda i: replace(
            i,
            bgp=replace(i.bgp, groups=tuple(g for g in i.bgp.groups if g.name != "PROD-KUBE-VIP")),
        ),
    )


def extra_neighbor(b: Bench) -> None:
    b.neighbors(
        "border1", "WAN-A",
        lambda g: [*g.neighbors, g.neighbors[0]._replace(address="192.0.2.77")],
    )  # fmt: skip


def neighbor_not_configured(b: Bench) -> None:
    b.neighbors("r3-leaf1", "PROD-CALICO", lambda g: g.neighbors[1:])


def neighbor_with_wrong_asn(b: Bench) -> None:
    b.neighbors(
        "r3-leaf1", "SPINES", lambda g: [g.neighbors[0]._replace(asn=65001), *g.neighbors[1:]]
    )


# Numbers.


def own_asn_changed(b: Bench) -> None:
    b.bgp("r3-leaf1", asn=4200029999)


def two_racks_one_asn(b: Bench) -> None:
    """Rack r3 gets rack r1's number, consistently at both ends of every session."""
    asn = b.design.switches["r1-leaf1"].asn
    for leaf in ("r3-leaf1", "r3-leaf2"):
        b.device("switches", leaf, asn=asn)
    b.sessions(
        lambda s: s.a.startswith("r3-leaf") and not s.profile.a.local_as,
        lambda s: s._replace(a_asn=asn),
    )
    b.sessions(lambda s: s.b.startswith("r3-leaf"), lambda s: s._replace(b_asn=asn))


def duplicate_loopback(b: Bench) -> None:
    b.device("switches", "r3-leaf2", loopback=b.design.switches["r1-leaf1"].loopback)


def duplicate_router_id(b: Bench) -> None:
    b.bgp("r2-leaf1", router_id=b.design.switches["r2-leaf2"].loopback)


def duplicate_server_address(b: Bench) -> None:
    b.device("servers", "r1-worker2", address=b.design.servers["r1-worker3"].address)


def server_of_another_rack(b: Bench) -> None:
    b.device("servers", "r1-worker2", address="10.10.2.200")


def loopback_outside_its_pool(b: Bench) -> None:
    b.device("switches", "spine1", loopback="10.1.1.1")


def overlapping_pools(b: Bench) -> None:
    b.alter(pools=(*b.design.pools, PoolUse("more", ("10.64.8.0/24",), 32, 0, 0, 256)))
