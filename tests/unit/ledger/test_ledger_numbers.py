"""Numbers that are kept, handed out, retired, pinned and moved."""

from pathlib import Path
from typing import Any

import pytest

from barefabric.model.ledger import Entry, Kind, Ledger
from ledger_labs import MLAG, ROUTED, Lab, designed, faults, grown, lab, live, retired

R1: Lab = {"name": "r1", "leaves": 2, "servers": {"node": 4}}
R2: Lab = {"name": "r2", "leaves": 2, "servers": {"node": 4}}


def test_numbers_come_in_the_order_a_person_counts(tmp_path: Path) -> None:
    numbers = designed(tmp_path, lab(racks=[R1, R2])).numbers
    assert list(numbers.ids.items())[:3] == [("spine1", 1), ("spine2", 2), ("r1-leaf1", 3)]
    assert live(numbers.ledger)[Kind.LOOPBACK, "spine1"] == "10.255.0.1"
    assert live(numbers.ledger)[Kind.RACK, "r1"] == "10.10.0.0/24"
    assert live(numbers.ledger)[Kind.NODE, "r1-node1"] == "10.10.0.11"
    assert live(numbers.ledger)[Kind.LINK, "r1-leaf1 spine1 1"] == "10.254.0.0/31"
    assert live(numbers.ledger)[Kind.CABLE, "r1-leaf1 spine1 1"] == "Ethernet1/1 Ethernet49/1"


def test_what_is_gone_is_kept_and_comes_back(tmp_path: Path) -> None:
    both = designed(tmp_path, lab(racks=[R1, R2])).numbers
    one = designed(tmp_path, lab(racks=[R2]), both.ledger).numbers
    gone = retired(one.ledger)
    assert gone[Kind.RACK, "r1"] == "10.10.0.0/24"
    assert {key for kind, key in gone if kind is Kind.ID} == {"r1-leaf1", "r1-leaf2"}
    assert not one.moves
    other = {"name": "r3", "leaves": 2, "servers": {"node": 4}}
    third = designed(tmp_path, lab(racks=[R2, other]), one.ledger).numbers
    assert set(live(third.ledger).values()).isdisjoint(
        value for (kind, _), value in gone.items() if kind not in (Kind.CABLE, Kind.ASN)
    )
    back = designed(tmp_path, lab(racks=[R1, R2, other]), third.ledger).numbers
    assert not back.moves
    assert live(both.ledger).items() <= live(back.ledger).items()
    assert not retired(back.ledger)


def test_another_server_does_not_take_the_port_of_one_that_is_gone(tmp_path: Path) -> None:
    def rack(*names: str) -> Lab:
        return lab(racks=[{"name": "r1", "leaves": 2, "servers": {"node": list(names)}}])

    first = designed(tmp_path, rack("a", "b", "c")).numbers
    second = designed(tmp_path, rack("a", "c", "d"), first.ledger).numbers
    assert retired(second.ledger)[Kind.CABLE, "b r1-leaf1 1"] == "Ethernet2 eno1"
    assert live(second.ledger)[Kind.CABLE, "d r1-leaf1 1"] == "Ethernet4 eno1"
    third = designed(tmp_path, rack("a", "b", "c", "d"), second.ledger).numbers
    assert not third.moves
    assert live(first.ledger).items() <= live(third.ledger).items()


def test_ports_that_are_kept_can_be_taken_by_hand(tmp_path: Path) -> None:
    def rack(*names: str, **more: Any) -> Lab:
        return lab(racks=[{"name": "r1", "leaves": 2, "servers": {"node": list(names)}}], **more)

    first = designed(tmp_path, rack("a", "b")).numbers
    cables = ["r1-leaf1:Ethernet2 - c:eno1", "r1-leaf2:Ethernet2 - c:eno2"]
    second = designed(tmp_path, rack("a", "c", cables=cables), first.ledger).numbers
    assert live(second.ledger)[Kind.CABLE, "c r1-leaf1 1"] == "Ethernet2 eno1"
    assert (Kind.CABLE, "b r1-leaf1 1") not in retired(second.ledger)
    assert not second.moves
    third = designed(tmp_path, rack("a", "b", "c", cables=cables), second.ledger).numbers
    assert live(third.ledger)[Kind.CABLE, "b r1-leaf1 1"] == "Ethernet3 eno1"
    assert not third.moves


