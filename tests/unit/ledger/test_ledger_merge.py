"""Two branches that each add something: clashes are found, explained and settled."""

import subprocess
from pathlib import Path

import pytest

from barefabric.errors import Diagnostic, FabricError
from barefabric.ledger.file import format_ledger, parse_ledger
from barefabric.ledger.merge import clashes, refuse_clashes, settle
from barefabric.ledger.reclaim import reclaim
from barefabric.model.ledger import Kind, Ledger
from barefabric.pipeline import Designed
from ledger_labs import Lab, designed, lab, live, retired

LOCK = Path("lab.lock")
TOPOLOGY = Path("lab.yaml")


def rack(name: str, *names: str, count: int = 2) -> Lab:
    return {"name": name, "leaves": 2, "servers": {"node": list(names) or count}}


def union(*ledgers: Ledger) -> Ledger:
    """The lines of several ledgers, as a line-wise merge leaves them."""
    lines = dict.fromkeys(line for each in ledgers for line in format_ledger(each).splitlines())
    return parse_ledger("\n".join(lines), LOCK)


def merge(folder: Path, base: Lab, ours: Lab, theirs: Lab) -> Ledger:
    """What a merge of two branches that grew from one base has in its ledger."""
    before = designed(folder, base).numbers.ledger
    return union(*(designed(folder, each, before).numbers.ledger for each in (ours, theirs)))


def refused(ledger: Ledger) -> tuple[Diagnostic, ...]:
    with pytest.raises(FabricError) as caught:
        refuse_clashes(ledger, LOCK, TOPOLOGY)
    return caught.value.diagnostics


def settled(folder: Path, merged: Ledger, both: Lab, *keep: str) -> tuple[Designed, set[str]]:
    """The design after settling, and the names that were renumbered."""
    ledger, dropped = settle(merged, keep)
    refuse_clashes(ledger, LOCK, TOPOLOGY)
    found = designed(folder, both, ledger)
    assert not found.numbers.moves
    assert not clashes(found.numbers.ledger)
    return found, {key for _, key, _ in dropped}


BASE = lab(racks=[rack("r1")])
R3 = lab(racks=[rack("r1"), rack("r3")])
R4 = lab(racks=[rack("r1"), rack("r4", count=4)])
BOTH = lab(racks=[rack("r1"), rack("r3"), rack("r4", count=4)])


def test_a_sound_ledger_has_no_clashes(tmp_path: Path) -> None:
    ledger = designed(tmp_path, BOTH).numbers.ledger
    assert clashes(ledger) == {}
    refuse_clashes(ledger, LOCK, TOPOLOGY)


def test_two_racks_of_two_branches_are_one_fault(tmp_path: Path) -> None:
    merged = merge(tmp_path, BASE, R3, R4)
    (fault,) = refused(merged)
    assert fault.code == "LE006"
    assert "for r3 and for r4" in fault.message
    for what in ("ids", "rack prefix", "loopbacks", "ports"):
        assert what.rstrip("s") in fault.message
    assert fault.mend.startswith("fabric settle lab.yaml --keep r3 ")
    assert len(fault.places) >= 2
    for place in fault.places:
        assert (place.path, place.line) in {("lab.lock", n) for n in merged.lines.values()}


@pytest.mark.parametrize(
    ("keep", "winner", "loser"), [((), "r3", "r4"), (("r4",), "r4", "r3"), (("r3",), "r3", "r4")]
)
def test_only_the_loser_is_renumbered(
    tmp_path: Path, keep: tuple[str, ...], winner: str, loser: str
) -> None:
    merged = merge(tmp_path, BASE, R3, R4)
    found, renumbered = settled(tmp_path, merged, BOTH, *keep)
    assert renumbered
    after = live(found.numbers.ledger)
    before = live(merged)
    changed = {key for (kind, key), value in before.items() if after[kind, key] != value}
    assert changed <= renumbered
    for key in renumbered:
        assert any(word == loser or word.startswith(f"{loser}-") for word in key.split(" ")), key
        assert not any(word.startswith(f"{winner}-") for word in key.split(" ")), key


def test_servers_beyond_the_clash_go_with_their_rack(tmp_path: Path) -> None:
    """r4 has more servers than r3: those clash with nothing, but their rack's prefix goes."""
    merged = merge(tmp_path, BASE, R3, R4)
    _, renumbered = settled(tmp_path, merged, BOTH, "r3")
    assert {"r4-node3", "r4-node4"} <= renumbered


