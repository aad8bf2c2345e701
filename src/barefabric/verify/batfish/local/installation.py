"""What a Batfish installation looks like: ``BATFISH_HOME``.

Three layouts, each with the question templates in ``questions/`` (``stable/*.json`` in there):

* one jar: ``allinone-bundle.jar`` or any ``*.jar`` that holds everything, as the container image
  of Batfish has it;
* classes and libraries: ``classes/``, ``lib/*.jar``, or both, as a build without Bazel leaves them;
* a source tree with ``bazel-bin/projects/allinone/allinone_main_deploy.jar``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from barefabric.errors import OutsideError
from barefabric.verify.batfish.local.faults import outside

MAIN = "org.batfish.allinone.Main"
_MAIN_FILE = "org/batfish/allinone/Main.class"
_DEPLOY = "bazel-bin/projects/allinone/allinone_main_deploy.jar"
_ALLOWED = (
    "questions/, and one jar with everything, or classes/ and lib/*.jar, or a source tree with "
    f"{_DEPLOY}"
)


class Installation(NamedTuple):
    """Where Batfish's classes and its question templates are."""

    home: Path
    classpath: tuple[Path, ...]
    questions: Path


def installation(environment: Mapping[str, str]) -> Installation | None:
    """What ``BATFISH_HOME`` points at, None where it is not set.

    It may name the folder, or the jar in it. Raises BF071 for what is no installation.
    """
    named = environment.get("BATFISH_HOME", "")
    if not named:
        return None
    path = Path(named).absolute()
    if not path.exists():
        raise _not_one(path, "does not exist")
    home, given = (path.parent, (path,)) if path.is_file() else (path, ())
    classpath = given or tuple(_classpath(home))
    if not classpath:
        raise _not_one(path, "holds no jar and no classes/")
    if not any(_has_main(entry) for entry in _likely_first(classpath)):
        raise _not_one(path, f"holds no {MAIN}")
    questions = home / "questions"
    if not any(questions.glob("*/*.json")):
        raise _not_one(path, "holds no question templates (questions/stable/*.json)")
    return Installation(home, classpath, questions)


def _classpath(home: Path) -> Iterator[Path]:
    deploy = home / _DEPLOY
    if deploy.is_file():
        yield deploy
        return
    if (home / "classes").is_dir():
        yield home / "classes"
    yield from sorted(home.glob("*.jar"))
    yield from sorted((home / "lib").glob("*.jar"))


def _likely_first(classpath: tuple[Path, ...]) -> list[Path]:
    """Folders, then jars by name, those of Batfish in front: fewer are opened."""
    return sorted(classpath, key=lambda p: (not p.is_dir(), not p.name.startswith(("all", "bat"))))


def _has_main(entry: Path) -> bool:
    if entry.is_dir():
        return (entry / _MAIN_FILE).is_file()
    try:
        with ZipFile(entry) as jar:
            return _MAIN_FILE in jar.NameToInfo
    except (OSError, BadZipFile):
        return False


def _not_one(path: Path, why: str) -> OutsideError:
    return outside(
        "BF071",
        f"BATFISH_HOME is no Batfish installation: {path} {why}",
        allowed=f"an installation holds {_ALLOWED}",
        mend="fabric explain BF071 shows how to make one",
    )
