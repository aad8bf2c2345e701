"""Programs of hosts: started in order, a few hosts at a time."""

import contextlib
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from barefabric.lab.inside.hosts import Place, Places
from barefabric.lab.types import Host, Part, Program

AT_ONCE = 4
"""Hosts whose programs start at the same time; more gain nothing on few cores."""
PATIENCE = 120
"""Seconds after which a program that has to end is given up."""


class ProgramError(Exception):
    """A program did not start; the text says which, where, and what it said."""


class Programs:
    """Starts the programs of a lab and keeps those that stay."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.staying: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def start_all(self, progress: Callable[[int, int], None]) -> None:
        """Start everything; the first fault ends it."""
        hosts = list(self.places.hosts.values())
        done = 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            jobs = [pool.submit(self.start_host, host) for host in hosts]
            try:
                for job in as_completed(jobs):
                    job.result()
                    done += 1
                    progress(done, len(jobs))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def start_host(self, host: Host) -> None:
        """What the setup of the interfaces needs, then the host's own programs, then its parts'."""
        for program in host.setup.programs:
            self.start(host.name, program)
        for part in host.parts:
            self.start_part(host, part)

    def start_part(self, host: Host, part: Part) -> None:
        """The programs of one part, in order."""
        where = f"{host.name}/{part.name}" if part.name else host.name
        for program in part.programs:
            self.start(where, program)

    def start(self, where: str, program: Program) -> None:
        """Start one program, and wait for it if it has to end."""
        place = self.places.places[where]
        if not program.once:
            with self._lock:
                self.staying[where, program.name] = self._stay(place, program)
            return
        said = place.folder / f"{program.name}.out"
        with said.open("wb") as out:
            done = subprocess.run(
                (*place.enter(), *program.argv),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE,
                check=False,
            )
        if done.returncode:
            raise ProgramError(f"{where}: {program.name}: {last_words(said)}")

    def _stay(self, place: Place, program: Program) -> "subprocess.Popen[bytes]":
        with (place.folder / f"{program.name}.out").open("wb") as out:
            return subprocess.Popen(
                (*place.enter(), *program.argv),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def ended(self) -> list[str]:
        """Programs that were to stay and have ended."""
        with self._lock:
            running = dict(self.staying)
        found = [f"{where}: {name}" for (where, name), p in running.items() if p.poll() is not None]
        return found + [f"{w}: {n}" for w, n in self._lost_daemons()]

    def _lost_daemons(self) -> list[tuple[str, str]]:
        """Daemons that left a pid file behind but no process."""
        lost = []
        for where, place in self.places.places.items():
            for name in ("frr", "bird"):
                for file in sorted((place.folder / "run" / name).glob("*.pid")):
                    pid = read_pid(file)
                    if pid and not Path(f"/proc/{pid}").exists():
                        lost.append((where, file.stem))
        return lost


def read_pid(file: Path) -> int:
    """The number in a pid file; 0 where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return int(file.read_text().split()[0])
    return 0


def last_words(said: Path) -> str:
    """The end of what a program wrote."""
    lines = said.read_text(errors="replace").split("\n")
    text = " ".join(" ".join(lines[-6:]).split())
    return text[-400:] or "it failed and said nothing"
