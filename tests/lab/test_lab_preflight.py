"""What keeps a lab from coming up is said before anything is started."""

from pathlib import Path

import pytest

from barefabric.errors import FabricError, OutsideError
from barefabric.lab import preflight, runner, state
from barefabric.lab.types import Host, Installed, LabPlan, Link, Missing, Part, Program, Setup

LINK = Link("k", "fabric", "a", "swp1", "b", "swp1")


def plan(links: int = 1, program: str = "sh", needs: tuple[str, ...] = ()) -> LabPlan:
    part = Part("", "frr", (), (Program("x", (program,), needs=(program,)),))
    host = Host("a", "switch", "", Setup(needs=needs), (part,))
    return LabPlan("lab", "lab", "", "", "", (host,), (LINK,) * links)


def test_too_many_links_for_the_neighbor_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_: "1024\n")
    assert list(preflight.missing_neighbors(plan(500))) == []
    found = list(preflight.missing_neighbors(plan(501)))
    assert [m.mend for m in found] == [
        "sysctl -w net.ipv4.neigh.default.gc_thresh3=2048",
        "sysctl -w net.ipv6.neigh.default.gc_thresh3=2048",
    ]
    assert "501 links need 1,026 entries" in found[0].what
    assert "at most 500 links" in found[0].what


def test_links_with_addresses_of_ipv6_take_two_entries_at_each_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_: "1024\n")
    file = Installed("/etc/network/interfaces", "    address fd00:254::/127\n")
    part = Part("", "frr", (file,), ())
    numbered = plan(251)._replace(hosts=(Host("a", "switch", "", Setup(), (part,)),))
    assert list(preflight.missing_neighbors(plan(251))) == []
    (found,) = preflight.missing_neighbors(numbered)
    assert "ipv6" in found.what
    assert "at most 250 links" in found.what


def test_a_program_that_is_missing_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preflight, "path_of", lambda p: "" if p == "bird" else f"/bin/{p}")
    assert list(preflight.missing_programs(plan(program="bird"))) == [
        Missing("there is no bird (1 hosts run it)", "apt-get install bird2")
    ]


def test_memory_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "memory_there", lambda: 40)
    (found,) = preflight.missing_memory(plan())
    assert found.what == "1 hosts take about 52 MB, 40 MB are free"


@pytest.mark.needs("unshare", "ip")
def test_the_kernel_itself_is_asked_for_features(monkeypatch: pytest.MonkeyPatch) -> None:
    if list(preflight.missing_rights()):
        pytest.skip("namespaces cannot be made by this user")
    monkeypatch.setitem(preflight.LINK_KINDS, "flying", "flyingcarpet")
    assert list(preflight.missing_features(plan(needs=("bridge",)))) == []
    (found,) = preflight.missing_features(plan(needs=("flying",)))
    assert found.what == "this kernel has no flying, which 1 hosts need (a)"


def test_everything_that_is_missing_comes_in_one_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = [Missing("no rights", "sudo"), Missing("no frr", "apt-get install frr")]
    monkeypatch.setattr(preflight, "missing", lambda _: lacks)
    with pytest.raises(OutsideError) as refused:
        runner.choose(plan(), runner.NAMESPACES)
    assert [(d.code, d.message) for d in refused.value.diagnostics] == [
        ("LAB004", "no rights"),
        ("LAB004", "no frr"),
    ]


@pytest.mark.parametrize("name", ["", "a/b", "-x", "x" * 32, "a b"])
def test_bad_names_of_labs(name: str) -> None:
    with pytest.raises(FabricError, match="LAB001"):
        state.claim(name)


def test_no_lab_is_found_where_none_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "root", lambda: tmp_path / "labs")
    with pytest.raises(FabricError, match="LAB003: there is no lab"):
        state.find()


def test_what_a_dead_lab_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "root", lambda: tmp_path / "labs")
    folder = state.claim("gone")
    started = state.Started(2**22 + 1, "unix:/none", "namespaces")
    state.write(folder, plan(), started)
    assert list(state.labs()) == []
    assert not (tmp_path / "labs").exists()
