"""Every mistake that a topology can hold, beside what the user reads about it.

A case is tests/errors/NAME.yaml; NAME.txt is the text on stderr. `make golden` writes the texts
anew: read what changed. Files that cannot be kept in a repository are made here.
"""

import os
import re
import resource
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from barefabric.diagnostics import report
from barefabric.errors import Diagnostic, FabricError
from barefabric.pipeline import design_values
from barefabric.topology import source
from barefabric.topology.load import load

CORPUS = Path(__file__).parent / "errors"
CASES = sorted(path.stem for path in CORPUS.glob("*.yaml"))
SOURCE = Path(__file__).parent.parent / "src" / "barefabric"
WHOLE_FILE = {"IN001", "IN002", "IN003", "IN004", "IN005", "IN007", "IN008", "IN020", "IN021"}
WHOLE_FABRIC = {"IN045", "IN047"}


def faults_of(path: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with a topology, found by loading it or, if that passes, by designing it."""
    with pytest.raises(FabricError) as caught:
        design_values(load(path))
    return caught.value.diagnostics


@pytest.fixture(autouse=True)
def in_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in messages are as they were typed."""
    monkeypatch.chdir(CORPUS)


@pytest.mark.golden
@pytest.mark.parametrize("case", CASES)
def test_case(case: str, request: pytest.FixtureRequest) -> None:
    text = report(faults_of(Path(f"{case}.yaml")))
    expected = CORPUS / f"{case}.txt"
    if request.config.getoption("--write-golden"):
        expected.write_text(text, encoding="utf-8")
        return
    assert expected.is_file(), f"{expected.name} does not exist; `make golden` writes it"
    assert text == expected.read_text(encoding="utf-8")


def test_corpus_is_large_and_has_no_strays() -> None:
    assert len(CASES) >= 80
    assert sorted(path.stem for path in CORPUS.glob("*.txt")) == CASES


@pytest.mark.parametrize("case", CASES)
def test_faults_are_placed_said_once_and_in_our_own_words(case: str) -> None:
    faults = faults_of(Path(f"{case}.yaml"))
    assert len(faults) == len(set(faults))
    assert len({(f.message, f.places) for f in faults}) == len(faults)
    for fault in faults:
        assert re.fullmatch(r"[A-Z][A-Z0-9]+\d{3}", fault.code)
        assert fault.places
        known = all(place.line and place.column and place.excerpt for place in fault.places)
        assert known or fault.code in WHOLE_FILE | WHOLE_FABRIC
    text = report(faults)
    assert not re.search(r"pydantic|Input should|validation error|Traceback|yaml\.|None", text)
    assert all(len(line) <= 100 or " " not in line.strip() for line in text.splitlines())


@pytest.mark.parametrize("case", CASES)
def test_both_yaml_parsers_agree(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """libyaml and PyYAML's own parser word faults differently; what is said is the same."""
    native = faults_of(Path(f"{case}.yaml"))
    monkeypatch.delattr(yaml, "CSafeLoader")
    fallback = faults_of(Path(f"{case}.yaml"))
    if native[0].code in {"IN009", "IN019"}:
        assert [(f.code, f.places[0].line) for f in fallback] == [
            (f.code, f.places[0].line) for f in native
        ]
        return
    assert fallback == native


def test_every_code_of_the_input_has_a_case() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in CORPUS.glob("*.txt"))
    met = set(re.findall(r"error ([A-Z]+\d{3}):", texts))
    for family in ("IN", "AD"):
        table = (SOURCE / "explanations" / f"{family}.toml").read_text(encoding="utf-8")
        made_here = {"IN001", "IN002", "IN003", "IN004", "IN005", "IN007", "IN016", "IN070"}
        assert set(tomllib.loads(table)) - met - made_here == set()


def test_no_password_is_shown() -> None:
    for case in CASES:
        if "correct-horse" in (CORPUS / f"{case}.yaml").read_text(
            encoding="utf-8", errors="replace"
        ):
            assert "correct-horse" not in report(faults_of(Path(f"{case}.yaml")))


# Files that cannot be kept in a repository


def one_fault(path: Path) -> Diagnostic:
    (fault,) = faults_of(path)
    return fault


def test_no_such_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("topology.yaml").write_text("fabric: a\n", encoding="utf-8")
    fault = one_fault(Path("topologie.yaml"))
    assert (fault.code, fault.mend) == ("IN001", "did you mean topology.yaml?")
    assert one_fault(Path("nowhere/x.yaml")).code == "IN001"


def test_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert one_fault(Path()).code == "IN002"
    Path("lab.yaml").write_text("fabric: a\n", encoding="utf-8")
    assert one_fault(Path()).mend == "did you mean lab.yaml?"


def test_a_ledger_is_no_topology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Completion offers lab.lock before lab.yaml; its words would be one long value of YAML."""
    monkeypatch.chdir(tmp_path)
    Path("lab.lock").write_text("id spine1 = 1\n", encoding="utf-8")
    Path("lab.yml").write_text("fabric: a\n", encoding="utf-8")
    fault = one_fault(Path("lab.lock"))
    assert (fault.code, fault.mend) == ("IN070", "did you mean lab.yml?")


def test_unreadable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FabricError) as caught:
        load(tmp_path / "file" / "lab.yaml")
    assert caught.value.diagnostics[0].code == "IN003"
    assert caught.value.exit_status == 3


def test_path_with_a_zero_byte() -> None:
    assert one_fault(Path("a\0b")).code == "IN003"


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    started = time.process_time()
    fault = one_fault(path)
    assert fault.code == "IN004"
    assert "50,000,000 bytes" in fault.message
    assert time.process_time() - started < 0.5


def test_endless_file() -> None:
    assert one_fault(Path("/dev/zero")).code == "IN004"


@pytest.mark.parametrize("data", [b"\x7fELF\x02\x01\x01\0\0", b"fabric: a\0b\n"])
def test_binary_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "program"
    path.write_bytes(data)
    fault = one_fault(path)
    assert fault.code == "IN005"
    assert f"byte {data.index(0) + 1} is zero" in fault.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_wide_characters(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "wide.yaml"
    text = "fabric: lab\n" if encoding != "utf-16-be" else "\ufefffabric: lab\n"
    path.write_bytes(text.encode(encoding))
    fault = one_fault(path)
    assert fault.code == "IN007"
    assert encoding[:6].upper() in fault.message


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"a: 1\nb: \xff\n", 2, 4),
        (b"\xe9: 1\n", 1, 1),
        (b"a: 1\r\n\xc3", 2, 1),
        ("ä: ".encode() + b"\xe4", 1, 4),
    ],
)
def test_not_utf8(tmp_path: Path, data: bytes, line: int, column: int) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(data)
    fault = one_fault(path)
    assert fault.code == "IN006"
    assert fault.places[0][1:3] == (line, column)


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    quickstart = SOURCE.parent.parent / "topologies" / "quickstart.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + quickstart.read_bytes())
    assert load(path).topology.fabric == "quickstart"


def laughs(levels: int, width: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merges(levels: int) -> str:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [
        f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}, <<: *a{n - 1}}}" for n in range(1, levels)
    ]
    return "\n".join(lines)


BOMBS: dict[str, Callable[[], str]] = {
    "laughs": lambda: laughs(60, 9),
    "merges": lambda: merges(200),
    "flat": lambda: "[" + "1," * 2_000_000 + "1]",
    "keys": lambda: "\n".join(f"k{n}: " for n in range(700_000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb(tmp_path: Path, bomb: str) -> None:
    """A small file that stands for very much is refused in little time and memory."""
    path = tmp_path / "bomb.yaml"
    path.write_text(BOMBS[bomb](), encoding="utf-8")
    assert path.stat().st_size < source.LARGEST
    code, megabytes, seconds = measured(path)
    assert code == "IN016"
    assert megabytes < 600
    assert seconds < 20


def test_deep_nesting(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    for opener in ("[", "{a: ", "- "):
        path.write_text(opener * 500_000, encoding="utf-8")
        assert one_fault(path).code == "IN017"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("racks", "racks: [{name: 'r[1-10000]', leaves: 1024, servers: {node: 1024}}]", "IN067"),
        ("range", "racks: [{name: 'r[1-10000][1-10000]', leaves: 2}]", "IN025"),
        ("names", f"spines: {[f'a{n}b[1-10000]' for n in range(2000)]}", "IN067"),
        ("pods", "pods: [{name: 'p[1-10000]', spines: 1024, racks: []}]", "IN067"),
    ],
)
def test_ranges_that_stand_for_too_much(tmp_path: Path, name: str, text: str, code: str) -> None:
    path = tmp_path / f"{name}.yaml"
    start = "fabric: a\nswitch_types: {spine: {nos: frr, ports: 4 x 1G}}\n"
    start += "server_types: {node: {nics: 2 x 25G}}\n"
    path.write_text(start + text + "\n", encoding="utf-8")
    found, megabytes, seconds = measured(path)
    assert found == code
    assert megabytes < 300
    assert seconds < 10


def measured(path: Path) -> tuple[str, float, float]:
    """The first code, and the memory (MB) and CPU time of a process that loads the file.

    `ru_maxrss` outlives exec(2): it would tell the size of the test runner. `VmHWM` of
    proc_pid_status(5) is the peak of the program alone.
    """
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from barefabric.errors import FabricError; from barefabric.topology.load import load\n"
        "try: load(Path(sys.argv[1]))\n"
        "except FabricError as error: print(error.diagnostics[0].code)\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "peak = next(line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
        "print(int(peak) / 1024, used.ru_utime + used.ru_stime)"
    )
    limit = resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(SOURCE.parent)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, limit)),
    )  # fmt: skip
    code, figures = done.stdout.splitlines()
    memory, seconds = map(float, figures.split())
    return code, memory, seconds
