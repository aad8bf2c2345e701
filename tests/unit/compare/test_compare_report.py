"""The report of `fabric diff`: what it says, and that it fits."""

import copy

import pytest
from changed_fabrics import Make

from barefabric.compare.documents import compare_documents
from barefabric.compare.ranges import counted, listed, ranges
from barefabric.compare.report import WIDTH, report
from barefabric.compare.textdiff import compare_trees, file_diff, text_report
from barefabric.compare.trees import Rendered
from barefabric.topology.names import expand_range


def lines_of(old: dict, new: dict) -> list[str]:  # type: ignore[type-arg]
    lines = list(report(compare_documents(old, new), "old.yaml", "new.yaml"))
    assert all(len(line) <= WIDTH for line in lines)
    return lines


def test_a_new_rack_in_the_fields_terms(make: Make) -> None:
    old = make("three-racks", ("r[1-3]", "r[1-2]"))
    new = make("three-racks", ledger=old.ledger)
    sessions = len(new.document["sessions"]) - len(old.document["sessions"])
    names = "r3-leaf[1-2], r3-control1, r3-storage1, r3-worker[1-12]"
    assert lines_of(old.document, new.document) == [
        "three-racks: old.yaml -> new.yaml",
        "",
        "  devices       +16",
        f"    + rack r3: 2 leaves, 14 servers  ({names})",
        "",
        "  links         +34",
        "    + 34 with rack r3: 4 fabric, 2 peer, 28 server",
        "",
        f"  sessions      +{sessions}",
        f"    + {sessions} with rack r3: 4 fabric, 1 pair, {sessions - 5} node",
        "",
        "  prefixes      +1",
        "    + rack r3  10.10.2.0/24",
    ]


def test_moved_numbers_are_named(make: Make) -> None:
    old = make("three-racks")
    new = make("three-racks", ("links: 10.254.0.0/16", "links: 10.253.0.0/16"), ledger=old.ledger)
    text = "\n".join(lines_of(old.document, new.document))
    assert "moved numbers" in text
    assert (
        "! link r1-leaf1 spine1 1  address "
        "10.254.0.0/31 10.254.0.1/31 -> 10.253.0.0/31 10.253.0.1/31" in text
    )
    assert "more of kind address" in text


def test_every_section_has_its_sentence(make: Make) -> None:
    old = make("three-racks").document
    new = copy.deepcopy(old)
    new["devices"]["spine1"]["model"] = "7060"
    new["underlay"]["mtu"] = 9000
    new["clusters"]["prod"]["version"] = "1.99"
    new["policies"]["r1-leaf1"]["prefix_lists"]["LOCAL"].append("10.0.0.0/8")
    new["links"]["r1-leaf1 spine1 1"]["speed"] = 40
    del new["sessions"]["upstream:border1:wan-a:Ethernet32/1"]
    text = "\n".join(lines_of(old, new))
    for sentence in (
        "~ spine1: model 7050CX3-32S -> 7060",
        "~ MTU 9100 -> 9000",
        "~ prod: version 1.36 -> 1.99",
        "prefix list LOCAL: + 10.0.0.0/8",
        "~ r1-leaf1 spine1 1: speed 100 -> 40",
        "- border1 - wan-a (upstream)",
    ):
        assert sentence in text


def test_many_different_changes_are_told_by_kind(make: Make) -> None:
    old = make("three-racks").document
    new = copy.deepcopy(old)
    for n, name in enumerate(new["devices"]):
        new["devices"][name]["role"] = f"role{n}"
    lines = lines_of(old, new)
    text = " ".join(line.strip() for line in lines)
    assert "~ 52 devices (" in text
    assert ": role such as spine1: role spine -> role0" in text
    assert len(lines) < 12


def test_nothing_to_say(make: Make) -> None:
    document = make("quickstart").document
    assert "nothing changed" in lines_of(document, document)[1]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["r1", "r2", "r3"], ["r[1-3]"]),
        (["r1", "r3", "r4", "r9"], ["r[1,3-4,9]"]),
        (["r08", "r09", "r10", "r11"], ["r[08-11]"]),
        (["r9", "r10"], ["r[9-10]"]),
        (["spine1"], ["spine1"]),
        (["alpha", "beta"], ["alpha", "beta"]),
        (["p1r01-leaf1", "p1r01-leaf2", "p1r02-leaf1"], ["p1r01-leaf[1-2]", "p1r02-leaf1"]),
    ],
)
def test_ranges_of_names(names: list[str], expected: list[str]) -> None:
    found = ranges(names)
    assert [each.text for each in found] == expected
    assert sum(each.many for each in found) == len(names)
    assert sorted(n for each in found for n in expand_range(each.text)) == sorted(names)


def test_lists_of_names_are_cut_and_counted() -> None:
    assert listed(["a", "b", "c1", "c2", "d"], 2) == "a, b and 3 more"
    assert counted(1, "leaf") == "1 leaf"
    assert counted(2, "leaf") == "2 leaves"
    assert counted(1234, "session") == "1,234 sessions"


def test_files_come_go_and_change(make: Make) -> None:
    old = make("quickstart")
    new = make("quickstart", ("{node: 4}", "{node: 6}"), ledger=old.ledger)
    before, after = Rendered(old.designed.design), Rendered(new.designed.design)
    changes = compare_trees(before, after)
    assert all(path.startswith("nodes/r1-node") for path in changes.added)
    assert changes.removed == ()
    assert "switches/r1-leaf1/startup-config" in changes.changed
    assert "switches/spine1/startup-config" not in changes.changed
    text = list(text_report(before, after, changes))
    assert "    + nodes/r1-node[5-6]/01-barefabric.yaml  (2 files)" in text
    assert "--- old/switches/r1-leaf1/startup-config" in text
    assert "design.json differs as told above" in text
    assert any(line.startswith("+") and "10.10.0.15" in line for line in text)


def test_a_unified_diff_is_one_that_patch_understands() -> None:
    import difflib

    old = [f"line {n}" for n in range(1, 101)]
    new = [*old[:49], "line fifty", *old[50:], "one more"]
    expected = list(difflib.unified_diff(old, new, "old/f", "new/f", lineterm=""))
    assert list(file_diff("f", "\n".join(old), "\n".join(new))) == expected


def test_files_that_differ_everywhere_are_counted_not_matched() -> None:
    old = "\n".join(f"a{n}" for n in range(30_000))
    new = "\n".join(f"b{n}" for n in range(30_000))
    assert list(file_diff("f", old, new)) == [
        "--- old/f", "+++ new/f", "@@ from line 1: 30,000 lines became 30,000 @@",
    ]  # fmt: skip


def test_a_line_of_dashes_is_no_header() -> None:
    lines = list(file_diff("f", "a\n-- x\nb", "a\nb"))
    assert "--- x" in lines
