"""Faults in the ports, bonds, VLANs and pair settings of one device."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fault import Fault
from fault_bench import Bench
from fault_fabrics import ALL, BONDS, NUMBERED, PAIRS

from barefabric.model.intent import Channel, Mlag, SwitchIntent

LEAF, OTHER = "r1-leaf1", "r1-leaf2"


def short_mtu(b: Bench) -> None:
    b.switch(
        LEAF,
        lambda i: replace(
            i, routed=(i.routed[-1]._replace(mtu=i.routed[-1].mtu - 4), *i.routed[:-1])
        ),
    )


def bond_of_node2(**values: Any) -> Callable[[Bench], None]:
    """Facts of the bond of one server, on one leaf."""

    def change(channel: Channel) -> Channel:
        return channel._replace(**values) if channel.description == "r1-node2" else channel

    return lambda b: b.switch(LEAF, lambda i: replace(i, channels=tuple(map(change, i.channels))))


def vlan_interface_short_mtu(b: Bench) -> None:
    b.switch(LEAF, lambda i: replace(i, svis=(i.svis[0]._replace(mtu=1500), *i.svis[1:])))


def port_address_wrong(b: Bench) -> None:
    b.switch(
        "spine1",
        lambda i: replace(
            i, routed=(i.routed[0]._replace(address="10.254.200.0/31"), *i.routed[1:])
        ),
    )


def bond_without_a_member(b: Bench) -> None:
    def spoil(i: SwitchIntent) -> SwitchIntent:
        gone = next(m for m in i.members if m.peer == "r1-node2")
        channels = tuple(
            c._replace(members=tuple(m for m in c.members if m != gone.name)) for c in i.channels
        )
        members = tuple(m for m in i.members if m != gone)
        return replace(i, members=members, channels=channels, unused=(*i.unused, gone.name))

    b.switch(LEAF, spoil)


def pair(**values: Any) -> Callable[[Bench], None]:
    """Facts of the pair's control session, on one leaf."""

    def change(mlag: Mlag | None) -> Mlag | None:
        return mlag._replace(**values) if mlag else None

    return lambda b: b.switch(OTHER, lambda i: replace(i, mlag=change(i.mlag)))


def mlag_gone(b: Bench) -> None:
    b.switch(OTHER, lambda i: replace(i, mlag=None))


def vlan_on_one_leaf(b: Bench) -> None:
    b.switch(OTHER, lambda i: replace(i, vlans=i.vlans[1:]))


def gateway_wrong(b: Bench) -> None:
    b.switch(
        LEAF,
        lambda i: replace(i, svis=(i.svis[0]._replace(gateway="10.10.0.9"), *i.svis[1:])),
    )


def svi_address_wrong(b: Bench) -> None:
    b.switch(
        LEAF,
        lambda i: replace(i, svis=(i.svis[0]._replace(address="10.10.0.7/24"), *i.svis[1:])),
    )


def svi_gone(b: Bench) -> None:
    b.switch(LEAF, lambda i: replace(i, svis=i.svis[1:]))


FAULTS = [
    Fault("MTU short by 4", short_mtu, ALL, ("check/mtu",), files="FI001"),
    Fault("bond with a short MTU", bond_of_node2(mtu=1500), BONDS, ("check/mtu",), files="FI001"),
    Fault(
        "VLAN interface with a short MTU",
        vlan_interface_short_mtu,
        BONDS,
        ("check/mtu",),
        files="FI001",
    ),
    Fault(
        "port with another address",
        port_address_wrong,
        NUMBERED,
        ("check/links",),
        ends="yes",
        batfish={"bond": "BF020"},
    ),
    Fault(
        "LACP missing on one end",
        bond_without_a_member,
        BONDS,
        ("check/bonds|check/links",),
        files="FI001",
    ),
    Fault(
        "wrong VLAN",
        bond_of_node2(vlan=200),
        BONDS,
        ("check/bonds",),
        files="FI001",
        batfish={"frr": "BF020"},
    ),
    Fault("wrong MLAG id", bond_of_node2(mlag=99), PAIRS, ("check/bonds",), files="FI001"),
    Fault(
        "MLAG domain mismatch", pair(domain="other"), PAIRS, ("check/peer-links",), files="FI001"
    ),
    Fault(
        "MLAG peer address",
        pair(peer_address="10.9.9.9"),
        PAIRS,
        ("check/peer-links",),
        files="FI001",
    ),
    Fault("MLAG on one leaf", mlag_gone, PAIRS, ("check/peer-links",), files="FI001"),
    Fault(
        "VLAN on one leaf",
        vlan_on_one_leaf,
        PAIRS,
        ("check/gateways", "check/peer-links"),
        files="FI001",
    ),
    Fault("wrong gateway", gateway_wrong, BONDS, ("check/gateways",), files="FI001"),
    Fault(
        "VLAN interface with another address",
        svi_address_wrong,
        BONDS,
        ("session/demo-calico/r1",),
        files="FI001",
        ends={"arista_eos": "yes"},
        batfish="BF020",
    ),
    Fault(
        "VLAN interface missing",
        svi_gone,
        BONDS,
        ("check/gateways", "session/demo-calico/r1"),
        files="FI001",
        ends={"arista_eos": "yes"},
        batfish="BF020",
    ),
]
