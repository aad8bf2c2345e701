"""The quickstart in user-mode Linux: bonds with LACP on both ends, leaf pairs, no root needed.

Each policy of the pair is shown to hold, and then to be noticed when it is broken.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from barefabric.lab import runner
from barefabric.lab.judging.failures import Trial, decide_failures, settle, trials
from barefabric.lab.judging.judge import judge
from barefabric.lab.live import Live, bring_up, prepare
from barefabric.lab.wiring.networkd import runs_here
from barefabric.model.contract import ContractKind
from barefabric.verify.verdict import Count
from live_labs import ROOT, at_rest, built, lab_name, until

PROGRAMS = ("linux.uml", "vtysh", "bird", "ip", "nft", "nsenter", "ping")
pytestmark = [pytest.mark.needs(*PROGRAMS), pytest.mark.xdist_group("lab-uml")]
LEAVES = ("r1-leaf1", "r1-leaf2")
NODES = tuple(f"r1-node{n}" for n in range(1, 5))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    path = built(tmp_path_factory.mktemp("quickstart"), ROOT / "topologies" / "quickstart.yaml")
    prepared = prepare(path, path.parent / "build", lab_name("uml"), "uml")
    live = bring_up(prepared, hold=True)
    try:
        at_rest(live)
        yield live
    finally:
        runner.stop(live.state)
        live.client.close()


def run(lab: Live, where: str, *argv: str, text: str = "") -> str:
    done = lab.client.ask("exec", where=where, argv=argv, text=text)
    assert done["status"] == 0, (where, argv, done)
    return str(done["out"])


def tries(lab: Live, where: str, address: str) -> bool:
    """Whether a ping is answered."""
    argv = ("ping", "-c1", "-W1", address)
    return bool(lab.client.ask("exec", where=where, argv=argv)["status"] == 0)


def bond(lab: Live, host: str, name: str) -> tuple[str, int]:
    """The LACP partner that a bond sees, and the ports of its active aggregator."""
    told = lab.client.ask("facts", kinds=["bonds"], hosts=[host])[host]["bonds"][name]
    partner = re.search(r"Partner Mac Address: (\S+)", told)
    ports = re.search(r"Number of ports: (\d+)", told)
    return (partner[1] if partner else "", int(ports[1]) if ports else 0)


def pair(lab: Live, leaf: str) -> dict[str, object]:
    """What the pair's daemon last decided."""
    state: dict[str, object] = json.loads(run(lab, leaf, "cat", "/run/mlag.json"))
    return state


def test_every_contract_holds(lab: Live) -> None:
    word = judge(lab.case)
    assert [(f.contract, f.evidence) for f in word.findings] == []
    assert set(word.counts) == {
        ContractKind.SESSION,
        ContractKind.ROUTE,
        ContractKind.ABSENT,
        ContractKind.REACH,
    }
    for kind, count in word.counts.items():
        assert isinstance(count, Count)
        assert count.held == count.rows > 10, kind
    (note,) = word.notes
    assert note.startswith("the lab did not decide these contracts")
    assert "refused" in note


def test_each_server_has_one_partner_and_both_legs(lab: Live) -> None:
    partners = set()
    for node in NODES:
        partner, ports = bond(lab, node, "bond0")
        assert ports == 2, node
        partners.add(partner)
    assert len(partners) == 1
    for leaf in LEAVES:
        assert bond(lab, leaf, "bond1")[1] == 1
        assert bond(lab, leaf, "peerlink")[1] == 2
        assert bond(lab, leaf, "peerlink")[0] not in partners


