"""The decision process, one rule at a time, on networks small enough to work out by hand."""

from itertools import pairwise

import pytest
from judge_networks import Lab, clos, open_group

from barefabric.model.policy import Term
from barefabric.verify.network import Attributes

P = "192.0.2.0/24"


def chain(*asns: int) -> Lab:
    """Routers a, b, c ... in a row; the last one originates P."""
    lab = Lab()
    names = [chr(ord("a") + n) for n in range(len(asns))]
    for name, asn in zip(names, asns, strict=True):
        lab.router(name, asn)
    for left, right in pairwise(names):
        lab.link(left, right)
    lab.announce(P, names[-1])
    return lab


def test_routes_spread_and_paths_grow() -> None:
    table = chain(1, 2, 3).compute()
    row = table.row(0, P)
    assert row is not None
    assert (row.hops, row.route.length) == ((1,), 2)


def test_a_loop_is_refused() -> None:
    lab = chain(1, 2, 1)
    assert lab.hops("b", P) == ["c"]
    assert lab.hops("a", P) is None


def test_the_shortest_path_wins_and_equal_ones_are_shared() -> None:
    lab = Lab()
    for name, asn in (("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("o", 9)):
        lab.router(name, asn)
    for left, right in (
        ("a", "b"),
        ("a", "c"),
        ("a", "d"),
        ("d", "e"),
        ("b", "o"),
        ("c", "o"),
        ("e", "o"),
    ):
        lab.link(left, right)
    lab.announce(P, "o")
    assert lab.hops("a", P) == ["b", "c"]


def detour(*, third: bool) -> Lab:
    """a has P directly, at a low preference, and by b; with ``third`` b is one router further."""
    lab = Lab()
    low = lab.policy("LOW", Term(10, True, local_preference=50))
    groups = {"ebgp": open_group(), "far": open_group()}
    lab.router("a", 1, groups={**groups, "far": open_group("LOW")}, policies=[low])
    for name, asn in (("b", 2), ("c", 3), ("o", 9)):
        lab.router(name, asn, groups=groups)
    lab.link("a", "o", "far")
    lab.link("a", "b")
    lab.link("b", "c" if third else "o")
    lab.link("c", "o")
    lab.announce(P, "o")
    return lab


@pytest.mark.parametrize("by_class", [True, False])
def test_local_preference_beats_length(by_class: bool) -> None:
    assert detour(third=False).hops("a", P, by_class=by_class) == ["b"]


@pytest.mark.parametrize("by_class", [True, False])
def test_what_hangs_on_the_age_of_a_path_is_not_decided(by_class: bool) -> None:
    """b has P by a and by c, equally long. If it passes on a's path, a refuses it as a loop and
    stays with its own; if it passes on c's, a goes by b. Both are stable."""
    table = detour(third=True).compute(by_class=by_class)
    group = table.group_of[P]
    assert group.view.cell(0) in group.solution.undecided


def test_weight_beats_local_preference() -> None:
    lab = Lab()
    heavy = lab.policy("HEAVY", Term(10, True, weight=10, local_preference=1))
    lab.router("a", 1, groups={"ebgp": open_group(), "far": open_group("HEAVY")}, policies=[heavy])
    lab.router("b", 2)
    lab.router("o", 9, groups={"ebgp": open_group(), "far": open_group()})
    lab.link("a", "b")
    lab.link("b", "o")
    lab.link("a", "o", "far")
    lab.announce(P, "o")
    assert lab.hops("a", P) == ["o"]


def test_an_own_route_wins_unless_its_weight_is_taken_away() -> None:
    lab = chain(1, 2)
    lab.announce(P, "a")
    assert lab.hops("a", P) == []
    lab = chain(1, 2)
    lab.announce(P, "a", own=Attributes(weight=0, preference=50))
    assert lab.hops("a", P) == ["b"]


def pair() -> Lab:
    """Two leaves of one AS with a session between them, under one spine; P is behind the spine."""
    lab = Lab()
    groups = {"ebgp": open_group(), "pair": open_group(next_hop_self=True)}
    for name in ("l1", "l2"):
        lab.router(name, 7, groups=groups, kind="leaf")
    lab.router("s", 1)
    lab.link("l1", "l2", "pair", symmetric=True)
    lab.announce(P, "s")
    return lab


def test_ebgp_beats_ibgp() -> None:
    lab = pair()
    lab.link("s", "l1")
    lab.link("s", "l2")
    assert lab.hops("l1", P) == ["s"]


def test_a_leaf_without_uplinks_goes_over_its_peer() -> None:
    lab = pair()
    lab.link("s", "l2")
    assert lab.hops("l1", P) == ["l2"]


def test_without_next_hop_self_the_route_is_of_no_use() -> None:
    lab = Lab()
    groups = {"ebgp": open_group(), "pair": open_group()}
    for name in ("l1", "l2"):
        lab.router(name, 7, groups=groups)
    lab.router("s", 1)
    lab.link("l1", "l2", "pair", symmetric=True)
    lab.link("s", "l2")
    lab.announce(P, "s")
    assert lab.hops("l1", P) is None


def test_ibgp_routes_are_not_passed_on_by_ibgp() -> None:
    lab = Lab()
    groups = {"ebgp": open_group(), "pair": open_group(next_hop_self=True)}
    for name in ("a", "b", "c"):
        lab.router(name, 7, groups=groups)
    lab.router("s", 1)
    lab.link("a", "b", "pair", symmetric=True)
    lab.link("b", "c", "pair", symmetric=True)
    lab.link("s", "c")
    lab.announce(P, "s")
    assert lab.hops("b", P) == ["c"]
    assert lab.hops("a", P) is None


def test_the_limit_of_paths_shows() -> None:
    lab = Lab()
    lab.router("a", 1, ecmp=2)
    lab.router("o", 9)
    for n in range(3):
        lab.router(f"m{n}", 10 + n)
        lab.link("a", f"m{n}")
        lab.link(f"m{n}", "o")
    lab.announce(P, "o")
    row = lab.compute().row(0, P)
    assert row is not None
    assert (row.route.width, row.route.limit) == (3, 2)


@pytest.mark.parametrize(("send", "preference"), [(True, 50), (False, 100)])
def test_communities_travel_only_where_they_are_sent(send: bool, preference: int) -> None:
    lab = Lab()
    lower = lab.policy(
        "FROM", Term(10, True, community_list="RESORT", local_preference=50), Term(20, True)
    )
    lab.router("leaf", 1, groups={"ebgp": open_group("FROM")}, policies=[lower])
    lab.router("spine", 2, groups={"ebgp": open_group(send_community=send)})
    lab.link("spine", "leaf")
    lab.announce("0.0.0.0/0", "spine", own=Attributes(0, 50, frozenset({"65000:250"}), True))
    row = lab.compute().row(0, "0.0.0.0/0")
    assert row is not None
    assert row.route.preference == preference


def test_a_policy_that_is_named_and_missing_refuses_everything() -> None:
    lab = Lab()
    lab.router("a", 1, groups={"ebgp": open_group("MISSING")})
    lab.router("b", 2)
    lab.link("a", "b")
    lab.announce(P, "b")
    assert lab.hops("a", P) is None


def test_mute_routers_pass_nothing_on_and_deaf_ones_take_nothing() -> None:
    lab = Lab()
    lab.router("a", 1)
    lab.router("m", 2, mute=True)
    lab.router("d", 3, mute=True, deaf=True)
    lab.router("o", 9)
    for left, right in (("a", "m"), ("m", "o"), ("d", "o")):
        lab.link(left, right)
    lab.announce(P, "o")
    assert lab.hops("m", P) == ["o"]
    assert lab.hops("a", P) is None
    assert lab.hops("d", P) is None


def test_private_numbers_are_removed_where_asked() -> None:
    lab = Lab()
    lab.router("leaf", 4200000001, groups={"ebgp": open_group(), "out": open_group()})
    lab.router(
        "border", 4200000002, groups={"ebgp": open_group(), "out": open_group(remove_private=True)}
    )
    lab.router("wan", 64496, groups={"out": open_group()})
    lab.link("leaf", "border")
    lab.link("border", "wan", "out")
    lab.announce(P, "leaf")
    row = lab.compute().row(2, P)
    assert row is not None
    assert row.route.length == 1


def test_each_family_needs_its_own_session() -> None:
    lab = Lab()
    lab.router("a", 1)
    lab.router("b", 2)
    lab.link("a", "b", families=("ipv4",))
    lab.announce(P, "b")
    lab.announce("2001:db8::/48", "b")
    assert lab.hops("a", P) == ["b"]
    assert lab.hops("a", "2001:db8::/48") is None


def test_parallel_links_are_hops_of_their_own() -> None:
    lab = Lab()
    lab.router("a", 1)
    lab.router("b", 2)
    lab.link("a", "b")
    lab.link("a", "b", ordinal=2)
    lab.announce(P, "b")
    assert lab.hops("a", P) == ["b", "b"]


def test_spines_of_one_as_make_no_valley() -> None:
    lab = clos(2, 3, 2)
    assert lab.hops("r1-leaf1", "10.10.2.0/24") == ["spine1", "spine2"]
    assert lab.hops("spine1", "10.10.2.0/24") == ["r2-leaf1", "r2-leaf2"]
    assert lab.hops("spine1", "10.255.0.2/32") is None
    assert lab.hops("r1-leaf1", "10.255.1.2/32") == ["r1-leaf2"]
    assert lab.hops("r1-leaf1", "203.0.113.1/32") == ["r1-node1", "r1-node2"]
    assert lab.hops("spine2", "203.0.113.1/32") == [
        f"r{r}-leaf{n}" for r in (1, 2, 3) for n in (1, 2)
    ]


def test_routers_that_each_prefer_the_next_one_never_settle() -> None:
    """Three routers round an origin, each preferring the way by the next one (the cycles of
    Griffin, Shepherd and Wilfong, 2002): which one gives in depends on timing."""
    lab = Lab()
    prefer = lab.policy("PREFER", Term(10, True, local_preference=200))
    nothing = lab.policy("NOTHING", Term(10, False))
    lab.router("o", 9, groups={"up": open_group()})
    for n in range(3):
        taker, giver = open_group("PREFER", "NOTHING"), open_group("NOTHING", "")
        groups = {"up": open_group(), f"ring{n}": taker, f"ring{(n - 1) % 3}": giver}
        lab.router(f"r{n}", 10 + n, groups=groups, policies=[prefer, nothing])
        lab.link(f"r{n}", "o", "up")
    for n in range(3):
        lab.link(f"r{n}", f"r{(n + 1) % 3}", f"ring{n}")
    lab.announce(P, "o")
    assert not lab.compute().group_of[P].solution.settled
