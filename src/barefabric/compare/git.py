"""Files as they stood at a git revision."""

import os
import subprocess
from pathlib import Path

from barefabric.errors import Diagnostic, FabricError, OutsideError, fail

_SECONDS = 60


def _git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run git in a folder. Raises OutsideError CMP007 where there is no git, or it hangs."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat"}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, env=environment,
            timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError as fault:
        raise _no_git("git is not installed, so no revision can be read") from fault
    except subprocess.TimeoutExpired as fault:
        raise _no_git(f"git gave no answer for {_SECONDS} s") from fault


def _no_git(message: str) -> OutsideError:
    mend = "compare two builds or two topology files; they need no git"
    return OutsideError([Diagnostic("CMP007", message, mend=mend)])


def _said(result: "subprocess.CompletedProcess[bytes]") -> str:
    """Git's own complaint, without its ``fatal:``."""
    text = result.stderr.decode(errors="replace").strip().split("\n")[0]
    return text.removeprefix("fatal: ").removeprefix("error: ")


def repository(folder: Path) -> Path:
    """The top folder of the repository that ``folder`` is in. Raises FabricError CMP004."""
    result = _git(folder, "rev-parse", "--show-toplevel")
    if result.returncode:
        raise fail(
            "CMP004", f"{folder} is in no git repository, so it has no revisions",
            mend="compare two builds or two topology files, or run this inside the repository",
        )  # fmt: skip
    return Path(result.stdout.decode().rstrip("\n"))


def commit(folder: Path, revision: str) -> str:
    """The commit that a revision names, as a hash. Raises FabricError CMP004, CMP005."""
    top = repository(folder)
    result = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if result.returncode:
        mend = _near(folder, revision) or "git log --oneline lists commits, git branch -a branches"
        raise fail("CMP005", f'there is no revision "{revision}" in {top}', mend=mend)
    return result.stdout.decode().strip()


def _near(folder: Path, revision: str) -> str:
    """A branch or a tag of a similar name."""
    from barefabric.topology.names import did_you_mean

    listed = _git(folder, "for-each-ref", "--format=%(refname:short)", "--count=2000")
    return did_you_mean(revision, listed.stdout.decode(errors="replace").split())


def show(folder: Path, revision: str, path: str) -> bytes | None:
    """The content of a file at a revision, None where it was not there.

    ``path`` is relative to ``folder`` if it begins with ``./``, else to the repository's top.
    Raises FabricError CMP004 and CMP005, and CMP006 for what is no file.
    """
    found = commit(folder, revision)
    kind = _git(folder, "cat-file", "-t", f"{found}:{path}")
    if kind.returncode:
        return None
    if kind.stdout.strip() != b"blob":
        raise _no_file(f"{path} is a folder at revision {revision}, not a topology file")
    result = _git(folder, "cat-file", "blob", f"{found}:{path}")
    if result.returncode:
        raise OutsideError([Diagnostic("CMP007", f"git cannot read {path}: {_said(result)}")])
    return result.stdout


def _no_file(message: str) -> FabricError:
    return fail("CMP006", message, mend="git ls-tree -r --name-only REVISION lists its files")


def missing(revision: str, path: str) -> FabricError:
    """The error for a file that a revision does not have (CMP006)."""
    return _no_file(f"{path} is not in revision {revision}")


def since(path: Path, line: int) -> str:
    """The day and the commit that a line of a file is from: ``2026-01-12 (commit 1a2b3c4)``.

    Empty where that cannot be told: no repository, no git, or a line that is not committed.
    """
    from datetime import UTC, datetime

    span = f"{line},{line}"
    try:
        result = _git(path.parent, "blame", "--porcelain", "-L", span, "--", path.name)
    except OutsideError:
        return ""
    first, *rest = result.stdout.decode(errors="replace").split("\n")
    found = first.partition(" ")[0]
    times = [text.removeprefix("author-time ") for text in rest if text.startswith("author-time ")]
    if result.returncode or not times or not found.strip("0"):
        return ""
    return f"{datetime.fromtimestamp(int(times[0]), UTC):%Y-%m-%d} (commit {found[:7]})"
