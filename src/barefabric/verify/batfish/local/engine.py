"""Container engines: docker and podman, by their command lines, which are alike."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from barefabric.verify.batfish.local.faults import outside

ENGINES = ("docker", "podman")
IMAGE = "batfish/batfish"
INSIDE = 9996
"""The port that Batfish listens on in its container."""
PULL = 1800.0
"""Seconds that fetching the image may take."""


class Said(NamedTuple):
    """What a run of the engine's program said."""

    code: int
    out: str
    err: str

    @property
    def why(self) -> str:
        """The last line of what went wrong."""
        lines = [line.strip() for line in self.err.splitlines() if line.strip()]
        return lines[-1][:200] if lines else f"exit status {self.code}"


class Engine:
    """One engine whose program is there."""

    def __init__(self, name: str, program: str) -> None:
        self.name, self.program = name, program

    def silent(self) -> str:
        """Why the engine cannot be used; empty where it answers."""
        said = self._ask(["version"], 20)
        return said.why if said.code else ""

    def has(self, image: str) -> bool:
        """Whether the image is here."""
        return self._ask(["image", "inspect", image], 20).code == 0

    def fetch(self, image: str) -> None:
        """Get the image. Raises BF077."""
        self._must(["pull", image], PULL)

    def run(self, image: str, port: int, memory: int) -> str:
        """Start a container with a port on loopback only; its id. Raises BF077.

        The heap (MiB) is given to Java by its environment: the image by itself takes a share of
        all memory. The container is not removed when it ends, so that its last words can be read.
        """
        return self._must(
            [
                "run", "--detach", "--label", "barefabric=batfish",
                "--publish", f"127.0.0.1:{port}:{INSIDE}",
                "--env", f"JAVA_TOOL_OPTIONS=-Xmx{memory}m",
                image,
            ],
            120,
        )  # fmt: skip

    def runs(self, container: str) -> bool:
        """Whether a container is there and runs."""
        said = self._ask(["inspect", "--format", "{{.State.Running}}", container], 20)
        return said.code == 0 and said.out.strip() == "true"

    def words(self, container: str) -> str:
        """What a container said."""
        said = self._ask(["logs", container], 60)
        return said.out + said.err

    def end(self, container: str) -> bool:
        """Stop and remove a container. False where it still runs."""
        self._ask(["stop", "-t", "15", container], 60)
        self._ask(["rm", "--force", container], 60)
        return not self.runs(container)

    def _must(self, arguments: Sequence[str], seconds: float) -> str:
        said = self._ask(arguments, seconds)
        if said.code:
            raise outside(
                "BF077",
                f"{self.name} {arguments[0]} failed: {said.why}",
                mend="mend it there, or run Batfish from an installation: BATFISH_HOME",
            )
        return said.out.strip()

    def _ask(self, arguments: Sequence[str], seconds: float) -> Said:
        try:
            done = subprocess.run(
                [self.program, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Said(124, "", f"no answer within {seconds:.0f} s")
        except OSError as fault:
            return Said(126, "", fault.strerror or str(fault))
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        return Said(done.returncode, out, err)


def find_engine(name: str, environment: Mapping[str, str]) -> Engine | None:
    """The engine of a name, where its program is on PATH."""
    program = shutil.which(name, path=environment.get("PATH", ""))
    return Engine(name, program) if program else None
