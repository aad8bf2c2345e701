"""Both families in one fabric: each is judged by itself, and a fault of one is seen there alone."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from judge_networks import all_rows
from test_judge_designs import example, survey

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.model.design import Announcement, AnnouncementKind, Design
from barefabric.model.intent import SwitchIntent
from barefabric.model.policy import PrefixList, PrefixMatch
from barefabric.model.session import Session
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.judge import Judge, verify
from barefabric.verify.prefixes import parse
from barefabric.verify.verdict import Verdict

Edit = Callable[[SwitchIntent], SwitchIntent]


def both(folder: Path, links: str = "numbered", attach: str = "routed", spines: int = 2) -> Design:
    """A small fabric of FRR with both families."""
    path = folder / "both.yaml"
    path.write_text(
        f"""
fabric: both
switch_types:
  spine: {{nos: frr, ports: 16 x 100G}}
  leaf: {{nos: frr, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}}}
  pair: {{nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}}
server_types: {{worker: {{nics: 2 x 25G, attach: {attach}}}}}
underlay: {{links: {links}, families: [ipv4, ipv6]}}
addressing:
  loopbacks: [10.255.0.0/16, "fd00:255::/48"]
  links: [10.254.0.0/16, "fd00:254::/48"]
  servers: [10.10.0.0/16, "fd00:10::/40"]
spines: {spines}
racks:
  - name: "r[1-3]"
    leaves: {{type: {"leaf" if attach == "routed" else "pair"}, count: 2}}
    servers: {{worker: 3}}
clusters:
  - name: one
    servers: [worker]
    pods: [10.64.0.0/16, "fd00:64::/48"]
    services: [10.96.0.0/16, "fd00:96::/112"]
    cni: calico
    load_balancer: {{use: calico, pools: {{web: [203.0.113.0/25, "2001:db8::/120"]}}}}
""",
        encoding="utf-8",
    )
    return design_values(load(path)).design


def judged(design: Design, edit: Edit = lambda intent: intent) -> Verdict:
    judge = Judge(design, failures=0)
    for name in design.switches:
        judge.switch(edit(switch_intent(design, name)))
    for name in design.servers:
        judge.server(server_intent(design, name))
    return judge.verdict()


def ids(verdict: Verdict) -> set[str]:
    return {finding.contract for finding in verdict.findings}


def without(design: Design, gone: Callable[[Session], bool]) -> Design:
    return replace(design, sessions=tuple(s for s in design.sessions if not gone(s)))


@pytest.mark.parametrize("attach", ["routed", "bond"])
@pytest.mark.parametrize("links", ["numbered", "unnumbered"])
def test_both_families_hold(links: str, attach: str, tmp_path: Path) -> None:
    design = both(tmp_path, links, attach)
    verdict = verify(design)
    assert verdict.findings == ()
    assert verdict.proven
    fabric = Fabric(survey(design))
    by_class, apart = Computed(fabric), Computed(fabric, by_class=False)
    assert all_rows(by_class.table) == all_rows(apart.table)


@pytest.mark.parametrize("links", ["numbered", "unnumbered"])
def test_the_families_routes_are_alike(links: str, tmp_path: Path) -> None:
    """Every IPv4 prefix has an IPv6 twin that the same devices reach by the same devices."""
    design = both(tmp_path, links)
    table = Computed(Fabric(survey(design))).table
    pairs = [(s.loopback, s.loopback6) for s in design.switches.values()]
    pairs += [(s.address, s.address6) for s in design.servers.values()]
    twins = [(f"{four}/32", f"{six}/128") for four, six in pairs] + [("0.0.0.0/0", "::/0")]
    for four, six in twins:
        for process in range(len(table.network.names)):
            one, other = table.row(process, four), table.row(process, six)
            assert (one and sorted(one.hops)) == (other and sorted(other.hops)), (four, process)


def test_a_missing_session_of_one_family_is_missed_there_alone(tmp_path: Path) -> None:
    design = both(tmp_path)
    lost = without(design, lambda s: (s.a, s.b) == ("spine1", "r1-leaf1") and s.profile.only_ipv6)
    found = judged(lost).findings
    assert "session/fabric/r1/ipv6" in {f.contract for f in found}
    assert "session/fabric/r1" not in {f.contract for f in found}
    evidence = [line for f in found if f.contract.startswith("route/") for line in f.evidence]
    assert evidence
    assert all("fd00" in line or "2001:db8" in line or "::/0" in line for line in evidence)


def edited(name: str, lists: Callable[[PrefixList], Iterable[PrefixList]]) -> Edit:
    """Changes the prefix lists of one switch."""

    def edit(intent: SwitchIntent) -> SwitchIntent:
        if intent.switch.name != name:
            return intent
        changed = tuple(new for old in intent.prefix_lists for new in lists(old))
        return replace(intent, prefix_lists=changed)

    return edit


def test_an_ipv6_list_that_lacks_an_entry_is_seen(tmp_path: Path) -> None:
    design = both(tmp_path)

    def shorter(old: PrefixList) -> Iterable[PrefixList]:
        yield old._replace(entries=old.entries[1:]) if old.name == "FABRIC6" else old

    assert "route/r1/loopbacks" in ids(judged(design, edited("spine1", shorter)))


def test_an_ipv6_list_that_is_too_wide_is_seen(tmp_path: Path) -> None:
    design = both(tmp_path)
    everything = PrefixMatch("::/0", 0, 128)

    def wider(old: PrefixList) -> Iterable[PrefixList]:
        yield old._replace(entries=(everything,)) if old.name == "ONE-CALICO6" else old

    found = ids(judged(design, edited("r1-leaf1", wider)))
    assert "refused/one-calico-routed" in found
    assert "refused/one-calico-routed6/rest" in found


def test_a_default_of_last_resort_that_is_missing_in_ipv6_is_seen(tmp_path: Path) -> None:
    design = both(tmp_path)

    def none(old: PrefixList) -> Iterable[PrefixList]:
        if old.name != "DEFAULT6":
            yield old

    found = ids(judged(design, edited("spine1", none)))
    assert "route/default6/spines" in found
    assert "route/default/spines" not in found


def test_a_wrong_ipv6_address_at_one_end_is_seen(tmp_path: Path) -> None:
    design = both(tmp_path)
    sessions = tuple(
        s._replace(a_address="fd00:254:ffff::1")
        if (s.a, s.b) == ("spine2", "r2-leaf1") and s.profile.only_ipv6
        else s
        for s in design.sessions
    )
    assert "session/fabric/r2/ipv6" in ids(judged(replace(design, sessions=sessions)))


def test_a_node_that_announces_an_ipv6_default_is_refused(tmp_path: Path) -> None:
    """It changes no row, because the leaf's policy refuses it."""
    design = both(tmp_path)
    own = next(
        a for a in design.announcements if a.kind is AnnouncementKind.POD and ":" in a.prefix
    )
    more = Announcement(own.server, own.profile, "::/0", AnnouncementKind.POOL)
    before = Computed(Fabric(survey(design))).table
    after = Computed(Fabric(survey(replace(design, announcements=(*design.announcements, more)))))
    for process, name in enumerate(before.network.names):
        if name in design.switches:
            one, other = before.row(process, "::/0"), after.table.row(process, "::/0")
            assert (one and one.hops) == (other and other.hops), name


