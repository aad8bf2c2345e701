"""Finds a Java that is new enough."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from barefabric.verify.batfish.local.faults import outside

OLDEST = 21
"""The oldest Java that Batfish runs on since 2026 (its docs/building_and_running)."""


class Java(NamedTuple):
    """A Java program, who named it, and its version; 0 where it does not say one."""

    program: Path
    said_by: str
    version: int


def find_java(environment: Mapping[str, str]) -> Java:
    """The Java to use: ``BATFISH_JAVA`` alone where it is set, else ``JAVA_HOME``, then PATH.

    Raises BF072 where none is Java 21 or newer.
    """
    seen = []
    for program, said_by in _candidates(environment):
        found = Java(program, said_by, java_version(program))
        if found.version >= OLDEST:
            return found
        seen.append(found)
    raise outside(
        "BF072",
        f"Batfish needs Java {OLDEST} or newer: {'; '.join(map(_said, seen)) or 'none was found'}",
        mend=f"BATFISH_JAVA names the program of one: {_hint()}",
    )


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    named = environment.get("BATFISH_JAVA", "")
    if named:
        path = Path(named)
        yield (path / "bin" / "java" if path.is_dir() else path), "BATFISH_JAVA"
        return
    home = environment.get("JAVA_HOME", "")
    if home:
        yield Path(home) / "bin" / "java", "JAVA_HOME"
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    if on_path:
        yield Path(on_path), "PATH"


def java_version(program: Path) -> int:
    """The feature release of a Java: 21 for ``21.0.5``, 8 for ``1.8.0_392``; 0 if it says none.

    The text of ``java -version`` is that of JEP 223 (``version "21.0.5"``), with ``1.`` in front
    before Java 9.
    """
    try:
        asked = subprocess.run(
            [str(program), "-version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', asked.stderr + asked.stdout)
    return int(found[1]) if found and not asked.returncode else 0


def _said(java: Java) -> str:
    what = f"is Java {java.version}" if java.version else "does not run"
    return f"{java.program} ({java.said_by}) {what}"


def _hint() -> str:
    """A Java of this machine that would do, or what such a path looks like."""
    for program in sorted(Path("/usr/lib/jvm").glob("*/bin/java"), reverse=True):
        if java_version(program) >= OLDEST:
            return str(program)
    return "/usr/lib/jvm/java-21-openjdk-amd64/bin/java"
