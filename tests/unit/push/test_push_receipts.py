"""Whether a build is proven: by its receipt, as the policy asks, while the files are the same."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from barefabric.errors import FabricError
from barefabric.push.receipts import Policy, proof_of, refuse_unproven
from barefabric.topology.load import load
from barefabric.verify.receipt import Receipt, build_digest, write_receipt

WHEN = datetime(2026, 1, 2, 12, tzinfo=UTC)
QUICKSTART = Path(__file__).parents[3] / "topologies" / "quickstart.yaml"


def built(folder: Path) -> Path:
    """A build of one file."""
    (folder / "switches").mkdir(parents=True)
    (folder / "switches" / "config").write_text("hostname x\n")
    return folder


def receipt(
    build: Path, *, proven: bool = True, judges: tuple[str, ...] = ("built-in",), failures: int = 1
) -> Path:
    """A receipt for the build as it is."""
    results = {"judges": {"built-in": {"settings": {"failures": str(failures)}}}}
    found = Receipt("lab", "1", build_digest(build), "c", WHEN, proven, judges, ("lab",), results)
    return write_receipt(build, found)


def test_a_receipt_of_these_files_proves_them(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    receipt(build)
    proof = proof_of(build)
    assert proof.proven
    assert (proof.judges, proof.when, proof.digest) == (("built-in",), WHEN, build_digest(build))
    refuse_unproven(proof, build, Path("lab.yaml"))


def test_a_change_of_one_file_takes_the_proof_away(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    receipt(build)
    (build / "switches" / "config").write_text("hostname y\n")
    assert proof_of(build).why_not == "the build has changed since it was verified"


def test_without_a_receipt_or_with_faults_nothing_is_proven(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    assert proof_of(build).why_not == "there is no receipt"
    receipt(build, proven=False)
    assert proof_of(build).why_not == "verification found faults"
    (build / "verify" / "receipt.json").write_text("{")
    assert proof_of(build).why_not == "there is no receipt"


def test_a_judge_that_is_asked_for_must_have_judged(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    policy = Policy(("built-in", "batfish"))
    receipt(build)
    proof = proof_of(build, policy)
    assert proof.why_not == "batfish has not judged it, and push.require asks for it"
    assert proof.command("lab.yaml") == "fabric verify lab.yaml --require batfish"
    receipt(build, judges=("built-in", "Batfish"))
    assert proof_of(build, policy).proven
    with_lab = proof_of(build, Policy(("built-in", "lab")))
    assert with_lab.why_not == "lab has not judged it, and push.require asks for it"
    wanted = "fabric verify lab.yaml, then fabric lab up and fabric lab check"
    assert with_lab.command("lab.yaml") == wanted
    receipt(build, judges=("built-in", "lab"))
    assert proof_of(build, Policy(("built-in", "lab"))).proven


def test_files_that_were_not_read_are_not_proven(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    policy = Policy(("built-in", "files"))
    receipt(build)
    proof = proof_of(build, policy)
    assert proof.why_not == "files has not judged it, and push.require asks for it"
    assert proof.command("lab.yaml") == "fabric verify lab.yaml"
    path = receipt(build, judges=("built-in", "files"))
    assert proof_of(build, policy).proven
    settings = '"settings": {"not read": "some_nos (2)"}'
    path.write_text(
        path.read_text().replace('"judges": {', f'"judges": {{"files": {{{settings}}},', 1)
    )
    assert "some_nos" in path.read_text()
    said = "files of some_nos (2) were not read, and push.require asks for it"
    assert proof_of(build, policy).why_not == said
    assert proof_of(build).proven


@pytest.mark.parametrize(
    ("tried", "asked", "proven"), [(0, 1, False), (1, 1, True), (2, 1, True), (1, 2, False)]
)
def test_as_many_failures_as_are_asked_for_must_have_been_tried(
    tried: int, asked: int, proven: bool, tmp_path: Path
) -> None:
    build = built(tmp_path / "build")
    receipt(build, failures=tried)
    proof = proof_of(build, Policy(failures=asked))
    assert proof.proven is proven
    if asked == 2:
        assert proof.command("lab.yaml") == "fabric verify lab.yaml --failures 2"
        assert "push.failures asks for 2" in proof.why_not


def test_a_receipt_that_does_not_say_what_was_tried_proves_little(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    path = receipt(build)
    path.write_text(path.read_text().replace('"failures": "1"', '"failures": "many"'))
    assert not proof_of(build).proven
    assert proof_of(build, Policy(failures=0)).proven


def test_a_push_refuses_what_is_not_proven(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    with pytest.raises(FabricError) as caught:
        refuse_unproven(proof_of(build, Policy(("batfish",), 2)), build, Path("lab.yaml"))
    (found,) = caught.value.diagnostics
    assert (found.code, caught.value.exit_status) == ("PU010", 1)
    assert found.message == "this build may not be pushed: there is no receipt"
    assert found.allowed == "push takes what was proven by batfish; 2 failures at a time"
    assert found.mend == "fabric verify lab.yaml --require batfish --failures 2"


def test_the_policy_is_a_part_of_the_topology(tmp_path: Path) -> None:
    text = QUICKSTART.read_text(encoding="utf-8")
    path = tmp_path / "lab.yaml"
    path.write_text(text, encoding="utf-8")
    assert Policy(load(path).topology.push.require, load(path).topology.push.failures) == Policy()
    path.write_text(f"{text}\npush: {{require: batfish, failures: 2}}\n", encoding="utf-8")
    said = load(path).topology.push
    assert (said.require, said.failures) == (("batfish",), 2)


@pytest.mark.parametrize("value", ["{require: [nobody]}", "{failures: 3}", "{judges: [built-in]}"])
def test_a_policy_that_means_nothing_is_refused(value: str, tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    text = QUICKSTART.read_text(encoding="utf-8")
    path.write_text(f"{text}\npush: {value}\n", encoding="utf-8")
    with pytest.raises(FabricError) as caught:
        load(path)
    assert caught.value.diagnostics[0].places[0].line > 1