def test_two_devices_with_one_ipv6_address_are_seen(tmp_path: Path) -> None:
    design = both(tmp_path)
    first, second, *_ = design.servers.values()
    servers = {**design.servers, second.name: second._replace(address6=first.address6)}
    assert "check/addresses" in ids(judged(replace(design, servers=servers)))


@pytest.mark.parametrize(("room", "found"), [(70, False), (69, True), (50, True)])
def test_headers_of_ipv6_pods_need_more_room(room: int, found: bool, tmp_path: Path) -> None:
    design = both(tmp_path)
    mtu = design.underlay.server_mtu - room
    cluster = replace(design.clusters["one"], cni_mode="vxlan", mtu=mtu)
    verdict = judged(replace(design, clusters={"one": cluster}))
    assert ("check/mtu" in ids(verdict)) is found
    four = replace(cluster, pods=("10.64.0.0/16",))
    alone = judged(replace(design, clusters={"one": four}))
    assert "check/mtu" not in ids(alone)


def test_the_example_has_its_rows() -> None:
    design = example("both-families")
    table = Computed(Fabric(survey(design))).table
    prefixes = list(table.group_of)
    six = [prefix for prefix in prefixes if parse(prefix).bits == 128]
    assert len(six) * 2 == len(prefixes)


TWO_OUTSIDE = """
borders: {type: leaf, count: 1}
external:
  - name: isp
    asn: 64496
    attach: {switch: border1, port: swp1, ours: [192.0.2.0/31, "2001:db8:2::/127"],
             theirs: [192.0.2.1/31, "2001:db8:2::1/127"]}
    accept: [0.0.0.0/0, "::/0", "2001:db8:ffff::/48"]
  - name: isp6
    asn: 64497
    attach: {switch: border1, port: swp2, ours: [192.0.2.2/31, "2001:db8:2::2/127"],
             theirs: [192.0.2.3/31, "2001:db8:2::3/127"]}
    accept: [0.0.0.0/0, "::/0"]
"""


def test_what_something_is_called_in_ipv6_is_the_name_of_nothing_else(tmp_path: Path) -> None:
    """Servers 1 and 16 of a rack, routers outside called ``isp`` and ``isp6``."""
    both(tmp_path)
    path = tmp_path / "both.yaml"
    text = path.read_text().replace("worker: 3}", "worker: 16}")
    path.write_text(text.replace("clusters:", f"{TWO_OUTSIDE}clusters:"))
    design = design_values(load(path)).design
    assert verify(design, failures=0).proven
    for name in ("r1-leaf1", "border1"):
        intent = switch_intent(design, name)
        lists = [(one.name, {":" in e.prefix for e in one.entries}) for one in intent.prefix_lists]
        assert len({name for name, _ in lists}) == len(lists)
        assert all(len(families) == 1 for _, families in lists)
        groups = [group.name for group in intent.bgp.groups]
        assert len(set(groups)) == len(groups)


def test_limits_towards_routers_outside_are_looked_at_in_both_families(tmp_path: Path) -> None:
    both(tmp_path)
    path = tmp_path / "both.yaml"
    path.write_text(path.read_text().replace("clusters:", f"{TWO_OUTSIDE}clusters:"))
    design = design_values(load(path)).design

    def narrow(intent: SwitchIntent) -> SwitchIntent:
        groups = tuple(
            g._replace(max_prefix=1) if g.name == "ISP_6" else g for g in intent.bgp.groups
        )
        return replace(intent, bgp=replace(intent.bgp, groups=groups))

    assert judged(design).proven
    assert "check/max-prefix" in {f.contract for f in judged(design, narrow).findings}
