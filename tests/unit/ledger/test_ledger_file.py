"""The ledger's file: what is read, what is refused, what is written."""

from pathlib import Path

import pytest

from barefabric.build import refuse_moves, refuse_unlocked
from barefabric.errors import Diagnostic, FabricError, OutsideError
from barefabric.ledger.file import (
    HEADER,
    format_ledger,
    ledger_path,
    natural,
    parse_ledger,
    read_ledger,
)
from barefabric.ledger.write import write_ledger
from barefabric.model.ledger import Entry, Kind, Ledger
from barefabric.pipeline import design
from ledger_labs import designed, lab

PATH = Path("lab.lock")


def refused(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(FabricError) as caught:
        parse_ledger(text, PATH)
    return caught.value.diagnostics


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    ledger = designed(tmp_path, lab(spines=3)).numbers.ledger
    text = format_ledger(ledger)
    again = parse_ledger(text, PATH)
    assert again.entries == {kind: dict(ledger.of(kind)) for kind in Kind}
    assert format_ledger(again) == text
    for (kind, key), number in again.lines.items():
        assert text.splitlines()[number - 1].startswith(f"{kind} {key} = ")


def test_lines_are_sorted_as_a_person_counts() -> None:
    names = ["leaf10", "leaf9", "leaf1", "a", "leaf9-b2", "leaf9-b10"]
    entries = {name: Entry(str(n)) for n, name in enumerate(names, 1)}
    text = format_ledger(Ledger({Kind.ID: entries}))
    order = [line.split(" ")[1] for line in text.splitlines()[1:]]
    assert order == ["a", "leaf1", "leaf9", "leaf9-b2", "leaf9-b10", "leaf10"]
    assert order == sorted(names, key=natural)


def test_names_that_count_alike_have_an_order_too() -> None:
    names = [f"leaf{zeros}{n}" for n in (3, 1, 2) for zeros in ("", "000", "0", "00")]
    text = format_ledger(Ledger({Kind.ID: {name: Entry("1") for name in names}}))
    order = [line.split(" ")[1] for line in text.splitlines()[1:]]
    assert order == [f"leaf{zeros}{n}" for n in (1, 2, 3) for zeros in ("000", "00", "0", "")]


def test_comments_blank_lines_and_line_ends() -> None:
    text = f"{HEADER}\n# mine\r\nid a = 1\r\n\r\nid b = 2 retired\r\n"
    ledger = parse_ledger(text, PATH)
    assert ledger.of(Kind.ID) == {"a": Entry("1"), "b": Entry("2", retired=True)}


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "id a",
        "id a =",
        "id = 1",
        "id a = x",
        "id a = 0",
        "id a = -1",
        "id a b = 1",
        "asn r1 = 4294967296",
        "asn r1 = 65000.1",
        "loopback a = 10.0.0",
        "loopback a = 10.0.0.256",
        "loopback a = 010.0.0.1",
        "loopback a = 10.0.0.1/32",
        "management a = fd00::1",
        "rack r1 = 10.10.0.0",
        "rack r1 = 10.10.0.1/24",
        "rack r1 = 10.10.0.0/33",
        "link a b 1 = 10.254.0.0/30",
        "link a b 1 = 10.254.0.1/31",
        "node n = 10.10.0.11 gone",
        "cable a b 1 = Ethernet1",
        "cable a b 1 = Ethernet1 eno1 eno2",
        "cable a b = Ethernet1 eno1",
        "cable a b x = Ethernet1 eno1",
        "vlan r1 = 100",
    ],
)
def test_lines_that_are_no_ledger_lines(line: str) -> None:
    (fault,) = refused(f"{HEADER}id fine = 7\n{line}\n")
    assert fault.code == "LE004"
    assert (fault.places[0].line, fault.places[0].excerpt) == (3, line)


def test_all_faults_at_once() -> None:
    text = "<<<<<<< ours\nid a = 1\n=======\nid a = 2\n>>>>>>> theirs\nbroken\n"
    assert [fault.code for fault in refused(text)] == ["LE003", "LE003", "LE005", "LE003", "LE004"]


def test_one_name_with_two_values() -> None:
    (fault,) = refused("id a = 1\nid a = 2\n")
    assert fault.code == "LE005"
    assert 'id a has two values: "1" and "2"' in fault.message
    assert [place.line for place in fault.places] == [1, 2]


