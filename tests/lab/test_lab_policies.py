"""Policies on real daemons, each with a seeded opposite: without the policy the same look fails."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from barefabric.lab.breaking import Broken, breakable
from barefabric.lab.hosts import OUTSIDE
from barefabric.lab.judging.decide import decide_absent, decide_routes, total
from barefabric.lab.judging.paths import Paths
from barefabric.lab.judging.tables import OWN
from barefabric.lab.live import Live
from barefabric.lab.measuring import Cost, cost
from live_labs import (
    DEFAULT,
    PROGRAMS,
    arriving,
    asked,
    at_rest,
    becomes,
    broken,
    cable,
    configured,
    gobgp,
    hops,
    until,
    vtysh,
)

pytestmark = [pytest.mark.needs(*PROGRAMS), pytest.mark.xdist_group("lab-policies")]

RED, BLUE = "r1-red1", "r2-blue1"
BOTH = ("spine1", "spine2")


@pytest.fixture
def lab(policies: Live) -> Iterator[Live]:
    """The lab of the policies; after each test it is as it was."""
    yield policies
    assert policies.client.ask("status")["faults"] == []
    at_rest(policies)


def address_of(live: Live, server: str) -> str:
    return live.expected.design.servers[server].address


# The default of last resort.


def test_servers_go_on_talking_when_the_last_upstream_dies_and_leave_it_when_it_is_back(
    lab: Live,
) -> None:
    assert hops(lab, "spine1") == ("border1",)
    with broken(lab, kind="isolate", where="upstream"):
        assert becomes(lab, "spine1", (OWN,))
        assert becomes(lab, "r1-leaf1", BOTH)
        assert becomes(lab, RED, ("r1-leaf1", "r1-leaf2"))
        assert arriving(lab, RED, address_of(lab, BLUE)) == 16
        assert arriving(lab, RED, OUTSIDE["ipv4"]) == 0
    assert becomes(lab, "spine1", ("border1",))
    assert becomes(lab, "border1", ("upstream",))
    assert arriving(lab, RED, OUTSIDE["ipv4"]) == 16


def test_without_the_refusals_the_upstream_never_comes_back(lab: Live) -> None:
    """Spines do not send the fallback to borders, and borders would not take it: both opened."""
    term = "route-map TO-BORDERS permit 5"
    with (
        configured(lab, "spine1", [term], [f"no {term}"]),
        configured(lab, "spine2", [term], [f"no {term}"]),
    ):
        opened, closed = ["route-map FROM-SPINES permit 10"], ["route-map FROM-SPINES deny 10"]
        with configured(lab, "border1", opened, closed):
            with broken(lab, kind="isolate", where="upstream"):
                assert becomes(lab, "border1", BOTH)
            assert not until(lambda: hops(lab, "spine1") == ("border1",), 14)


def test_without_weight_zero_the_discard_route_always_wins(lab: Live) -> None:
    term = "route-map LAST-RESORT permit 10"
    with configured(lab, "spine1", [term, "no set weight"], [term, "set weight 0"]):
        with broken(lab, kind="isolate", where="upstream"):
            assert becomes(lab, "spine1", (OWN,))
        assert becomes(lab, "spine2", ("border1",))
        assert hops(lab, "spine1") == (OWN,)
        whole, _ = total(decide_routes(lab.case))
        assert {f.contract for f in whole.findings} >= {"route/default/spines", "lab/routes"}
    vtysh(lab, "spine1", "end", "clear bgp *")


def test_a_spine_that_lost_the_border_gets_no_traffic_for_the_world(lab: Live) -> None:
    with broken(lab, kind="cut", links=[cable(lab, "spine1", "border1")]):
        assert becomes(lab, "r1-leaf1", ("spine2",))
        assert becomes(lab, "r2-leaf2", ("spine2",))
        assert hops(lab, "spine1") == (OWN,)
        assert arriving(lab, RED, OUTSIDE["ipv4"]) == 16


def test_without_the_lower_preference_that_spine_swallows_it(lab: Live) -> None:
    term = "route-map FROM-SPINES permit 10"
    undo = [term, "set local-preference 50"]
    with (
        configured(lab, "r1-leaf1", [term, "no set local-preference"], undo),
        broken(lab, kind="cut", links=[cable(lab, "spine1", "border1")]),
    ):
        assert becomes(lab, "r1-leaf1", ("spine1",))
        assert arriving(lab, RED, OUTSIDE["ipv4"]) < 16


def uplinks(live: Live) -> list[str]:
    return [cable(live, spine, "r1-leaf1") for spine in BOTH]


def test_servers_leave_a_leaf_without_uplinks(lab: Live) -> None:
    with broken(lab, kind="cut", links=uplinks(lab)):
        assert becomes(lab, RED, ("r1-leaf2",))
        assert arriving(lab, RED, address_of(lab, BLUE)) == 16


def test_a_leaf_with_a_fallback_of_its_own_loses_their_packets(lab: Live) -> None:
    bgp = ["router bgp 4200020001", "address-family ipv4 unicast"]
    route = "ip route 0.0.0.0/0 Null0 250"
    on = [route, *bgp, "redistribute static"]
    off = [f"no {route}", *bgp, "no redistribute static"]
    with (
        configured(lab, "r1-leaf1", on, off),
        broken(lab, kind="cut", links=uplinks(lab)),
    ):
        assert becomes(lab, "r1-leaf1", (OWN,))
        assert "r1-leaf1" in (hops(lab, RED) or ())
        assert arriving(lab, RED, address_of(lab, BLUE)) < 16


# What nodes may not announce.

STOLEN = (DEFAULT, "10.255.0.1/32", "192.0.2.129/32")
"""A default, a loopback of the fabric, an address of another cluster's pool."""