def test_servers_with_names_of_their_own_need_the_topology_to_go_along(tmp_path: Path) -> None:
    ours = lab(racks=[rack("r1"), rack("r3", "alpha")])
    theirs = lab(racks=[rack("r1"), rack("r4", "beta", "gamma")])
    both = lab(racks=[rack("r1"), rack("r3", "alpha"), rack("r4", "beta", "gamma")])
    merged = merge(tmp_path, BASE, ours, theirs)
    homes = {"alpha": "r3", "beta": "r4", "gamma": "r4"}
    ledger, dropped = settle(merged, ("r3",), homes)
    assert {"beta", "gamma"} <= {key for _, key, _ in dropped}
    assert not designed(tmp_path, both, ledger).numbers.moves


def test_a_rack_of_both_branches_has_one_prefix_and_its_servers_lie_in_it(tmp_path: Path) -> None:
    """Whoever merges keeps one line of two for r3: that of the branch without the server beta."""
    ours = lab(racks=[rack("r1"), rack("r3", "alpha")])
    theirs = lab(racks=[rack("r1"), rack("r4", "gamma"), rack("r3", "beta")])
    before = designed(tmp_path, BASE).numbers.ledger
    ledgers = [designed(tmp_path, each, before).numbers.ledger for each in (theirs, ours)]
    lines = [line for each in ledgers for line in format_ledger(each).splitlines()]
    one_each = {line.partition(" = ")[0]: line for line in lines}
    merged = parse_ledger("\n".join(one_each.values()), LOCK)
    homes = {"alpha": "r3", "beta": "r3", "gamma": "r4"}
    ledger, dropped = settle(merged, ("r3",), homes)
    assert (Kind.NODE, "beta") in {(kind, key) for kind, key, _ in dropped}
    assert (Kind.NODE, "alpha") not in {(kind, key) for kind, key, _ in dropped}
    for topology in (ours, theirs):
        assert not designed(tmp_path, topology, ledger).numbers.moves


def test_two_servers_of_one_rack(tmp_path: Path) -> None:
    ours, theirs = lab(racks=[rack("r1", "a", "b", "c")]), lab(racks=[rack("r1", "a", "b", "d")])
    both = lab(racks=[rack("r1", "a", "b", "c", "d")])
    merged = merge(tmp_path, lab(racks=[rack("r1", "a", "b")]), ours, theirs)
    (fault,) = refused(merged)
    assert "for c and for d" in fault.message
    found, renumbered = settled(tmp_path, merged, both, "d")
    assert renumbered == {"c", "c r1-leaf1 1", "c r1-leaf2 1"}
    assert live(found.numbers.ledger)[Kind.NODE, "d"] == live(merged)[Kind.NODE, "d"]


def test_a_spine_and_a_border(tmp_path: Path) -> None:
    ours, theirs = lab(spines=3), lab(borders={"type": "leaf", "count": 1})
    both = lab(spines=3, borders={"type": "leaf", "count": 1})
    merged = merge(tmp_path, lab(), ours, theirs)
    (fault,) = refused(merged)
    assert "for border1 and for spine3" in fault.message
    _, renumbered = settled(tmp_path, merged, both, "spine3")
    assert all("border1" in key for key in renumbered)


def test_a_spine_and_a_rack_favour_one_name_in_all_kinds(tmp_path: Path) -> None:
    merged = merge(tmp_path, BASE, lab(spines=3), R4)
    (fault,) = refused(merged)
    assert "for r4 and for spine3" in fault.message
    both = lab(spines=3, racks=[rack("r1"), rack("r4", count=4)])
    _, renumbered = settled(tmp_path, merged, both)
    assert all("spine3" in key.split(" ") for key in renumbered)


def test_two_clusters(tmp_path: Path) -> None:
    def cluster(name: str, second: int) -> Lab:
        return {
            "name": name, "servers": {"racks": ["r1"] if name == "c0" else ["r2"]},
            "pods": f"10.{second}.0.0/16", "services": f"10.{second + 1}.0.0/16", "cni": "calico",
        }  # fmt: skip

    racks = [rack("r1"), rack("r2")]
    base = lab(racks=racks)
    ours, theirs = (
        lab(racks=racks, clusters=[cluster("c0", 64)]),
        lab(racks=racks, clusters=[cluster("c1", 70)]),
    )
    merged = merge(tmp_path, base, ours, theirs)
    (fault,) = refused(merged)
    assert "AS number 64512 is recorded for c0 and for c1" in fault.message
    both = lab(racks=racks, clusters=[cluster("c0", 64), cluster("c1", 70)])
    found, renumbered = settled(tmp_path, merged, both, "c1")
    assert renumbered == {"cluster c0"}
    assert live(found.numbers.ledger)[Kind.ASN, "cluster c1"] == "64512"


