"""What a switch runs, as far as files know: the last pushed build, or a folder the user gives."""

from pathlib import Path

from barefabric.errors import fail

PUSHED = Path(".fabric") / "pushed"
SUFFIXES = (".cfg", ".conf", ".txt", "")


def pushed_folder(topology: Path, fabric: str) -> Path:
    """Where the last pushed build of a fabric is kept: ``.fabric/pushed/<fabric>`` beside it."""
    return topology.parent / PUSHED / fabric


def check_running_folder(folder: Path) -> None:
    """Raise PU009 where the folder that the user names is not one."""
    if not folder.is_dir():
        raise fail(
            "PU009",
            f"{folder} is not a folder of running configurations",
            path=folder,
            mend="give a folder that holds <switch>.cfg or <switch>/startup-config",
        )


def running_files(folder: Path, switch: str, config_file: str) -> dict[str, str] | None:
    """The files known of one switch by their name, or None where nothing is known.

    Looked for in this order: a folder ``switches/<switch>`` as in a build, a folder ``<switch>``,
    a file ``<switch>.cfg`` (``.conf``, ``.txt``, no suffix), which stands for ``config_file``.
    """
    for place in (folder / "switches" / switch, folder / switch):
        if place.is_dir():
            return read_files(place)
    for suffix in SUFFIXES:
        path = folder / f"{switch}{suffix}"
        if path.is_file():
            return {config_file: read(path)}
    return None


def read_files(folder: Path) -> dict[str, str]:
    """All files below a folder, by their path relative to it, sorted."""
    return {
        path.relative_to(folder).as_posix(): read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read(path: Path) -> str:
    """Text of a file; bytes that are not UTF-8 are replaced, for running configs come as they are.

    Raises PU008 where the file can't be read.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise fail("PU008", f"{path} can't be read: {fault.strerror}", path=path) from None
