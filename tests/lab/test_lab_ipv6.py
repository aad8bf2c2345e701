"""Both families on real daemons: tables, sessions, packets; policies and their opposites."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from barefabric.lab.hosts import OUTSIDE
from barefabric.lab.judging.decide import decide_absent, decide_routes, total
from barefabric.lab.judging.failures import decide_failures, trials
from barefabric.lab.judging.judge import judge
from barefabric.lab.judging.paths import Paths
from barefabric.lab.judging.tables import OWN
from barefabric.lab.live import Live
from barefabric.model.contract import ContractKind
from live_labs import (
    PROGRAMS,
    announced,
    arriving,
    asked,
    at_rest,
    becomes,
    broken,
    configured,
    hops,
    until,
    vtysh,
)

RELOAD = "/usr/lib/frr/frr-reload.py"
NUMBERED = pytest.mark.xdist_group("lab-numbered6")
UNNUMBERED = pytest.mark.xdist_group("lab-unnumbered6")
pytestmark = [pytest.mark.needs(*PROGRAMS)]

DEFAULT = "::/0"
RED, BLUE = "r1-red1", "r2-blue1"
BOTH = ("spine1", "spine2")
LOOPBACK = "fd00:255::1/128"
"""The first spine's."""
POOL = "2001:db8:81::1/128"
"""An address of another cluster's pool."""
PODS = "fd00:80::40/122"
"""A block of the other cluster's pods."""
ALONE = {"192.0.2.0/25", "192.0.2.1/32"}
"""The pool that MetalLB announces in native mode, and its representative."""
STOLEN = {DEFAULT, LOOPBACK, POOL}


@pytest.fixture
def lab(unnumbered6: Live) -> Iterator[Live]:
    """One session for both families; after each test it is as it was."""
    yield unnumbered6
    assert unnumbered6.client.ask("status")["faults"] == []
    at_rest(unnumbered6)


def holds(live: Live, sessions: int) -> None:
    """Every contract holds, and IPv6 has the rows of IPv4, but for the pool that is IPv4 alone."""
    case = live.case
    word = judge(case)
    assert [(f.contract, f.evidence) for f in word.findings] == []
    assert word.counts[ContractKind.SESSION].held == sessions
    assert word.counts[ContractKind.ROUTE].held == word.counts[ContractKind.ROUTE].rows > 350
    ours = live.expected.table()
    ipv6 = [key for key in ours if ":" in key[1]]
    twins = [key for key in ours if ":" not in key[1] and key[1] not in ALONE]
    assert len(ipv6) == len(twins) > 80
    assert {key: case.table[key] for key in ipv6} == {key: ours[key] for key in ipv6}
    reach = word.counts[ContractKind.REACH]
    assert reach.held == reach.rows >= 36


@NUMBERED
def test_every_contract_of_both_families_holds_with_a_session_for_each(numbered6: Live) -> None:
    holds(numbered6, 92)
    alone = numbered6.expected.design.servers[RED].address  # MetalLB's native mode
    over = [s for some in numbered6.case.sessions.up.values() for s in some]
    assert sum(":" in s.a_address for s in over) == sum(s.b_address != alone for s in over) / 2


@NUMBERED
def test_what_runs_is_what_the_files_say(numbered6: Live) -> None:
    frr = [h.name for h in numbered6.plan.hosts if h.parts[0].daemon == "frr"]
    assert len(frr) == 9
    for name in frr:
        argv = [RELOAD, "--test", "--stdout", "--log-level", "error", "/etc/frr/frr.conf"]
        done = numbered6.client.ask("exec", where=name, argv=argv)
        assert (done["status"], done["out"].strip()) == (0, ""), name


@NUMBERED
def test_after_single_failures_the_routes_of_both_families_are_the_computed_ones(
    numbered6: Live,
) -> None:
    """A link, a leaf, a spine, a server's link: addresses of IPv6 outlive a lost carrier."""
    chosen = trials(numbered6.expected, 4)
    outcomes = list(decide_failures(numbered6.case, chosen, lambda _: None))
    assert [f.evidence for o in outcomes for f in o.findings] == []
    assert all(outcome.rows > 150 for outcome in outcomes)


@UNNUMBERED
def test_every_contract_of_both_families_holds_with_one_session_for_both(lab: Live) -> None:
    holds(lab, 50)
    route = next(
        route
        for route in lab.case.facts["r1-leaf1"]["routes"]
        if route["dst"] == "default" and route.get("family") == "ipv6"
    )
    assert [hop["gateway"][:5] for hop in route["nexthops"]] == ["fe80:", "fe80:"]


@UNNUMBERED
def test_flows_take_every_next_hop_and_without_ports_in_the_hash_they_do_not(lab: Live) -> None:
    whole, _ = total(Paths(lab.case).decide())
    assert whole.findings == []
    policy = "net.ipv6.fib_multipath_hash_policy"
    lab.client.ask("exec", where=RED, argv=["sysctl", "-q", f"{policy}=0"])
    try:
        whole, _ = total(Paths(lab.case).decide())
    finally:
        lab.client.ask("exec", where=RED, argv=["sysctl", "-q", f"{policy}=1"])
    (found,) = whole.findings
    assert len(found.evidence) == 2
    assert all(line.startswith(f"{RED} to ") and "2" in line for line in found.evidence)
    assert all("none of them by r1-leaf" in line for line in found.evidence)


# The default of last resort.


