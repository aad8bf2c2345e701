from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.topology import (
    addresses,
    scalars,
    scalars_secrets,
    widen,
    widen_contracts,
    widen_ports,
)
from barefabric.topology.faults import Fault, Faults


@pytest.mark.parametrize(
    ("parse", "value", "expected"),
    [
        (scalars.ports, "48 x 25G", (48, 25)),
        (scalars.ports, "2x100g", (2, 100)),
        (scalars.ports, " 8 * 400 G ", (8, 400)),
        (scalars.speed, "10G", 10),
        (scalars.speed, 100, 100),
        (scalars.bfd_interval, "300ms", 300),
        (scalars.bfd_interval, "1s", 1000),
        (scalars.bfd_interval, 300, 300),
        (scalars.hold_time, "9s", 9),
        (scalars.hold_time, "9000ms", 9),
        (scalars.hold_time, 9, 9),
        (scalars.keepalive_time, "3 s", 3),
        (scalars.text, 12, "12"),
        (scalars.kubernetes_version, "1.30", "1.30"),
        (scalars.kubernetes_version, "v1.34.2", "1.34.2"),
        (scalars_secrets.secret_name, "secret:fabric-bgp", "fabric-bgp"),
        (scalars_secrets.secret_reference, "admin", "admin"),
        (scalars_secrets.secret_reference, "secret:admin", "admin"),
        (scalars_secrets.secret_source, "env:A_B", "env:A_B"),
        (scalars_secrets.secret_source, "file:~/x y", "file:~/x y"),
        (scalars_secrets.secret_source, "vault:net/switches#admin", "vault:net/switches#admin"),
        (addresses.asn, 64512, 64512),
        (addresses.asn, "65000.1", 65000 * 65536 + 1),
        (addresses.asn, "0.64512", 64512),
        (addresses.asn, "4200000000", 4200000000),
        (addresses.asn_range, 64512, (64512, 64512)),
        (addresses.asn_range, "64512-65534", (64512, 65534)),
        (addresses.asn_range, "65000.1 - 65000.9", (4259840001, 4259840009)),
        (addresses.prefix, "10.0.0.0/8", "10.0.0.0/8"),
        (addresses.prefix, "FD00::/8", "fd00::/8"),
        (addresses.address, "fd00:0::1", "fd00::1"),
        (addresses.interface, "192.0.2.1/31", "192.0.2.1/31"),
        (widen.bfd, "off", None),
        (widen.bfd, False, None),
        (widen.bfd, True, {}),
        (widen.bfd, "on", {}),
        (widen_ports.port_blocks, "64 x 400G", [{"count": 64, "speed": 400}]),
        (
            widen_ports.port_blocks,
            {"downlink": ["24 x 10G", "24 x 25G"], "uplink": "8 x 100G"},
            [
                {"count": 24, "speed": 10, "group": "downlink"},
                {"count": 24, "speed": 25, "group": "downlink"},
                {"count": 8, "speed": 100, "group": "uplink"},
            ],
        ),
        (widen.tier_of("spine"), 2, {"type": "spine", "count": 2}),
        (widen.tier_of("spine"), ["a[1-2]", "b"],
         {"type": "spine", "names": ("a1", "a2", "b"), "count": 3}),
        (widen.tier_of("spine"), {"type": "x", "names": "a[1-2]"},
         {"type": "x", "names": ("a1", "a2"), "count": 2}),
        (widen.server_entry, 4, 4),
        (widen.server_entry, ["n[1-2]"], ("n1", "n2")),
        (widen.cable, "spine1:Ethernet1/1 - r1-leaf1:et-0/0/1:0",
         {"a": {"device": "spine1", "port": "Ethernet1/1"},
          "b": {"device": "r1-leaf1", "port": "et-0/0/1:0"}}),
        (widen_contracts.contract, {"name": "a", "survives": {"from": "r1", "to": "r2"}},
         {"name": "a", "kind": "survives", "source": "r1", "target": "r2"}),
        (widen_contracts.contract,
         {"name": "a", "max-path-length": {"from": "x", "to": "y", "length": 3}},
         {"name": "a", "kind": "max-path-length", "source": "x", "target": "y", "length": 3}),
    ],
)  # fmt: skip
def test_forms(parse: Callable[[Any], Any], value: Any, expected: Any) -> None:
    assert parse(value) == expected


