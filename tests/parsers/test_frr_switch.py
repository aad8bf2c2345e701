"""FRR switches, judged by FRR: its parser reads every file, and its daemons run whole fabrics.

The daemons boot from the files as they were rendered. Then what they show as their running
configuration must be the file, line by line, and ``frr-reload.py`` must find nothing to do.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "render"))

from host_lab import Router, Wire, run_lab
from intents import BRIDGED, ROUTED, example, fabric, files

from barefabric.model.cable import CableKind
from barefabric.model.design import Design

pytestmark = pytest.mark.needs("vtysh", "frr-reload.py", "ip", "unshare")

FABRICS = {
    "routed-frr": lambda: example("routed-frr"),
    "routed": lambda: fabric(ROUTED, "frr"),
    "bridged": lambda: fabric(BRIDGED, "frr"),
}

# Waits until every session between switches is up, with BFD, and the kernels' routes have not
# changed for six seconds, then prints what each switch knows.
WATCH = """
all() { for r in {names}; do on $r vtysh -N $r -c "$1"; done; }
count_of {ends} '"state":"Established"' all 'show bgp ipv4 unicast summary established json'
count_of {ends} '"status":"up"' all 'show bfd peers json'
before=""; calm=0
for _ in $(seq 60); do
  now=$(for r in {names}; do ip netns exec $r ip route; done | sort)
  if [ "$now" = "$before" ]; then calm=$((calm + 1)); else calm=0; before=$now; fi
  [ $calm -ge 6 ] && break
  sleep 1
done
for r in {names}; do
  echo "@@ $r running"; on $r vtysh -N $r -c 'show running-config no-header'
  echo "@@ $r reload"
  on $r /usr/lib/frr/frr-reload.py --test --stdout --pathspace $r --log-level error \\
    /etc/frr/$r/frr.conf
  echo "@@ $r summary"; on $r vtysh -N $r -c 'show bgp ipv4 unicast summary json'
  echo "@@ $r routes"; on $r vtysh -N $r -c 'show ip route json'
  echo "@@ $r kernel"; ip netns exec $r ip -j route
  echo "@@ $r bfd"; on $r vtysh -N $r -c 'show bfd peers json'
  echo "@@ $r log"; cat /var/log/frr/$r-*.log
done
# A change of an import policy, and back again, as a push would make it.
reload="/usr/lib/frr/frr-reload.py --reload --pathspace {leaf} --log-level error"
cd /etc/frr/{leaf}; cp frr.conf old
sed 's/FABRIC seq 10 permit/FABRIC seq 10 deny/' old > new
known=$(ip -n {leaf} route | grep -c '^10[.]255[.]0[.]')
for step in "new 0" "old $known"; do
  set -- $step
  on {leaf} $reload /etc/frr/{leaf}/$1
  count_of $2 '^10[.]255[.]0[.]' ip -n {leaf} route
  echo "@@ {leaf} after-$1"; ip netns exec {leaf} ip -j route
done
echo "@@ end"
"""


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    """Daemons run in namespaces of their own, which only root may make."""
    probe = ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "true"]
    if os.geteuid() or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("network namespaces cannot be made here: this needs root")


def configurations() -> Iterator[Any]:
    for name, design in FABRICS.items():
        for switch in design().switches:
            yield pytest.param(name, switch, id=f"{name}-{switch}")


@pytest.mark.parametrize(("name", "switch"), list(configurations()))
def test_the_parser_reads_every_configuration(name: str, switch: str, tmp_path: Path) -> None:
    path = tmp_path / "frr.conf"
    path.write_text(files(FABRICS[name](), switch)["frr.conf"])
    done = subprocess.run(
        ["vtysh", "-C", "-f", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_parser_refuses_what_is_wrong(tmp_path: Path) -> None:
    """The judge can say no."""
    path = tmp_path / "frr.conf"
    text = files(example("routed-frr"), "r1-leaf1")["frr.conf"]
    path.write_text(text.replace("ttl-security hops 1", "ttl-security leaps 1"))
    done = subprocess.run(["vtysh", "-C", "-f", str(path)], capture_output=True, check=False)
    assert done.returncode != 0


# Whole fabrics


def addresses(design: Design, name: str) -> list[tuple[str, str]]:
    """What the interface file puts on which device, as far as devices exist here."""
    found, device = [], ""
    for line in files(design, name)["interfaces"].splitlines():
        words = line.split()
        if words[:1] == ["iface"]:
            device = words[1]
        elif words[:1] == ["address"] and device not in {"mgmt", "eth0"}:
            found.append((device, words[1]))
    return found


def wires(design: Design) -> list[Wire]:
    """Cables between switches; a VLAN or an upstream gets a stub that leads nowhere."""
    found = [
        Wire(c.a, c.a_port, c.b, c.b_port) for c in design.cables if c.kind is CableKind.FABRIC
    ]
    laid = {(w.a, w.a_device) for w in found} | {(w.b, w.b_device) for w in found}
    for name in design.switches:
        devices = dict.fromkeys(device for device, _ in addresses(design, name))
        found += [
            Wire(name, device, name, f"{device}-stub")
            for device in devices
            if device != "lo" and (name, device) not in laid
        ]
    return found


def watch(design: Design) -> dict[str, dict[str, str]]:
    """Run the design's switches, and return what each one showed, by subject."""
    routers = {
        name: Router(files(design, name)["frr.conf"], addresses(design, name))
        for name in design.switches
    }
    ends = sum(1 for cable in design.cables if cable.kind is CableKind.FABRIC) * 2
    words = {"names": " ".join(routers), "ends": str(ends), "leaf": "r1-leaf1"}
    script = re.sub(r"\{(names|ends|leaf)\}", lambda match: words[match[1]], WATCH)
    output = run_lab(routers, wires(design), script, timeout=300)
    shown: dict[str, dict[str, str]] = {name: {} for name in routers}
    for part in output.split("@@ ")[1:]:
        head, _, text = part.partition("\n")
        if head != "end":
            name, subject = head.split()
            shown[name][subject] = text
    return shown


