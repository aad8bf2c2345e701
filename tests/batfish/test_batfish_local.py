"""``fabric batfish``: a service is started once, watched, and ended, and nothing else is.

Java and docker are stood in for by programs on PATH that write down how they were called and
answer at the port as Batfish does.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from barefabric.errors import OutsideError
from barefabric.verify.batfish.local.installation import installation
from barefabric.verify.batfish.local.java import find_java
from barefabric.verify.batfish.local.memory import heap, parse
from barefabric.verify.batfish.local.probe import probe
from barefabric.verify.batfish.local.process import mark, runs
from barefabric.verify.batfish.local.state import Record, State

SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Batfish(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == "/v2/version"
        body = json.dumps({"Batfish": "9.9"} if known else {}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Batfish).serve_forever()
"""

JAVA = """
import os, sys
from pathlib import Path
here = Path(__file__).parent
if "-version" in sys.argv:
    sys.exit(print(f'openjdk version "{os.environ.get("FAKE_JAVA", "21.0.5")}"', file=sys.stderr))
(here / "called").write_text("\\n".join(sys.argv[1:]) + "\\n" + os.getcwd())
port = sys.argv[-1].split()[-1]
if os.environ.get("FAKE_END"):
    sys.exit("Error occurred during initialization of VM")
if os.environ.get("FAKE_SILENT"):
    import time
    time.sleep(60)
os.execv(sys.executable, [sys.executable, str(here / "server.py"), port])
"""

DOCKER = """
import os, signal, subprocess, sys
from pathlib import Path
here = Path(__file__).parent
with (here / "docker.log").open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
verb, pid = sys.argv[1], here / "container"
if os.environ.get("FAKE_NO_ENGINE"):
    sys.exit("Cannot connect to the Docker daemon")
if verb == "image":
    sys.exit(0 if (here / "image").exists() else 1)
if verb == "pull":
    if os.environ.get("FAKE_NO_IMAGE"):
        sys.exit("pull access denied")
    (here / "image").touch()
if verb == "run":
    port = sys.argv[sys.argv.index("--publish") + 1].split(":")[1]
    child = subprocess.Popen(
        [sys.executable, str(here / "server.py"), port],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    pid.write_text(str(child.pid))
    print("WARNING: no swap limit", file=sys.stderr)
    print("c0ffee00c0ffee00")
if verb == "inspect":
    print("true" if pid.exists() else "false")
if verb == "logs":
    print("words of the container")
if verb == "stop" and pid.exists():
    os.kill(int(pid.read_text()), signal.SIGTERM)
    pid.unlink()
"""


