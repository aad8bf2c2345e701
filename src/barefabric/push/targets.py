"""Where switches are reached, and as whom.

By default at their management address with FABRIC_USERNAME and FABRIC_PASSWORD. ``targets.toml``
beside the topology and ``--target NAME=HOST[:PORT]`` say otherwise, for all switches or for one.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from barefabric.errors import Diagnostic, FabricError, Place, UsageError
from barefabric.model.design import Design

FILE = "targets.toml"
DEFAULT_PORTS = {"eos": 443, "nxos": 443, "junos": 830}
"""Ports of drivers that do not speak SSH: eAPI and NX-API over HTTPS, NETCONF."""

TRANSPORT_PORTS = {"http": 80, "https": 443, "ssh": 22}


@dataclass(frozen=True, slots=True)
class Target:
    """How to reach a switch. ``port`` 0 and an empty ``transport`` mean the driver's own.

    ``verify`` checks the TLS certificate of eAPI against the system's authorities; switches come
    with self-signed ones, so it is off by default. ``key_file`` and ``known_hosts`` are for SSH.
    """

    host: str
    port: int = 0
    transport: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    verify: bool = False
    key_file: str = ""
    known_hosts: str = ""

    def dial_port(self, driver: str) -> int:
        """The TCP port that the driver will connect to."""
        by_transport = TRANSPORT_PORTS.get(self.transport)
        return self.port or by_transport or DEFAULT_PORTS.get(driver, 22)


_KEYS: Mapping[str, type] = {
    "host": str,
    "port": int,
    "transport": str,
    "username": str,
    "verify": bool,
    "key_file": str,
    "known_hosts": str,
}
"""What a table of the file may say."""


def targets(
    design: Design,
    environ: Mapping[str, str],
    file: Path | None,
    arguments: Sequence[str],
) -> dict[str, Target]:
    """A target for every switch. Arguments win over the file's switch, that over its defaults.

    Raises PU005 to PU007, all at once.
    """
    faults: list[Diagnostic] = []
    given = _read(file, design, faults) if file else {}
    defaults = {
        "username": environ.get("FABRIC_USERNAME", ""),
        "transport": environ.get("FABRIC_TRANSPORT", ""),
        "key_file": environ.get("FABRIC_KEY_FILE", ""),
        **given.pop("", {}),
    }
    password = environ.get("FABRIC_PASSWORD", "")
    found = {
        name: Target(
            **{"host": switch.management, **defaults, **given.get(name, {})}, password=password
        )
        for name, switch in design.switches.items()
    }
    for argument in arguments:
        name, host, port = _argument(argument, design, faults)
        if name:
            found[name] = replace(found[name], host=host, port=port or found[name].port)
    if faults:
        raise UsageError(faults)
    return found


def check_login(found: Iterable[Target]) -> None:
    """Raise PU005 where a switch would be asked without a name, or without password and key."""
    missing: dict[str, None] = {}
    for target in found:
        if not target.username:
            missing["FABRIC_USERNAME"] = None
        if not target.password and not target.key_file:
            missing["FABRIC_PASSWORD"] = None
    if missing:
        names = " and ".join(missing)
        mend = f"export {names}, or compare without the switches: --offline"
        raise FabricError([Diagnostic("PU005", f"no login for the switches: {names}", mend=mend)])


def unknown_switch(name: str, design: Design, where: str, place: Place | None = None) -> Diagnostic:
    """PU006 for a name that no switch has."""
    near = get_close_matches(name, design.switches, n=1)
    return Diagnostic(
        "PU006",
        f"{where}: there is no switch {name!r}",
        (place,) if place else (),
        mend=f'did you mean "{near[0]}"?' if near else "",
    )


def _argument(text: str, design: Design, faults: list[Diagnostic]) -> tuple[str, str, int]:
    """Name, host and port (0 where not said) of ``NAME=HOST[:PORT]``; an empty name on a fault."""
    name, _, rest = text.partition("=")
    host, port = rest, ""
    if rest.startswith("["):
        host, _, port = rest[1:].partition("]")
        port = port.removeprefix(":")
    elif rest.count(":") == 1:
        host, _, port = rest.partition(":")
    if not name or not host or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        allowed = "NAME=HOST or NAME=HOST:PORT; an IPv6 address with a port goes in brackets"
        faults.append(Diagnostic("PU007", f"--target {text}", allowed=allowed))
        return "", "", 0
    if name not in design.switches:
        faults.append(unknown_switch(name, design, f"--target {text}"))
        return "", "", 0
    return name, host, int(port or 0)


def _read(path: Path, design: Design, faults: list[Diagnostic]) -> dict[str, dict[str, Any]]:
    """The tables of a targets file: ``defaults`` under the empty name, the others by switch."""
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        faults.append(Diagnostic("PU007", f"{path}: {fault}", (Place(str(path)),)))
        return {}
    found: dict[str, dict[str, Any]] = {}
    for name, table in tables.items():
        if name != "defaults" and name not in design.switches:
            faults.append(unknown_switch(name, design, path.name, Place(str(path))))
        elif not isinstance(table, dict):
            message = f"{path.name}: [{name}] must be a table"
            faults.append(Diagnostic("PU007", message, (Place(str(path)),)))
        else:
            wrong = _wrong_keys(path, name, table)
            faults.extend(wrong.values())
            kept = {key: value for key, value in table.items() if key not in wrong}
            found["" if name == "defaults" else name] = kept
    return found


def _wrong_keys(path: Path, name: str, table: Mapping[str, object]) -> dict[str, Diagnostic]:
    """What is wrong with the keys and values of one table, by key."""
    faults: dict[str, Diagnostic] = {}
    place = (Place(str(path)),)
    where = f"{path.name}: [{name}]"
    for key, value in table.items():
        if key == "password":
            message = f"{where} holds a password; passwords stay out of files"
            faults[key] = Diagnostic("PU007", message, place, mend="export FABRIC_PASSWORD")
        elif key not in _KEYS:
            message = f"{where} has no key {key!r}"
            faults[key] = Diagnostic("PU007", message, place, allowed=", ".join(_KEYS))
        elif type(value) is not _KEYS[key]:
            message = f"{where} {key} must be a {_KEYS[key].__name__}"
            faults[key] = Diagnostic("PU007", message, place)
    return faults
