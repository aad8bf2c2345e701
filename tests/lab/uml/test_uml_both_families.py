"""Both families on bonds and a leaf pair, in user-mode Linux: the gateway, neighbors, failures.

The leaves stand in for EOS: its ``ipv6 virtual-router address`` is here an address of an interface
that both leaves have with one hardware address.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from barefabric.lab import runner
from barefabric.lab.judging.failures import decide_failures, trials
from barefabric.lab.judging.judge import judge
from barefabric.lab.judging.packets import Packets
from barefabric.lab.judging.tables import GATEWAY
from barefabric.lab.live import Live, bring_up, prepare
from barefabric.model.contract import ContractKind
from live_labs import at_rest, broken, built, cable, hops, lab_name, until

PROGRAMS = ("linux.uml", "vtysh", "bird", "ip", "nft", "nsenter", "ping")
pytestmark = [pytest.mark.needs(*PROGRAMS), pytest.mark.xdist_group("lab-uml6")]
TOPOLOGY = Path(__file__).parents[1] / "topologies" / "both-bonded.yaml"
LEAVES, NODES = ("r1-leaf1", "r1-leaf2"), ("r1-node1", "r1-node2")
DEFAULT, GATEWAY6, SHARED = "::/0", "fd00:10::1", "vlan100-v0"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    path = built(tmp_path_factory.mktemp("bonded6"), TOPOLOGY)
    live = bring_up(prepare(path, path.parent / "build", lab_name("uml6"), "uml"), hold=True)
    try:
        at_rest(live)
        yield live
    finally:
        runner.stop(live.state)
        live.client.close()


def run(lab: Live, where: str, *argv: str) -> str:
    done = lab.client.ask("exec", where=where, argv=argv)
    assert done["status"] == 0, (where, argv, done)
    return str(done["out"])


def answers(lab: Live, where: str, address: str) -> bool:
    """Whether a ping is answered by a neighbor that has to be found anew."""
    run(lab, where, "ip", "-6", "neigh", "flush", "all")
    done = lab.client.ask("exec", where=where, argv=("ping", "-c1", "-W1", address))
    return bool(done["status"] == 0)


def test_every_contract_of_both_families_holds(lab: Live) -> None:
    case = lab.case
    word = judge(case)
    assert [(f.contract, f.evidence) for f in word.findings] == []
    assert word.counts[ContractKind.SESSION].held == 50
    up = [s for some in case.sessions.up.values() for s in some]
    assert sum(":" in s.a_address for s in up) == len(up) / 2 == 11
    ipv6 = {key: hop for key, hop in lab.expected.table().items() if ":" in key[1]}
    assert len(ipv6) == 26
    assert {key: case.table[key] for key in ipv6} == ipv6


def test_servers_have_their_default_by_the_gateway_that_both_leaves_are(lab: Live) -> None:
    for node in NODES:
        assert hops(lab, node, DEFAULT) == (GATEWAY,)
        for address in ("fd00:10::2", "fd00:10::3", GATEWAY6):
            assert answers(lab, node, address), (node, address)
        neighbors = run(lab, node, "ip", "-6", "neigh", "show", "to", GATEWAY6)
        assert "00:00:5e:00:01:01" in neighbors
    for leaf in LEAVES:
        addresses = run(lab, leaf, "ip", "-6", "-o", "addr", "show", "dev", SHARED)
        assert addresses.count("inet6") == 1
        assert f"{GATEWAY6}/128" in addresses


def test_neighbors_are_found_over_the_other_leaf_when_a_leg_is_lost(lab: Live) -> None:
    with broken(lab, kind="cut", links=[cable(lab, "r1-leaf1", "r1-node1")]):
        assert until(lambda: answers(lab, "r1-leaf1", "fd00:10::b"))
        assert until(lambda: answers(lab, "r1-node1", GATEWAY6))
        assert until(lambda: answers(lab, "r1-node1", "fd00:10::2"))
        assert until(lambda: answers(lab, "r1-node2", "fd00:10::b"))
    at_rest(lab)


def test_after_single_failures_the_routes_of_both_families_are_the_computed_ones(
    lab: Live,
) -> None:
    """The peer link, where the second leaf gives the rack up in both families; and a leaf."""
    names = ("the link r1-leaf1 - r1-leaf2 is cut", "r1-leaf1 is gone")
    every = {trial.name: trial for trial in trials(lab.expected, 40)}
    chosen = [every[name] for name in names]
    rack = lab.expected.design.racks["r1"]
    lost = lab.expected.table(chosen[0].failure)
    assert ("r1-leaf2", rack.prefix6) not in lost
    assert lost["spine1", rack.prefix6] == ("r1-leaf1",)
    outcomes = list(decide_failures(lab.case, chosen, lambda _: None))
    assert [f.evidence for o in outcomes for f in o.findings] == []
    at_rest(lab)


def test_without_the_gateway_of_ipv6_packets_of_that_family_are_lost(lab: Live) -> None:
    for leaf in LEAVES:
        run(lab, leaf, "ip", "addr", "del", f"{GATEWAY6}/128", "dev", SHARED)
    try:
        for node in NODES:
            assert not answers(lab, node, GATEWAY6)
        outcomes = list(Packets(lab.case).decide())
    finally:
        for leaf in LEAVES:
            run(lab, leaf, "ip", "addr", "add", f"{GATEWAY6}/128", "dev", SHARED)
    lines = [line for o in outcomes for f in o.findings for line in f.evidence]
    assert lines
    assert all("r1-node" in line and "fd00:" in line for line in lines), lines
    assert until(lambda: answers(lab, "r1-node1", GATEWAY6))
    assert [f for o in Packets(lab.case).decide() for f in o.findings] == []
