"""What `fabric diff` takes: builds, topologies and git revisions, and what it says otherwise."""

import shutil
import subprocess
from pathlib import Path

import pytest
from changed_fabrics import TOPOLOGIES

from barefabric.build import build
from barefabric.compare import git
from barefabric.compare.documents import compare_documents
from barefabric.compare.sources import open_sides, open_source
from barefabric.compare.textdiff import compare_trees
from barefabric.errors import FabricError, OutsideError, UsageError
from barefabric.pipeline import design

pytestmark = pytest.mark.needs("git")


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=n", "-c", "user.email=e@example.net", *arguments],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a lab of one rack (tag v1), then of two (main), both with their ledgers."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    root = tmp_path / "repository"
    (root / "sub").mkdir(parents=True)
    run(root, "init", "-q", "-b", "main")
    monkeypatch.chdir(root)
    text = (TOPOLOGIES / "quickstart.yaml").read_text()
    for rack, tag in (("r1", "v1"), ('"r[1-2]"', "v2")):
        Path("sub/lab.yaml").write_text(text.replace("name: r1", f"name: {rack}"))
        build(design(Path("sub/lab.yaml")), Path("build"))
        run(root, "add", "sub")
        run(root, "commit", "-q", "-m", tag)
        run(root, "tag", tag)
    return root


def code_of(caught: pytest.ExceptionInfo[FabricError]) -> str:
    (diagnostic,) = caught.value.diagnostics
    return diagnostic.code


def test_a_bare_revision_is_the_other_sides_topology(repository: Path) -> None:
    old, new = open_sides("v1", "sub/lab.yaml")
    changes = compare_documents(old.document, new.document)
    assert list(changes.racks.added) == ["r2"]
    assert changes.moved == ()
    assert old.label == "v1:sub/lab.yaml"
    new, old = open_sides("sub/lab.yaml", "v1")
    assert list(compare_documents(new.document, old.document).racks.removed) == ["r2"]


def test_two_revisions_with_the_topology_named_once(repository: Path) -> None:
    old, new = open_sides("v1:sub/lab.yaml", "main")
    assert list(compare_documents(old.document, new.document).racks.added) == ["r2"]


def test_a_build_and_a_revision(repository: Path) -> None:
    old, new = open_sides("v2:sub/lab.yaml", "build")
    assert compare_documents(old.document, new.document).empty
    assert compare_trees(old.files, new.files) == ((), (), ())


def test_a_build_against_its_own_topology_has_no_difference(repository: Path) -> None:
    old, new = open_sides("build", "sub/lab.yaml")
    assert compare_documents(old.document, new.document).empty
    assert compare_trees(old.files, new.files) == ((), (), ())
    (Path("build") / "verify").mkdir()
    (Path("build") / "verify" / "receipt.json").write_text("{}")
    Path("build/switches/spine1/startup-config").write_text("changed by hand\n")
    again, _ = open_sides("build", "sub/lab.yaml")
    assert compare_trees(again.files, new.files).changed == ("switches/spine1/startup-config",)


def test_paths_of_revisions_may_be_relative_to_the_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "sub")
    assert open_source("v1:lab.yaml").document["racks"].keys() == {"r1"}
    assert open_source("v1:sub/lab.yaml").document["racks"].keys() == {"r1"}


def test_the_old_ledger_is_used(repository: Path) -> None:
    side = open_source("v1:sub/lab.yaml")
    assert side.note == ""
    run(repository, "rm", "-q", "--cached", "sub/lab.lock")
    run(repository, "commit", "-q", "-m", "no ledger")
    assert "no ledger" in open_source("HEAD:sub/lab.yaml").note


def test_faults_of_an_old_topology_name_the_revision(repository: Path) -> None:
    Path("sub/lab.yaml").write_text("fabric: x\nspynes: 2\n")
    run(repository, "commit", "-q", "-a", "-m", "broken")
    with pytest.raises(FabricError) as caught:
        open_source("HEAD:sub/lab.yaml")
    places = [place.path for d in caught.value.diagnostics for place in d.places]
    assert places
    assert set(places) == {"HEAD:sub/lab.yaml"}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("nonsense:sub/lab.yaml", "CMP005"),
        ("--upload-pack=x:sub/lab.yaml", "CMP005"),
        ("v1:sub/other.yaml", "CMP006"),
        ("v1:sub", "CMP006"),
        ("sub", "CMP001"),
        ("nothing-of-the-kind", "CMP008"),
        (":sub/lab.yaml", "CMP008"),
    ],
)
def test_what_cannot_be_opened(repository: Path, word: str, code: str) -> None:
    with pytest.raises(FabricError) as caught:
        open_source(word)
    assert code_of(caught) == code


def test_two_bare_revisions_say_no_topology(repository: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_sides("v1", "v2")
    assert code_of(caught) == "CMP003"


def test_a_revision_beside_a_build_says_no_topology(repository: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_sides("v1", "build")
    assert code_of(caught) == "CMP003"
    assert "v1:" in caught.value.diagnostics[0].mend


def test_a_slip_in_a_revision_is_guessed(repository: Path) -> None:
    run(repository, "branch", "release-candidate")
    with pytest.raises(FabricError) as caught:
        open_source("release-candidat:sub/lab.yaml")
    assert caught.value.diagnostics[0].mend == 'did you mean "release-candidate"?'


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    shutil.copy(TOPOLOGIES / "quickstart.yaml", "lab.yaml")
    with pytest.raises(FabricError) as caught:
        open_sides("HEAD~1", "lab.yaml")
    assert code_of(caught) == "CMP004"


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OutsideError) as caught:
        open_sides("v1", "sub/lab.yaml")
    assert code_of(caught) == "CMP007"
    assert git.since(Path("sub/lab.lock"), 2) == ""


def test_a_broken_build(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"schema": "other/1"}'):
        (tmp_path / "design.json").write_text(content)
        with pytest.raises(FabricError) as caught:
            open_source(str(tmp_path))
        assert code_of(caught) == "CMP002"


def test_since_when_a_line_stands(repository: Path) -> None:
    commit = run(repository, "rev-parse", "v1").strip()
    assert git.since(Path("sub/lab.lock"), 2).endswith(f"(commit {commit[:7]})")
    with Path("sub/lab.lock").open("a") as file:
        file.write("id x = 99\n")
    last = len(Path("sub/lab.lock").read_text().splitlines())
    assert git.since(Path("sub/lab.lock"), last) == ""
