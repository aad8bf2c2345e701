"""Orders of names and addresses, and how several ordered lists become one."""

from ipaddress import ip_address
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from barefabric.render.natural import by_addresses, natural, ordered, runs

LISTS = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=12), max_size=4)


def test_numbers_in_names_count() -> None:
    names = ["Ethernet10/1", "Ethernet9/2", "Ethernet9", "Ethernet10"]
    assert sorted(names, key=natural) == ["Ethernet9", "Ethernet9/2", "Ethernet10", "Ethernet10/1"]


def test_addresses_are_ordered_by_value_and_ipv4_comes_first() -> None:
    mixed = ["fd00::2", "10.0.0.10", "10.0.0.9", "fd00::1", "9.255.0.0"]
    for texts in (mixed, [text for text in mixed if ":" not in text]):
        keys = dict(zip(texts, by_addresses(texts), strict=True))
        found = sorted(texts, key=keys.__getitem__)
        assert found == sorted(texts, key=lambda text: (":" in text, ip_address(text)))


@given(st.lists(st.integers()))
def test_things_are_ordered_by_their_keys(keys: list[int]) -> None:
    things = [f"thing {key}" for key in keys]
    found = ordered(keys, things)
    assert found.keys == sorted(keys)
    assert list(found.things) == [f"thing {key}" for key in sorted(keys)]


@given(LISTS)
def test_runs_are_all_lists_in_one_order(lists: list[list[int]]) -> None:
    found = list(runs([ordered(keys, keys) for keys in lists]))
    assert [key for _, run in found for key in run] == sorted(key for keys in lists for key in keys)
    assert all(run and set(run) <= set(lists[number]) for number, run in found)


@given(LISTS)
def test_a_run_ends_only_where_another_list_comes_in(lists: list[list[int]]) -> None:
    numbers = [number for number, _ in runs([ordered(keys, keys) for keys in lists])]
    assert all(one != next_ for one, next_ in pairwise(numbers))