def test_another_pool_moves_every_number_and_names_each(tmp_path: Path) -> None:
    before = designed(tmp_path, lab()).numbers
    for key, kind in (
        ("loopbacks", Kind.LOOPBACK),
        ("links", Kind.LINK),
        ("management", Kind.MANAGEMENT),
    ):
        after = designed(tmp_path, lab(addressing={key: "10.99.0.0/20"}), before.ledger).numbers
        assert {m.kind for m in after.moves} == {kind}
        assert {m.key: m.old for m in after.moves} == {
            name: value for (k, name), value in live(before.ledger).items() if k is kind
        }
        assert all(m.new.startswith("10.99.") for m in after.moves)
    after = designed(tmp_path, lab(addressing={"servers": "10.99.0.0/20"}), before.ledger).numbers
    assert {m.kind for m in after.moves} == {Kind.RACK, Kind.NODE}
    assert len(after.moves) == 1 + 4


def test_another_length_of_rack_prefixes_is_a_move(tmp_path: Path) -> None:
    before = designed(tmp_path, lab(racks=[R1, R2])).numbers
    wider = {"servers": {"pool": "10.10.0.0/16", "per_rack": 25}}
    after = designed(tmp_path, lab(racks=[R1, R2], addressing=wider), before.ledger).numbers
    assert {(m.key, m.old, m.new) for m in after.moves} == {
        ("r1", "10.10.0.0/24", "10.10.0.0/25"),
        ("r2", "10.10.1.0/24", "10.10.1.0/25"),
    }
    assert live(after.ledger)[Kind.RACK, "r1"] == "10.10.0.0/25"


def test_a_wider_pool_moves_nothing(tmp_path: Path) -> None:
    before = designed(tmp_path, lab(addressing={"links": "10.254.0.0/27"})).numbers
    for links in (
        "10.254.0.0/24",
        ["10.254.0.0/27", "10.200.0.0/27"],
        ["10.200.0.0/27", "10.254.0.0/27"],
    ):
        after = designed(tmp_path, lab(addressing={"links": links}), before.ledger).numbers
        assert not after.moves
        assert live(after.ledger) == live(before.ledger)


def test_a_retired_number_that_no_pool_holds_any_more_is_no_move(tmp_path: Path) -> None:
    before = designed(tmp_path, lab(racks=[R1, R2], addressing={"servers": "10.10.0.0/16"})).numbers
    one = designed(tmp_path, lab(racks=[R1]), before.ledger).numbers
    only_first = {"servers": "10.10.0.0/24"}
    squeezed = designed(tmp_path, lab(racks=[R1], addressing=only_first), one.ledger).numbers
    assert not squeezed.moves
    again = {"servers": ["10.10.0.0/24", "10.20.0.0/24"]}
    back = designed(tmp_path, lab(racks=[R1, R2], addressing=again), squeezed.ledger).numbers
    assert not back.moves, "r2 did not exist when the pool changed"
    assert live(back.ledger)[Kind.RACK, "r2"] == "10.20.0.0/24"
    assert live(back.ledger)[Kind.NODE, "r2-node1"] == "10.20.0.11"


def test_pins_come_first(tmp_path: Path) -> None:
    pins = {
        "spine1": {"asn": 65001, "loopback": "10.255.1.1", "management": "172.20.1.1"},
        "r1": {"prefix": "10.10.9.0/24", "asn": 65100},
        "r1-node2": {"address": "10.10.9.50"},
        "spine1 r1-leaf1": {"prefix": "10.254.9.0/31"},
        "r1-leaf2 spine1": {"prefix": "10.254.9.2/31"},
    }
    numbers = designed(tmp_path, lab(pins=pins)).numbers
    values = live(numbers.ledger)
    assert values[Kind.ASN, "all spines"] == "65001"
    assert values[Kind.ASN, "r1"] == "65100"
    assert values[Kind.LOOPBACK, "spine1"] == "10.255.1.1"
    assert values[Kind.MANAGEMENT, "spine1"] == "172.20.1.1"
    assert values[Kind.RACK, "r1"] == "10.10.9.0/24"
    assert values[Kind.NODE, "r1-node2"] == "10.10.9.50"
    assert values[Kind.LINK, "r1-leaf1 spine1 1"] == "10.254.9.0/31"
    assert values[Kind.LINK, "r1-leaf2 spine1 1"] == "10.254.9.2/31"
    assert not numbers.moves


