"""A judge that never fails proves nothing: each fault here must be found, where it shows.

Every line of the table spoils one value of a sound design, or of one device's intent, and names
the contracts that must break.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest
from judge_bench import Bench, example

from barefabric.model.cable import CableKind
from barefabric.model.design import Announcement, AnnouncementKind, PoolUse
from barefabric.model.policy import PrefixMatch, Term
from barefabric.model.session import Bfd

THREE, ROUTED, FIVE, QUICK = "three-racks", "routed-frr", "five-stage", "quickstart"
ANY = PrefixMatch("0.0.0.0/0", 0, 32)


class Fault(NamedTuple):
    """A fault: what it is, where it is made, how, and contracts (or beginnings) that must break."""

    name: str
    topology: str
    spoil: Callable[[Bench], object]
    broken: tuple[str, ...]


def first_node(bench: Bench) -> str:
    return "r2-worker3" if "r2-worker3" in bench.design.servers else "r1-node2"


# Sessions.


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


# Policies.


def too_wide(b: Bench) -> None:
    b.prefix_list("r2-leaf1", "PROD-CALICO", PrefixMatch("10.64.0.0/14", 24, 26))


def accepts_a_default(b: Bench) -> None:
    b.prefix_list("r1-leaf2", "PROD-CALICO", PrefixMatch("0.0.0.0/0"))


def node_announces_a_default(b: Bench) -> None:
    """The filter is open, and a node makes use of it."""
    accepts_a_default(b)
    more = Announcement("r1-worker5", "prod-calico", "0.0.0.0/0", AnnouncementKind.POOL)
    b.alter(announcements=(*b.design.announcements, more))


def accepts_another_cluster(b: Bench) -> None:
    b.prefix_list("p1r03-leaf1", "EAST-CALICO", PrefixMatch("198.18.128.0/17", 32, 32))


def accepts_a_loopback(b: Bench) -> None:
    b.prefix_list("r3-leaf1", "PROD-CALICO", PrefixMatch("10.255.0.0/20", 32, 32))


def accepts_a_rack(b: Bench) -> None:
    b.prefix_list("r3-leaf1", "PROD-KUBE-VIP", PrefixMatch("10.10.0.0/16", 24, 24))


def import_detached(b: Bench) -> None:
    b.group("r1-leaf1", "PROD-CALICO", import_policy="")


def import_policy_gone(b: Bench) -> None:
    b.switch(
        "r1-leaf1",
        lambda i: replace(i, policies=tuple(p for p in i.policies if p.name != "FROM-PROD-CALICO")),
    )


def list_gone(b: Bench) -> None:
    b.switch(
        "r1-leaf1",
        lambda i: replace(
            i, prefix_lists=tuple(p for p in i.prefix_lists if p.name != "PROD-CALICO")
        ),
    )


def leaf_without_default(b: Bench) -> None:
    b.policy(
        "r2-leaf2", "FROM-SPINES", lambda terms: [t for t in terms if t.prefix_list != "DEFAULT"]
    )


def leaf_keeps_its_rack(b: Bench) -> None:
    b.prefix_list("r2-leaf2", "LOCAL", add=False)


def leaf_talks_to_nodes(b: Bench) -> None:
    b.policy("r1-leaf1", "TO-NODES", lambda _: [Term(10, True)])


def spine_takes_a_default(b: Bench) -> None:
    b.policy("spine1", "FROM-LEAVES", lambda terms: [Term(5, True, "DEFAULT"), *terms])


def border_takes_a_default(b: Bench) -> None:
    b.policy("border1", "FROM-SPINES", lambda terms: [Term(5, True, "DEFAULT"), *terms])


def border_leaks(b: Bench) -> None:
    b.prefix_list("border1", "WAN-A-ANNOUNCE", PrefixMatch("10.255.0.0/20", 32, 32))


def border_forgets_a_pool(b: Bench) -> None:
    b.prefix_list("border2", "WAN-B-ANNOUNCE", PrefixMatch("203.0.113.0/24"), add=False)


def upstream_may_send_anything(b: Bench) -> None:
    b.prefix_list("border1", "WAN-A-ACCEPT", ANY)


def heavy_last_resort(b: Bench) -> None:
    """Without weight 0 a spine's own discard route wins over the border's default."""
    b.policy("spine1", "LAST-RESORT", lambda terms: [t._replace(weight=None) for t in terms])


def last_resort_missing(b: Bench) -> None:
    b.bgp("p1-spine2", last_resort=False)


def last_resort_without_community(b: Bench) -> None:
    b.policy(
        "spine1", "LAST-RESORT", lambda terms: [t._replace(local_preference=200) for t in terms]
    )


def links_announced(b: Bench) -> None:
    b.bgp("r1-leaf1", networks=("10.255.0.3/32", "10.10.0.0/24", "10.254.0.0/31"))


def host_takes_everything(b: Bench) -> None:
    wide = Term(10, True)
    b.host(
        "r1-worker2",
        lambda i: replace(
            i,
            policies=tuple(
                p._replace(terms=(wide,)) if p.name == "FROM-LEAVES" else p for p in i.policies
            ),
        ),
    )
    for leaf in ("r1-leaf1", "r1-leaf2"):
        b.policy(leaf, "TO-HOSTS", lambda _: [wide])


def host_list_of_another(b: Bench) -> None:
    b.prefix_list("r1-leaf1", "HOST-R1-WORKER1", PrefixMatch("10.10.0.12/32"), add=False)


def host_may_announce_anything(b: Bench) -> None:
    b.prefix_list("r2-leaf2", "HOST-R2-WORKER3", ANY)


def host_does_not_announce(b: Bench) -> None:
    b.host("r2-worker1", lambda i: replace(i, bgp=replace(i.bgp, networks=())) if i.bgp else i)


# Forwarding and limits.


def lost_multipath(b: Bench) -> None:
    b.bgp("r1-leaf2", ecmp=1)


def narrow_spine(b: Bench) -> None:
    b.bgp("spine2", ecmp=4)


def too_wide_for_the_hardware(b: Bench) -> None:
    b.bgp("spine2", ecmp=4096)


def max_prefix_too_low(b: Bench) -> None:
    b.group("r1-leaf1", "PROD-CALICO", max_prefix=1)


def no_max_prefix(b: Bench) -> None:
    b.group("r1-leaf1", "PROD-KUBE-VIP", max_prefix=0)


# Settings at one end.


def one_end(
    field: str, value: object, device: str = "r1-leaf1", group: str = "SPINES"
) -> Callable[[Bench], None]:
    def spoil(b: Bench) -> None:
        b.group(device, group, **{field: value})

    return spoil


def bfd_for_calico(b: Bench) -> None:
    b.profile("prod-calico", lambda p: p._replace(bfd=Bfd()))


def impatient(b: Bench) -> None:
    b.profile("fabric-leaf", lambda p: p._replace(keepalive=5))


def slow_bfd(b: Bench) -> None:
    b.profile("fabric-leaf", lambda p: p._replace(bfd=Bfd(5000, 3)))


# Links, bonds, pairs.


def short_mtu(b: Bench) -> None:
    b.switch(
        "r2-leaf1",
        lambda i: replace(i, routed=(i.routed[0]._replace(mtu=i.routed[0].mtu - 4), *i.routed[1:])),
    )


def short_bond_mtu(b: Bench) -> None:
    b.switch(
        "r2-leaf1",
        lambda i: replace(i, channels=tuple(c._replace(mtu=1500) for c in i.channels)),
    )


def large_servers(b: Bench) -> None:
    b.alter(underlay=b.design.underlay._replace(server_mtu=9216))


def large_pods(b: Bench) -> None:
    b.device("clusters", "edge", mtu=9000)


def port_address_wrong(b: Bench) -> None:
    b.switch(
        "spine1",
        lambda i: replace(
            i, routed=(i.routed[0]._replace(address="10.254.200.0/31"), *i.routed[1:])
        ),
    )


def port_twice(b: Bench) -> None:
    one = next(c for c in b.design.cables if c.a == "spine1" and c.b == "r1-leaf1")
    b.cables(
        lambda c: (c.a, c.b) == ("spine1", "r1-leaf2"), lambda c: c._replace(a_port=one.a_port)
    )


def port_unknown(b: Bench) -> None:
    b.cables(
        lambda c: (c.a, c.b) == ("spine1", "r3-leaf2"), lambda c: c._replace(a_port="Ethernet77/1")
    )


def port_too_slow(b: Bench) -> None:
    b.cables(lambda c: c.b == "r1-worker4", lambda c: c._replace(speed=400))


def too_many_nics(b: Bench) -> None:
    b.device("servers", "r1-worker4", nics=1)


def lacp_member_missing(b: Bench) -> None:
    b.switch(
        "r3-leaf2",
        lambda i: replace(i, members=tuple(m for m in i.members if m.peer != "r3-worker7")),
    )


def wrong_vlan(b: Bench) -> None:
    b.switch(
        "r3-leaf2",
        lambda i: replace(
            i,
            channels=tuple(
                c._replace(vlan=200) if c.description == "r3-worker7" else c for c in i.channels
            ),
        ),
    )


def wrong_mlag_id(b: Bench) -> None:
    b.switch(
        "r3-leaf2",
        lambda i: replace(
            i,
            channels=tuple(
                c._replace(mlag=99) if c.description == "r3-worker7" else c for c in i.channels
            ),
        ),
    )


def mlag_domain(b: Bench) -> None:
    b.switch(
        "r1-leaf2", lambda i: replace(i, mlag=i.mlag._replace(domain="other") if i.mlag else None)
    )


def mlag_peer_address(b: Bench) -> None:
    b.switch(
        "r1-leaf2",
        lambda i: replace(i, mlag=i.mlag._replace(peer_address="10.9.9.9") if i.mlag else None),
    )


def mlag_gone(b: Bench) -> None:
    b.switch("r1-leaf2", lambda i: replace(i, mlag=None))


def vlan_on_one_leaf(b: Bench) -> None:
    b.switch("r1-leaf2", lambda i: replace(i, vlans=i.vlans[1:]))


def gateway_wrong(b: Bench) -> None:
    b.switch(
        "r1-leaf2",
        lambda i: replace(i, svis=(i.svis[0]._replace(gateway="10.10.0.9"), *i.svis[1:])),
    )


def svi_gone(b: Bench) -> None:
    b.switch("r1-leaf2", lambda i: replace(i, svis=i.svis[1:]))


def peer_link_unplugged(b: Bench) -> None:
    b.cables(lambda c: c.kind is CableKind.PEER and c.a == "r2-leaf1", lambda _: None)


def two_speakers_on_one_address(b: Bench) -> None:
    address = b.design.servers["r1-control1"].address
    b.sessions(
        lambda s: s.b == "r1-control1" and s.profile.name == "prod-kube-vip",
        lambda s: s._replace(b_address=address),
    )


FAULTS = [
    Fault("wrong ASN of a node", THREE, wrong_node_asn, ("session/prod-calico/r2", "route/r2/own")),
    Fault("wrong ASN of a leaf", THREE, wrong_leaf_asn, ("session/fabric/r1", "route/r1/spines")),
    Fault("wrong neighbor address", THREE, wrong_neighbor_address, ("session/prod-calico/r1",)),
    Fault("wrong link address", THREE, wrong_link_address, ("session/fabric/r3",)),
    Fault("swapped cables", THREE, swapped_cables, ("session/fabric/r1", "session/fabric/r2")),
    Fault("missing fabric session", THREE, session_missing, ("session/fabric/r1", "route/r1/elsewhere")),
    Fault("missing node session", THREE, node_session_missing, ("session/prod-calico/r1", "route/r1/own")),
    Fault("missing pair session", THREE, pair_session_missing, ("session/pair/r2-leaf1", "route/r2/peer")),
    Fault("missing superspine session", FIVE, superspine_session_missing,
          ("session/superspines/p2", "route/p1r01/spines|route/p1r01/elsewhere")),
    Fault("missing host session", ROUTED, host_session_missing, ("session/host/r2", "route/r2/own")),
    Fault("both ends passive", THREE, both_passive, ("session/prod-calico/r1",)),
    Fault("no address family", THREE, no_family, ("session/borders", "route/default/spines")),
    Fault("wrong upstream address", THREE, upstream_address, ("session/upstream/wan-b", "route/default/border2")),
    Fault("peer group left out", THREE, group_not_configured, ("session/prod-kube-vip/r1",)),
    Fault("one neighbor too many", THREE, extra_neighbor, ("check/neighbors",)),
    Fault("one neighbor left out", THREE, neighbor_not_configured, ("check/neighbors",)),
    Fault("neighbor with a wrong ASN", THREE, neighbor_with_wrong_asn, ("check/neighbors",)),
    Fault("own ASN changed", THREE, own_asn_changed, ("session/fabric/r3", "check/asns")),
    Fault("two racks with one ASN", THREE, two_racks_one_asn, ("check/asns", "route/r1/elsewhere", "route/r3/elsewhere")),
    Fault("duplicate loopback", THREE, duplicate_loopback, ("check/addresses", "check/router-ids")),
    Fault("duplicate router id", THREE, duplicate_router_id, ("check/router-ids",)),
    Fault("duplicate server address", THREE, duplicate_server_address, ("check/addresses",)),
    Fault("server with another rack's address", THREE, server_of_another_rack, ("check/gateways",)),
    Fault("loopback outside its pool", THREE, loopback_outside_its_pool, ("check/addresses",)),
    Fault("overlapping pools", THREE, overlapping_pools, ("check/pools",)),
    Fault("prefix list too wide", THREE, too_wide, ("refused/prod-calico/rest",)),
    Fault("leaf accepts a default", THREE, accepts_a_default, ("refused/prod-calico",)),
    Fault("node announces a default", THREE, node_announces_a_default, ("refused/prod-calico", "route/default/leaves")),
    Fault("another cluster's pool", FIVE, accepts_another_cluster, ("refused/east-calico",)),
    Fault("fabric loopback from a node", THREE, accepts_a_loopback, ("refused/prod-calico",)),
    Fault("rack prefix from a node", THREE, accepts_a_rack, ("refused/prod-kube-vip",)),
    Fault("import policy detached", THREE, import_detached, ("refused/prod-calico", "check/settings")),
    Fault("import policy undefined", THREE, import_policy_gone, ("check/policies", "route/r1/own")),
    Fault("prefix list undefined", THREE, list_gone, ("check/policies", "route/r1/own")),
    Fault("leaf without its default", THREE, leaf_without_default, ("route/default/leaves",)),
    Fault("leaf keeps its rack to itself", THREE, leaf_keeps_its_rack, ("route/r2/spines", "route/r2/loopbacks")),
    Fault("leaf talks to nodes", THREE, leaf_talks_to_nodes, ("absent/prod-calico",)),
    Fault("spine takes a default from leaves", THREE, spine_takes_a_default, ("refused/spines/default",)),
    Fault("border takes the fabric's default", THREE, border_takes_a_default, ("refused/borders/default",)),
    Fault("border leaks loopbacks", THREE, border_leaks, ("absent/out/wan-a",)),
    Fault("border forgets a pool", THREE, border_forgets_a_pool, ("route/out/wan-b", "reach/in/wan-b")),
    Fault("upstream may send anything", THREE, upstream_may_send_anything, ("refused/upstream/wan-a/rest",)),
    Fault("last resort with weight", THREE, heavy_last_resort, ("route/default/spines", "route/default/leaves")),
    Fault("last resort preferred", THREE, last_resort_without_community, ("route/default/spines",)),
    Fault("last resort missing", FIVE, last_resort_missing, ("route/default/spines", "route/default/leaves")),
    Fault("link network announced", THREE, links_announced, ("absent/links",)),
    Fault("host takes everything", ROUTED, host_takes_everything, ("absent/host/r1",)),
    Fault("host list of another server", ROUTED, host_list_of_another, ("refused/host/rest", "route/r1/own", "session/edge-metallb-routed/r1")),
    Fault("host may announce anything", ROUTED, host_may_announce_anything, ("refused/host",)),
    Fault("host announces nothing", ROUTED, host_does_not_announce, ("route/r2/spines", "session/edge-metallb-routed/r2")),
    Fault("lost multipath", THREE, lost_multipath, ("route/r1/elsewhere|route/r2/elsewhere", "check/ecmp")),
    Fault("multipath too narrow", THREE, narrow_spine, ("route/prod/services/spines", "check/ecmp")),
    Fault("more paths than the hardware has", THREE, too_wide_for_the_hardware, ("check/ecmp",)),
    Fault("max-prefix too low", THREE, max_prefix_too_low, ("check/max-prefix",)),
    Fault("no max-prefix", THREE, no_max_prefix, ("check/max-prefix",)),
    Fault("BFD on one end", THREE, one_end("bfd", None), ("check/settings",)),
    Fault("other BFD timers on one end", THREE, one_end("bfd", Bfd(50, 3)), ("check/settings",)),
    Fault("hold time 90 on one end", THREE, one_end("hold", 90), ("check/settings",)),
    Fault("password on one end", THREE, one_end("password", ""), ("check/settings",)),
    Fault("TTL security on one end", THREE, one_end("ttl_security", False), ("check/settings",)),
    Fault("family on one end", THREE, one_end("families", ("ipv6",)), ("check/settings",)),
    Fault("communities not sent", THREE, one_end("send_community", False, "spine1", "LEAVES"), ("check/settings",)),
    Fault("no next-hop-self in the pair", THREE, one_end("next_hop_self", False, "r1-leaf2", "PEER"), ("check/settings",)),
    Fault("leaf dials its nodes", THREE, one_end("passive", False, "r1-leaf2", "PROD-CALICO"), ("check/settings",)),
    Fault("BFD for Calico", THREE, bfd_for_calico, ("check/timers",)),
    Fault("hold below three keepalives", THREE, impatient, ("check/timers",)),
    Fault("BFD slower than hold", THREE, slow_bfd, ("check/timers",)),
    Fault("MTU short by 4", THREE, short_mtu, ("check/mtu",)),
    Fault("bonds with a short MTU", THREE, short_bond_mtu, ("check/mtu", "check/bonds")),
    Fault("servers send more than the fabric carries", THREE, large_servers, ("check/mtu",)),
    Fault("pods send more than servers", ROUTED, large_pods, ("check/mtu",)),
    Fault("port with another address", THREE, port_address_wrong, ("check/links",)),
    Fault("two cables in one port", THREE, port_twice, ("check/ports",)),
    Fault("port that does not exist", THREE, port_unknown, ("check/ports",)),
    Fault("port that is too slow", THREE, port_too_slow, ("check/ports",)),
    Fault("more cables than NICs", THREE, too_many_nics, ("check/ports",)),
    Fault("LACP missing on one end", THREE, lacp_member_missing, ("check/bonds", "check/links")),
    Fault("wrong VLAN", THREE, wrong_vlan, ("check/bonds",)),
    Fault("wrong MLAG id", THREE, wrong_mlag_id, ("check/bonds",)),
    Fault("MLAG domain mismatch", THREE, mlag_domain, ("check/peer-links",)),
    Fault("MLAG peer address", THREE, mlag_peer_address, ("check/peer-links",)),
    Fault("MLAG on one leaf", THREE, mlag_gone, ("check/peer-links",)),
    Fault("VLAN on one leaf", THREE, vlan_on_one_leaf, ("check/gateways", "check/peer-links")),
    Fault("wrong gateway", THREE, gateway_wrong, ("check/gateways",)),
    Fault("VLAN interface missing", THREE, svi_gone, ("check/gateways", "session/prod-calico/r1")),
    Fault("peer link unplugged", THREE, peer_link_unplugged, ("session/pair/r2-leaf1", "check/peer-links")),
    Fault("two speakers on one address", THREE, two_speakers_on_one_address, ("check/kubernetes",)),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_the_fault_is_found(fault: Fault) -> None:
    bench = Bench(fault.topology)
    fault.spoil(bench)
    verdict = bench.verdict()
    assert not verdict.proven
    broken = {found.contract for found in verdict.findings}
    for wanted in fault.broken:
        assert broken.intersection(wanted.split("|")), (wanted, sorted(broken))


@pytest.mark.parametrize("topology", [QUICK, THREE, ROUTED, FIVE])
def test_the_sound_design_is_proven(topology: str) -> None:
    verdict = Bench(topology).verdict()
    assert verdict.findings == ()
    assert verdict.proven


def test_a_default_from_a_node_changes_nothing_while_the_filter_is_closed() -> None:
    bench = Bench(THREE)
    more = Announcement("r1-worker5", "prod-calico", "0.0.0.0/0", AnnouncementKind.POOL)
    bench.alter(announcements=(*bench.design.announcements, more))
    assert bench.verdict().proven


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({fault.spoil for fault in FAULTS}) == len(FAULTS)


def test_every_contract_kind_is_broken_by_some_fault() -> None:
    kinds = {wanted.partition("/")[0] for fault in FAULTS for wanted in fault.broken}
    assert kinds >= {c.kind.value for c in example(THREE).contracts}


def test_every_check_is_broken_by_some_fault() -> None:
    """Checks of tables need a model with sizes; they have a test of their own."""
    checks = {c.id for t in (QUICK, THREE, ROUTED) for c in example(t).contracts}
    wanted = {check for check in checks if check.startswith("check/")}
    broken = {one for fault in FAULTS for one in fault.broken}
    assert wanted - broken == {"check/tables"}
