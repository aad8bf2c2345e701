"""What differs between two designs, in the field's terms."""

import copy
from typing import Any

import pytest
from changed_fabrics import Make

from barefabric.compare.changes import NOTHING
from barefabric.compare.delta import Moved
from barefabric.compare.documents import compare_documents

TWO, THREE = ("r[1-3]", "r[1-2]"), ("r[1-3]", "r[1-3]")


def test_equal_documents_have_no_changes(make: Make) -> None:
    document = make("three-racks").document
    changes = compare_documents(document, copy.deepcopy(document))
    assert changes.empty
    assert changes.summary() == NOTHING


def test_a_new_rack(make: Make) -> None:
    old = make("three-racks", TWO)
    new = make("three-racks", ledger=old.ledger)
    changes = compare_documents(old.document, new.document)
    assert changes.moved == ()
    assert len(changes.devices.added) == 16
    assert all(name.startswith("r3-") for name in changes.devices.added)
    assert all("r3-" in name for name in changes.links.added)
    assert all("r3-" in name for name in changes.sessions.added)
    assert list(changes.racks.added) == ["r3"]
    assert changes.prefixes.added == {"rack r3": {"prefixes": "10.10.2.0/24"}}
    sessions = len(new.document["sessions"]) - len(old.document["sessions"])
    assert changes.summary() == f"+ rack r3: 2 leaves, 14 servers, {sessions} sessions"


def test_a_rack_that_goes_is_the_mirror_of_one_that_comes(make: Make) -> None:
    new = make("three-racks")
    old = make("three-racks", TWO)
    there = compare_documents(old.document, new.document)
    back = compare_documents(new.document, old.document)
    assert back.devices.removed == there.devices.added
    assert back.sessions.removed == there.sessions.added
    assert back.summary() == there.summary().replace("+", "-")


def test_spines_and_servers_in_old_racks(make: Make) -> None:
    old = make("three-racks")
    new = make(
        "three-racks",
        ("spines: {type: spine, count: 2}", "spines: {type: spine, count: 3}"),
        ("worker: 12", "worker: 14"),
        ledger=old.ledger,
    )
    changes = compare_documents(old.document, new.document)
    assert changes.summary() == ("+ spine3: 8 sessions; + 6 servers in racks r[1-3]: 12 sessions")


def test_what_holds_for_a_kind_of_session_changes_all_of_them(make: Make) -> None:
    old = make("three-racks")
    new = make("three-racks", ("interval: 300ms", "interval: 400ms"), ledger=old.ledger)
    changes = compare_documents(old.document, new.document)
    kinds = {old.document["sessions"][name]["kind"] for name in changes.sessions.changed}
    assert kinds >= {"fabric", "pair"}
    assert {d.what for found in changes.sessions.changed.values() for d in found} == {
        "bfd.interval"
    }
    assert {d.what for d in changes.settings} == {"bfd.interval"}
    assert not changes.devices
    assert not changes.links


def test_another_pool_moves_numbers(make: Make) -> None:
    old = make("three-racks")
    new = make("three-racks", ("links: 10.254.0.0/16", "links: 10.253.0.0/16"), ledger=old.ledger)
    changes = compare_documents(old.document, new.document)
    fabric = [m for m in changes.moved if m.thing.startswith("link ")]
    assert len(fabric) == sum(link["kind"] == "fabric" for link in new.document["links"].values())
    assert Moved(
        "link r1-leaf1 spine1 1", "address", "10.254.0.0/31 10.254.0.1/31",
        "10.253.0.0/31 10.253.0.1/31",
    ) in fabric  # fmt: skip
    things = [f"pair r{n}-leaf1 r{n}-leaf2" for n in (1, 2, 3)]
    for what in ("address", "control address"):
        moved = [m for m in changes.moved if m.what == what and m.thing.startswith("pair ")]
        assert [m.thing for m in moved] == things
    assert moved[0].old == " ".join(old.document["pairs"]["r1"]["control"])


def test_a_document_tells_what_a_pair_needs(make: Make) -> None:
    document = make("three-racks").document
    pair = document["pairs"]["r2"]
    assert pair["leaves"] == ["r2-leaf1", "r2-leaf2"]
    links = document["links"]
    assert {links[key]["kind"] for key in pair["peer_links"]} == {"peer"}
    assert len(pair["peer_links"]) == 2
    ibgp = document["sessions"]["pair:r2-leaf1:r2-leaf2:switch"]
    assert [a.partition("/")[0] for a in pair["routing"]] == [
        ibgp["a"]["address"], ibgp["b"]["address"],
    ]  # fmt: skip
    assert (pair["control_vlan"], pair["routing_vlan"]) == (4094, 4093)
    assert make("routed-frr").document["pairs"] == {}


