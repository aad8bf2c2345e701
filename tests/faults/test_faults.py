"""A judge that never fails proves nothing: every seeded fault is found, by whom and how it says.

These judges need nothing. Batfish's word is in test_faults_recorded.py and test_faults_live.py.
"""

from fnmatch import fnmatch
from pathlib import Path

import pytest
from fault import Fault, Where, wanted
from fault_bench import Bench
from fault_fabrics import ALL, EVERY, FRR, Fabric, designed
from fault_judges import built_in, read_back, read_files
from fault_list import CASES, FAULTS, Case, case_id, spoilt
from fault_outcomes import missed, outcome
from fault_table import documented, per_fabric, table

from barefabric.build import build_files, first_difference
from barefabric.model.design import Announcement, AnnouncementKind
from barefabric.verify.reading.findings import contract_of
from barefabric.verify.reading.lines import lines

LEAST = 40
"""Kinds of fault that every fabric has at least."""
RARE = {"neighbor shut", "port vlan", "bfd profile"}
"""Facts that no sound fabric of these has: nobody is shut, no link is single, BFD is as built."""
ROUTER_TABLES = "check/tables"
"""Needs a model with sizes; it has a test of its own."""


@pytest.mark.parametrize("fabric", EVERY, ids=lambda f: f.name)
def test_nothing_is_found_where_nothing_is_wrong(fabric: Fabric) -> None:
    """The positive control of all that follows."""
    bench = Bench(fabric)
    verdict = built_in(bench, failures=1)
    assert verdict.findings == ()
    assert verdict.proven
    assert read_files(bench) == {}
    assert read_back(bench) == []


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_fault_is_found(case: Case) -> None:
    fault, fabric = case
    seen = outcome(fault, fabric)
    assert missed(fault, fabric) == [], sorted(seen.broken)
    assert set(seen.files.values()) == set(wanted(fault.files, fabric)), seen.files
    assert bool(seen.ends) == bool(wanted(fault.ends, fabric)), seen.ends
    assert seen.seen_by or caught_elsewhere(fault, fabric)


def caught_elsewhere(fault: Fault, fabric: Fabric) -> bool:
    """Whether Batfish sees it in the one fabric of that network OS that it is asked about."""
    return any(
        outcome(fault, other).batfish.found for other in fault.shown_in if other.nos == fabric.nos
    )


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_fault_in_a_file_is_made_in_a_file(case: Case) -> None:
    """What is spoilt is what the table says."""
    fault, fabric = case
    bench = spoilt(fault, fabric)
    if fault.where is Where.FILE:
        assert bench.edits
        assert not bench.changes
        assert not bench.server_changes
    assert (bench.design is not designed(fabric)) == (fault.where is Where.DESIGN)


@pytest.fixture(scope="module", params=ALL, ids=lambda f: f.name)
def build(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Fabric, Path]:
    """A build of a sound fabric."""
    folder = tmp_path_factory.mktemp("build")
    for path, text in build_files(designed(request.param)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return request.param, folder


def test_verify_refuses_a_build_with_a_changed_file(build: tuple[Fabric, Path]) -> None:
    """GE008: whatever was changed in a build, `fabric verify` says which file it is."""
    fabric, folder = build
    assert first_difference(designed(fabric), folder) == ""
    for fault in (f for f in FAULTS if f.where is Where.FILE and fabric in f.fabrics):
        bench = spoilt(fault, fabric)
        for device, path, _, _ in bench.edits:
            kind = next(
                k for k in ("switches", "nodes", "clusters") if (folder / k / device).is_dir()
            )
            target = folder / kind / device / path
            sound = target.read_text(encoding="utf-8")
            target.write_text(
                {**bench.files(), **bench.manifests()}[device][path], encoding="utf-8"
            )
            assert first_difference(designed(fabric), folder) == f"{kind}/{device}/{path}"
            target.write_text(sound, encoding="utf-8")


def test_a_default_from_a_node_changes_nothing_while_the_filter_is_closed() -> None:
    bench = Bench(ALL[0])
    more = Announcement("r1-node1", "demo-calico", "0.0.0.0/0", AnnouncementKind.POOL)
    bench.alter(announcements=(*bench.design.announcements, more))
    assert built_in(bench).proven


def test_every_rule_for_lines_reads_something() -> None:
    """A pattern that never fits proves nothing."""
    used: dict[str, set[str]] = {fabric.nos: set() for fabric in EVERY}
    for fabric in EVERY:
        for device, files in Bench(fabric).files().items():
            switch = designed(fabric).switches.get(device)
            rules = lines(switch.nos if switch else FRR)
            assert rules is not None
            used[rules.rules.nos] |= {fact.name for fact in rules.facts(files)}
    for nos, seen in used.items():
        rules = lines(nos)
        assert rules is not None
        assert rules.known - seen <= RARE


def test_every_fact_that_is_read_is_missed_by_some_fault() -> None:
    """What no fault changes is compared in vain, for all that is known."""
    found: dict[str, set[str]] = {fabric.nos: set() for fabric in EVERY}
    for fault, fabric in CASES:
        if fault.files:
            found[fabric.nos] |= outcome(fault, fabric).files.keys()
    for nos, contracts in found.items():
        rules = lines(nos)
        assert rules is not None
        every = {contract_of(fact): fact for fact in rules.known}
        assert {every[one] for one in every.keys() - contracts} <= RARE


# The list itself


def test_every_fault_has_a_name_of_its_own() -> None:
    ids = [case_id(case) for case in CASES]
    assert len(set(ids)) == len(ids)


def test_there_are_enough_kinds_in_every_fabric() -> None:
    """On bonds and routed, on each network OS."""
    counts = per_fabric()
    assert all(counts[fabric.name] >= LEAST for fabric in ALL), counts


def test_every_contract_is_broken_by_some_fault() -> None:
    contracts = {c.id for fabric in EVERY for c in designed(fabric).contracts}
    patterns = {p for fault in FAULTS for one in fault.built_in for p in one.split("|")}
    kinds = {one.partition("/")[0] for one in contracts}
    assert kinds == {pattern.partition("/")[0] for pattern in patterns}
    checks = {one for one in contracts if one.startswith("check/")} - {ROUTER_TABLES}
    assert {one for one in checks if not any(fnmatch(one, p) for p in patterns)} == set()


def test_only_what_stands_in_one_file_is_left_to_the_readers() -> None:
    """The built-in judge finds every fault of a design and of a device."""
    assert all(bool(fault.built_in) == (fault.where is not Where.FILE) for fault in FAULTS)


def test_the_documentation_has_the_table() -> None:
    assert documented() == table(), "run `make faults`"