@pytest.mark.parametrize(
    "text", ["id a = 1\nid a = 1\n", "id a = 1 retired\nid a = 1\n", "id a = 1\nid a = 1 retired\n"]
)
def test_one_value_twice_is_no_fault_and_lives(text: str) -> None:
    """One branch took the thing away, the other kept it: the topology decides."""
    assert parse_ledger(text, PATH).of(Kind.ID) == {"a": Entry("1")}


def test_a_missing_ledger_is_empty(tmp_path: Path) -> None:
    assert not list(read_ledger(tmp_path / "none.lock"))


def test_a_ledger_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.lock").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FabricError) as caught:
        read_ledger(tmp_path / "binary.lock")
    assert caught.value.diagnostics[0].code == "LE002"
    (tmp_path / "folder.lock").mkdir()
    with pytest.raises(OutsideError) as outside:
        read_ledger(tmp_path / "folder.lock")
    assert outside.value.diagnostics[0].code == "LE001"


def test_writing_touches_nothing_that_is_equal(tmp_path: Path) -> None:
    path = tmp_path / "lab.lock"
    ledger = Ledger({Kind.ID: {"a": Entry("1")}})
    assert write_ledger(path, ledger)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    assert not write_ledger(path, ledger)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert [p.name for p in tmp_path.iterdir()] == ["lab.lock"]


def test_writing_where_one_cannot(tmp_path: Path) -> None:
    with pytest.raises(OutsideError) as caught:
        write_ledger(tmp_path / "none" / "lab.lock", Ledger())
    assert caught.value.diagnostics[0].code == "LE001"


def test_locked_refuses_any_change_and_names_it(tmp_path: Path) -> None:
    found = designed(tmp_path, lab())
    with pytest.raises(FabricError) as caught:
        refuse_unlocked(found)
    (fault,) = caught.value.diagnostics
    assert fault.code == "LE009"
    assert "+ id spine1 = 1" in fault.allowed
    path = tmp_path / "lab.yaml"
    write_ledger(ledger_path(path), found.numbers.ledger)
    refuse_unlocked(design(path))
    designed(tmp_path, lab(spines=3))
    with pytest.raises(FabricError):
        refuse_unlocked(design(path))


def test_locked_refuses_what_retires(tmp_path: Path) -> None:
    found = designed(tmp_path, lab(spines=3))
    path = tmp_path / "lab.yaml"
    write_ledger(ledger_path(path), found.numbers.ledger)
    designed(tmp_path, lab(spines=2))
    with pytest.raises(FabricError) as caught:
        refuse_unlocked(design(path))
    assert "id spine3: 3 -> 3 retired" in caught.value.diagnostics[0].allowed


def test_moves_are_refused_and_named(tmp_path: Path) -> None:
    before = designed(tmp_path, lab()).numbers.ledger
    moved = designed(tmp_path, lab(addressing={"loopbacks": "10.9.0.0/24"}), before).numbers.moves
    assert len(moved) == 4
    refuse_moves(moved, 4, tmp_path / "lab.yaml")
    with pytest.raises(FabricError) as caught:
        refuse_moves(moved, 3, tmp_path / "lab.yaml")
    (fault,) = caught.value.diagnostics
    assert fault.code == "LE010"
    for name in ("spine1", "spine2", "r1-leaf1", "r1-leaf2"):
        assert any(f"loopback {name}: 10.255.0." in place.excerpt for place in fault.places)
    assert "--max-renumber 4" in fault.mend


def test_of_many_moves_some_of_each_kind_are_named(tmp_path: Path) -> None:
    racks = [{"name": "r[1-6]", "leaves": 2, "servers": {"node": 1}}]
    before = designed(tmp_path, lab(racks=racks)).numbers.ledger
    pools = {"loopbacks": "10.9.0.0/24", "links": "10.8.0.0/24"}
    moved = designed(tmp_path, lab(racks=racks, addressing=pools), before).numbers.moves
    with pytest.raises(FabricError) as caught:
        refuse_moves(moved, 0, tmp_path / "lab.yaml")
    (fault,) = caught.value.diagnostics
    assert "(14 loopbacks, 36 link prefixes); none may move" in fault.message
    shown = [place.excerpt.split()[0] for place in fault.places]
    assert shown == ["loopback"] * 6 + ["link"] * 6
    assert "38 more are not shown" in fault.allowed


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    place, link = tmp_path / "kept.lock", tmp_path / "lab.lock"
    place.write_text("")
    link.symlink_to(place)
    assert write_ledger(link, Ledger())
    assert link.is_symlink()
    assert place.read_text() == format_ledger(Ledger())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.lock", "lab.lock"]
