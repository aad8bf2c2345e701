"""Servers whose interfaces come up as on a real one: netplan's generator, then systemd-networkd.

systemd-networkd runs without systemd and without D-Bus. It waits for udev unless ``/sys`` is
read-only, as in a container (https://systemd.io/CONTAINER_INTERFACE), and makes hardware addresses
of bonds from ``/etc/machine-id``, which servers of one lab must not share (systemd.link(5),
``MACAddressPolicy=persistent``).
"""

import shutil
from hashlib import sha256
from pathlib import Path

from barefabric.lab.types import Program, Setup

READER = "systemd-networkd"
DAEMON = "/lib/systemd/systemd-networkd"
WAIT = "/lib/systemd/systemd-networkd-wait-online"
PATIENCE = 15
"""Seconds that a server's speakers wait for its interfaces, as for network-online.target."""
GENERATORS = ("/usr/libexec/netplan/generate", "/usr/lib/netplan/generate", "/lib/netplan/generate")


def generator() -> str:
    """Netplan's generator on this machine; empty where there is none."""
    return next((path for path in GENERATORS if Path(path).is_file()), "")


def runs_here() -> bool:
    """Whether this machine has both programs."""
    return bool(generator()) and shutil.which(DAEMON) is not None


PREPARE = """\
mount -o remount,bind,ro /sys
if [ -e /etc/machine-id ]; then
  echo {identity} >/run/machine-id
  mount --bind /run/machine-id /etc/machine-id
fi
exec {generator}
"""


def machine_id(server: str) -> str:
    """An identity of 32 hexadecimal digits for a server, as machine-id(5) has them."""
    return sha256(f"machine {server}".encode()).hexdigest()[:32]


def through_networkd(setup: Setup, server: str) -> Setup:
    """A server's setup with its interfaces left to the programs that the file is for."""
    prepare = PREPARE.format(identity=machine_id(server), generator=generator())
    return setup._replace(
        ip=(),
        late=(),
        programs=(
            Program("netplan-generate", ("sh", "-e", "-c", prepare), once=True),
            Program("systemd-networkd", (DAEMON,)),
            Program("wait-online", ("sh", "-c", f"{WAIT} --timeout={PATIENCE} || :"), once=True),
        ),
        reader=READER,
        remarks=(),
    )
