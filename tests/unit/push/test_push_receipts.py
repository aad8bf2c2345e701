"""Whether a build is proven: by its receipt, and only while the files are the same."""

from datetime import UTC, datetime
from pathlib import Path

from barefabric.push.receipts import proof_of
from barefabric.verify.receipt import Receipt, build_digest, write_receipt

WHEN = datetime(2026, 1, 2, 12, tzinfo=UTC)


def built(folder: Path) -> Path:
    """A build of one file."""
    (folder / "switches").mkdir(parents=True)
    (folder / "switches" / "config").write_text("hostname x\n")
    return folder


def receipt(build: Path, *, proven: bool = True) -> Path:
    """A receipt for the build as it is."""
    found = Receipt("lab", "1", build_digest(build), "c", WHEN, proven, ("built-in",), ("lab",), {})
    return write_receipt(build, found)


def test_a_receipt_of_these_files_proves_them(tmp_path: Path) -> None:
    build = built(tmp_path / "build")
    receipt(build)
    proof = proof_of(build)
    assert proof.proven
    assert (proof.judges, proof.when, proof.digest) == (("built-in",), WHEN, build_digest(build))


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
