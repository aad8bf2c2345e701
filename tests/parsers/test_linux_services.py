"""Services and accounts of Linux switches, read by chrony, rsyslog, visudo and the shell."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "render"))

from intents import BRIDGED, SERVICES, fabric, files

HASH = "$6$fabric$" + "x" * 86
NAMES = SERVICES.replace("ntp: 192.0.2.1", "ntp: [192.0.2.1, time.example.net]")
NAMES = NAMES.replace("syslog: 192.0.2.4", "syslog: [192.0.2.4, logs.example.net]")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A switch's files, with the secrets filled in."""
    for name, text in files(fabric(BRIDGED, "frr", NAMES), "r1-leaf1").items():
        path = tmp_path / name
        path.write_text(text.replace("${secret:ops}", HASH))
        path.chmod(0o440)
    return tmp_path


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, stdin=-3)


def test_chrony_reads_its_file(made: Path, needs_program: Callable[[str], Path]) -> None:
    done = run(needs_program("chronyd"), "-p", "-f", made / "chrony.conf")
    assert done.returncode == 0, done.stderr
    assert "bindacqdevice mgmt" in done.stdout.splitlines()
    assert done.stdout.count("server ") == 2
    made.joinpath("chrony.conf").chmod(0o640)
    made.joinpath("chrony.conf").write_text("bindacqdevices mgmt\n")
    assert run(needs_program("chronyd"), "-p", "-f", made / "chrony.conf").returncode


def test_rsyslog_reads_its_file(made: Path, needs_program: Callable[[str], Path]) -> None:
    path = made / "rsyslog.conf"
    done = run(needs_program("rsyslogd"), "-N1", "-f", path)
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    path.chmod(0o640)
    path.write_text(path.read_text().replace(" device=", " devise="))
    assert "devise" in run(needs_program("rsyslogd"), "-N1", "-f", path).stderr


def test_visudo_reads_its_file(made: Path, needs_program: Callable[[str], Path]) -> None:
    done = run(needs_program("visudo"), "-c", "-f", made / "sudoers")
    assert done.returncode == 0, done.stdout + done.stderr
    made.joinpath("sudoers").chmod(0o640)
    made.joinpath("sudoers").write_text("ops ALL=(ALL:ALL NOPASSWD: ALL\n")
    assert run(needs_program("visudo"), "-c", "-f", made / "sudoers").returncode


ACCOUNTS = """
set -e
mount -t tmpfs -o mode=755 none /home
mount -t tmpfs -o mode=755 none /mnt
cp -a /etc/. /mnt/
mount --bind /mnt /etc
getent group frrvty >/dev/null || groupadd frrvty
getent group sudo >/dev/null || groupadd sudo
sh "$1"; sh "$1"
getent shadow ops; id -nG ops; getent passwd ops; ls -d /home/ops
"""
"""Runs the script twice over copies of the system's own files, which vanish with the namespace."""


def test_the_script_makes_accounts_and_can_be_run_again(made: Path) -> None:
    probe = ["unshare", "--mount", "true"]
    if os.geteuid() or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("accounts cannot be made in a namespace here: this needs root")
    done = run("unshare", "--mount", "sh", "-c", ACCOUNTS, "sh", made / "accounts")
    assert done.returncode == 0, done.stderr
    shadow, groups, passwd, home = done.stdout.splitlines()
    assert shadow.split(":")[:2] == ["ops", HASH]
    assert {"sudo", "frrvty"} <= set(groups.split())
    assert passwd.endswith(":/home/ops:/bin/bash")
    assert home == "/home/ops"
    assert run("id", "ops").returncode, "nothing is left of it outside"