@pytest.mark.parametrize(
    ("path", "value", "moved"),
    [
        (("devices", "spine1", "asn"), 65001, "spine1|ASN|4200000001|65001"),
        (("devices", "spine1", "id"), 99, "spine1|id|1|99"),
        (("devices", "spine1", "loopback"), "9.9.9.9", "spine1|loopback|10.255.0.1|9.9.9.9"),
        (("devices", "spine1", "management"), "9.9.9.9", "spine1|management|172.20.0.11|9.9.9.9"),
        (
            ("devices", "r1-worker1", "addresses", 0),
            "9.9.9.9",
            "r1-worker1|address|10.10.0.13|9.9.9.9",
        ),
        (
            ("devices", "r1-control1", "addresses", 1),
            "9.9.9.9",
            "r1-control1|second address|10.10.0.139|9.9.9.9",
        ),
        (("racks", "r1", "prefix"), "10.9.0.0/24", "rack r1|prefix|10.10.0.0/24|10.9.0.0/24"),
        (
            ("links", "r1-leaf1 spine1 1", "b", "port"),
            "Ethernet51/1",
            "link r1-leaf1 spine1 1|port|Ethernet1/1 Ethernet49/1|Ethernet1/1 Ethernet51/1",
        ),
    ],
)
def test_every_kind_of_number_is_seen_to_move(
    make: Make, path: tuple[Any, ...], value: Any, moved: str
) -> None:
    old = make("three-racks").document
    new = copy.deepcopy(old)
    place = new
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    changes = compare_documents(old, new)
    assert changes.moved == (Moved(*moved.split("|")),)
    assert not changes.empty
    assert changes.summary() != NOTHING


def test_properties_of_devices_clusters_and_policies(make: Make) -> None:
    old = make("three-racks").document
    new = copy.deepcopy(old)
    new["devices"]["spine1"]["model"] = "7060"
    new["clusters"]["prod"]["version"] = "1.99"
    new["clusters"]["prod"]["pools"]["public"]["prefixes"] = ["198.51.100.0/25"]
    new["policies"]["r1-leaf1"]["prefix_lists"]["LOCAL"].append("10.0.0.0/8")
    changes = compare_documents(old, new)
    assert [d.what for d in changes.devices.changed["spine1"]] == ["model"]
    assert changes.clusters.changed["prod"][0].new == "1.99"
    assert changes.prefixes.changed["pool public of prod"][0].new == "198.51.100.0/25"
    assert [d.what for d in changes.policies["r1-leaf1"]] == ["prefix list LOCAL"]
    assert changes.moved == ()


def test_a_first_design_is_all_new(make: Make) -> None:
    document = make("quickstart").document
    changes = compare_documents({}, document)
    assert len(changes.devices.added) == len(document["devices"])
    assert changes.moved == ()
    assert changes.summary().startswith("+ rack r1: 2 leaves, 4 servers")


def test_a_long_summary_is_cut_and_counted(make: Make) -> None:
    old, new = make("quickstart").document, make("three-racks").document
    changes = compare_documents(old, new)
    line = changes.summary(60)
    assert "more change" in line
    assert len(line) <= 60 + len(next(changes.phrases()))
    assert changes.summary(10_000).count(";") == len(list(changes.phrases())) - 1


def test_json_has_the_same_facts(make: Make) -> None:
    old = make("three-racks", TWO)
    new = make("three-racks", ledger=old.ledger)
    document = compare_documents(old.document, new.document).as_json()
    assert document["racks"]["added"] == ["r3"]
    assert document["moved"] == []
    assert not document["empty"]
    assert document["sessions"]["removed"] == []


def test_the_cost_is_linear() -> None:
    """Twice the records take twice the calls, not four times."""
    import sys

    def calls(count: int) -> int:
        end = {"device": "", "port": "", "address": ""}

        def links(offset: int) -> dict[str, Any]:
            return {
                f"l{n} s 1": {
                    "kind": "fabric", "speed": 100 + n % 2 + offset,
                    "a": {**end, "device": "s"}, "b": {**end, "device": f"l{n}"},
                }
                for n in range(count)
            }  # fmt: skip

        old, new = {"links": links(0)}, {"links": links(1)}
        counted = 0

        def count_calls(_frame: object, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        sys.setprofile(count_calls)
        try:
            compare_documents(old, new).summary()
        finally:
            sys.setprofile(None)
        return counted

    assert calls(4000) < 2.2 * calls(2000)
