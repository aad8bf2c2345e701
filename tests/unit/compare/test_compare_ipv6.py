"""Comparing fabrics of which one or both carry IPv6."""

import json
from pathlib import Path

import pytest
from changed_fabrics import Make

from barefabric.compare.documents import compare_documents
from barefabric.compare.report import report
from barefabric.render.document_schema import design_schema

FOUR = (
    ("families: [ipv4, ipv6]", "families: [ipv4]"),
    ('[10.255.0.0/16, "fd00:255::/48"]', "10.255.0.0/16"),
    ('[10.254.0.0/16, "fd00:254::/48"]', "10.254.0.0/16"),
    ('[10.10.0.0/16, "fd00:10::/40"]', "10.10.0.0/16"),
    ('[10.64.0.0/16, "fd00:64::/48"]', "10.64.0.0/16"),
    ('[10.65.0.0/16, "fd00:65::/48"]', "10.65.0.0/16"),
    ('[10.96.0.0/16, "fd00:96::/112"]', "10.96.0.0/16"),
    ('[10.97.0.0/16, "fd00:97::/112"]', "10.97.0.0/16"),
    ('[203.0.113.0/25, "2001:db8:113::/120"]', "203.0.113.0/25"),
    ('[203.0.113.128/25, "2001:db8:114::/120"]', "203.0.113.128/25"),
    ('[192.0.2.1/31, "2001:db8:2::1/127"]', "192.0.2.1/31"),
    ('[192.0.2.0/31, "2001:db8:2::/127"]', "192.0.2.0/31"),
    ('accept: [0.0.0.0/0, "::/0"]', "accept: 0.0.0.0/0"),
)


def test_taking_ipv6_up_adds_and_moves_nothing(make: Make) -> None:
    four = make("both-families", *FOUR)
    six = make("both-families", ledger=four.ledger)
    changes = compare_documents(four.document, six.document)
    assert not changes.moved
    assert not changes.devices.changed
    assert not changes.racks.changed
    assert not changes.links.changed
    assert not changes.sessions.changed
    assert not changes.sessions.removed
    assert len(changes.sessions.added) == 44
    assert set(changes.prefixes.added) == {
        "pool of loopbacks (IPv6)", "pool of links (IPv6)", "pool of servers (IPv6)",
    }  # fmt: skip
    assert changes.prefixes.changed["rack r1"][0].new == "10.10.0.0/24, fd00:10::/64"
    assert changes.summary().startswith("+ 44 sessions; ~ underlay: families")
    text = "\n".join(report(changes, "old", "new"))
    assert "+ spine1 - r1-leaf1 (fabric, IPv6)" in text


def test_taking_ipv6_away_moves_nothing_either(make: Make) -> None:
    six = make("both-families")
    four = make("both-families", *FOUR, ledger=six.ledger)
    changes = compare_documents(six.document, four.document)
    assert not changes.moved
    assert len(changes.sessions.removed) == 44
    assert not changes.sessions.added


def test_moved_ipv6_numbers_are_told_by_device(make: Make) -> None:
    one = make("both-families")
    other = make(
        "both-families",
        ("fd00:255::/48", "fd00:2550::/48"),
        ("fd00:254::/48", "fd00:2540::/48"),
        ("fd00:10::/40", "fd00:1000::/40"),
    )
    moved = compare_documents(one.document, other.document).moved
    told = {(m.thing, m.what): (m.old, m.new) for m in moved}
    assert told["spine1", "IPv6 loopback"] == ("fd00:255::1", "fd00:2550::1")
    assert told["rack r1", "IPv6 prefix"] == ("fd00:10::/64", "fd00:1000::/64")
    assert told["r1-node1", "IPv6 address"] == ("fd00:10::b", "fd00:1000::b")
    assert told["r1-node1", "second IPv6 address"] == ("fd00:10::8b", "fd00:1000::8b")
    assert told["link r1-leaf1 spine1 1", "IPv6 address"] == (
        "fd00:254::/127 fd00:254::1/127", "fd00:2540::/127 fd00:2540::1/127",
    )  # fmt: skip
    assert ("pair r1-leaf1 r1-leaf2", "IPv6 address") in told
    assert not {what for _, what in told} & {"address", "loopback", "prefix", "second address"}


def test_a_second_address_that_comes_moves_no_ipv6_address(make: Make) -> None:
    one = make("both-families", ("      announce: metallb\n", ""))
    other = make("both-families", ledger=one.ledger)
    before, after = (f.document["devices"]["r1-node1"]["addresses"] for f in (one, other))
    assert (len(before), len(after)) == (2, 4)
    assert not compare_documents(one.document, other.document).moved


def test_the_document_has_every_ipv6_number_and_the_schema_tells_of_it(make: Make) -> None:
    document = make("both-families").document
    assert document["devices"]["spine1"]["loopback6"] == "fd00:255::1"
    assert document["racks"]["r1"]["prefix6"] == "fd00:10::/64"
    assert document["racks"]["r1"]["gateway6"] == "fd00:10::1"
    (pair,) = document["pairs"].values()
    assert pair["routing6"] == ["fd00:254::14/127", "fd00:254::15/127"]
    upstream = next(x for x in document["links"].values() if x["kind"] == "upstream")
    assert upstream["a"]["address6"] == "2001:db8:2::1/127"
    assert upstream["b"]["address6"] == "2001:db8:2::/127"
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(document, design_schema())
    document["racks"]["r1"]["prefix7"] = "fd00::/64"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, design_schema())


def test_without_ipv6_no_field_of_it_is_written(make: Make, tmp_path: Path) -> None:
    document = make("both-families", *FOUR).document
    text = json.dumps({k: document[k] for k in ("devices", "racks", "pairs", "links")})
    assert '6":' not in text