def test_the_interfaces_came_up_by_the_program_the_file_is_for(lab: Live) -> None:
    readers = {host.name: host.setup.reader for host in lab.plan.hosts}
    wanted = "systemd-networkd" if runs_here() else "the lab's own reading of the netplan file"
    assert {readers[node] for node in NODES} == {wanted}
    told = run(lab, "r1-node1", "ip", "-d", "link", "show", "bond0")
    assert "mtu 9000" in told
    for words in ("mode 802.3ad", "lacp_rate fast", "xmit_hash_policy layer3+4", "miimon 100"):
        assert words in told
    addresses = run(lab, "r1-node1", "ip", "-o", "-4", "addr", "show", "dev", "bond0")
    assert re.findall(r"inet (\S+)", addresses) == ["10.10.0.11/24", "10.10.0.139/24"]


def test_no_two_bonds_have_the_same_hardware_address(lab: Live) -> None:
    found = [run(lab, node, "cat", "/sys/class/net/bond0/address") for node in NODES]
    assert len(set(found)) == len(NODES)


def test_both_leaves_answer_for_the_gateway_and_each_for_itself(lab: Live) -> None:
    for node in NODES[:2]:
        for address in ("10.10.0.1", "10.10.0.2", "10.10.0.3"):
            assert tries(lab, node, address), (node, address)
    for leaf in LEAVES:
        assert "10.10.0.1/32" in run(lab, leaf, "ip", "-o", "addr", "show", "vlan100-v0")


# Split horizon: what a server floods reaches each other server once.

RECEIVE = """
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4789))
s.settimeout(0.2)
print("ready", flush=True)
got, end = 0, time.monotonic() + 8
while time.monotonic() < end:
    try:
        got += s.recv(100) == b"flood"
    except TimeoutError:
        if got: break
print(got)
"""
SEND = """
import socket
for port in range(40000, 40016):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.bind(("10.10.0.11", port))
    s.sendto(b"flood", ("10.10.0.255", 4789))
"""


def copies(lab: Live) -> int:
    """How many of 16 broadcasts of one server, over both legs, reach another one."""
    script = f"{sys.executable} -S - <<'EOF' >/run/copies 2>&1 &\n{RECEIVE}EOF\n"
    run(lab, "r1-node2", "sh", "-c", "rm -f /run/copies; " + script)
    assert until(lambda: "ready" in run(lab, "r1-node2", "sh", "-c", "cat /run/copies || :"))
    run(lab, "r1-node1", sys.executable, "-S", "-", text=SEND)
    assert until(lambda: len(run(lab, "r1-node2", "cat", "/run/copies").split()) == 2, seconds=15)
    return int(run(lab, "r1-node2", "cat", "/run/copies").split()[1])


def test_a_broadcast_arrives_once(lab: Live) -> None:
    assert copies(lab) == 16


def test_without_split_horizon_some_arrive_twice(lab: Live) -> None:
    """The positive control: the same flood with the rule emptied on both leaves."""
    for leaf in LEAVES:
        run(lab, leaf, "nft", "flush", "set", "bridge", "mlag", "held")
    try:
        assert copies(lab) > 16
    finally:
        for leaf in LEAVES:
            run(lab, leaf, "nft", "add", "element", "bridge", "mlag", "held",
                "{ bond1, bond2, bond3, bond4 }")  # fmt: skip
    assert copies(lab) == 16


# What fails.


@pytest.mark.parametrize("name", ["spine1 is gone", "the link spine1 - r1-leaf2 is cut"])
def test_after_a_failure_the_routes_are_the_computed_ones(lab: Live, name: str) -> None:
    """Legs, the peer link and a leaf are below, with what the pair does about them."""
    (outcome,) = decide_failures(lab.case, [trial(lab, name)], lambda _: None)
    assert [f.evidence for f in outcome.findings] == []
    assert outcome.rows > 20


def trial(lab: Live, name: str) -> Trial:
    """The single failure of that name."""
    (found,) = (one for one in trials(lab.expected, 20) if one.name == name)
    return found


def differs(lab: Live, name: str, patience: float = 40) -> list[str]:
    """Routes that are not as computed for the failure of that name, when patience ends."""
    failure = trial(lab, name).failure
    lines, rows = settle(lab.case.table_now, lab.expected.table(failure), failure.devices, patience)
    assert rows > 20
    return lines