LABS = ("routed-frr", "bridged")


@pytest.fixture(scope="module")
def shown_by_fabric() -> dict[str, dict[str, dict[str, str]]]:
    """All labs at once: they mostly wait."""
    with ThreadPoolExecutor(len(LABS)) as pool:
        return dict(zip(LABS, pool.map(lambda name: watch(FABRICS[name]()), LABS), strict=True))


@pytest.fixture(scope="module", params=LABS)
def running(request: pytest.FixtureRequest, shown_by_fabric: Any) -> "Running":
    """A fabric and what its switches show once they run."""
    return FABRICS[request.param](), shown_by_fabric[request.param]


Running = tuple[Design, dict[str, dict[str, str]]]


def test_the_running_configuration_is_the_file(running: Running) -> None:
    design, shown = running
    for name, subjects in shown.items():
        text = files(design, name)["frr.conf"]
        version, _, rest = subjects["running"].partition("\n")
        assert version.startswith("frr version ")
        if version.startswith("frr version 8.4"):
            assert rest.splitlines() == text.splitlines(), name
        else:
            assert sorted(rest.split("\n!\n")) == sorted(text.split("\n!\n")), name


def test_a_reload_of_the_boot_configuration_has_nothing_to_do(running: Running) -> None:
    _, shown = running
    assert {name: subjects["reload"].strip() for name, subjects in shown.items()} == dict.fromkeys(
        shown, ""
    )


def test_no_daemon_complains(running: Running) -> None:
    _, shown = running
    for name, subjects in shown.items():
        bad = re.findall(r".*(?:nknown command|rror occured|Failed to|refused).*", subjects["log"])
        assert not bad, name


def test_every_session_between_switches_comes_up(running: Running) -> None:
    design, shown = running
    for name, subjects in shown.items():
        peers = json.loads(subjects["summary"])["peers"]
        for cable in design.cables_by_device[name]:
            if cable.kind is not CableKind.FABRIC:
                continue
            at_a = cable.a == name
            port, far = (cable.a_port, cable.b) if at_a else (cable.b_port, cable.a)
            address = (cable.b_address if at_a else cable.a_address).partition("/")[0]
            peer = peers[address or port]
            assert peer["state"] == "Established", (name, far)
            assert peer["remoteAs"] == design.switches[far].asn
        planned = {s.id for s in design.sessions_by_device[name]}
        assert len(peers) == len(planned)


def test_bfd_runs_with_the_planned_timers(running: Running) -> None:
    design, shown = running
    bfd = design.underlay.bfd
    for name, subjects in shown.items():
        up = [p for p in json.loads(subjects["bfd"]) if p["status"] == "up"]
        fabric_cables = [c for c in design.cables_by_device[name] if c.kind is CableKind.FABRIC]
        assert len(up) == len(fabric_cables), name
        for peer in up:
            assert peer["transmit-interval"] == bfd.interval
            assert peer["receive-interval"] == bfd.interval
            assert peer["detect-multiplier"] == bfd.multiplier


def test_loopbacks_are_reached_over_all_equal_paths(running: Running) -> None:
    """In the kernel's own table, which is what forwards."""
    design, shown = running
    spines = {s.loopback for s in design.switches.values() if s.role == "spine"}
    leaves = {s.loopback for s in design.switches.values() if s.role != "spine"}
    for name, subjects in shown.items():
        routes = {route["dst"]: route for route in json.loads(subjects["kernel"])}
        mine = design.switches[name]
        upper = mine.role == "spine"
        for loopback in leaves - {mine.loopback}:
            paths = routes[loopback].get("nexthops", [routes[loopback]])
            assert len(paths) == (1 if upper else len(spines)), (name, loopback)
        for loopback in set() if upper else spines:
            assert loopback in routes


def test_a_changed_import_policy_takes_effect_while_sessions_stay(running: Running) -> None:
    """FRR cannot ask these neighbors for their routes again, so it must have kept them."""
    design, shown = running
    loopbacks = {s.loopback for s in design.switches.values()} - {
        design.switches["r1-leaf1"].loopback
    }

    def known(subject: str) -> set[str]:
        return loopbacks & {route["dst"] for route in json.loads(shown["r1-leaf1"][subject])}

    assert known("kernel") == loopbacks
    assert known("after-new") == set()
    assert known("after-old") == loopbacks


def test_spines_give_a_default_of_last_resort(running: Running) -> None:
    """No upstream is there, so every spine discards and every leaf follows the spines."""
    design, shown = running
    for name, subjects in shown.items():
        role = design.switches[name].role
        default = json.loads(subjects["routes"]).get("0.0.0.0/0")
        if role == "spine":
            assert default[0]["protocol"] == "static"
            assert default[0]["distance"] == 250
        elif role == "leaf":
            assert default[0]["protocol"] == "bgp"
            assert len(default[0]["nexthops"]) == 2
        else:
            assert default is None, "a border refuses the fabric's default"
