"""What is known of the service that was started here, in the user's state folder.

The folder is ``barefabric/batfish`` below ``XDG_STATE_HOME``, by default ``~/.local/state`` (XDG
Base Directory Specification 0.8; a relative value there is to be ignored).
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from barefabric.verify.batfish.local.faults import outside

RECORD = "service.json"
LOG = "batfish.log"
RUN = "run"
"""The folder that a service from an installation runs in and keeps its snapshots in."""


class Record(NamedTuple):
    """A service that was started here.

    ``way`` is ``java``, ``docker`` or ``podman``. A process is known by ``pid`` and ``mark``, the
    moment it began; a container by its id in ``container``. ``memory`` is the heap in MiB,
    ``since`` an ISO time.
    """

    way: str
    port: int
    memory: int
    since: str
    pid: int = 0
    mark: str = ""
    container: str = ""


class State:
    """The state folder. Raises :class:`OutsideError` BF078 where it cannot be used."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        base = environment.get("XDG_STATE_HOME", "")
        home = environment.get("HOME", "") or str(Path.home())
        root = Path(base) if base.startswith("/") else Path(home) / ".local" / "state"
        self.folder = root / "barefabric" / "batfish"
        self.log = self.folder / LOG
        self.run = self.folder / RUN

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the folder: two starts at a time must not both start a service."""
        with self.writing():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self) -> Record | None:
        """The record, None where there is none that can be read."""
        try:
            return Record(**json.loads((self.folder / RECORD).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, record: Record) -> None:
        """Keep a record, in one step."""
        path = self.folder / RECORD
        temporary = path.with_name(f".{RECORD}.{os.getpid()}")
        with self.writing():
            temporary.write_text(json.dumps(record._asdict(), indent=2) + "\n", encoding="utf-8")
            temporary.replace(path)

    def keep_log(self, text: str) -> None:
        """Replace the log."""
        with self.writing():
            self.log.write_text(text, encoding="utf-8")

    def fresh_run(self) -> Path:
        """An empty folder for a service to run in."""
        with self.writing():
            shutil.rmtree(self.run, ignore_errors=True)
            self.run.mkdir(parents=True)
        return self.run

    def forget(self) -> None:
        """Remove the record and what the service kept. The log stays."""
        with self.writing():
            (self.folder / RECORD).unlink(missing_ok=True)
            shutil.rmtree(self.run, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around whatever writes there: what the system refuses is raised as BF078."""
        try:
            yield
        except OSError as fault:
            raise outside(
                "BF078",
                f"the state folder cannot be used: {fault.strerror or fault}",
                path=fault.filename or self.folder,
                mend="XDG_STATE_HOME names another place",
            ) from fault
