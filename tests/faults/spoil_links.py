"""Faults of limits, settings, links, bonds and pairs."""

from collections.abc import Callable
from dataclasses import replace

from judge_bench import Bench

from barefabric.model.cable import CableKind
from barefabric.model.session import Bfd


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
