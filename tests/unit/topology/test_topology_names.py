import pytest
from hypothesis import given
from hypothesis import strategies as st

from barefabric.topology import names
from barefabric.topology.faults import Fault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r1", ["r1"]),
        ("r[1-3]", ["r1", "r2", "r3"]),
        ("r[01-03]", ["r01", "r02", "r03"]),
        ("r[08-11]", ["r08", "r09", "r10", "r11"]),
        ("r[8-11]", ["r8", "r9", "r10", "r11"]),
        ("r[1,3,5-7]", ["r1", "r3", "r5", "r6", "r7"]),
        ("r[ 1, 3 ]", ["r1", "r3"]),
        ("r[01,1]", ["r01", "r1"]),
        ("r[0-1]", ["r0", "r1"]),
        ("dc[1-2]r[1-2]", ["dc1r1", "dc1r2", "dc2r1", "dc2r2"]),
        ("r[1-2]-a", ["r1-a", "r2-a"]),
    ],
)
def test_expansion(text: str, expected: list[str]) -> None:
    assert names.expand_range(text) == expected
    assert names.count_range(text) == len(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "IN024"),
        ("1r", "IN024"),
        ("r_1", "IN024"),
        ("r-", "IN024"),
        ("rä", "IN024"),
        ("r" * 41, "IN024"),
        ("r" * 39 + "[9-10]", "IN024"),
        ("[1-2]", "IN024"),
        ("r[]", "IN025"),
        ("r[1", "IN025"),
        ("r1]", "IN025"),
        ("r[[1]]", "IN025"),
        ("r[2-1]", "IN025"),
        ("r[1-]", "IN025"),
        ("r[a-b]", "IN025"),
        ("r[1-2-3]", "IN025"),
        ("r[1,,2]", "IN025"),
        ("r[01-100]", "IN025"),
        ("r[1-2,2-3]", "IN025"),
        ("r[1-10001]", "IN025"),
        ("r[1-101][1-100]", "IN025"),
        ("r[1-999999999][1-999999999][1-999999999]", "IN025"),
        ("r[²-3]", "IN025"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    with pytest.raises(Fault) as caught:
        names.expand_range(text)
    assert caught.value.code == code


@given(st.text(alphabet="ra1209-,[]", max_size=14))
def test_counting_agrees_with_expanding(text: str) -> None:
    refused = None
    try:
        count = names.count_range(text)
    except Fault as fault:
        refused = fault.code
    if refused:
        with pytest.raises(Fault) as caught:
            names.expand_range(text)
        assert caught.value.code == refused
        return
    made = names.range_names(text)
    assert len(made) == count
    assert all(names.check_name(name) == name for name in made)


@given(st.integers(0, 500), st.integers(0, 200), st.integers(1, 4))
def test_zeros_are_kept(first: int, more: int, width: int) -> None:
    last = first + more
    low, high = str(first).zfill(width), str(last).zfill(width)
    if low.startswith("0") and len(low) > 1 and len(low) != len(high):
        return
    made = names.expand_range(f"r[{low}-{high}]")
    assert [int(name[1:]) for name in made] == list(range(first, last + 1))
    assert made[0] == f"r{low}"
    assert made[-1] == f"r{high}"


@pytest.mark.parametrize(
    ("word", "allowed", "expected"),
    [
        ("modle", ["nos", "model", "ports"], "model"),
        ("Load-Balancer", ["load_balancer", "pods"], "load_balancer"),
        ("r1-leef1", ["r1-leaf1", "r2-leaf1"], "r1-leaf1"),
        ("zebra", ["extra", "external"], ""),
        ("x", [], ""),
        ("", ["a"], ""),
    ],
)
def test_suggestions(word: str, allowed: list[str], expected: str) -> None:
    assert names.suggest(word, allowed) == expected


def test_zeros_in_front_are_the_first_slip_to_think_of() -> None:
    racks = [f"r{n:02}" for n in range(1, 17)]
    assert names.suggest("r1", racks) == "r01"
    assert names.suggest("r016", racks) == "r16"
    assert names.suggest("r1-leaf10", ["r01-leaf1", "r01-leaf10", "r10-leaf1"]) == "r01-leaf10"


def test_suggestions_among_all_servers_of_a_large_fabric() -> None:
    many = [f"r{rack:04}-node{n}" for rack in range(2000) for n in range(1, 41)]
    assert names.suggest("r1234-nod7", many) == "r1234-node7"


def test_suggestions_end() -> None:
    some = names.Suggestions()
    asked = [some.did_you_mean("modle", ["model"]) for _ in range(names.MOST_SUGGESTED + 5)]
    assert asked.count('did you mean "model"?') == names.MOST_SUGGESTED
    assert asked[-5:] == [""] * 5
