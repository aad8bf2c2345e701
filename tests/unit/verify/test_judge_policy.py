import pytest

from barefabric.model.policy import Policy, PrefixMatch, Term
from barefabric.verify.policy import AmbiguousError, Passed, apply, compile_policy
from barefabric.verify.prefixes import ListIndex, parse

INDEX = ListIndex()
LISTS = {"DEFAULT": (PrefixMatch("0.0.0.0/0"),), "PODS": (PrefixMatch("10.64.0.0/14", 26, 26),)}
NONE: frozenset[str] = frozenset()
RESORT = frozenset({"65000:250"})


def run(
    *terms: Term, prefix: str = "10.64.0.0/26", carries: frozenset[str] = NONE,
    always: frozenset[str] | None = None, length: int = 1,
) -> Passed | None:  # fmt: skip
    policy = compile_policy(Policy("P", terms), LISTS, {"RESORT": "65000:250"}, INDEX)
    matched = frozenset(INDEX.matching(parse(prefix)))
    return apply(policy.rules, matched, carries, carries if always is None else always, length)


def test_nothing_matches_means_refused() -> None:
    assert run() is None
    assert run(Term(10, True, "DEFAULT")) is None


def test_the_first_matching_term_decides() -> None:
    assert run(Term(10, False, "PODS"), Term(20, True)) is None
    assert run(Term(10, True, "PODS"), Term(20, False)) == Passed(None, None, None)


def test_actions_are_handed_back() -> None:
    passed = run(Term(10, True, local_preference=50, weight=0, set_community="65000:100"))
    assert passed == Passed(50, 0, frozenset({"65000:100"}))


def test_both_conditions_of_a_term_must_hold() -> None:
    term = Term(10, True, "DEFAULT", "RESORT", local_preference=50)
    assert run(term, prefix="0.0.0.0/0") is None
    assert run(term, prefix="0.0.0.0/0", carries=RESORT) == Passed(50, None, None)
    assert run(term, carries=RESORT) is None


def test_own_path_lets_only_own_routes_out() -> None:
    term = Term(10, True, own_path=True)
    assert run(term, length=0) is not None
    assert run(term, length=1) is None


def test_an_undefined_list_matches_nothing() -> None:
    assert run(Term(10, True, "MISSING")) is None
    assert run(Term(10, True, community_list="MISSING"), carries=RESORT) is None


def test_a_community_that_only_some_equal_paths_carry_is_not_decided() -> None:
    with pytest.raises(AmbiguousError):
        run(Term(10, True, community_list="RESORT"), carries=RESORT, always=NONE)
