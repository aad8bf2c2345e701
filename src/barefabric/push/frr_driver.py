"""A NAPALM driver for FRRouting on Linux, over SSH. For now it only compares.

``vtysh -C`` checks the candidate, ``frr-reload.py --test`` (package frr-pythontools) says which
commands would bring the running configuration to it. The account needs the right to run vtysh:
root, a member of the group frrvty, or sudo without a password.
"""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from napalm.base.base import NetworkDriver
from napalm.base.exceptions import (
    CommandErrorException,
    ConnectionClosedException,
    ReplaceConfigException,
)

from barefabric.push.frr_reload import as_diff
from barefabric.push.ssh import Outcome, Shell

RELOAD = "/usr/lib/frr/frr-reload.py"
CANDIDATE = "frr.conf"
_VERSION = re.compile(r"FRRouting (?P<version>\S+) \((?P<host>[^)]*)\)")


class FrrDriver(NetworkDriver):  # type: ignore[misc]  # NAPALM has no types
    """FRR on Linux. ``optional_args``: ``port``, ``key_file``, ``known_hosts``.

    Methods follow NAPALM's contract. Those that change a switch are its base class's, which refuse.
    """

    platform = "frr"

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: float = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        options = optional_args or {}
        self.hostname = hostname
        self.username = username
        self.password = password
        self.timeout = timeout
        self.profile = [self.platform]
        self._key_file = str(options.get("key_file", ""))
        self._known_hosts = str(options.get("known_hosts", ""))
        self._shell = Shell(hostname, int(options.get("port", 22)), timeout)
        self._folder = ""
        self._text = ""
        self._prefix = ""

    def open(self) -> None:
        """Log in, and find out whether vtysh needs sudo."""
        self._shell.open(self.username, self.password, self._key_file, self._known_hosts)
        groups = self._shell.run("id -u; id -nG").output.split()
        self._prefix = "" if groups[:1] == ["0"] or "frrvty" in groups else "sudo -n "

    def close(self) -> None:
        """Discard the candidate and end the connection."""
        try:
            self.discard_config()
        finally:
            self._shell.close()

    def is_alive(self) -> dict[str, bool]:
        """Whether the connection stands."""
        return {"is_alive": self._shell.alive}

    def load_replace_candidate(
        self, filename: str | None = None, config: str | None = None
    ) -> None:
        """Bring a candidate to the switch and let vtysh read it.

        It lies in a folder of its own that only the account can read. Raises
        ReplaceConfigException with vtysh's words where vtysh refuses a line.
        """
        if filename is not None:
            with open(filename, encoding="utf-8") as file:  # noqa: PTH123 - NAPALM gives a str
                config = file.read()
        self._text = config or ""
        self._folder = self._checked("umask 077; mktemp -d").output.strip()
        self._shell.write(self._candidate, self._text)
        outcome = self._shell.run(f"{self._prefix}vtysh -C -f {self._candidate}")
        if outcome.status:
            raise ReplaceConfigException((outcome.output + outcome.errors).strip())

    def compare_config(self) -> str:
        """What a commit would change, as lines with ``+`` and ``-``; empty where nothing would."""
        if not self._folder:
            return ""
        command = f"{self._prefix}{RELOAD} --test --stdout --log-level error {self._candidate}"
        return as_diff(self._checked(command).output, self._text)

    def other_files(self, places: Mapping[str, str]) -> dict[str, str]:
        """The switch's own text of files beside the main one; empty where it has none.

        ``places`` are their paths on the switch. Beyond NAPALM's contract, which knows one
        configuration only.
        """
        return {name: self._read(path) for name, path in places.items()}

    def discard_config(self) -> None:
        """Remove the candidate from the switch."""
        if not self._folder:
            return
        self._checked(f"rm -r -- {shlex.quote(self._folder)}")
        self._folder = self._text = ""

    def get_facts(self) -> dict[str, Any]:
        """Facts as NAPALM has them; what a Linux machine does not say is empty."""
        version = self._checked(f"{self._prefix}vtysh -c 'show version'").output
        found = _VERSION.search(version)
        ports = self._checked("ls /sys/class/net").output.split()
        uptime = self._checked("cat /proc/uptime").output.split()[0]
        hostname = self._checked("hostname").output.strip()
        fqdn = self._shell.run("hostname -f").output.strip()
        return {
            "uptime": float(uptime),
            "vendor": "FRRouting",
            "os_version": found["version"] if found else "",
            "serial_number": "",
            "model": "",
            "hostname": hostname,
            "fqdn": fqdn or hostname,
            "interface_list": sorted(ports),
        }

    def _read(self, path: str) -> str:
        """The text of a file, with sudo where the account itself may not read it."""
        path = shlex.quote(path)
        missing = f"test ! -e {path}"
        return self._checked(f"{missing} || cat {path} 2>/dev/null || sudo -n cat {path}").output

    @property
    def _candidate(self) -> str:
        """The candidate's path on the switch."""
        return shlex.quote(f"{self._folder}/{CANDIDATE}")

    def _checked(self, command: str) -> Outcome:
        """Run a command that must succeed."""
        if not self._shell.alive:
            raise ConnectionClosedException("the connection is closed")
        outcome = self._shell.run(command)
        if outcome.status:
            what = (outcome.errors or outcome.output).strip() or f"status {outcome.status}"
            raise CommandErrorException(f"{command.partition(' ')[0]}: {what}")
        return outcome