@contextmanager
def lying_host(live: Live) -> Iterator[None]:
    """A host that announces what is not its own, past its own policy.

    It ends when its leaves hear the truth again: a limit of prefixes that comes back before that
    would shut the session for good.
    """
    bgp = ["router bgp 64512", "no bgp network import-check", "address-family ipv4 unicast"]
    lines = [f"network {prefix}" for prefix in STOLEN]
    out = "neighbor LEAVES route-map TO-LEAVES out"
    opened = ["route-map ANY permit 10", "exit", *bgp, *lines,
              "neighbor LEAVES route-map ANY out"]  # fmt: skip
    closed = [*bgp, *(f"no {line}" for line in lines), out, "exit", "bgp network import-check",
              "exit", "no route-map ANY"]  # fmt: skip
    with configured(live, RED, opened, closed):
        yield
    for leaf in ("r1-leaf1", "r1-leaf2"):
        assert until(lambda leaf=leaf: len(heard(live, leaf, "swp1")) <= 2)


def heard(live: Live, leaf: str, neighbor: str) -> set[str]:
    """What a neighbor sent, whatever became of it."""
    told = asked(live, leaf, f"show bgp ipv4 unicast neighbors {neighbor} received-routes")
    return set(told.get("receivedRoutes", {}))


def test_leaves_refuse_what_a_host_must_not_announce(lab: Live) -> None:
    before = lab.case.table_now()
    with lying_host(lab):
        assert until(lambda: heard(lab, "r1-leaf1", "swp1") >= set(STOLEN))
        assert until(lambda: heard(lab, "r1-leaf2", "swp1") >= set(STOLEN))
        after = lab.case.table_now()
        leaves = ("r1-leaf1", "r1-leaf2", "spine1", "spine2", "border1", BLUE)
        assert {k: v for k, v in after.items() if k[0] in leaves} == {
            k: v for k, v in before.items() if k[0] in leaves
        }
        assert not lab.case.sessions.down