@pytest.mark.parametrize(
    ("parse", "value", "code"),
    [
        (scalars.ports, "48 x", "IN026"),
        (scalars.ports, "0 x 25G", "IN023"),
        (scalars.ports, 2, "IN026"),
        (scalars.speed, "26G", "IN026"),
        (scalars.speed, True, "IN026"),
        (scalars.bfd_interval, "0.3s", "IN026"),
        (scalars.bfd_interval, "49ms", "IN023"),
        (scalars.bfd_interval, "60001ms", "IN023"),
        (scalars.bfd_interval, -1, "IN026"),
        (scalars.hold_time, "2s", "IN023"),
        (scalars.hold_time, "3500ms", "IN026"),
        (scalars.text, True, "IN021"),
        (scalars.text, "a\tb", "IN021"),
        (scalars.text, " ", "IN020"),
        (scalars.text, [], "IN021"),
        (scalars.lines, "a\x1bb", "IN021"),
        (scalars.kubernetes_version, "2.0", "IN026"),
        (scalars_secrets.secret_name, "hunter2", "IN030"),
        (scalars_secrets.secret_name, "secret:", "IN030"),
        (scalars_secrets.secret_name, 12345, "IN030"),
        (scalars_secrets.secret_reference, "$6$salt$hash", "IN030"),
        (scalars_secrets.secret_source, "env:1A", "IN032"),
        (scalars_secrets.secret_source, "hunter2", "IN032"),
        (scalars_secrets.secret_source, None, "IN032"),
        (addresses.asn, 0, "IN027"),
        (addresses.asn, 23456, "IN027"),
        (addresses.asn, 65535, "IN027"),
        (addresses.asn, 4294967295, "IN027"),
        (addresses.asn, 4294967296, "IN027"),
        (addresses.asn, True, "IN027"),
        (addresses.asn, "012", "IN027"),
        (addresses.asn, "0.23456", "IN027"),
        (addresses.asn, "65000.65536", "IN027"),
        (addresses.asn, -5, "IN027"),
        (addresses.asn_range, "2-1", "IN028"),
        (addresses.asn_range, "23000-24000", "IN028"),
        (addresses.asn_range, "1-", "IN027"),
        (addresses.prefix, "10.0.0.0", "AD001"),
        (addresses.prefix, 10, "AD001"),
        (addresses.prefix, "10.0.0.0/33", "AD001"),
        (addresses.prefix, "10.0.0.0/-1", "AD001"),
        (addresses.prefix, "10.0.0.0/255.0.0.0", "AD001"),
        (addresses.prefix, "fe80::%eth0/64", "AD001"),
        (addresses.prefix, "10.0.0.1/24", "AD002"),
        (addresses.address, "10.0.0.1/24", "AD003"),
        (addresses.address, "010.0.0.1", "AD003"),
        (addresses.interface, "10.0.0.1", "AD003"),
        (addresses.interface, "10.0.0.1/0", "AD003"),
        (widen.tier_of("leaf"), True, "IN021"),
        (widen.tier_of("leaf"), {}, "IN020"),
        (widen.tier_of("leaf"), {"names": ["a"], "count": 2}, "IN062"),
        (widen.server_entry, "4", "IN021"),
        (widen.server_entry, True, "IN021"),
        (widen.cable, "a:1-b:2", "IN026"),
        (widen.cable, "a - b", "IN026"),
        (widen_contracts.contract, {"name": "a"}, "IN063"),
    ],
)
def test_refusals(parse: Callable[[Any], Any], value: Any, code: str) -> None:
    with pytest.raises(Fault) as caught:
        parse(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("012", "write 12, without the leading zero"),
        ("1_000", "write 1000, without separators"),
        ("9,216", "write 9216, without separators"),
        ("0x1F", "write 31"),
        ("0o17", "write 15"),
        ("+5", "write 5, without the sign"),
        ("3.0", "write 3, without the decimal point"),
        ("17", "write it without quotes"),
        ("1:20", ""),
        ("52:54:00:12:34:56", ""),
        ("no", ""),
        ("9" * 5000, ""),
    ],
)
def test_numbers_that_are_text_are_explained(value: str, hint: str) -> None:
    with pytest.raises(Fault) as caught:
        scalars.whole(value, 0, 10)
    assert caught.value.code == "IN021"
    assert caught.value.mend == hint


def test_all_faults_of_a_list_with_their_places() -> None:
    with pytest.raises(Faults) as caught:
        widen.names(["ok", "1", "r[2-1]"])
    assert [(f.code, f.at) for f in caught.value.faults] == [("IN024", (1,)), ("IN025", (2,))]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
PARSERS = [
    scalars.text, scalars.lines, scalars.ports, scalars.speed, scalars.bfd_interval,
    scalars.hold_time, scalars.keepalive_time, scalars.kubernetes_version,
    scalars_secrets.secret_name,
    scalars_secrets.secret_reference, scalars_secrets.secret_source,
    addresses.prefix, addresses.address,
    addresses.interface, addresses.asn, addresses.asn_range, widen.names, widen.name,
    widen.name_or_range, widen_ports.port_blocks, widen_ports.nics, widen.tier_of("leaf"),
    widen.server_entry,
    widen.bfd, widen.selector, widen.asn_bounds, widen.cable, widen.cable_end,
    widen_contracts.contract,
]  # fmt: skip


@given(st.sampled_from(PARSERS), values)
def test_any_value_is_read_or_refused(parse: Callable[[Any], Any], value: Any) -> None:
    try:
        parse(value)
    except (Fault, Faults):
        return


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_any_network_is_a_prefix(address: int, length: int) -> None:
    network = ip_network((address, length), strict=False)
    assert addresses.prefix(str(network)) == str(network)
