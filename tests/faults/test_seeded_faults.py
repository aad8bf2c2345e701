"""A judge that never fails proves nothing: each fault here must be found, where it shows.

Every line of the table spoils one value of a sound design, or of one device's intent, and names
the contracts that must break.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import spoil_links as links
import spoil_policies as policies
import spoil_sessions as sessions
from judge_bench import Bench, example

from barefabric.model.design import Announcement, AnnouncementKind
from barefabric.model.session import Bfd

THREE, ROUTED, FIVE, QUICK = "three-racks", "routed-frr", "five-stage", "quickstart"


class Fault(NamedTuple):
    """A fault: what it is, where it is made, how, and contracts (``a|b``: one of) that break."""

    name: str
    topology: str
    spoil: Callable[[Bench], object]
    broken: tuple[str, ...]


FAULTS = [
    Fault(
        "wrong ASN of a node",
        THREE,
        sessions.wrong_node_asn,
        ("session/prod-calico/r2", "route/r2/own"),
    ),
    Fault(
        "wrong ASN of a leaf",
        THREE,
        sessions.wrong_leaf_asn,
        ("session/fabric/r1", "route/r1/spines"),
    ),
    Fault(
        "wrong neighbor address",
        THREE,
        sessions.wrong_neighbor_address,
        ("session/prod-calico/r1",),
    ),
    Fault("wrong link address", THREE, sessions.wrong_link_address, ("session/fabric/r3",)),
    Fault(
        "swapped cables", THREE, sessions.swapped_cables, ("session/fabric/r1", "session/fabric/r2")
    ),
    Fault(
        "missing fabric session",
        THREE,
        sessions.session_missing,
        ("session/fabric/r1", "route/r1/elsewhere"),
    ),
    Fault(
        "missing node session",
        THREE,
        sessions.node_session_missing,
        ("session/prod-calico/r1", "route/r1/own"),
    ),
    Fault(
        "missing pair session",
        THREE,
        sessions.pair_session_missing,
        ("session/pair/r2-leaf1", "route/r2/peer"),
    ),
    Fault(
        "one more failure and a leaf is alone",
        THREE,
        sessions.lame_leg,
        ("survives/links", "survives/spines"),
    ),
    Fault(
        "missing superspine session",
        FIVE,
        sessions.superspine_session_missing,
        ("session/superspines/p2", "route/p1r01/spines|route/p1r01/elsewhere"),
    ),
    Fault(
        "missing host session",
        ROUTED,
        sessions.host_session_missing,
        ("session/host/r2", "route/r2/own"),
    ),
    Fault("both ends passive", THREE, sessions.both_passive, ("session/prod-calico/r1",)),
    Fault(
        "no address family", THREE, sessions.no_family, ("session/borders", "route/default/spines")
    ),
    Fault(
        "wrong upstream address",
        THREE,
        sessions.upstream_address,
        ("session/upstream/wan-b", "route/default/border2"),
    ),
    Fault(
        "peer group left out", THREE, sessions.group_not_configured, ("session/prod-kube-vip/r1",)
    ),
    Fault("one neighbor too many", THREE, sessions.extra_neighbor, ("check/neighbors",)),
    Fault("one neighbor left out", THREE, sessions.neighbor_not_configured, ("check/neighbors",)),
    Fault(
        "neighbor with a wrong ASN", THREE, sessions.neighbor_with_wrong_asn, ("check/neighbors",)
    ),
    Fault("own ASN changed", THREE, sessions.own_asn_changed, ("session/fabric/r3", "check/asns")),
    Fault(
        "two racks with one ASN",
        THREE,
        sessions.two_racks_one_asn,
        ("check/asns", "route/r1/elsewhere", "route/r3/elsewhere"),
    ),
    Fault(
        "duplicate loopback",
        THREE,
        sessions.duplicate_loopback,
        ("check/addresses", "check/router-ids"),
    ),
    Fault("duplicate router id", THREE, sessions.duplicate_router_id, ("check/router-ids",)),
    Fault(
        "duplicate server address", THREE, sessions.duplicate_server_address, ("check/addresses",)
    ),
    Fault(
        "server with another rack's address",
        THREE,
        sessions.server_of_another_rack,
        ("check/gateways",),
    ),
    Fault(
        "loopback outside its pool", THREE, sessions.loopback_outside_its_pool, ("check/addresses",)
    ),
    Fault("overlapping pools", THREE, sessions.overlapping_pools, ("check/pools",)),
    Fault("prefix list too wide", THREE, policies.too_wide, ("refused/prod-calico/rest",)),
    Fault("leaf accepts a default", THREE, policies.accepts_a_default, ("refused/prod-calico",)),
    Fault(
        "node announces a default",
        THREE,
        policies.node_announces_a_default,
        ("refused/prod-calico", "route/default/leaves"),
    ),
    Fault(
        "another cluster's pool", FIVE, policies.accepts_another_cluster, ("refused/east-calico",)
    ),
    Fault(
        "fabric loopback from a node", THREE, policies.accepts_a_loopback, ("refused/prod-calico",)
    ),
    Fault("rack prefix from a node", THREE, policies.accepts_a_rack, ("refused/prod-kube-vip",)),
    Fault(
        "import policy detached",
        THREE,
        policies.import_detached,
        ("refused/prod-calico", "check/settings"),
    ),
    Fault(
        "import policy undefined",
        THREE,
        policies.import_policy_gone,
        ("check/policies", "route/r1/own"),
    ),
    Fault("prefix list undefined", THREE, policies.list_gone, ("check/policies", "route/r1/own")),
    Fault(
        "leaf without its default", THREE, policies.leaf_without_default, ("route/default/leaves",)
    ),
    Fault(
        "leaf keeps its rack to itself",
        THREE,
        policies.leaf_keeps_its_rack,
        ("route/r2/spines", "route/r2/loopbacks"),
    ),
    Fault("leaf talks to nodes", THREE, policies.leaf_talks_to_nodes, ("absent/prod-calico",)),
    Fault(
        "spine takes a default from leaves",
        THREE,
        policies.spine_takes_a_default,
        ("refused/spines/default",),
    ),
    Fault(
        "border takes the fabric's default",
        THREE,
        policies.border_takes_a_default,
        ("refused/borders/default",),
    ),
    Fault("border leaks loopbacks", THREE, policies.border_leaks, ("absent/out/wan-a",)),
    Fault(
        "border forgets a pool",
        THREE,
        policies.border_forgets_a_pool,
        ("route/out/wan-b", "reach/in/wan-b"),
    ),
    Fault(
        "upstream may send anything",
        THREE,
        policies.upstream_may_send_anything,
        ("refused/upstream/wan-a/rest",),
    ),
    Fault(
        "last resort with weight",
        THREE,
        policies.heavy_last_resort,
        ("route/default/spines", "route/default/leaves"),
    ),
    Fault(
        "last resort preferred",
        THREE,
        policies.last_resort_without_community,
        ("route/default/spines",),
    ),
    Fault(
        "last resort missing",
        FIVE,
        policies.last_resort_missing,
        ("route/default/spines", "route/default/leaves"),
    ),
    Fault("link network announced", THREE, policies.links_announced, ("absent/links",)),
    Fault("host takes everything", ROUTED, policies.host_takes_everything, ("absent/host/r1",)),
    Fault(
        "host list of another server",
        ROUTED,
        policies.host_list_of_another,
        ("refused/host/rest", "route/r1/own", "session/edge-metallb-routed/r1"),
    ),
    Fault(
        "host may announce anything", ROUTED, policies.host_may_announce_anything, ("refused/host",)
    ),
    Fault(
        "host announces nothing",
        ROUTED,
        policies.host_does_not_announce,
        ("route/r2/spines", "session/edge-metallb-routed/r2"),
    ),
    Fault(
        "lost multipath",
        THREE,
        links.lost_multipath,
        ("route/r1/elsewhere|route/r2/elsewhere", "check/ecmp"),
    ),
    Fault(
        "multipath too narrow",
        THREE,
        links.narrow_spine,
        ("route/prod/services/spines", "check/ecmp"),
    ),
    Fault(
        "more paths than the hardware has", THREE, links.too_wide_for_the_hardware, ("check/ecmp",)
    ),
    Fault("max-prefix too low", THREE, links.max_prefix_too_low, ("check/max-prefix",)),
    Fault("no max-prefix", THREE, links.no_max_prefix, ("check/max-prefix",)),
    Fault("BFD on one end", THREE, links.one_end("bfd", None), ("check/settings",)),
    Fault(
        "other BFD timers on one end", THREE, links.one_end("bfd", Bfd(50, 3)), ("check/settings",)
    ),
    Fault("hold time 90 on one end", THREE, links.one_end("hold", 90), ("check/settings",)),
    Fault("password on one end", THREE, links.one_end("password", ""), ("check/settings",)),
    Fault(
        "TTL security on one end", THREE, links.one_end("ttl_security", False), ("check/settings",)
    ),
    Fault("family on one end", THREE, links.one_end("families", ("ipv6",)), ("check/settings",)),
    Fault(
        "communities not sent",
        THREE,
        links.one_end("send_community", False, "spine1", "LEAVES"),
        ("check/settings",),
    ),
    Fault(
        "no next-hop-self in the pair",
        THREE,
        links.one_end("next_hop_self", False, "r1-leaf2", "PEER"),
        ("check/settings",),
    ),
    Fault(
        "leaf dials its nodes",
        THREE,
        links.one_end("passive", False, "r1-leaf2", "PROD-CALICO"),
        ("check/settings",),
    ),
    Fault("BFD for Calico", THREE, links.bfd_for_calico, ("check/timers",)),
    Fault("hold below three keepalives", THREE, links.impatient, ("check/timers",)),
    Fault("BFD slower than hold", THREE, links.slow_bfd, ("check/timers",)),
    Fault("MTU short by 4", THREE, links.short_mtu, ("check/mtu",)),
    Fault("bonds with a short MTU", THREE, links.short_bond_mtu, ("check/mtu", "check/bonds")),
    Fault("servers send more than the fabric carries", THREE, links.large_servers, ("check/mtu",)),
    Fault("pods send more than servers", ROUTED, links.large_pods, ("check/mtu",)),
    Fault("port with another address", THREE, links.port_address_wrong, ("check/links",)),
    Fault("two cables in one port", THREE, links.port_twice, ("check/ports",)),
    Fault("port that does not exist", THREE, links.port_unknown, ("check/ports",)),
    Fault("port that is too slow", THREE, links.port_too_slow, ("check/ports",)),
    Fault("more cables than NICs", THREE, links.too_many_nics, ("check/ports",)),
    Fault(
        "LACP missing on one end", THREE, links.lacp_member_missing, ("check/bonds", "check/links")
    ),
    Fault("wrong VLAN", THREE, links.wrong_vlan, ("check/bonds",)),
    Fault("wrong MLAG id", THREE, links.wrong_mlag_id, ("check/bonds",)),
    Fault("MLAG domain mismatch", THREE, links.mlag_domain, ("check/peer-links",)),
    Fault("MLAG peer address", THREE, links.mlag_peer_address, ("check/peer-links",)),
    Fault("MLAG on one leaf", THREE, links.mlag_gone, ("check/peer-links",)),
    Fault(
        "VLAN on one leaf", THREE, links.vlan_on_one_leaf, ("check/gateways", "check/peer-links")
    ),
    Fault("wrong gateway", THREE, links.gateway_wrong, ("check/gateways",)),
    Fault(
        "VLAN interface missing",
        THREE,
        links.svi_gone,
        ("check/gateways", "session/prod-calico/r1"),
    ),
    Fault(
        "peer link unplugged",
        THREE,
        links.peer_link_unplugged,
        ("session/pair/r2-leaf1", "check/peer-links"),
    ),
    Fault(
        "two speakers on one address",
        THREE,
        links.two_speakers_on_one_address,
        ("check/kubernetes",),
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
def test_the_fault_is_found(fault: Fault) -> None:
    bench = Bench(fault.topology)
    fault.spoil(bench)
    verdict = bench.verdict(any(one.startswith("survives") for one in fault.broken))
    assert not verdict.proven
    broken = {found.contract for found in verdict.findings}
    for wanted in fault.broken:
        assert broken.intersection(wanted.split("|")), (wanted, sorted(broken))


@pytest.mark.parametrize("topology", [QUICK, THREE, ROUTED, FIVE])
def test_the_sound_design_is_proven(topology: str) -> None:
    verdict = Bench(topology).verdict(failures=1)
    assert verdict.findings == ()
    assert verdict.proven


def test_a_default_from_a_node_changes_nothing_while_the_filter_is_closed() -> None:
    bench = Bench(THREE)
    more = Announcement("r1-worker5", "prod-calico", "0.0.0.0/0", AnnouncementKind.POOL)
    bench.alter(announcements=(*bench.design.announcements, more))
    assert bench.verdict().proven


def test_faults_have_names_of_their_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({fault.spoil for fault in FAULTS}) == len(FAULTS)


def test_every_contract_kind_is_broken_by_some_fault() -> None:
    kinds = {wanted.partition("/")[0] for fault in FAULTS for wanted in fault.broken}
    assert kinds >= {c.kind.value for c in example(THREE).contracts}


def test_every_check_is_broken_by_some_fault() -> None:
    """Checks of tables need a model with sizes; they have a test of their own."""
    checks = {c.id for t in (QUICK, THREE, ROUTED) for c in example(t).contracts}
    wanted = {check for check in checks if check.startswith("check/")}
    broken = {one for fault in FAULTS for one in fault.broken}
    assert wanted - broken == {"check/tables"}


def test_the_documentation_lists_every_fault() -> None:
    text = (Path(__file__).parents[2] / "docs" / "verification.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| ") and line.count("|") == 4]
    for fault in FAULTS:
        broken = ", ".join(one.replace("|", " or ") for one in fault.broken)
        assert f"| {fault.name} | {fault.topology} | {broken} |" in table
    assert len(table) >= len(FAULTS)
