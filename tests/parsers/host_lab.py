"""Real FRR daemons in namespaces of their own, for tests: nothing is left when they end.

Each router has a network namespace and FRR's ``-N`` name. Everything runs below one ``unshare``,
whose end takes daemons, namespaces and mounts with it.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PREPARE = """\
set -eu
mount --make-rprivate /
for d in /etc/frr /run/frr /var/log/frr /var/tmp/frr /run/netns; do
  mkdir -p $d; mount -t tmpfs tmpfs $d
done
chown frr:frr /etc/frr /run/frr /var/log/frr /var/tmp/frr

# on NAME COMMAND...: in the router's network, under its host name, as on a machine of its own.
on() {
  router=$1; shift
  ip netns exec $router unshare --uts sh -c 'hostname "$0"; exec "$@"' $router "$@"
}
# wait_for SECONDS NAME COMMAND TEXT...: until the text appears in what the command of vtysh prints.
wait_for() {
  for _ in $(seq "$1"); do
    on "$2" vtysh -N "$2" -c "$3" 2>/dev/null | grep -q "$4" && return 0
    sleep 1
  done
  echo "never: $2: $3: $4"; on "$2" vtysh -N "$2" -c "$3"; return 1
}
# count_of NUMBER TEXT COMMAND...: waits until so many lines of the command's output have the text.
# A session is up before its routes are in, and BGP has a route before the kernel has it.
count_of() {
  wanted=$1 text=$2; shift 2
  for _ in $(seq 60); do
    [ "$("$@" 2>/dev/null | grep -c -e "$text")" = "$wanted" ] && return 0
    sleep 1
  done
  echo "never $wanted times: $text: $*"; "$@"; return 1
}
"""

ROUTER = """\
ip netns add {name}
ip -n {name} link set lo up
for key in net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=2 \
  net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0; do
  ip netns exec {name} sysctl -qw $key
done
install -d -o frr -g frr -m 0755 /etc/frr/{name} /run/frr/{name}
install -o frr -g frr -m 0640 {folder}/{name}.conf /etc/frr/{name}/frr.conf
echo 'service integrated-vtysh-config' > /etc/frr/{name}/vtysh.conf
"""

START = """\
for daemon in zebra staticd bgpd bfdd; do
  extra=""; [ $daemon = bgpd ] && extra="{bgpd}"
  on {name} /usr/lib/frr/$daemon -d -F datacenter -N {name} -A 127.0.0.1 -P 0 $extra \\
    --log file:/var/log/frr/{name}-$daemon.log
done
on {name} vtysh -N {name} -b >/dev/null 2>&1
"""


class Router(NamedTuple):
    """A router: its configuration, its addresses as ``(device, address)``, options of bgpd."""

    conf: str
    addresses: Sequence[tuple[str, str]] = ()
    bgpd: str = ""


class Wire(NamedTuple):
    """A link between two routers' devices."""

    a: str
    a_device: str
    b: str
    b_device: str


def run_lab(
    routers: Mapping[str, Router], wires: Sequence[Wire], script: str, timeout: int = 120
) -> str:
    """Start the routers, run a shell script beside them, and return what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, router in routers.items():
            Path(folder, f"{name}.conf").write_text(router.conf)
        parts = [PREPARE]
        parts += [ROUTER.format(name=name, folder=folder) for name in routers]
        parts += [
            f"ip link add {w.a_device} netns {w.a} type veth peer name {w.b_device} netns {w.b}\n"
            f"ip -n {w.a} link set {w.a_device} up\nip -n {w.b} link set {w.b_device} up\n"
            for w in wires
        ]
        parts += [
            f"ip -n {name} address add {address} dev {device}\n"
            for name, router in routers.items()
            for device, address in router.addresses
        ]
        parts += [START.format(name=n, bgpd=router.bgpd) for n, router in routers.items()]
        command = ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork"]
        done = subprocess.run(
            [*command, "--kill-child", "--mount-proc", "bash", "-c", "".join(parts) + script],
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents(output: str) -> list[object]:
    """JSON documents printed one after the other."""
    decoder, found, rest = json.JSONDecoder(), [], output.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        found.append(value)
        rest = rest[end:].strip()
    return found


RELOAD = (
    "on {name} /usr/lib/frr/frr-reload.py --test --stdout --pathspace {name} "
    "/etc/frr/{name}/frr.conf\n"
)
"""Prints the lines that a reload of the boot configuration would delete and add."""
