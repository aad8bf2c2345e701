"""Which topology a question is about, what a comparison renders, and settling a merged ledger."""

import shutil
from pathlib import Path

import pytest
import yaml

from barefabric.build import build
from barefabric.cli import books, inquire, start
from barefabric.cli.which import find_topology
from barefabric.errors import UsageError
from barefabric.ledger.file import format_ledger, ledger_path
from barefabric.pipeline import design
from ledger_labs import Lab, designed, lab

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two topologies that were designed and built."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FABRIC_TOPOLOGY", raising=False)
    Path("topologies").mkdir()
    for name in ("quickstart", "routed-frr"):
        shutil.copy(TOPOLOGIES / f"{name}.yaml", "topologies")
        build(design(Path("topologies", f"{name}.yaml")))
    return tmp_path


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("build/quickstart/switches/spine1/startup-config", "quickstart"),
        ("build/routed-frr/switches/spine1/frr.conf", "routed-frr"),
        ("build/routed-frr/design.json", "routed-frr"),
        ("topologies/routed-frr.yaml", "routed-frr"),
        ("topologies/quickstart.lock", "quickstart"),
    ],
)
def test_a_line_of_a_file_tells_its_topology(two: Path, file: str, name: str) -> None:
    assert find_topology(None, f"{file}:3") == Path("topologies", f"{name}.yaml")
    assert find_topology(None, f"{two}/{file}:3").resolve() == two / f"topologies/{name}.yaml"


def test_it_does_so_from_another_folder(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(two / "build" / "routed-frr")
    found = find_topology(None, f"{two}/build/routed-frr/plan/cabling.csv:2")
    assert found.resolve() == two / "topologies/routed-frr.yaml"


def test_why_needs_no_topology_then(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = "build/routed-frr/switches/spine1/frr.conf"
    assert inquire.why(f"{file}:8", None, None, False) == 0
    assert "of spine1" in " ".join(capsys.readouterr().out.split()).replace("file of", "of")


@pytest.mark.parametrize("thing", ["10.255.0.1", "", "nowhere/frr.conf:3", "other.txt:1"])
def test_other_questions_do_not_tell(two: Path, thing: str) -> None:
    Path("other.txt").write_text("10.255.0.1\n")
    with pytest.raises(UsageError) as caught:
        find_topology(None, thing)
    assert caught.value.diagnostics[0].code == "GE007"


def test_what_is_named_wins(two: Path) -> None:
    given = Path("topologies/quickstart.yaml")
    assert find_topology(given, "build/routed-frr/design.json:1") == given


def test_a_comparison_without_text_renders_nothing(
    two: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("rendered")

    monkeypatch.setattr("barefabric.build.build_files", refuse)
    old, new = "topologies/quickstart.yaml", "topologies/routed-frr.yaml"
    assert inquire.diff(old, new, text=False, as_json=False) == 0
    assert inquire.diff(old, new, text=False, as_json=True) == 0
    assert '"files"' not in capsys.readouterr().out
    with pytest.raises(AssertionError, match="rendered"):
        inquire.diff(old, new, text=True, as_json=False)


def rack(name: str, *servers: str) -> Lab:
    return {"name": name, "leaves": 2, "servers": {"node": list(servers)}}


def test_servers_with_names_of_their_own_go_along_with_their_rack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    base, r3, r4 = rack("r1", "one"), rack("r3", "alpha"), rack("r4", "beta", "gamma")
    before = designed(tmp_path, lab(racks=[base])).numbers.ledger
    lines: dict[str, None] = {}
    for more in (r3, r4):
        ledger = designed(tmp_path, lab(racks=[base, more]), before).numbers.ledger
        lines.update(dict.fromkeys(format_ledger(ledger).splitlines()))
    topology = tmp_path / "merged.yaml"
    topology.write_text(yaml.safe_dump(lab(racks=[base, r3, r4])))
    ledger_path(topology).write_text("\n".join(lines) + "\n")
    assert books.settle(topology, ["r3"]) == 0
    said = capsys.readouterr().out
    assert "node beta: " in said
    assert "node gamma: " in said
    assert not design(topology).numbers.moves


def test_a_topology_may_end_in_yml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FABRIC_TOPOLOGY", raising=False)
    shutil.copy(TOPOLOGIES / "quickstart.yaml", "lab.yml")
    build(design(Path("lab.yml")))
    for question in (
        "",
        "10.255.0.1",
        "lab.yml:3",
        "lab.yml:3:5",
        "lab.lock:3",
        "build/quickstart/design.json:3",
    ):
        assert find_topology(None, question) == Path("lab.yml")
    shutil.copy("lab.yml", "topology.yml")
    assert find_topology(None) == Path("topology.yml")


def test_a_start_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        start.init(tmp_path / "topology.lock", "mlag")
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.mend) == ("IN070", f"fabric init {tmp_path}/topology.yaml")
    assert list(tmp_path.iterdir()) == []