LEG = "the link r1-leaf1 - r1-node1 is cut"
PEER_LINK = "the link r1-leaf1 - r1-leaf2 is cut"


def broken(lab: Live, *cables: tuple[str, str]) -> dict[str, object]:
    """The request that cuts the cables between these devices."""
    keys = sorted(
        link.key for link in lab.plan.links
        if link.kind != "management" and any({link.a, link.b} == set(ends) for ends in cables)
    )  # fmt: skip
    assert keys
    return {"kind": "cut", "links": keys}


class Broken:
    """A fault for the length of a block, mended and at rest again after it."""

    def __init__(self, lab: Live, *cables: tuple[str, str]) -> None:
        self.lab, self.request = lab, broken(lab, *cables)

    def __enter__(self) -> None:
        self.lab.client.ask("fault", name="test", **self.request)

    def __exit__(self, *_: object) -> None:
        self.lab.client.ask("heal", names=["test"])
        assert self.lab.settle() == []
        assert until(lambda: [pair(self.lab, leaf)["speaks"] for leaf in LEAVES] == [True, True])


def test_a_leaf_without_uplinks_forwards_over_the_peer_link(lab: Live) -> None:
    with Broken(lab, ("spine1", "r1-leaf1"), ("spine2", "r1-leaf1")):
        assert until(lambda: "vlan4093" in run(lab, "r1-leaf1", "ip", "route", "show", "default"))
        for spine in ("10.255.0.1", "10.255.0.2"):
            argv = ("ping", "-c1", "-W1", "-I", "10.64.0.1", spine)
            assert until(lambda argv=argv: lab.client.ask(
                "exec", where="r1-node1", argv=argv)["status"] == 0)  # fmt: skip
        assert [pair(lab, leaf)["shut"] for leaf in LEAVES] == [False, False]


def test_a_server_with_one_leg_reaches_both_leaves_and_is_reached(lab: Live) -> None:
    with Broken(lab, ("r1-leaf1", "r1-node1")):
        assert until(lambda: "bond1" not in held(lab, "r1-leaf2"))
        assert differs(lab, LEG) == []
        assert bond(lab, "r1-node1", "bond0")[1] == 1
        for address in ("10.10.0.1", "10.10.0.2", "10.10.0.3", "10.10.0.12"):
            assert tries(lab, "r1-node1", address), address
        assert tries(lab, "r1-leaf1", "10.10.0.11")
    assert until(lambda: "bond1" in held(lab, "r1-leaf2"))


def held(lab: Live, leaf: str) -> list[str]:
    return list(pair(lab, leaf)["held"])  # type: ignore[call-overload]


def daemon(lab: Live, leaf: str) -> str:
    """The process of the pair's daemon on a leaf."""
    pids = run(lab, "r1-leaf1", "pgrep", "-f", "lab.wiring.mlag").split()
    for pid in pids:
        words = run(lab, "r1-leaf1", "cat", f"/proc/{pid}/cmdline")
        if f'"name":"{leaf}"' in words and "nsenter" not in words:
            return pid
    raise AssertionError(pids)


def test_if_the_daemon_stands_still_the_server_with_one_leg_is_cut_off(lab: Live) -> None:
    """The positive control: nobody lifts the rule for the leg that is down."""
    pid = daemon(lab, "r1-leaf2")
    run(lab, "r1-leaf1", "kill", "-STOP", pid)
    try:
        with Broken(lab, ("r1-leaf1", "r1-node1")):
            assert until(lambda: bond(lab, "r1-node1", "bond0")[1] == 1)
            assert not until(lambda: tries(lab, "r1-leaf1", "10.10.0.11"), seconds=4)
            run(lab, "r1-leaf1", "kill", "-CONT", pid)
            assert until(lambda: tries(lab, "r1-leaf1", "10.10.0.11"))
    finally:
        run(lab, "r1-leaf1", "kill", "-CONT", pid)