class Lab:
    """A folder of programs, an installation, and the command."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.bin, self.home = folder / "bin", folder / "home of Batfish"
        self.bin.mkdir()
        (self.bin / "server.py").write_text(SERVER)
        main = self.home / "classes" / "org" / "batfish" / "allinone" / "Main.class"
        main.parent.mkdir(parents=True)
        main.touch()
        (self.home / "lib").mkdir()
        (self.home / "lib" / "guava.jar").touch()
        (self.home / "questions" / "stable").mkdir(parents=True)
        (self.home / "questions" / "stable" / "routes.json").touch()

    def program(self, name: str, text: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(text)}")
        path.chmod(0o755)
        return path

    def environment(self, **more: str) -> dict[str, str]:
        known = {"PATH": str(self.bin), "HOME": str(self.folder)}
        known["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        return {**known, "XDG_STATE_HOME": str(self.folder / "state"), **more}

    def fabric(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        port = ("--port", str(self.port)) if words[0] != "stop" else ()
        return subprocess.run(
            [sys.executable, "-c", "from barefabric.cli import main; main()", "batfish", *words,
             *port],
            env=self.environment(**more), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def record(self) -> Record | None:
        return State(self.environment()).read()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path, free_port())
    lab.program("java", JAVA)
    yield lab
    ended = lab.fabric("stop")
    assert ended.returncode == 0, ended.stderr


def test_a_service_from_an_installation(lab: Lab) -> None:
    home = {"BATFISH_HOME": str(lab.home)}
    before = lab.fabric("status")
    assert (before.returncode, before.stderr) == (3, "")
    assert before.stdout.startswith(f"not running: nothing answers at 127.0.0.1:{lab.port}")

    done = lab.fabric("start", "--memory", "1g", **home)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"Batfish 9.9 started at 127.0.0.1:{lab.port} (java, pid" in done.stdout
    assert str(lab.folder / "state/barefabric/batfish/batfish.log") in done.stdout
    assert f"--batfish 127.0.0.1:{lab.port}" in done.stdout

    *called, folder = (lab.bin / "called").read_text().splitlines()
    assert called[0] == "-Xmx1024m"
    assert called[2] == f"{lab.home}/classes:{lab.home}/lib/guava.jar"
    assert called[3] == "org.batfish.allinone.Main"
    assert f"-workbindhost 127.0.0.1 -workv2port {lab.port}" in called[-1]
    assert str(lab.folder) not in called[-1], "blanks in a path would split it"
    assert (Path(folder) / "questions" / "stable").is_dir()

    assert lab.fabric("status").returncode == 0
    record = lab.record()
    assert record is not None
    assert record.memory == 1024
    stopped = lab.fabric("stop")
    assert stopped.stdout.startswith(f"stopped Batfish at 127.0.0.1:{lab.port} (java, pid")
    assert not runs(record.pid, record.mark)
    assert not probe(lab.port).reached
    assert not (lab.folder / "state/barefabric/batfish/run").exists()
    assert "nothing to stop" in lab.fabric("stop").stdout


def test_starting_twice_starts_once(lab: Lab) -> None:
    home = {"BATFISH_HOME": str(lab.home)}
    lab.fabric("start", **home)
    first = lab.record()
    again = lab.fabric("start", "--json", **home)
    document = json.loads(again.stdout)
    assert document["started_now"] is False
    assert document["started_by_fabric"] is True
    assert document["service"]["pid"] == (first.pid if first else 0)
    lab.port, kept = free_port(), lab.port
    refused = lab.fabric("start", **home)
    assert refused.returncode == 3
    assert f"BF073: a service runs already, at port {kept}" in refused.stderr
    lab.port = kept


def test_two_starts_at_a_time_start_one(lab: Lab) -> None:
    words = ("start", "--port", str(lab.port), "--json")
    command = [sys.executable, "-c", "from barefabric.cli import main; main()", "batfish", *words]
    both = [
        subprocess.Popen(
            command, env=lab.environment(BATFISH_HOME=str(lab.home)), stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [json.loads(one.communicate(timeout=60)[0]) for one in both]
    assert sorted(document["started_now"] for document in said) == [False, True]
    assert said[0]["service"] == said[1]["service"]


def test_an_interrupted_start_leaves_nothing(lab: Lab) -> None:
    words = ("start", "--port", str(lab.port))
    starting = subprocess.Popen(
        [sys.executable, "-c", "from barefabric.cli import main; main()", "batfish", *words],
        env=lab.environment(BATFISH_HOME=str(lab.home), FAKE_SILENT="1"), stderr=subprocess.PIPE,
    )  # fmt: skip
    while (record := lab.record()) is None:
        time.sleep(0.05)
    assert runs(record.pid, record.mark)
    starting.send_signal(signal.SIGINT)
    starting.communicate(timeout=60)
    assert starting.returncode == 130
    assert not runs(record.pid, record.mark)
    assert lab.record() is None


def test_a_service_that_others_started_is_used_and_left_alone(lab: Lab) -> None:
    theirs = subprocess.Popen([sys.executable, str(lab.bin / "server.py"), str(lab.port)])
    try:
        while not probe(lab.port).version:
            time.sleep(0.05)
        done = lab.fabric("start")
        assert done.returncode == 0, done.stderr
        assert "already running" in done.stdout
        assert "not started by fabric" in done.stdout
        assert "nothing to stop" in lab.fabric("stop").stdout
        assert theirs.poll() is None
    finally:
        theirs.terminate()
        theirs.wait()


def test_a_number_that_another_process_has_now_is_not_ended(lab: Lab) -> None:
    """The record names a process by number and beginning; here the beginning is another."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        state = State(lab.environment())
        with state.locked():
            began = mark(other.pid)
            assert runs(other.pid, began)
            state.write(Record("java", lab.port, 1024, "then", other.pid, began + "0"))
        assert "nothing to stop" in lab.fabric("stop").stdout
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize(
    ("more", "arguments", "code", "words"),
    [
        ({"FAKE_END": "1"}, (), "BF074", "Error occurred during initialization of VM"),
        ({"FAKE_SILENT": "1"}, ("--patience", "1"), "BF075", "does not answer"),
        ({"FAKE_JAVA": "17.0.2"}, (), "BF072", "(PATH) is Java 17"),
        ({"FAKE_JAVA": "1.8.0_392"}, (), "BF072", "(PATH) is Java 8"),
        ({"BATFISH_JAVA": "/no/such"}, (), "BF072", "/no/such (BATFISH_JAVA) does not run"),
        ({"BATFISH_HOME": "/no/such"}, (), "BF071", "/no/such does not exist"),
        ({"BATFISH_HOME": ""}, (), "BF070", "docker is not installed; podman is not installed"),
        ({"XDG_STATE_HOME": "/proc"}, (), "BF078", "the state folder cannot be used"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_and_nothing_is_left(
    lab: Lab, more: dict[str, str], arguments: tuple[str, ...], code: str, words: str
) -> None:
    done = lab.fabric("start", *arguments, **{"BATFISH_HOME": str(lab.home), **more})
    assert done.returncode == 3
    assert done.stdout == ""
    assert f"error {code}:" in done.stderr
    assert words in " ".join(done.stderr.split())
    assert lab.record() is None
    assert not probe(lab.port).reached


@pytest.mark.parametrize("arguments", [("--with", "vagrant"), ("--memory", "much")])
def test_options_that_mean_nothing(lab: Lab, arguments: tuple[str, ...]) -> None:
    done = lab.fabric("start", *arguments)
    assert done.returncode == 2
    assert "BF080" in done.stderr


def test_a_log_that_cannot_be_written_is_said(lab: Lab) -> None:
    (lab.folder / "state/barefabric/batfish/batfish.log").mkdir(parents=True)
    done = lab.fabric("start", BATFISH_HOME=str(lab.home))
    assert (done.returncode, "error BF078:" in done.stderr) == (3, True)
    assert lab.record() is None


def test_something_else_has_the_port(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", lab.port)):
        done = lab.fabric("start", BATFISH_HOME=str(lab.home))
        assert done.returncode == 3
        assert "BF073: something that is not Batfish answers" in done.stderr
        status = lab.fabric("status")
        assert status.returncode == 3
        assert "is not Batfish" in status.stdout


def test_a_container_on_loopback_only(lab: Lab) -> None:
    lab.program("docker", DOCKER)
    done = lab.fabric("start", "--memory", "2g")
    assert done.returncode == 0, done.stderr
    assert "(docker, container c0ffee00c0ff, heap 2,048 MiB)" in done.stdout
    calls = (lab.bin / "docker.log").read_text()
    assert "pull batfish/batfish" in calls
    assert f"--publish 127.0.0.1:{lab.port}:9996" in calls
    assert "--env JAVA_TOOL_OPTIONS=-Xmx2048m" in calls
    assert "already running" in lab.fabric("start").stdout
    assert (lab.bin / "docker.log").read_text().count("\nrun ") == 1
    stopped = lab.fabric("stop", "--json")
    assert json.loads(stopped.stdout)["container"] == "c0ffee00c0ffee00"
    assert (
        (lab.bin / "docker.log")
        .read_text()
        .endswith(
            "rm --force c0ffee00c0ffee00\ninspect --format {{.State.Running}} c0ffee00c0ffee00\n"
        )
    )
    log = lab.folder / "state/barefabric/batfish/batfish.log"
    assert log.read_text() == "words of the container\n"


def test_an_installation_goes_before_containers_and_with_chooses(lab: Lab) -> None:
    lab.program("docker", DOCKER)
    assert "(java, pid" in lab.fabric("start", BATFISH_HOME=str(lab.home)).stdout
    lab.fabric("stop")
    done = lab.fabric("start", "--with", "docker", BATFISH_HOME=str(lab.home))
    assert "(docker, container" in done.stdout


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"FAKE_NO_ENGINE": "1"}, "BF070", "docker: Cannot connect to the Docker daemon"),
        ({"FAKE_NO_IMAGE": "1"}, "BF077", "docker pull failed: pull access denied"),
    ],
)
def test_engines_that_fail(lab: Lab, more: dict[str, str], code: str, words: str) -> None:
    lab.program("docker", DOCKER)
    done = lab.fabric("start", **more)
    assert done.returncode == 3
    assert f"error {code}:" in done.stderr
    assert words in " ".join(done.stderr.split())


