"""A Linux switch's services in a kernel of their own, with the management VRF of its files.

ifupdown2 brings the interfaces up from the rendered file. Behind the management port a name server,
an NTP server and a log receiver answer; the switch has no other way to them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "render"))

from intents import BRIDGED, SERVICES, fabric, files

from barefabric.lab.uml.kernel import find_kernel, load_order

pytestmark = pytest.mark.needs("linux.uml", "chronyd", "rsyslogd", "ifup2", "ip")

UNPACKED = Path("/usr/local/lib/barefabric")

INIT = r"""#!/bin/bash
exec 2>&1
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:BIN
mount -t proc proc /proc; mount -t sysfs sys /sys
mount -t tmpfs t /run; mount -t tmpfs t /var/tmp; mount -t tmpfs t /mnt
cp -a /etc/. /mnt/; mount --bind /mnt /etc
mount -t tmpfs t /var/lib; mkdir -p /var/lib/chrony /var/lib/ifupdown2 /run/network /run/chrony
dmesg -n 1
python3 WORK/load.py MODULES
ip link set lo up
ip netns add far
ip link add eth0 type veth peer name far0; ip link set far0 netns far
ip netns exec far sh -c 'ip link set lo up; ip link set far0 up; ip addr add 172.20.0.1/16 dev far0
  for each in 1 2 3 4; do ip addr add 192.0.2.$each/32 dev lo; done'
ip netns exec far python3 WORK/far.py &
sysctl -q -p WORK/sysctl.conf
mkdir -p /etc/network /etc/iproute2/rt_tables.d; cp -a UNPACKED/etc/network/ifupdown2 /etc/network/
sed '/^auto swp1$/,$d' WORK/interfaces >/etc/network/interfaces
for program in ifup ifreload; do ifup2 $program -a; echo "== $program $?"; done
ip rule
cp WORK/resolv.conf /etc/resolv.conf
sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
ask() { timeout 12 getent ahostsv4 $1.example.net | head -1; }
echo "== name $(ask one)"
ip rule del pref 900; ip rule del pref 900; echo "== without a rule $(ask two)"
ifup2 ifreload -a; echo "== again $(ask three)"
clock() { timeout 25 chronyd -F 1 -x -Q -t $2 -u root -f $1 2>&1 | grep -c 'System clock wrong'; }
echo "== time $(clock WORK/chrony.conf 20)"
grep -v bindacqdevice WORK/chrony.conf >/run/unbound.conf
echo "== time unbound $(clock /run/unbound.conf 5)"
{ echo 'module(load="imuxsock" SysSock.Use="off")'
  echo 'input(type="imuxsock" Socket="/run/log.sock")'; cat WORK/rsyslog.conf; } >/run/rsyslog.conf
mkdir -p /var/spool/rsyslog 2>/dev/null
rsyslogd -n -i NONE -f /run/rsyslog.conf & sleep 2
python3 -c 'import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("/run/log.sock"); s.send(b"<13>hello from the switch")'; sleep 2
echo "== end"
poweroff -f
"""

LOAD = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
for path in sys.argv[1:]:
    number = {"x86_64": 313, "aarch64": 273}[os.uname().machine]
    if libc.syscall(number, os.open(path, os.O_RDONLY), b"", 0):
        print("cannot load", path, os.strerror(ctypes.get_errno()))
"""

FAR = r"""
import socket, struct, threading, time

def serve(address, port, answer):
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.bind((address, port))
    while True:
        question, peer = end.recvfrom(2048)
        reply = answer(question, peer)
        if reply:
            end.sendto(reply, peer)

def name(question, peer):
    end = question.index(b"\0", 12) + 5
    print("far: name asked by", peer[0], flush=True)
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xcb\0\x71\7"
    return question[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question[12:end] + record

def clock(question, peer):
    now = time.time() + 2208988800
    stamp = struct.pack(">II", int(now), int(now % 1 * 2**32))
    return bytes([0x24, 1, 6, 0xEC]) + bytes(8) + b"GPS\0" + stamp + question[40:48] + stamp * 2

def log(message, peer):
    print("far: log from", peer[0], message.decode(), flush=True)

for each in (("192.0.2.2", 53, name), ("192.0.2.1", 123, clock), ("192.0.2.4", 514, log)):
    threading.Thread(target=serve, args=each).start()
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the kernel printed, line by line."""
    kernel = find_kernel()
    assert kernel is not None
    work = tmp_path_factory.mktemp("vrf")
    for name, text in files(fabric(BRIDGED, "frr", SERVICES), "spine1").items():
        (work / name).write_text(text)
    (work / "load.py").write_text(LOAD)
    (work / "far.py").write_text(FAR)
    wanted = load_order((kernel.modules / "modules.dep").read_text(), ("ipv6", "veth", "vrf"))
    modules = " ".join(str(kernel.modules / each) for each in wanted)
    words = {
        "BIN": f"{UNPACKED}/bin", "WORK": str(work), "MODULES": modules, "UNPACKED": str(UNPACKED),
    }  # fmt: skip
    text = INIT
    for word, value in words.items():
        text = text.replace(word, value)
    init = work / "init"
    init.write_text(text)
    init.chmod(0o755)
    done = subprocess.run(
        [kernel.program, "mem=512M", "rootfstype=hostfs", "hostfs=/", "ro", "quiet",
         f"init={init}", "con=null", "con0=fd:0,fd:1"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "== end" in lines, "\n".join(lines[-40:])
    return lines


def after(said: list[str], mark: str) -> str:
    """What follows a mark on its line."""
    (line,) = [line for line in said if line.startswith(f"== {mark}")]
    return line.removeprefix(f"== {mark}").strip()


def test_the_interfaces_come_up_and_a_reload_changes_nothing(said: list[str]) -> None:
    assert after(said, "ifup") == "0"
    assert after(said, "ifreload") == "0"
    rules = [line for line in said if line.startswith("900:")]
    assert [line.split()[4] for line in rules] == ["192.0.2.2", "192.0.2.3"]
    assert all("iif lo lookup mgmt" in line for line in rules)


def test_every_program_resolves_names(said: list[str]) -> None:
    assert after(said, "name").startswith("203.0.113.7")
    assert "far: name asked by 172.20.0.11" in said
    assert after(said, "without a rule") == ""
    assert after(said, "again").startswith("203.0.113.7")


def test_chrony_reaches_its_servers(said: list[str]) -> None:
    assert "== time 1" in said
    assert "== time unbound 0" in said


def test_rsyslog_reaches_its_receiver(said: list[str]) -> None:
    (line,) = [line for line in said if line.startswith("far: log from")]
    assert line.startswith("far: log from 172.20.0.11 ")
    assert line.endswith("hello from the switch")