def test_what_one_branch_removed_and_the_other_took_is_no_clash(tmp_path: Path) -> None:
    two = lab(racks=[rack("r1"), rack("r2")])
    before = designed(tmp_path, two).numbers.ledger
    gone = designed(tmp_path, BASE, before).numbers.ledger
    merged = union(gone, before)
    refuse_clashes(merged, LOCK, TOPOLOGY)
    assert not designed(tmp_path, two, merged).numbers.moves


def test_retired_values_of_two_branches_that_both_come_back_differ(tmp_path: Path) -> None:
    """Both branches added a rack and took it away again; later both racks come back."""
    before = designed(tmp_path, BASE).numbers.ledger
    ledgers = []
    for grown in (R3, R4):
        added = designed(tmp_path, grown, before).numbers.ledger
        ledgers.append(designed(tmp_path, BASE, added).numbers.ledger)
    merged = union(*ledgers)
    refuse_clashes(merged, LOCK, TOPOLOGY)
    found = designed(tmp_path, BOTH, merged)
    assert not clashes(found.numbers.ledger)
    assert not found.numbers.moves
    live_one = union(designed(tmp_path, R3, before).numbers.ledger, ledgers[1])
    found = designed(tmp_path, BOTH, live_one)
    assert not clashes(found.numbers.ledger)
    assert not found.numbers.moves
    assert live(found.numbers.ledger)[Kind.RACK, "r3"] == "10.10.1.0/24"


@pytest.mark.needs("git")
def test_git_merges_ledgers_of_two_branches(tmp_path: Path) -> None:
    """Racks that sort apart merge without a conflict; then fabric finds what git cannot."""
    before = designed(tmp_path, lab(racks=[rack("r5")])).numbers.ledger
    texts = {"base": before}
    for name, racks in (("ours", ["r1", "r5"]), ("theirs", ["r5", "r9"])):
        texts[name] = designed(tmp_path, lab(racks=[rack(r) for r in racks]), before).numbers.ledger
    for name, ledger in texts.items():
        (tmp_path / name).write_text(format_ledger(ledger))
    done = subprocess.run(
        ["git", "merge-file", "-p", "--union", "ours", "base", "theirs"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (fault,) = refused(parse_ledger(done.stdout, LOCK))
    assert "for r1 and for r9" in fault.message


def test_reclaiming_a_rack_frees_all_of_it(tmp_path: Path) -> None:
    both = designed(tmp_path, lab(racks=[rack("r1"), rack("r2", "alpha", "beta")])).numbers.ledger
    one = designed(tmp_path, BASE, both).numbers.ledger
    freed, count = reclaim(one, ["r2"], LOCK)
    assert count == len(retired(one))
    assert not retired(freed)
    again = designed(tmp_path, lab(racks=[rack("r1"), rack("r7")]), freed).numbers
    assert live(again.ledger)[Kind.RACK, "r7"] == "10.10.1.0/24"
    assert live(again.ledger)[Kind.NODE, "r7-node1"] == "10.10.1.11"
    assert live(again.ledger)[Kind.LOOPBACK, "r7-leaf1"] == live(both)[Kind.LOOPBACK, "r2-leaf1"]


def test_reclaiming_what_is_not_gone(tmp_path: Path) -> None:
    ledger = designed(tmp_path, BASE).numbers.ledger
    with pytest.raises(FabricError) as caught:
        reclaim(ledger, ["r1"], LOCK)
    assert caught.value.diagnostics[0].code == "LE007"
    both = designed(tmp_path, lab(racks=[rack("r1"), rack("r10")])).numbers.ledger
    one = designed(tmp_path, BASE, both).numbers.ledger
    with pytest.raises(FabricError) as caught:
        reclaim(one, ["r1"], LOCK)
    assert "r1" in caught.value.diagnostics[0].message, "r10 is not r1"
