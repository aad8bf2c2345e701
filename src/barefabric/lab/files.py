"""Rendered files as a host of the lab gets them: byte for byte, but for listed changes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.lab.types import Change, Installed

SECRET = re.compile(r"\$\{secret:([^}\s]+)\}")

PLACES = {
    "frr.conf": "/etc/frr/frr.conf",
    "daemons": "/etc/frr/daemons",
    "01-barefabric.yaml": "/etc/netplan/01-barefabric.yaml",
}
"""Where files belong that do not say so in their first line."""

VTYSH = Installed("/etc/frr/vtysh.conf", "service integrated-vtysh-config\n", "", "frr", 0o640)
"""Debian's own file, without which ``vtysh -b`` would read one file per daemon."""


class Laid(NamedTuple):
    """Files of a host with what was changed in them."""

    files: tuple[Installed, ...]
    changes: tuple[Change, ...]


def secret(name: str) -> str:
    """The lab's own value of a secret: real ones never come into a lab."""
    return f"lab-{name}"


def install(files: Mapping[str, str], folder: str) -> Laid:
    """A host's rendered files, by path within ``folder`` of the build."""
    installed, changes = [], list[Change]()
    for path, text in files.items():
        source = f"{folder}/{path}" if folder else ""
        filled, changed = fill(text, source)
        changes += changed
        target = PLACES.get(path) or _said(text)
        if target:
            owner, mode = ("frr", 0o640) if target.startswith("/etc/frr/") else ("root", 0o644)
            mode = 0o600 if target.startswith("/etc/netplan/") else mode
            installed.append(Installed(target, filled, source, owner, mode))
    return Laid(tuple(installed), tuple(changes))


def fill(text: str, source: str) -> tuple[str, list[Change]]:
    """A text with the lab's own values for secrets, and the lines that changed."""
    if "${secret:" not in text:
        return text, []
    lines, changes = [], []
    for number, line in enumerate(text.split("\n"), 1):
        filled = SECRET.sub(lambda match: secret(match[1]), line)
        if filled != line:
            changes.append(
                Change(source, number, line, filled, "a lab has its own value for each secret")
            )
        lines.append(filled)
    return "\n".join(lines), changes


def _said(text: str) -> str:
    """The path that a file's first line names."""
    words = text.partition("\n")[0].split()
    found = [word.rstrip(",;.") for word in words if word.startswith("/etc/")]
    return found[0] if found else ""


class Daemon(NamedTuple):
    """A daemon of FRR with its own options, as ``/etc/frr/daemons`` has them."""

    name: str
    options: tuple[str, ...]


ALWAYS = ("zebra", "staticd")
"""Started whatever the file says (``tools/frrcommon.sh.in`` of FRR: zebra; staticd since 7.0)."""


def daemons(text: str) -> Iterator[Daemon]:
    """Daemons that a ``daemons`` file starts, in the order in which FRR starts them."""
    values = dict(_assignments(text.splitlines()))
    profile = values.get("frr_profile", "")
    shared = ("-F", profile) if profile else ()
    wanted = [n.removesuffix("=yes") for n in _enabled(values)]
    for name in dict.fromkeys((*ALWAYS, *wanted)):
        yield Daemon(name, (*shared, *values.get(f"{name}_options", "").split()))


def _assignments(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, sign, value = line.partition("=")
        if sign and not name.lstrip().startswith("#"):
            yield name.strip(), value.strip().strip('"')


def _enabled(values: Mapping[str, str]) -> list[str]:
    return [name for name, value in values.items() if value == "yes" and name.endswith("d")]
