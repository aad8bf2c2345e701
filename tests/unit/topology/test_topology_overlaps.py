"""The sweep over sorted pools finds what comparing each pool with each other finds."""

from ipaddress import ip_network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from barefabric.topology.checks_overlaps import MOST_PAIRS, Pool, overlaps


@st.composite
def networks(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        length = draw(st.integers(20, 32))
        address = (0x0A000000 | draw(st.integers(0, 0xFFF))) >> (32 - length) << (32 - length)
    else:
        length = draw(st.integers(116, 128))
        address = ((0xFD << 120) | draw(st.integers(0, 0xFFF))) >> (128 - length) << (128 - length)
        return f"{ip_network((address, length))}"
    return str(ip_network((address, length)))


@given(st.lists(networks(), max_size=16))
def test_every_pair_once(prefixes: list[str]) -> None:
    pools = [Pool(f"pool{n}", ip_network(p), (n,), written=True) for n, p in enumerate(prefixes)]
    found = [frozenset((one.name, other.name)) for one, other in overlaps(pools)]
    expected = {
        frozenset((one.name, other.name))
        for one, other in combinations(pools, 2)
        if one.network.version == other.network.version and one.network.overlaps(other.network)
    }
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_the_smaller_one_comes_first() -> None:
    pools = [
        Pool(name, ip_network(prefix), (), written=True)
        for name, prefix in (("large", "10.0.0.0/8"), ("small", "10.1.0.0/16"))
    ]
    assert [(a.name, b.name) for a, b in overlaps(pools)] == [("small", "large")]


def test_a_file_full_of_overlaps_ends() -> None:
    pools = [Pool(f"p{n}", ip_network("10.0.0.0/8"), (), written=True) for n in range(5000)]
    assert sum(1 for _ in overlaps(pools)) == MOST_PAIRS