def test_pins_of_links_with_an_index(tmp_path: Path) -> None:
    """Of several cables between two switches, and of a pair's own /31s."""
    pins = {
        "r1-leaf1 spine1 1": {"prefix": "10.254.9.0/31"},
        "spine2 r1-leaf1 1": {"prefix": "10.254.9.2/31"},
        "r1-leaf2 r1-leaf1 routing": {"prefix": "10.254.9.4/31"},
    }
    values = live(designed(tmp_path, lab(pins=pins)).numbers.ledger)
    assert values[Kind.LINK, "r1-leaf1 spine1 1"] == "10.254.9.0/31"
    assert values[Kind.LINK, "r1-leaf1 spine2 1"] == "10.254.9.2/31"
    assert values[Kind.LINK, "r1-leaf2 r1-leaf1 routing"] == "10.254.9.4/31"


def test_a_pin_to_another_value_is_a_move_that_says_so(tmp_path: Path) -> None:
    before = designed(tmp_path, lab()).numbers
    after = designed(
        tmp_path, lab(pins={"spine1": {"loopback": "10.255.1.1"}}), before.ledger
    ).numbers
    (move,) = after.moves
    assert (move.key, move.old, move.new) == ("spine1", "10.255.0.1", "10.255.1.1")
    assert "pinned" in move.reason


def test_a_pin_takes_a_number_away_from_its_holder(tmp_path: Path) -> None:
    before = designed(tmp_path, lab()).numbers
    pins = {"spine1": {"loopback": "10.255.0.2"}}
    after = designed(tmp_path, lab(pins=pins), before.ledger).numbers
    values = [v for (kind, _), v in live(after.ledger).items() if kind is Kind.LOOPBACK]
    assert len(values) == len(set(values))
    moves = {m.key: m for m in after.moves}
    assert moves["spine1"].new == "10.255.0.2"
    assert moves["spine2"].old == "10.255.0.2"
    assert "spine1" in moves["spine2"].reason


@pytest.mark.parametrize(
    ("pins", "code", "says"),
    [
        (
            {"spine1": {"loopback": "10.255.0.9"}, "spine2": {"loopback": "10.255.0.9"}},
            "LE011",
            "spine1 and spine2",
        ),
        ({"spine1": {"asn": 65001}, "r1": {"asn": 65001}}, "LE011", "65001"),
        ({"spine1": {"address": "10.10.0.30"}}, "LE012", "has no address"),
        ({"r1": {"loopback": "10.255.0.9"}}, "LE012", "has no loopback"),
        ({"r1-node1": {"asn": 65001}}, "LE012", "has no asn"),
        ({"r1-node1": {"prefix": "10.10.0.0/24"}}, "LE012", "has no prefix"),
        ({"r1-leaf1": {"prefix": "10.10.0.0/24"}}, "LE012", "has no prefix"),
        ({"spine1": {"loopback": "9.9.9.9"}}, "LE013", "addressing.loopbacks"),
        ({"spine1": {"management": "9.9.9.9"}}, "LE013", "addressing.management"),
        ({"r1": {"prefix": "10.99.0.0/24"}}, "LE013", "addressing.servers"),
        ({"r1": {"prefix": "10.10.0.0/25"}}, "LE013", "/24"),
        ({"r1-leaf1 spine1": {"prefix": "10.254.0.0/30"}}, "LE013", "/31"),
        ({"r1-node1": {"address": "10.10.0.2"}}, "LE013", "r1"),
        ({"r1-node1": {"address": "10.10.7.20"}}, "LE013", "r1"),
        ({"r1-leaf1 r1-leaf2": {"prefix": "10.254.0.0/31"}}, "LE008", "r1-leaf1 r1-leaf2"),
        ({"r1-leaf1 spine1 7": {"prefix": "10.254.0.0/31"}}, "LE008", "r1-leaf1 spine1 7"),
        ({"spine1 1": {"prefix": "10.254.0.0/31"}}, "IN055", '"1"'),
    ],
)
def test_pins_that_cannot_be(tmp_path: Path, pins: Lab, code: str, says: str) -> None:
    found = faults(tmp_path, lab(pins=pins))
    assert [fault.code for fault in found] == [code]
    assert says in f"{found[0].message} {found[0].allowed}"
    assert all(place.line for place in found[0].places)


