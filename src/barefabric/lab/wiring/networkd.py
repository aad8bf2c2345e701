"""Servers whose interfaces come up as on a real one: netplan's generator, then systemd-networkd.

systemd-networkd runs without systemd and without D-Bus. It waits for udev unless ``/sys`` is
read-only, as in a container (https://systemd.io/CONTAINER_INTERFACE), and makes hardware addresses
of bonds from ``/etc/machine-id``, which servers of one lab must not share (systemd.link(5),
``MACAddressPolicy=persistent``).
"""

import shutil
from collections.abc import Sequence
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


UNTIL_THERE = """\
for try in $(seq {tries}); do
  missing=
  for address in {addresses}; do
    [ -n "$(ip addr show to "$address")" ] || missing=$address
  done
  [ -n "$missing" ] || exit 0
  sleep 0.1
done
"""


def wait(bonds: Sequence[str], addresses: Sequence[str]) -> str:
    """A shell's words that wait for a server's interfaces, but not for ever.

    A bond has to have a carrier as well, or the first try of each speaker fails. Links without one
    are optional in our netplan files, so that only the addresses on the loopback can be waited for.
    """
    if bonds:
        named = " ".join(f"-i {name}" for name in bonds)
        return f"{WAIT} {named} --timeout={PATIENCE} || :"
    words = " ".join(address.partition("/")[0] for address in addresses)
    return UNTIL_THERE.format(tries=PATIENCE * 10, addresses=words)


def through_networkd(
    setup: Setup, server: str, bonds: Sequence[str], addresses: Sequence[str]
) -> Setup:
    """A server's setup with its interfaces left to the programs that the file is for."""
    prepare = PREPARE.format(identity=machine_id(server), generator=generator())
    return setup._replace(
        ip=(),
        late=(),
        programs=(
            Program("netplan-generate", ("sh", "-e", "-c", prepare), once=True),
            Program("systemd-networkd", (DAEMON,)),
            Program("wait-online", ("sh", "-c", wait(bonds, addresses)), once=True),
        ),
        reader=READER,
        remarks=(),
    )