def test_with_an_open_policy_the_same_host_takes_the_default(lab: Live) -> None:
    hole = ["route-map FROM-HOST-R1-RED1 permit 5"]
    mended = ["no route-map FROM-HOST-R1-RED1 permit 5"]
    wide = ["router bgp 4200020001", "address-family ipv4 unicast"]
    with (
        configured(lab, "r1-leaf1", [*hole, "exit", *wide, "neighbor HOSTS maximum-prefix 20"],
                   [*wide, "neighbor HOSTS maximum-prefix 2", "exit", "exit", *mended]),
        lying_host(lab),
    ):  # fmt: skip
        assert becomes(lab, "r1-leaf1", (RED,))
        whole, _ = total(decide_routes(lab.case))
        assert "route/default/leaves" in {f.contract for f in whole.findings}


def test_leaves_refuse_another_clusters_pool_from_metallb(lab: Live) -> None:
    gobgp(lab, f"{RED}/metallb", "add", "192.0.2.129/32")
    try:
        address = address_of(lab, RED)
        assert until(lambda: "192.0.2.129/32" in heard(lab, "r1-leaf1", address))
        assert hops(lab, "r1-leaf1", "192.0.2.129/32") != (RED,)
    finally:
        gobgp(lab, f"{RED}/metallb", "del", "192.0.2.129/32")


def test_with_a_wider_list_that_pool_gets_in(lab: Live) -> None:
    hole = "ip prefix-list RED-METALLB seq 99 permit 192.0.2.129/32"
    with configured(lab, "r1-leaf1", [hole], [f"no {hole}"]):
        gobgp(lab, f"{RED}/metallb", "add", "192.0.2.129/32")
        try:
            assert becomes(lab, "r1-leaf1", (RED,), "192.0.2.129/32")
        finally:
            gobgp(lab, f"{RED}/metallb", "del", "192.0.2.129/32")


def test_a_host_learns_nothing_of_the_fabric_but_what_it_needs(lab: Live) -> None:
    whole, _ = total(decide_absent(lab.case))
    assert whole.findings == []
    hole = "route-map TO-HOSTS permit 5"
    with configured(lab, "r1-leaf1", [hole], [f"no {hole}"]):
        wide = ["route-map FROM-LEAVES permit 5"]
        with configured(lab, RED, wide, [f"no {wide[0]}"]):
            assert until(lambda: hops(lab, RED, "10.255.0.1/32") is not None)
            whole, _ = total(decide_absent(lab.case))
            assert "absent/host/r1" in {f.contract for f in whole.findings}


# Limits, passwords, BFD, neighbors on one host.


def test_a_node_over_its_limit_is_cut_off_and_one_below_it_is_not(lab: Live) -> None:
    bgp = ["router bgp 4200020001", "address-family ipv4 unicast"]
    gobgp(lab, f"{RED}/metallb", "add", "192.0.2.77/32")
    try:
        assert becomes(lab, "r1-leaf1", (RED,), "192.0.2.77/32")
        assert not lab.case.sessions.down
        with configured(lab, "r1-leaf1", [*bgp, "neighbor RED-METALLB maximum-prefix 1"],
                        [*bgp, "neighbor RED-METALLB maximum-prefix 256"]):  # fmt: skip
            assert until(lambda: bool(lab.case.sessions.down))
            (down,) = lab.case.sessions.down
            assert down.session.b == RED
            assert "more prefixes than its limit" in down.reasons[0]
    finally:
        gobgp(lab, f"{RED}/metallb", "del", "192.0.2.77/32")
        vtysh(lab, "r1-leaf1", "end", f"clear bgp {address_of(lab, RED)}")


def test_a_password_at_one_end_keeps_the_session_down(lab: Live) -> None:
    bgp = ["router bgp 4200020001"]
    with configured(lab, "r1-leaf1", [*bgp, "neighbor swp9 password other"],
                    [*bgp, "no neighbor swp9 password"]):  # fmt: skip
        assert until(lambda: bool(lab.case.sessions.down))
        (down,) = lab.case.sessions.down
        assert {down.session.a, down.session.b} == {"spine1", "r1-leaf1"}
        assert hops(lab, "r1-leaf1") == ("spine2",)


