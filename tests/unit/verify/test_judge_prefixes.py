from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.model.policy import PrefixMatch
from barefabric.verify.prefixes import (
    ListIndex,
    Prefix,
    bound,
    inside,
    parse,
    passes,
    read_networks,
    text,
    uncovered,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10.1.2.3/8", Prefix(32, 10 << 24, 8)),
        ("10.1.2.3", Prefix(32, 0x0A010203, 32)),
        ("0.0.0.0/0", Prefix(32, 0, 0)),
        ("fd00::1/64", Prefix(128, 0xFD00 << 112, 64)),
    ],
)
def test_parse(written: str, expected: Prefix) -> None:
    assert parse(written) == expected


def test_families_never_mix() -> None:
    assert not inside(parse("::/0"), parse("0.0.0.0/0"))
    assert not passes(parse("10.0.0.0/8"), [PrefixMatch("::/0", 0, 128)])


@pytest.mark.parametrize(
    ("entry", "prefix", "permitted"),
    [
        (PrefixMatch("10.0.0.0/8"), "10.0.0.0/8", True),
        (PrefixMatch("10.0.0.0/8"), "10.0.0.0/9", False),
        (PrefixMatch("10.0.0.0/8", 24), "10.9.0.0/24", True),
        (PrefixMatch("10.0.0.0/8", 24), "10.9.9.9/32", True),
        (PrefixMatch("10.0.0.0/8", 24), "10.9.0.0/23", False),
        (PrefixMatch("10.0.0.0/8", 0, 24), "10.0.0.0/8", True),
        (PrefixMatch("10.0.0.0/8", 0, 24), "10.9.9.0/25", False),
        (PrefixMatch("10.0.0.0/8", 26, 26), "10.9.9.64/26", True),
        (PrefixMatch("10.0.0.0/8", 26, 26), "11.9.9.64/26", False),
        (PrefixMatch("fd00::/8", 64, 64), "fd00:1::/64", True),
    ],
)
def test_an_entry_means_what_routers_mean(entry: PrefixMatch, prefix: str, permitted: bool) -> None:
    assert passes(parse(prefix), [entry]) is permitted


SMALL = st.integers(0, 8)
"""Lengths of a toy address space: /24 to /32 of one network, so that brute force can count."""


@st.composite
def entries(draw: st.DrawFn) -> PrefixMatch:
    length = 24 + draw(SMALL)
    network = draw(st.integers(0, 255)) >> (32 - length) << (32 - length)
    low = draw(st.sampled_from([0, *range(length, 33)]))
    high = draw(st.sampled_from([0, *range(max(low, length), 33)]))
    return PrefixMatch(f"192.0.2.{network}/{length}", low, high)


EVERY = [
    parse(f"192.0.2.{network}/{length}")
    for length in range(24, 33)
    for network in range(0, 256, 1 << (32 - length))
]


@given(st.lists(st.lists(entries(), max_size=4).map(tuple), max_size=6), st.sampled_from(EVERY))
def test_the_index_agrees_with_each_list(
    lists: list[tuple[PrefixMatch, ...]], prefix: Prefix
) -> None:
    index = ListIndex()
    numbers = [index.add(contents) for contents in lists]
    expected = {n for n, contents in zip(numbers, lists, strict=True) if passes(prefix, contents)}
    assert set(index.matching(prefix)) == expected


@given(
    st.lists(st.lists(entries(), max_size=4).map(tuple), max_size=6),
    st.integers(24, 32),
    st.tuples(st.integers(0, 255), st.integers(0, 255)).map(sorted),
)
def test_what_the_index_calls_the_same_between_two_prefixes_is(
    lists: list[tuple[PrefixMatch, ...]], length: int, ends: list[int]
) -> None:
    index = ListIndex()
    for contents in lists:
        index.add(contents)
    first, last = (parse(f"192.0.2.{end}/{length}") for end in ends)
    between = [p for p in EVERY if p.length == length and first.network <= p.network]
    passed = {index.matching(p) for p in between if p.network <= last.network}
    assert not index.same_between(first, last) or len(passed) == 1


def test_many_networks_are_read_as_one_is() -> None:
    addresses = ["10.1.2.3", "10.1.3.255"], ["fd00::1:2", "fd00:0:0:1::"]
    for some, bits, length in ((addresses[0], 32, 23), (addresses[1], 128, 64)):
        expected = [parse(f"{address}/{length}").network for address in some]
        assert read_networks(some, bits, length) == expected


def test_the_index_numbers_equal_contents_once_and_learns_late_ones() -> None:
    index = ListIndex()
    one = index.add((PrefixMatch("10.0.0.0/8"),))
    assert index.matching(parse("10.0.0.0/8")) == (one,)
    other = index.add((PrefixMatch("10.0.0.0/8", 0, 32),))
    assert index.add((PrefixMatch("10.0.0.0/8"),)) == one
    assert index.matching(parse("10.0.0.0/8")) == (one, other)


@given(st.lists(entries(), max_size=4), st.lists(entries(), max_size=6))
def test_uncovered_finds_a_witness_exactly_when_there_is_one(
    permitted: list[PrefixMatch], allowed: list[PrefixMatch]
) -> None:
    escaping = [p for p in EVERY if passes(p, permitted) and not passes(p, allowed)]
    found = uncovered(permitted, allowed)
    assert (found is None) == (not escaping)
    if found is not None:
        assert found in escaping


def test_bounds_without_lengths_are_exact() -> None:
    assert bound(PrefixMatch("10.0.0.0/8")) == (parse("10.0.0.0/8"), 8, 8)


@given(st.ip_addresses(), st.integers(0, 32))
def test_text_is_the_usual_notation(address: object, length: int) -> None:
    network = ip_network(f"{address}/{length}", strict=False)
    assert text(parse(str(network))) == str(network)