@UNNUMBERED
def test_servers_go_on_talking_when_the_last_upstream_dies_and_leave_it_when_it_is_back(
    lab: Live,
) -> None:
    far = lab.expected.design.servers[BLUE].address6
    assert hops(lab, "spine1", DEFAULT) == ("border1",)
    with broken(lab, kind="isolate", where="upstream"):
        assert becomes(lab, "spine1", (OWN,), DEFAULT)
        assert becomes(lab, "r1-leaf1", BOTH, DEFAULT)
        assert becomes(lab, RED, ("r1-leaf1", "r1-leaf2"), DEFAULT)
        assert arriving(lab, RED, far) == 16
        assert arriving(lab, RED, OUTSIDE["ipv6"]) == 0
    assert becomes(lab, "spine1", ("border1",), DEFAULT)
    assert becomes(lab, "border1", ("upstream",), DEFAULT)
    assert arriving(lab, RED, OUTSIDE["ipv6"]) == 16


@UNNUMBERED
def test_without_weight_zero_the_discard_route_always_wins(lab: Live) -> None:
    """The term of IPv6 alone is opened: IPv4 goes on as it should."""
    term = "route-map LAST-RESORT permit 20"
    with configured(lab, "spine1", [term, "no set weight"], [term, "set weight 0"]):
        with broken(lab, kind="isolate", where="upstream"):
            assert becomes(lab, "spine1", (OWN,), DEFAULT)
        assert becomes(lab, "spine2", ("border1",), DEFAULT)
        assert becomes(lab, "spine1", ("border1",), "0.0.0.0/0")
        assert hops(lab, "spine1", DEFAULT) == (OWN,)
        whole, _ = total(decide_routes(lab.case))
        assert {f.contract for f in whole.findings} >= {"route/default6/spines", "lab/routes"}
        assert "route/default/spines" not in {f.contract for f in whole.findings}
    vtysh(lab, "spine1", "end", "clear bgp *")


# What nodes may not announce.


@contextmanager
def lying_host(live: Live) -> Iterator[None]:
    """A host that announces what is not its own, past its own policy."""
    bgp = ["router bgp 64512", "no bgp network import-check", "address-family ipv6 unicast"]
    lines = [f"network {prefix}" for prefix in sorted(STOLEN)]
    out = "neighbor LEAVES route-map TO-LEAVES out"
    opened = ["route-map ANY permit 10", "exit", *bgp, *lines,
              "neighbor LEAVES route-map ANY out"]  # fmt: skip
    closed = [*bgp, *(f"no {line}" for line in lines), out, "exit", "bgp network import-check",
              "exit", "no route-map ANY"]  # fmt: skip
    with configured(live, RED, opened, closed):
        for leaf in ("r1-leaf1", "r1-leaf2"):
            assert until(lambda leaf=leaf: heard(live, leaf, "swp1") >= STOLEN)
        yield
    for leaf in ("r1-leaf1", "r1-leaf2"):
        assert until(lambda leaf=leaf: not heard(live, leaf, "swp1") & STOLEN)


def heard(live: Live, leaf: str, neighbor: str) -> set[str]:
    """What a neighbor sent, whatever became of it."""
    told = asked(live, leaf, f"show bgp ipv6 unicast neighbors {neighbor} received-routes")
    return set(told.get("receivedRoutes", {}))


@UNNUMBERED
def test_leaves_refuse_what_a_host_must_not_announce(lab: Live) -> None:
    before = lab.case.table_now()
    with lying_host(lab):
        after = lab.case.table_now()
        assert {k: v for k, v in after.items() if k[0] != RED} == {
            k: v for k, v in before.items() if k[0] != RED
        }
        assert not lab.case.sessions.down


@UNNUMBERED
@pytest.mark.parametrize(
    ("prefix", "contract"),
    [(DEFAULT, "route/default6/leaves"), (LOOPBACK, "route/spines/all")],
)
def test_with_an_open_policy_they_take_it_and_the_judge_says_so(
    lab: Live, prefix: str, contract: str
) -> None:
    hole = [f"ipv6 prefix-list HOLE permit {prefix}", "route-map FROM-HOST-R1-RED1 permit 5",
            "match ipv6 address prefix-list HOLE"]  # fmt: skip
    mended = ["no route-map FROM-HOST-R1-RED1 permit 5", "no ipv6 prefix-list HOLE"]
    with configured(lab, "r1-leaf1", hole, mended), lying_host(lab):
        assert becomes(lab, "r1-leaf1", (RED,), prefix)
        whole, _ = total(decide_routes(lab.case))
        assert {f.contract for f in whole.findings} >= {contract, "lab/routes"}


@UNNUMBERED
def test_leaves_refuse_another_clusters_pods_and_take_them_with_a_wider_list(lab: Live) -> None:
    address = lab.expected.design.servers[BLUE].address6
    hole = f"ipv6 prefix-list BLUE-CALICO6 seq 99 permit {PODS}"
    with announced(lab, f"{BLUE}/calico", PODS):
        assert until(lambda: PODS in heard(lab, "r2-leaf1", address))
        assert hops(lab, "r2-leaf1", PODS) is None
        with configured(lab, "r2-leaf1", [hole], [f"no {hole}"]):
            assert becomes(lab, "r2-leaf1", (BLUE,), PODS)


@UNNUMBERED
def test_a_host_learns_nothing_of_the_fabric_but_what_it_needs(lab: Live) -> None:
    whole, _ = total(decide_absent(lab.case))
    assert whole.findings == []
    hole, wide = "route-map TO-HOSTS permit 5", "route-map FROM-LEAVES permit 5"
    with (
        configured(lab, "r1-leaf1", [hole], [f"no {hole}"]),
        configured(lab, RED, [wide], [f"no {wide}"]),
    ):
        assert until(lambda: hops(lab, RED, LOOPBACK) is not None)
        whole, _ = total(decide_absent(lab.case))
        assert "absent/host/r1" in {f.contract for f in whole.findings}
