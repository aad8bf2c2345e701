"""An FRR switch to log in to: sshd on loopback, FRR's daemons in a network namespace of their own.

All of it runs below one process in namespaces for mounts, processes and the host name, so it ends
with that process and leaves nothing behind. sshd stays in the network namespace of the tests.
"""

import shutil
import socket
import subprocess
import time
from pathlib import Path

SCRIPT = r"""
set -eu
hostname "$NAME"
mount --make-rprivate /
mkdir -p /run/lab
mount -t tmpfs none /run/lab
cp "$LAB"/* /run/lab/
for folder in /tmp /run/frr /run/sshd /etc/frr /etc/network /etc/sysctl.d /var/log/frr \
  /var/tmp/frr; do
  mkdir -p "$folder"
  mount -t tmpfs -o mode=755 none "$folder"
done
cp /run/lab/frr.conf /run/lab/daemons /etc/frr/
cp /run/lab/interfaces /etc/network/interfaces
cp /run/lab/sysctl.conf /etc/sysctl.d/90-fabric.conf
echo 'service integrated-vtysh-config' >/etc/frr/vtysh.conf
chown -R frr:frr /run/frr /etc/frr /var/log/frr /var/tmp/frr
chmod 640 /etc/frr/*
unshare --net sh -euc '
  ip link set lo up
  ip link add swp1 type veth peer name swp2
  sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  for daemon in zebra staticd bgpd bfdd; do
    /usr/lib/frr/$daemon -d -F datacenter -A 127.0.0.1 -P 0 --log file:/var/log/frr/$daemon.log
  done
  vtysh -b
'
exec "$SSHD" -D -e -f /run/lab/sshd_config
"""

SSHD_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey /run/lab/host_key
AuthorizedKeysFile /run/lab/user_key.pub
UsePAM no
StrictModes no
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
Subsystem sftp internal-sftp
"""


class FrrSwitch:
    """A running switch. `close` ends every process of it."""

    def __init__(
        self, folder: Path, files: dict[str, str], sshd: Path, name: str = "leaf1"
    ) -> None:
        self.folder = folder
        self.key = folder / "user_key"
        self.known_hosts = folder / "known_hosts"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        for file, text in {"daemons": "", "interfaces": "", "sysctl.conf": "", **files}.items():
            (folder / file).write_text(text)
        (folder / "sshd_config").write_text(SSHD_CONFIG.format(port=self.port))
        for key in ("user_key", "host_key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
            subprocess.run(command, check=True)
        host_key = (folder / "host_key.pub").read_text()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {host_key}")
        namespaces = ["--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"]
        self._log = (folder / "sshd.log").open("w")
        self._process = subprocess.Popen(
            [shutil.which("unshare") or "unshare", *namespaces, "sh", "-c", SCRIPT],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LAB": str(folder), "SSHD": str(sshd),
                 "NAME": name},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        """Until sshd listens."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.close()
        raise RuntimeError((self.folder / "sshd.log").read_text() or "no switch came up")

    def run(self, command: str) -> str:
        """What a command prints on the switch."""
        options = [f"UserKnownHostsFile={self.known_hosts}", "LogLevel=ERROR"]
        ssh = ["ssh", "-p", str(self.port), "-i", str(self.key)]
        for option in options:
            ssh += ["-o", option]
        found = subprocess.run(
            [*ssh, "root@127.0.0.1", command], check=True, capture_output=True, text=True
        )
        return found.stdout

    def close(self) -> None:
        """Ends it; the namespaces go with their last process."""
        self._process.kill()
        self._process.wait()
        self._log.close()