FLOWS = """
import socket, sys
lost = 0
for port in range(41000, 41016):
    s = socket.socket()
    s.settimeout(0.5)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("10.10.0.11", port))
    try:
        s.connect((sys.argv[1], 7))
    except ConnectionRefusedError:
        pass
    except OSError:
        lost += 1
    s.close()
print(lost)
"""


def lost_flows(lab: Live, to: str) -> int:
    """Of 16 flows, spread over both legs, those that get no answer from an address."""
    return int(run(lab, "r1-node1", sys.executable, "-S", "-", to, text=FLOWS))


def test_without_the_peer_link_every_flow_reaches_the_first_leaf(lab: Live) -> None:
    with Broken(lab, LEAVES):
        assert until(lambda: pair(lab, "r1-leaf2")["shut"] is True)
        assert pair(lab, "r1-leaf1")["shut"] is False
        assert until(lambda: bond(lab, "r1-node1", "bond0")[1] == 1)
        assert lost_flows(lab, "10.10.0.2") == 0
        assert differs(lab, PEER_LINK) == []
    assert until(lambda: pair(lab, "r1-leaf2")["shut"] is False)
    assert until(lambda: bond(lab, "r1-node1", "bond0")[1] == 2)


def test_if_the_second_leaf_stays_open_flows_are_lost(lab: Live) -> None:
    """The positive control: both leaves go on by themselves."""
    pid = daemon(lab, "r1-leaf2")
    run(lab, "r1-leaf1", "kill", "-STOP", pid)
    try:
        with Broken(lab, LEAVES):
            assert lost_flows(lab, "10.10.0.2") > 0
            assert differs(lab, PEER_LINK, patience=10)
            run(lab, "r1-leaf1", "kill", "-CONT", pid)
    finally:
        run(lab, "r1-leaf1", "kill", "-CONT", pid)


def test_a_dead_first_leaf_does_not_shut_the_second(lab: Live) -> None:
    lab.client.ask("fault", name="test", kind="isolate", where="r1-leaf1")
    try:
        assert until(lambda: pair(lab, "r1-leaf2")["speaks"] is False)
        assert not until(lambda: pair(lab, "r1-leaf2")["shut"] is True, seconds=4)
        assert lost_flows(lab, "10.10.0.3") == 0
        assert differs(lab, "r1-leaf1 is gone") == []
    finally:
        lab.client.ask("heal", names=["test"])
    assert lab.settle() == []


# A leaf that shows another LACP system: the server uses one leg and the judge must notice.


def test_a_leaf_with_another_lacp_system_is_noticed(lab: Live) -> None:
    wrong = "02:00:00:00:00:99"
    right = run(lab, "r1-leaf2", "cat", "/sys/class/net/bond1/bonding/ad_actor_system").strip()

    def show(system: str) -> None:
        run(lab, "r1-leaf2", "ip", "link", "set", "bond1", "down")
        run(lab, "r1-leaf2", "ip", "link", "set", "bond1", "type", "bond",
            "ad_actor_system", system)  # fmt: skip
        run(lab, "r1-leaf2", "ip", "link", "set", "bond1", "up")

    assert right != wrong
    show(wrong)
    try:
        assert until(lambda: bond(lab, "r1-node1", "bond0")[1] == 1, seconds=15)
    finally:
        show(right)
    assert until(lambda: bond(lab, "r1-node1", "bond0")[1] == 2, seconds=15)
    assert lab.settle() == []


def test_the_files_are_the_builds_own(lab: Live) -> None:
    build = Path(lab.plan.build)
    for node in NODES:
        ours = run(lab, node, "cat", "/etc/netplan/01-barefabric.yaml")
        assert ours == (build / "nodes" / node / "01-barefabric.yaml").read_text()
