"""What all tests share: programs that may be missing, and golden outputs.

Missing programs: mark a test `@pytest.mark.needs("vtysh")`, or ask for the fixture `needs_program`
and call it. Where the program is missing the test is skipped, and the summary names it. With
BAREFABRIC_NO_SKIP=1, as in CI, whatever would be skipped fails instead.

Golden outputs: ask for the fixture `golden`. `make golden` writes them anew.
"""

import os
import shutil
import signal
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

GOLDEN = Path(__file__).parent / "golden"

# Programs of daemons live where the PATH of an ordinary user does not look, some only unpacked.
UNPACKED = "/usr/local/lib/barefabric/bin"
PROGRAM_PATH = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/lib/frr", UNPACKED]
)

# A shell starts a job in the background with SIGINT ignored (POSIX, Asynchronous Lists), and what
# we start inherits it: a program that is to be interrupted would not notice.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NO_SKIP = os.environ.get("BAREFABRIC_NO_SKIP", "") not in {"", "0"}

# Examples are the same in each run of CI. A slow machine is no failure.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --write-golden."""
    parser.addoption(
        "--write-golden",
        action="store_true",
        help="write the golden outputs anew instead of comparing with them",
    )


# Missing programs


def find_program(name: str) -> Path | None:
    """Where the program is, or None. Looks in PATH and in the folders of daemons."""
    found = shutil.which(name, path=PROGRAM_PATH)
    return Path(found) if found else None


def require_program(name: str) -> Path:
    """Where the program is. Skips the running test, by name, where it is missing."""
    path = find_program(name)
    if path is None:
        pytest.skip(f"{name} is missing: `make tools` installs it")
    return path


@pytest.fixture
def needs_program() -> Callable[[str], Path]:
    """`needs_program("vtysh")` gives its path, or skips the test where it is missing."""
    return require_program


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test marked `needs` before its fixtures are made."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            require_program(name)


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """With BAREFABRIC_NO_SKIP a skip becomes a failure. An expected failure stays one."""
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which BAREFABRIC_NO_SKIP forbids: {skip_reason(report)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns skipped tests into failed ones where skipping is off."""
    report = yield
    fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for modules that skip themselves while they are collected."""
    report = yield
    fail_if_skipped(report)
    return report


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why, in the words of the test."""
    longrepr: Any = report.longrepr
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names each test that did not run, under its reason."""
    reasons: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reasons.setdefault(skip_reason(report), []).append(report.nodeid)
    if not reasons:
        return
    terminalreporter.section("not run")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.line(f"{reason} ({len(tests)})")
        for test in sorted(tests):
            terminalreporter.line(f"  {test}")


# Golden outputs


class Golden:
    """Compares what was made with the files under tests/golden, or writes them."""

    def __init__(self, *, write: bool) -> None:
        self.write = write

    def check_text(self, name: str, actual: str) -> None:
        """The text equals the file tests/golden/`name`."""
        path = GOLDEN / name
        if self.write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
            return
        assert path.is_file(), f"tests/golden/{name} does not exist; `make golden` writes it"
        expected = path.read_text(encoding="utf-8")
        assert actual == expected, f"tests/golden/{name} differs; `make golden` writes it anew"

    def check_tree(self, name: str, actual: Path, *, leave_out: Iterable[str] = ()) -> None:
        """The folder `actual` holds the files of tests/golden/`name`, and no others.

        `leave_out` names patterns, as of `Path.match`, of files that are not compared.
        """
        patterns = tuple(leave_out)
        made = read_tree(actual, patterns)
        if self.write:
            shutil.rmtree(GOLDEN / name, ignore_errors=True)
            for file, content in made.items():
                path = GOLDEN / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            return
        kept = read_tree(GOLDEN / name, patterns)
        assert kept, f"tests/golden/{name} does not exist; `make golden` writes it"
        assert sorted(made) == sorted(kept), f"other files than in tests/golden/{name}"
        for file, content in made.items():
            self.check_bytes(f"{name}/{file}", content, kept[file])

    @staticmethod
    def check_bytes(name: str, actual: bytes, expected: bytes) -> None:
        """Compares as text where it is text, so that pytest shows the lines that differ."""
        message = f"tests/golden/{name} differs; `make golden` writes it anew"
        if actual == expected:
            return
        try:
            lines = actual.decode().splitlines(), expected.decode().splitlines()
        except UnicodeDecodeError:
            pytest.fail(message)
        assert lines[0] == lines[1], message
        pytest.fail(f"{message} (line ends only)")


def read_tree(folder: Path, leave_out: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Content by path, with `/` between folders. An absent folder has no files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(path.match(pattern) for pattern in leave_out)
    }


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares with tests/golden, or writes it under --write-golden. Mark such tests `golden`."""
    return Golden(write=bool(request.config.getoption("--write-golden")))