def jar(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return path


def with_questions(home: Path) -> dict[str, str]:
    (home / "questions" / "stable").mkdir(parents=True)
    (home / "questions" / "stable" / "routes.json").touch()
    return {"BATFISH_HOME": str(home)}


MAIN = "org/batfish/allinone/Main.class"


def test_layouts_of_an_installation(tmp_path: Path) -> None:
    one = jar(tmp_path / "image" / "allinone-bundle.jar", MAIN)
    for named in (tmp_path / "image", one):
        known = with_questions(tmp_path / "image") if named.is_dir() else {}
        found = installation({**known, "BATFISH_HOME": str(named)})
        assert found is not None
        assert found.classpath == (one,)
    deploy = jar(tmp_path / "src/bazel-bin/projects/allinone/allinone_main_deploy.jar", MAIN)
    found = installation(with_questions(tmp_path / "src"))
    assert found is not None
    assert found.classpath == (deploy,)
    thin = jar(tmp_path / "thin" / "batfish_thin.jar", MAIN)
    library = jar(tmp_path / "thin" / "lib" / "guava.jar")
    found = installation(with_questions(tmp_path / "thin"))
    assert found is not None
    assert found.classpath == (thin, library)
    assert installation({}) is None


def test_what_is_no_installation(tmp_path: Path) -> None:
    def why(named: Path) -> str:
        with pytest.raises(OutsideError) as caught:
            installation({"BATFISH_HOME": str(named)})
        assert caught.value.diagnostics[0].code == "BF071"
        return caught.value.diagnostics[0].message

    assert "holds no jar and no classes/" in why(tmp_path)
    jar(tmp_path / "other" / "allinone.jar", "org/example/Main.class")
    assert "holds no org.batfish.allinone.Main" in why(tmp_path / "other")
    broken = tmp_path / "broken.jar"
    broken.write_text("not a jar")
    assert "holds no org.batfish.allinone.Main" in why(broken)
    jar(tmp_path / "image" / "allinone-bundle.jar", MAIN)
    assert "holds no question templates" in why(tmp_path / "image")


def test_java_home_goes_before_path(lab: Lab) -> None:
    newer = lab.folder / "jdk"
    (newer / "bin").mkdir(parents=True)
    (newer / "bin" / "java").symlink_to(lab.bin / "java")
    found = find_java(lab.environment(JAVA_HOME=str(newer)))
    assert (found.program, found.said_by) == (newer / "bin" / "java", "JAVA_HOME")
    assert find_java(lab.environment()).program == lab.bin / "java"
    named = lab.environment(BATFISH_JAVA=str(newer))
    assert find_java(named).said_by == "BATFISH_JAVA"


@pytest.mark.parametrize(
    ("total", "free", "expected"),
    [
        (24_000, 20_000, 12_000),
        (64_000, 60_000, 12_288),
        (8_000, 3_000, 2_400),
        (1_500, 1_400, 1_024),
    ],
)
def test_the_heap_fits_the_machine(total: int, free: int, expected: int) -> None:
    assert heap(total, free) == expected


def test_too_little_memory() -> None:
    with pytest.raises(OutsideError) as caught:
        heap(8_000, 900)
    assert caught.value.diagnostics[0].code == "BF076"


@pytest.mark.parametrize(
    ("text", "mib"), [("6g", 6144), ("800m", 800), ("800", 800), ("6G", 6144), ("g", 0), ("6t", 0)]
)
def test_sizes_of_memory(text: str, mib: int) -> None:
    assert parse(text) == mib