def test_a_rack_without_servers_has_no_prefix_to_pin(tmp_path: Path) -> None:
    empty = lab(
        ROUTED, racks=[{"name": "r1", "leaves": 2}], pins={"r1": {"prefix": "10.10.7.0/24"}}
    )
    (found,) = faults(tmp_path, empty)
    assert (found.code, found.message) == ("LE012", "pins: r1 has no prefix of its own")
    assert "once it has servers" in found.allowed


def test_two_pools_of_servers_and_their_order(tmp_path: Path) -> None:
    pools = {"servers": {"pool": ["10.20.0.0/24", "10.10.0.0/23"], "per_rack": 24}}
    racks = [{"name": f"r{n}", "leaves": 2, "servers": {"node": 1}} for n in (1, 2, 3)]
    numbers = designed(tmp_path, lab(racks=racks, addressing=pools)).numbers
    values = live(numbers.ledger)
    assert [values[Kind.RACK, f"r{n}"] for n in (1, 2, 3)] == [
        "10.20.0.0/24", "10.10.0.0/24", "10.10.1.0/24",
    ]  # fmt: skip


def test_names_cannot_collide_with_the_ledgers_own_words(tmp_path: Path) -> None:
    """A rack may be called like a tier; each still has its own number."""
    racks = [
        {"name": name, "leaves": 2, "servers": {"node": 1}}
        for name in ("spines", "hosts", "superspines", "cluster")
    ]
    numbers = designed(tmp_path, lab(ROUTED, racks=racks)).numbers
    design = designed(tmp_path, lab(MLAG, racks=racks)).design
    leaves = [s.asn for s in design.switches.values() if s.role == "leaf"]
    spines = {s.asn for s in design.switches.values() if s.role == "spine"}
    assert len(set(leaves)) == 4
    assert spines.isdisjoint(leaves)
    assert len(set(numbers.asns.values())) == len(numbers.asns)


def test_a_server_that_changes_its_rack_gets_an_address_there(tmp_path: Path) -> None:
    def racks(first: list[str], second: list[str]) -> Lab:
        return lab(racks=[
            {"name": "r1", "leaves": 2, "servers": {"node": first}},
            {"name": "r2", "leaves": 2, "servers": {"node": second}},
        ])  # fmt: skip

    before = designed(tmp_path, racks(["a", "b"], ["c"])).numbers
    after = designed(tmp_path, racks(["a"], ["b", "c"]), before.ledger).numbers
    assert [(m.kind, m.key) for m in after.moves] == [(Kind.NODE, "b")]
    assert live(after.ledger)[Kind.NODE, "b"] == "10.10.1.12"


def test_a_ledger_with_a_value_that_retired_and_lives_again_elsewhere(tmp_path: Path) -> None:
    """A pin gives a retired number to another: the retired line goes."""
    both = designed(tmp_path, lab(racks=[R1, R2])).numbers
    pins = {"r1": {"prefix": "10.10.1.0/24"}}
    after = designed(tmp_path, lab(racks=[R1], pins=pins), both.ledger).numbers
    assert live(after.ledger)[Kind.RACK, "r1"] == "10.10.1.0/24"
    assert (Kind.RACK, "r2") not in retired(after.ledger)


def test_growing_in_two_steps_or_one_keeps_the_first(tmp_path: Path) -> None:
    small, large = lab(racks=[R1]), lab(racks=[R1, R2], spines=4)
    first = designed(tmp_path, small).numbers
    both = grown(tmp_path, small, large).numbers
    assert live(first.ledger).items() <= live(both.ledger).items()


def test_empty_entries_are_no_ledger(tmp_path: Path) -> None:
    odd = Ledger({Kind.LOOPBACK: {"gone": Entry("10.255.0.1", retired=True)}})
    numbers = designed(tmp_path, lab(), odd).numbers
    assert live(numbers.ledger)[Kind.LOOPBACK, "spine1"] == "10.255.0.2"
