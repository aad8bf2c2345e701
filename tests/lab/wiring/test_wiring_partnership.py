"""What the leaves of a pair decide, by the clock and without a network."""

import pytest

from barefabric.lab.wiring.partnership import (
    FRESH,
    RETURN,
    SILENT,
    TAKES_OVER,
    Sight,
    Stand,
    decide,
    speaks,
)

HEARD = Sight(100.0, True, 99.9, 99.9, 50.0, {"1": True, "2": True})
HELD = Stand(frozenset(("1", "2")))


def lost(at: float, beside: float, *, peer_link: bool = False) -> Sight:
    """The peer link fell silent at 100 s; it is ``at`` s now."""
    return Sight(at, peer_link, 100.0, beside, 50.0, {"1": True, "2": True})


def test_frames_are_held_back_where_the_partner_has_a_leg() -> None:
    assert decide(True, HEARD, Stand(frozenset())) == HELD


def test_a_leg_that_is_down_at_the_partner_is_let_through() -> None:
    sight = HEARD._replace(legs={"1": False, "2": True})
    assert decide(True, sight, HELD) == Stand(frozenset(("2",)))


def test_before_the_first_word_nothing_changes() -> None:
    sight = Sight(3.0, True, 0.0, 0.0, 0.0, {})
    assert decide(False, sight, HELD) == HELD


@pytest.mark.parametrize(("first", "shut"), [(True, False), (False, True)])
def test_a_lost_peer_link_shuts_the_second_leaf(first: bool, shut: bool) -> None:
    assert decide(first, lost(101.0, 100.9), HELD) == Stand(HELD.held, shut)


def test_a_peer_link_that_is_silent_with_carrier_takes_a_little_longer() -> None:
    soon = lost(100.0 + SILENT - 0.1, 100.0 + SILENT - 0.2, peer_link=True)
    assert not decide(False, soon, HELD).shut
    late = lost(100.0 + SILENT + 0.1, 100.0 + SILENT, peer_link=True)
    assert decide(False, late, HELD).shut


def test_a_dead_partner_shuts_nothing() -> None:
    """Its last words on both paths are about as old as each other."""
    for after in (0.1, 0.6, 1.4, 2.0, 60.0):
        assert not decide(False, lost(100.0 + after, 100.0 + FRESH / 2), HELD).shut


def test_without_a_second_path_a_lost_peer_link_shuts_nothing() -> None:
    assert not decide(False, lost(130.0, 0.0), HELD).shut


def test_a_leaf_that_shut_its_ports_keeps_them_shut_until_the_partner_is_back_for_good() -> None:
    shut = Stand(HELD.held, True)
    assert decide(False, lost(130.0, 129.9), shut).shut
    assert decide(False, lost(130.0, 126.0), shut).shut
    back = HEARD._replace(began=99.0)
    assert decide(False, back, shut).shut
    assert not decide(False, back._replace(now=99.0 + RETURN + 0.1, heard=101.0), shut).shut


def test_a_partner_that_dies_after_the_peer_link_is_replaced() -> None:
    shut = Stand(HELD.held, True)
    assert decide(False, lost(103.0, 101.0), shut).shut
    assert not decide(False, lost(101.0 + TAKES_OVER + 0.1, 101.0), shut).shut


def test_speech_needs_the_peer_link_and_a_recent_word() -> None:
    assert speaks(HEARD)
    assert not speaks(HEARD._replace(peer_link=False))
    assert not speaks(HEARD._replace(now=99.9 + SILENT))
    assert not speaks(HEARD._replace(heard=0.0, now=0.5))
