from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.topology.space import free_near, smallest_prefix_for


@pytest.mark.parametrize(
    ("prefix", "taken", "expected"),
    [
        ("10.10.96.0/20", ["10.10.0.0/16"], "10.11.0.0/20"),
        ("10.10.96.0/20", [], "10.10.96.0/20"),
        ("10.0.0.0/8", ["10.1.0.0/16"], ""),
        ("10.255.0.0/16", ["10.255.0.0/16"], "10.254.0.0/16"),
        ("192.168.255.0/24", ["192.168.0.0/16"], ""),
        ("192.168.4.0/24", ["192.168.4.0/22", "10.0.0.0/8"], "192.168.8.0/24"),
        ("8.8.8.0/24", ["8.8.0.0/16"], ""),
        ("fd00:64::/112", ["fd00:64::/48"], "fd00:64:1::/112"),
        ("203.0.113.0/26", ["203.0.113.0/25"], "203.0.113.128/26"),
    ],
)
def test_examples(prefix: str, taken: list[str], expected: str) -> None:
    assert free_near(prefix, taken) == expected


# The whole of 192.168.0.0/16 can be counted through.
lengths = st.integers(18, 26)


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    length = draw(lengths)
    index = draw(st.integers(0, (1 << (length - 16)) - 1))
    return str(ip_network((0xC0A80000 + (index << (32 - length)), length)))


@given(prefixes(), st.lists(prefixes(), max_size=12))
def test_the_nearest_free_prefix_above_else_below(prefix: str, taken: list[str]) -> None:
    wanted = ip_network(prefix)
    used = [ip_network(each) for each in taken]
    free = [
        each
        for each in ip_network("192.168.0.0/16").subnets(new_prefix=wanted.prefixlen)
        if not any(each.overlaps(other) for other in used)
    ]
    above = [each for each in free if each >= wanted]
    expected = min(above, default=max(free, default=None))
    assert free_near(prefix, taken) == ("" if expected is None else str(expected))


@given(st.integers(0, 1 << 20), st.integers(20, 32))
def test_smallest_prefix(count: int, unit: int) -> None:
    length = smallest_prefix_for(count, unit)
    room = 1 << (unit - length)
    assert room >= count
    assert room == 1 or room // 2 < count
