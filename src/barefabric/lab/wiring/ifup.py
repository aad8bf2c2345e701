"""Switches whose interfaces come up as on a real one: through ``ifup`` of ifupdown2.

ifupdown2 runs without systemd. What it needs is beside the file: its own settings, which the host's
``/etc/network`` hides and which are taken from the machine's; a writable ``/sys``; no log on the
machine. The management interface and its VRF are not asked for.
"""

from collections.abc import Sequence
from pathlib import Path

from barefabric.lab.types import Program, Setup

READER = "ifupdown2"
MAIN = "/usr/share/ifupdown2/__main__.py"
PYTHON = "/usr/bin/python3"
SETTINGS = "/etc/network/ifupdown2"

RUN = """\
mkdir -p /run/network
cp -r /proc/1/root{settings} /etc/network/
sed -i s/^persistent_debug_logging=.*/persistent_debug_logging=no/ {settings}/ifupdown2.conf
ln -sf {main} /run/ifup
exec {python} /run/ifup {interfaces}
"""
"""Its name says what it does: it must be called ``ifup``."""


def runs_here() -> bool:
    """Whether this machine has ifupdown2 (``ifup`` alone may be the older ifupdown's)."""
    return all(Path(path).exists() for path in (MAIN, PYTHON, SETTINGS))


def through_ifup(setup: Setup, interfaces: Sequence[str]) -> Setup:
    """A switch's setup with its interfaces left to the program that the file is for."""
    names = " ".join(interfaces)
    script = RUN.format(settings=SETTINGS, main=MAIN, python=PYTHON, interfaces=names)
    return setup._replace(
        ip=(),
        bridge=(),
        late=(),
        programs=(Program("ifup", ("sh", "-e", "-c", script), once=True),),
        reader=READER,
    )