def silent(live: Live) -> Cost:
    at_rest(live)
    fault: Broken = breakable(live.expected, "silent", ("spine1", "r1-leaf1"), 64)
    told = live.client.ask("measure", flows=fault.flows, after=1, **fault.request)
    return cost(fault, told)


def test_with_bfd_a_silent_link_heals_in_under_a_second(lab: Live) -> None:
    found = silent(lab)
    assert found.predicted == 300
    assert found.broken.hit > 0
    assert found.broken.calm
    assert 200 < found.broken.worst < 1000


def test_without_bfd_it_takes_the_hold_time(lab: Live) -> None:
    spine, leaf = ["router bgp 4200000001"], ["router bgp 4200020001"]
    one = "neighbor {} bfd"
    with (
        configured(lab, "spine1", [*spine, "no " + one.format("LEAVES")],
                   [*spine, one.format("LEAVES"), "neighbor LEAVES bfd profile 100x3"]),
        configured(lab, "r1-leaf1", [*leaf, "no " + one.format("SPINES")],
                   [*leaf, one.format("SPINES"), "neighbor SPINES bfd profile 100x3"]),
    ):  # fmt: skip
        found = silent(lab)
    assert found.broken.hit > 0
    assert found.broken.worst > 1500


def test_flows_take_every_next_hop_and_without_ports_in_the_hash_they_do_not(lab: Live) -> None:
    whole, _ = total(Paths(lab.case).decide())
    assert whole.findings == []
    assert whole.rows >= 4
    policy = "net.ipv4.fib_multipath_hash_policy"
    lab.client.ask("exec", where=RED, argv=["sysctl", "-q", f"{policy}=0"])
    try:
        whole, _ = total(Paths(lab.case).decide())
    finally:
        lab.client.ask("exec", where=RED, argv=["sysctl", "-q", f"{policy}=1"])
    (found,) = whole.findings
    assert found.evidence[0].startswith(f"{RED} to ")
    assert "none of them by r1-leaf" in found.evidence[0]


LISTENING = """
[global.config]
  as = 64512
  router-id = "10.10.0.11"
  port = 179
"""


def takes_port_179(live: Live) -> bool:
    """Whether a second speaker on the host can listen for its own neighbors."""
    script = (
        "cat > /run/listen.toml; timeout 3 gobgpd -f /run/listen.toml"
        " --api-hosts 127.0.0.1:50099 >/run/listen.out 2>&1 & sleep 1.5;"
        " ss -Hltnp 'sport = :179'; wait"
    )
    done = live.client.ask("exec", where=f"{RED}/metallb", argv=["sh", "-c", script],
                           text=LISTENING)  # fmt: skip
    return "gobgpd" in done["out"]


def test_a_hosts_own_frr_leaves_port_179_to_the_speaker_beside_it(lab: Live) -> None:
    up = [s.profile.name for some in lab.case.sessions.up.values() for s in some if s.b == RED]
    assert sorted(up) == ["host", "host", "red-metallb-routed", "red-metallb-routed"]
    assert takes_port_179(lab)


def test_without_its_option_the_hosts_own_frr_takes_the_port(lab: Live) -> None:
    again = "kill -9 $(cat /run/frr/bgpd.pid); sleep 0.3; /usr/lib/frr/bgpd -d -A 127.0.0.1 {}"
    listening = again.format("-F datacenter") + " && vtysh -b"
    lab.client.ask("exec", where=RED, argv=["sh", "-c", listening])
    try:
        assert not takes_port_179(lab)
    finally:
        mended = again.format("-F datacenter -p 0") + " && vtysh -b"
        done = lab.client.ask("exec", where=RED, argv=["sh", "-c", mended])
        assert done["status"] == 0, done
