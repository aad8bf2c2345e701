"""The command line as a user meets it: what it prints where, what it writes, how it ends."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from barefabric.cli.guard import guarded

ROOT = Path(__file__).parent.parent
MISSING = {
    "mixed-vendors": ["cisco_nxos", "cumulus_linux", "juniper_junos"],
    "dual-stack": ["sonic"],
}


def fabric(*arguments: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, without a terminal."""
    environment = {**os.environ, "BATFISH_HOST": "off", **extra}
    return subprocess.run(
        [sys.executable, "-c", "from barefabric.cli import main; main()", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples."""
    shutil.copytree(
        ROOT / "topologies", tmp_path / "topologies", ignore=shutil.ignore_patterns("*.lock")
    )
    return tmp_path


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr", "five-stage"])
def test_design_writes_a_tree_and_a_ledger(name: str, folder: Path) -> None:
    done = fabric("design", f"topologies/{name}.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (folder / "build" / name / "design.json").is_file()
    assert (folder / "topologies" / f"{name}.lock").is_file()
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "\x1b" not in done.stdout
    assert done.stdout.startswith(name)
    assert f"next: fabric verify topologies/{name}.yaml" in done.stdout.splitlines()[-1]


def test_a_second_run_touches_nothing_and_says_so(folder: Path) -> None:
    fabric("design", "topologies/three-racks.yaml", cwd=folder)
    before = snapshot(folder)
    done = fabric("design", "topologies/three-racks.yaml", cwd=folder)
    assert "nothing changed" in done.stdout
    assert snapshot(folder) == before


def test_the_intact_fabric_is_judged_as_it_is_designed(folder: Path) -> None:
    done = fabric("design", "topologies/quickstart.yaml", "--json", cwd=folder)
    judged = json.loads(done.stdout)["judged"]
    assert judged["rows"] > 400
    assert judged["findings"] == []
    path = folder / "topologies/quickstart.yaml"
    wish = "contracts: [{name: closed, never-reach: {from: r1-node1, to: r1-node2}}]"
    path.write_text(f"{path.read_text()}\n{wish}\n")
    done = fabric("design", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 1
    assert "1 contract of" in done.stdout
    assert "does not hold" in done.stdout
    assert "closed" in (folder / "build/quickstart/design.json").read_text()
    done = fabric("check", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 1
    assert "not sound" in done.stdout


def test_check_writes_nothing(folder: Path) -> None:
    before = snapshot(folder)
    done = fabric("check", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 0
    assert snapshot(folder) == before
    assert not (folder / "build").exists()


@pytest.mark.parametrize("name", MISSING)
def test_one_clear_error_per_missing_network_os(name: str, folder: Path) -> None:
    done = fabric("check", f"topologies/{name}.yaml", "--json", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line.startswith("error ")]
    assert len(lines) == len(MISSING[name])
    assert all(any(nos in line for line in lines) for nos in MISSING[name])


def test_growth_is_told_and_moves_nothing(folder: Path) -> None:
    path = folder / "topologies" / "three-racks.yaml"
    fabric("design", "topologies/three-racks.yaml", cwd=folder)
    path.write_text(path.read_text().replace("r[1-3]", "r[1-4]"))
    done = fabric("design", "topologies/three-racks.yaml", "--json", cwd=folder)
    document = json.loads(done.stdout)
    assert "rack r4" in document["changes"]
    assert document["moves"] == []
    assert document["files"]["kept"] > 0


def test_locked_refuses_a_changed_ledger(folder: Path) -> None:
    path = folder / "topologies" / "quickstart.yaml"
    done = fabric("design", "topologies/quickstart.yaml", "--locked", cwd=folder)
    assert done.returncode == 1
    assert "LE009" in done.stderr
    assert not (folder / "build").exists()
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    assert fabric("design", "topologies/quickstart.yaml", "--locked", cwd=folder).returncode == 0
    path.write_text(path.read_text().replace("node: 4", "node: 5"))
    before = snapshot(folder)
    assert fabric("design", "topologies/quickstart.yaml", "--locked", cwd=folder).returncode == 1
    assert snapshot(folder) == before


def test_renumbering_is_refused_and_each_move_named(folder: Path) -> None:
    path = folder / "topologies" / "quickstart.yaml"
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    path.write_text(path.read_text() + "\naddressing: {loopbacks: 10.250.0.0/24}\n")
    done = fabric("design", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 1
    assert "LE010" in done.stderr
    text = " ".join(done.stderr.split())
    for name in ("spine1", "spine2", "r1-leaf1", "r1-leaf2"):
        assert f"loopback {name}: 10.255." in text
    done = fabric("design", "topologies/quickstart.yaml", "--max-renumber", "4", cwd=folder)
    assert done.returncode == 0, done.stderr


def test_errors_go_to_stderr_and_leave_the_old_build(folder: Path) -> None:
    path = folder / "topologies" / "quickstart.yaml"
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    path.write_text(path.read_text().replace("model: 7050CX3-32S", "modle: 7050CX3-32S"))
    before = snapshot(folder)
    done = fabric("design", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "IN012" in done.stderr
    assert 'did you mean "model"?' in done.stderr
    assert snapshot(folder) == before


def test_wrong_usage_is_2(folder: Path) -> None:
    assert fabric("design", cwd=folder).returncode == 2
    assert fabric("design", "x.yaml", "--nonsense", cwd=folder).returncode == 2
    assert fabric("explain", "QQ999", cwd=folder).returncode == 2
    assert fabric("schema", "--of", "nonsense", cwd=folder).returncode == 2


def test_an_unwritable_place_is_3(folder: Path) -> None:
    (folder / "file").write_text("")
    done = fabric("design", "topologies/quickstart.yaml", "--out", "file/build", cwd=folder)
    assert done.returncode == 3, done.stderr
    assert not (folder / "topologies" / "quickstart.lock").exists()


@pytest.mark.parametrize("shape", ["mlag", "routed", "five-stage"])
def test_init_writes_a_start_that_designs(shape: str, tmp_path: Path) -> None:
    assert fabric("init", "--shape", shape, cwd=tmp_path).returncode == 0
    again = fabric("init", "--shape", shape, cwd=tmp_path)
    assert again.returncode == 2
    assert "left alone" in again.stderr
    assert fabric("design", "topology.yaml", cwd=tmp_path).returncode == 0


def test_schemas_describe_input_and_output(folder: Path) -> None:
    import yaml

    topology = json.loads(fabric("schema", cwd=folder).stdout)
    for path in (folder / "topologies").glob("*.yaml"):
        jsonschema.validate(yaml.safe_load(path.read_text()), topology)
    fabric("design", "topologies/routed-frr.yaml", cwd=folder)
    document = json.loads((folder / "build" / "routed-frr" / "design.json").read_text())
    schema = json.loads(fabric("schema", "--of", "design", cwd=folder).stdout)
    jsonschema.validate(document, schema)
    document["devices"]["spine1"]["colour"] = "blue"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_explain_and_version(folder: Path) -> None:
    done = fabric("explain", "in012", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.startswith("IN012")
    assert fabric("--version", cwd=folder).stdout.startswith("fabric ")


def test_output_does_not_depend_on_the_machine(folder: Path) -> None:
    """Hash seed, locale, time zone and working folder change nothing."""
    trees = []
    for n, extra in enumerate(
        (
            {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
            {"PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"},
        )
    ):
        place = folder / str(n)
        shutil.copytree(folder / "topologies", place / "topologies")
        done = fabric("design", "topologies/routed-frr.yaml", cwd=place, **extra)
        assert done.returncode == 0, done.stderr
        trees.append({name: data for name, (_, data) in snapshot(place).items()})
    assert trees[0] == trees[1]


def test_a_merged_ledger_is_explained_and_settled(folder: Path) -> None:
    """Two branches add a rack each; the union of their ledgers has equal numbers."""
    path, lock = (
        folder / "topologies" / "quickstart.yaml",
        folder / "topologies" / "quickstart.lock",
    )
    base = path.read_text()
    one = base.replace("racks:\n", "racks:\n  - {name: r7, leaves: 2, servers: {node: 2}}\n")
    two = base.replace("racks:\n", "racks:\n  - {name: r8, leaves: 2, servers: {node: 2}}\n")
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    start, lines = lock.read_text(), set()
    for text in (one, two):
        path.write_text(text)
        lock.write_text(start)
        fabric("design", "topologies/quickstart.yaml", cwd=folder)
        lines |= set(lock.read_text().splitlines())
    path.write_text(
        one.replace("racks:\n", "racks:\n  - {name: r8, leaves: 2, servers: {node: 2}}\n")
    )
    lock.write_text("\n".join(sorted(lines)) + "\n")
    done = fabric("design", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 1
    assert "LE006" in done.stderr
    assert "fabric settle topologies/quickstart.yaml" in done.stderr
    done = fabric("settle", "topologies/quickstart.yaml", "--keep", "r7", cwd=folder)
    assert done.returncode == 0, done.stderr
    settled = lock.read_text()
    kept = [line for line in lines if " r7" in line and " retired" not in line]
    assert all(line in settled for line in kept)
    assert all(line in settled for line in start.splitlines())
    assert fabric("design", "topologies/quickstart.yaml", cwd=folder).returncode == 0


def test_reclaim_frees_what_is_gone(folder: Path) -> None:
    path, lock = (
        folder / "topologies" / "quickstart.yaml",
        folder / "topologies" / "quickstart.lock",
    )
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    path.write_text(path.read_text().replace("node: 4", "node: 3"))
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    assert "node r1-node4 = 10.10.0.14 retired" in lock.read_text()
    assert fabric("reclaim", "topologies/quickstart.yaml", "r1-node9", cwd=folder).returncode == 1
    assert fabric("reclaim", "topologies/quickstart.yaml", "r1-node4", cwd=folder).returncode == 0
    assert "retired" not in lock.read_text()


def test_another_topology_of_the_same_name_is_refused(folder: Path) -> None:
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    other = folder / "topologies" / "other.yaml"
    other.write_text((folder / "topologies" / "quickstart.yaml").read_text())
    before = snapshot(folder)
    done = fabric("design", "topologies/other.yaml", cwd=folder)
    assert done.returncode == 1
    assert "GE013" in done.stderr
    assert snapshot(folder) == before
    done = fabric("design", "topologies/other.yaml", "--out", "elsewhere", cwd=folder)
    assert done.returncode == 0, done.stderr


def test_a_build_that_was_edited_is_not_judged(folder: Path) -> None:
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    config = folder / "build" / "quickstart" / "switches" / "spine1" / "startup-config"
    config.write_text(config.read_text() + "! by hand\n")
    done = fabric("verify", "topologies/quickstart.yaml", cwd=folder)
    assert done.returncode == 1
    assert "switches/spine1/startup-config differs" in done.stdout
    assert "GE008" in done.stdout
    assert not (folder / "build" / "quickstart" / "verify").exists()


def test_a_required_judge_that_did_not_run_is_3(folder: Path) -> None:
    fabric("design", "topologies/quickstart.yaml", cwd=folder)
    done = fabric("verify", "topologies/quickstart.yaml", "--require", "batfish", cwd=folder)
    assert done.returncode == 3
    assert "GE012" in done.stderr
    assert fabric("verify", "topologies/quickstart.yaml", cwd=folder).returncode == 0


def test_a_push_takes_only_what_is_proven(folder: Path) -> None:
    """Without a receipt, with one, and with one that a changed build has made void."""
    topology = "topologies/quickstart.yaml"
    dry = ("push", "--dry-run", "--offline", topology)
    fabric("design", topology, cwd=folder)
    done = fabric(*dry, cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("a push would be refused: there is no receipt")
    assert f"  run fabric verify {topology}" in done.stdout.splitlines()
    refused = fabric("push", topology, cwd=folder)
    assert refused.returncode == 1
    assert "error PU010: this build may not be pushed: there is no receipt" in refused.stderr

    assert fabric("verify", topology, cwd=folder).returncode == 0
    done = fabric(*dry, cwd=folder)
    assert (done.returncode, done.stdout[:7]) == (0, "proven ")
    assert "PU001" in fabric("push", topology, cwd=folder).stderr

    config = next((folder / "build/quickstart/switches").rglob("startup-config"))
    config.write_text(config.read_text() + "! mine\n")
    done = fabric(*dry, cwd=folder)
    assert done.returncode == 1
    assert "the build has changed since it was verified" in done.stdout


def test_a_push_asks_for_what_the_topology_asks_for(folder: Path) -> None:
    path = folder / "topologies" / "quickstart.yaml"
    path.write_text(path.read_text() + "\npush: {require: [built-in, batfish]}\n")
    topology = "topologies/quickstart.yaml"
    fabric("design", topology, cwd=folder)
    fabric("verify", topology, cwd=folder)
    done = fabric("push", "--dry-run", "--offline", "--json", topology, cwd=folder)
    assert done.returncode == 1
    proof = json.loads(done.stdout)["proof"]
    assert proof["proven"] is False
    assert proof["required"] == {"judges": ["built-in", "batfish"], "failures": 1}
    assert proof["why_not"] == "batfish has not judged it, and push.require asks for it"


@pytest.mark.parametrize(
    "change",
    [
        "underlay: {timers: {keepalive: 3s, hold: 12s}}",
        "settings: {ntp: [192.0.2.123]}",
        "extra: {spine1: 'alias v show version'}",
    ],
)
def test_a_push_takes_no_build_of_another_design(folder: Path, change: str) -> None:
    """The topology went on since the build was made and proven, which the receipt cannot know."""
    topology = "topologies/quickstart.yaml"
    fabric("design", topology, cwd=folder)
    assert fabric("verify", topology, cwd=folder).returncode == 0
    path = folder / topology
    path.write_text(f"{path.read_text()}\n{change}\n")
    for dry in (("--dry-run", "--offline"), ()):
        done = fabric("push", *dry, topology, cwd=folder)
        assert (done.returncode, done.stdout) == (1, "")
        assert "error GE008: the build is not what the topology says now" in done.stderr
        assert f"  fabric design {topology}" in done.stderr.splitlines()


def test_an_interrupted_run_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("barefabric.pipeline.design", interrupt)
    assert guarded(["check", str(folder / "topologies/quickstart.yaml")]) == 130
    assert capsys.readouterr().err == "interrupted\n"
