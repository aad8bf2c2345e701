"""The ways a service can run here: as a process of an installation, or as a container."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from barefabric.verify.batfish.local.engine import ENGINES, IMAGE, Engine, find_engine
from barefabric.verify.batfish.local.faults import outside
from barefabric.verify.batfish.local.installation import MAIN, Installation, installation
from barefabric.verify.batfish.local.java import Java, find_java
from barefabric.verify.batfish.local.probe import LOOPBACK
from barefabric.verify.batfish.local.process import begin, end, mark, runs
from barefabric.verify.batfish.local.state import Record, State

WAYS = ("java", *ENGINES)
Progress = Callable[[str], None]


class Wanted(NamedTuple):
    """What the user asked for. ``way`` empty: whatever is there; ``memory`` 0: by the machine."""

    port: int
    way: str = ""
    memory: int = 0
    image: str = IMAGE
    patience: float = 180.0


class Way(Protocol):
    """One way of running a service."""

    def begin(self, wanted: Wanted, memory: int, state: State, progress: Progress) -> Record:
        """Start it; it need not answer yet."""


class FromInstallation:
    """A Java process of ours."""

    def __init__(self, found: Installation, java: Java) -> None:
        self.found, self.java = found, java

    def begin(self, wanted: Wanted, memory: int, state: State, progress: Progress) -> Record:
        """Start Java in a folder of its own.

        Batfish splits the arguments of its coordinator at blanks (AllInOne.java), so paths in them
        are relative: the questions are linked into the folder.
        """
        progress("starting Java")
        run = state.fresh_run()
        arguments = (
            "-templatedirs questions -containerslocation containers "
            f"-workbindhost {LOOPBACK} -workv2port {wanted.port}"
        )
        classpath = ":".join(map(str, self.found.classpath))
        command = [str(self.java.program), f"-Xmx{memory}m", "-cp", classpath, MAIN]
        command += ["-runclient", "false", "-coordinatorargs", arguments]
        with state.writing():
            (run / "questions").symlink_to(self.found.questions, target_is_directory=True)
            process = begin(command, run, state.log)
        return Record("java", wanted.port, memory, _now(), process.pid, mark(process.pid))


class InContainer:
    """A container of ours."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, wanted: Wanted, memory: int, state: State, progress: Progress) -> Record:
        """Start a container, after its image was fetched where it is not there."""
        state.keep_log("")
        if not self.engine.has(wanted.image):
            progress(f"{self.engine.name} pull {wanted.image}")
            self.engine.fetch(wanted.image)
        progress("starting a container")
        container = self.engine.run(wanted.image, wanted.port, memory)
        return Record(self.engine.name, wanted.port, memory, _now(), container=container)


def choose(wanted: Wanted, environment: Mapping[str, str]) -> Way:
    """The way that is asked for; else ``BATFISH_HOME`` where it is set, docker, podman.

    Raises BF070 where there is none, BF071 or BF072 where ``BATFISH_HOME`` does not do.
    """
    tried = []
    if wanted.way in ("", "java"):
        found = installation(environment)
        if found is not None:
            return FromInstallation(found, find_java(environment))
        tried.append("BATFISH_HOME is not set")
    for name in ENGINES:
        if wanted.way in ("", name):
            engine = find_engine(name, environment)
            silent = engine.silent() if engine else "is not installed"
            if engine and not silent:
                return InContainer(engine)
            tried.append(f"{name}: {silent}" if engine else f"{name} {silent}")
    raise outside(
        "BF070",
        f"there is no way to run Batfish here: {'; '.join(tried)}",
        mend="start docker or podman, or point BATFISH_HOME at an installation; "
        "--batfish HOST uses a service elsewhere",
    )


def alive(record: Record, environment: Mapping[str, str]) -> bool:
    """Whether what was started here still runs: the very process or container."""
    if record.way == "java":
        return runs(record.pid, record.mark)
    engine = find_engine(record.way, environment)
    return engine is not None and engine.runs(record.container)


def finish(record: Record, environment: Mapping[str, str]) -> bool:
    """End what was started here, and nothing else. False where it still runs."""
    if record.way == "java":
        return end(record.pid, record.mark)
    engine = find_engine(record.way, environment)
    return engine is not None and engine.end(record.container)


def keep_words(record: Record, state: State, environment: Mapping[str, str]) -> None:
    """Have the log hold what the service said; a process writes there by itself."""
    engine = None if record.way == "java" else find_engine(record.way, environment)
    if engine is not None:
        state.keep_log(engine.words(record.container))


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()
