import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from barefabric.errors import FabricError, OutsideError
from barefabric.render import tree
from barefabric.render.content import LINES, in_pieces
from barefabric.render.tree import write_tree

Files = dict[str, str]
FIRST: Files = {
    "design.json": "{}\n",
    "switches/leaf1/startup-config": "hostname leaf1\n",
    "switches/leaf2/startup-config": "hostname leaf2\n",
    "plan/empty.csv": "",
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    target = tmp_path / "build" / "lab"
    write_tree(target, FIRST.items())
    return target


def content(target: Path) -> Files:
    return {
        path.relative_to(target).as_posix(): path.read_text()
        for path in sorted(target.rglob("*"))
        if path.is_file()
    }


def marks(target: Path) -> dict[Path, tuple[int, int]]:
    """Inode and time of every file and folder: whatever writes changes one of them."""
    everything = [target.parent, target, *target.rglob("*")]
    return {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in everything}


def alone(target: Path) -> bool:
    """Nothing is left beside the tree."""
    return [p.name for p in target.parent.iterdir()] == [target.name]


def test_a_new_tree(tmp_path: Path) -> None:
    target = tmp_path / "build" / "lab"
    change = write_tree(target, FIRST.items())
    assert content(target) == dict(sorted(FIRST.items()))
    assert change == (tuple(FIRST), (), 0)
    assert alone(target)


def test_an_unchanged_tree_is_not_touched(target: Path) -> None:
    before = marks(target)
    change = write_tree(target, reversed(FIRST.items()))
    assert change == ((), (), 4)
    assert marks(target) == before


def test_only_what_differs_is_written(target: Path) -> None:
    before = marks(target)
    new = FIRST | {"switches/leaf1/startup-config": "hostname leafX\n", "nodes/n1/x": "x\n"}
    change = write_tree(target, new.items())
    assert change == (("switches/leaf1/startup-config", "nodes/n1/x"), (), 3)
    assert content(target) == dict(sorted(new.items()))
    after = marks(target)
    for path in ("design.json", "switches/leaf2/startup-config"):
        assert after[target / path] == before[target / path]
    assert alone(target)


def test_what_is_gone_is_removed_with_its_folder(target: Path) -> None:
    new = {k: v for k, v in FIRST.items() if "leaf2" not in k}
    change = write_tree(target, new.items())
    assert change == ((), ("switches/leaf2/startup-config",), 3)
    assert not (target / "switches" / "leaf2").exists()
    assert (target / "switches" / "leaf1").exists()


def test_a_file_becomes_a_folder_and_back(target: Path) -> None:
    deep = FIRST | {"plan/empty.csv/deep": "x"}
    del deep["plan/empty.csv"]
    write_tree(target, deep.items())
    assert content(target) == dict(sorted(deep.items()))
    write_tree(target, FIRST.items())
    assert content(target) == dict(sorted(FIRST.items()))


def test_entries_of_others_stay(target: Path) -> None:
    receipt = target / "verify" / "receipt.json"
    receipt.parent.mkdir()
    receipt.write_text("proven")
    before = marks(receipt.parent)
    write_tree(target, (FIRST | {"a": "b"}).items())
    assert marks(receipt.parent)[receipt] == before[receipt]
    write_tree(target, FIRST.items(), keep=())
    assert not receipt.exists()


def test_text_and_bytes(tmp_path: Path) -> None:
    target = tmp_path / "lab"
    files = [("design.json", b"{}"), ("utf8", "Zürich\n"), ("crlf", "a\r\nb")]
    write_tree(target, files)
    assert (target / "utf8").read_bytes() == "Zürich\n".encode()
    assert (target / "crlf").read_bytes() == b"a\r\nb"
    assert write_tree(target, files).kept == 3


def test_a_large_file_is_written_and_compared_whole(tmp_path: Path) -> None:
    target = tmp_path / "lab"
    text = "x" * 30_000_000
    write_tree(target, [("design.json", text)])
    assert (target / "design.json").stat().st_size == len(text)
    assert write_tree(target, [("design.json", text)]).kept == 1
    assert write_tree(target, [("design.json", text[:-1] + "y")]).written == ("design.json",)


OLD_PIECES = ["one,", "two,", "three"]


@pytest.mark.parametrize(
    "pieces",
    [
        ["one,two,three"],
        ["one", ",two,", "", "three"],
        ["one,", "2,", "three"],
        ["0ne,", "two,", "three"],
        ["one,", "two,", "three", ",four"],
        ["one,", "two"],
        ["one,", "two,", "threé"],
        [],
    ],
)
def test_a_file_in_pieces_is_what_they_say(tmp_path: Path, pieces: list[str]) -> None:
    target = tmp_path / "lab"
    write_tree(target, [("design.json", "{}"), ("large", iter(OLD_PIECES))])
    change = write_tree(target, [("design.json", "{}"), ("large", iter(pieces))])
    assert (target / "large").read_bytes() == "".join(pieces).encode()
    assert change.written == (() if "".join(pieces) == "".join(OLD_PIECES) else ("large",))


def test_pieces_that_fail_leave_the_old_tree(target: Path) -> None:

    def failing() -> Iterator[str]:
        yield "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_tree(target, [("design.json", failing())])
    assert content(target) == dict(sorted(FIRST.items()))
    assert alone(target)


def test_lines_become_pieces() -> None:
    lines = [str(n) for n in range(2 * LINES + 1)]
    assert "".join(in_pieces(lines, ", ")) == ", ".join(lines)
    assert len(list(in_pieces(lines))) == 3
    assert list(in_pieces([], ", ")) == []


def test_a_failing_run_leaves_the_old_tree(target: Path) -> None:
    before = marks(target)

    def failing() -> Iterator[tuple[str, str]]:
        yield "design.json", "new"
        yield "another", "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_tree(target, failing())
    assert content(target) == dict(sorted(FIRST.items()))
    assert {p: m for p, m in marks(target).items() if p != target.parent} == {
        p: m for p, m in before.items() if p != target.parent
    }
    assert alone(target)


def test_a_failing_first_run_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "build" / "lab"
    with pytest.raises(ValueError, match="not a path"):
        write_tree(target, [("design.json", ""), ("../out", "")])
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", ".."])
def test_no_file_leaves_the_tree(target: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        write_tree(target, [*FIRST.items(), (path, "")])
    assert content(target) == dict(sorted(FIRST.items()))


def test_two_files_of_one_name(target: Path) -> None:
    with pytest.raises(ValueError, match="not a path"):
        write_tree(target, [*FIRST.items(), ("design.json", "again")])
    assert content(target) == dict(sorted(FIRST.items()))


def test_a_folder_that_is_no_build_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for target in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(FabricError) as caught:
            write_tree(target, FIRST.items())
        (found,) = caught.value.diagnostics
        assert found.code == "VE020"
        assert found.places[0].path == str(target)
    assert content(tmp_path) == {"mine.txt": "mine"}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "lab"
    target.mkdir()
    write_tree(target, FIRST.items())
    assert content(target) == dict(sorted(FIRST.items()))


def test_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError) as caught:
        write_tree(tmp_path / "file" / "lab", FIRST.items())
    assert caught.value.diagnostics[0].code == "VE021"
    assert caught.value.exit_status == 3


def test_a_full_disk_leaves_the_old_tree(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, content: bytes) -> None:
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr(tree, "_create", full)
    with pytest.raises(OutsideError, match="No space left"):
        write_tree(target, [("design.json", "new")])
    assert content(target) == dict(sorted(FIRST.items()))
    assert alone(target)


def test_a_symbolic_link_in_the_tree_is_replaced_not_followed(target: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("hostname leaf1\n")
    link = target / "switches" / "leaf1" / "startup-config"
    link.unlink()
    link.symlink_to(outside)
    change = write_tree(target, FIRST.items())
    assert change.written == ("switches/leaf1/startup-config",)
    assert not link.is_symlink()
    assert outside.read_text() == "hostname leaf1\n"


def test_a_target_that_is_a_link_stays_one(target: Path, tmp_path: Path) -> None:
    link = tmp_path / "current"
    link.symlink_to(target)
    write_tree(link, (FIRST | {"a": "b"}).items())
    assert link.is_symlink()
    assert (target / "a").read_text() == "b"


# A run that dies: before the change is settled the old tree stays, afterwards the next run ends it.

NEW: Files = {"design.json": "new", "switches/leaf1/startup-config": "new", "b/c": "new"}

DYING = """
import os, sys
sys.path.insert(0, {source!r})
from pathlib import Path
from barefabric.render import tree

step, left = tree.{function}, [{after}]
def dying(*arguments):
    if not left[0]:
        os._exit(9)
    left[0] -= 1
    return step(*arguments)
tree.{function} = dying
tree.write_tree(Path({target!r}), {files!r}.items())
"""


def die(target: Path, function: str, after: int) -> None:
    """Run a write in a process that ends at once, as by kill -9, at a call of a function."""
    source = str(Path(tree.__file__).parents[2])
    code = DYING.format(
        source=source, function=function, after=after, target=str(target), files=NEW
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9


@pytest.mark.parametrize(
    ("function", "after"), [("_create", 0), ("_create", 2), ("_commit", 0), ("_carry_out", 0)]
)
def test_a_run_that_dies(target: Path, function: str, after: int) -> None:
    die(target, function, after)
    settled = function == "_carry_out"
    assert content(target) == dict(sorted(FIRST.items()))
    seen = write_tree(target, FIRST.items())
    assert content(target) == dict(sorted(FIRST.items()))
    assert bool(seen.written) == settled
    assert alone(target)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_run_that_dies_in_the_middle_of_the_change(target: Path, after: int) -> None:
    source = str(Path(tree.__file__).parents[2])
    code = textwrap.dedent(f"""
        import os, sys
        sys.path.insert(0, {source!r})
        from pathlib import Path
        from barefabric.render.tree import write_tree
        replace, left = os.replace, [{after}]
        def dying(*arguments):
            if not left[0]:
                os._exit(9)
            left[0] -= 1
            replace(*arguments)
        os.replace = dying
        write_tree(Path({str(target)!r}), {NEW!r}.items())
    """)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert json.loads((target.parent / ".lab.journal").read_text()) == [
        "plan/empty.csv",
        "switches/leaf2/startup-config",
    ]
    change = write_tree(target, NEW.items())
    assert change == ((), (), 3)
    assert content(target) == dict(sorted(NEW.items()))
    assert alone(target)


def test_two_runs_wait_for_each_other(tmp_path: Path) -> None:
    target = tmp_path / "build" / "lab"
    source = str(Path(tree.__file__).parents[2])
    code = textwrap.dedent("""
        import sys, time
        sys.path.insert(0, sys.argv[1])
        from pathlib import Path
        from barefabric.render.tree import write_tree
        def files():
            for number in range(40):
                time.sleep(0.005)
                yield (f"f{number}" if number else "design.json"), sys.argv[3]
        write_tree(Path(sys.argv[2]), files())
    """)
    runs = [
        subprocess.Popen([sys.executable, "-c", code, source, str(target), word])
        for word in ("one", "two")
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    assert len(set(content(target).values())) == 1
    assert alone(target)


def test_work_grows_with_the_change_not_with_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "lab"
    many = {"design.json": "{}"} | {f"nodes/n{n}/netplan.yaml": "x" for n in range(500)}
    write_tree(target, many.items())
    calls: list[str] = []
    for name in ("replace", "mkdir", "unlink", "rename", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *a, _r=real, _n=name, **k: (calls.append(_n), _r(*a, **k))[1]
        )
    write_tree(target, (many | {"nodes/n7/netplan.yaml": "y"}).items())
    assert len(calls) < 12, calls
