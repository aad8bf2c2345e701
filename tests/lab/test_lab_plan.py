"""The plan of a lab: rendered files go in as they are, and what is changed is listed."""

import json
import subprocess
from pathlib import Path

import pytest

from barefabric.build import build_files
from barefabric.lab.files import daemons, fill
from barefabric.lab.names import port
from barefabric.lab.plan import Source, lab_plan
from barefabric.lab.types import Host, LabPlan, plain, read_plan
from barefabric.pipeline import design

ROOT = Path(__file__).parents[2]
BOTH = frozenset({"gobgpd", "gobgp"})


def plan_of(topology: Path, programs: frozenset[str] = BOTH) -> tuple[LabPlan, dict[str, str]]:
    found = design(topology).design
    files = dict(build_files(found))
    return lab_plan(Source(found, files, programs), "lab"), files


@pytest.fixture(scope="module")
def routed_plan() -> tuple[LabPlan, dict[str, str]]:
    return plan_of(ROOT / "topologies" / "routed-frr.yaml")


@pytest.fixture(scope="module")
def policies_plan() -> tuple[LabPlan, dict[str, str]]:
    return plan_of(Path(__file__).parent / "topologies" / "policies.yaml")


def host(plan: LabPlan, name: str) -> Host:
    return next(h for h in plan.hosts if h.name == name)


def test_rendered_files_are_installed_byte_for_byte(
    routed_plan: tuple[LabPlan, dict[str, str]],
) -> None:
    plan, files = routed_plan
    installed = {f.source: f.text for h in plan.hosts for p in h.parts for f in p.files if f.source}
    wanted = {p: t for p, t in files.items() if p.startswith(("switches/", "nodes/"))}
    assert installed == wanted
    assert not any(h.changes for h in plan.hosts)


def test_only_the_listed_lines_differ(policies_plan: tuple[LabPlan, dict[str, str]]) -> None:
    plan, files = policies_plan
    changed = {(c.file, c.line): c for h in plan.hosts for c in h.changes}
    differing = {
        (f.source, number): (before, after)
        for h in plan.hosts
        for p in h.parts
        for f in p.files
        if f.source
        for number, (before, after) in enumerate(
            zip(files[f.source].split("\n"), f.text.split("\n"), strict=True), 1
        )
        if before != after
    }
    assert differing == {key: (c.before, c.after) for key, c in changed.items()}
    assert len(changed) == 19
    assert all("password" in c.before and "${secret:fabric}" in c.before for c in changed.values())


def test_a_lab_gives_each_secret_a_value_of_its_own() -> None:
    text, changes = fill("a\n password ${secret:one}\nb ${secret:two}\n", "x")
    assert text == "a\n password lab-one\nb lab-two\n"
    assert [(c.line, c.before) for c in changes] == [
        (2, " password ${secret:one}"),
        (3, "b ${secret:two}"),
    ]


def test_a_plan_travels_as_json(policies_plan: tuple[LabPlan, dict[str, str]]) -> None:
    plan, _ = policies_plan
    assert read_plan(json.loads(json.dumps(plain(plan)))) == plan


def test_every_cable_becomes_a_link_with_both_ports(
    routed_plan: tuple[LabPlan, dict[str, str]],
) -> None:
    plan, _ = routed_plan
    assert len(plan.links) == 10 + 16 + 1
    assert {(link.a, link.a_port, link.b, link.b_port) for link in plan.links} >= {
        ("spine1", "swp1", "r1-leaf1", "swp49"),
        ("r1-leaf1", "swp1", "r1-worker1", "eno1"),
        ("border1", "swp48", "upstream", "eth1"),
    }


def test_daemons_start_as_the_file_says() -> None:
    text = (
        '# comment\nbgpd=yes\nospfd=no\nbfdd=yes\nfrr_profile="datacenter"\n'
        'bgpd_options="   -A 127.0.0.1 -p 0"\n'
    )
    assert [(d.name, d.options) for d in daemons(text)] == [
        ("zebra", ("-F", "datacenter")),
        ("staticd", ("-F", "datacenter")),
        ("bgpd", ("-F", "datacenter", "-A", "127.0.0.1", "-p", "0")),
        ("bfdd", ("-F", "datacenter")),
    ]


def test_a_routed_host_has_its_own_frr_and_a_part_for_each_speaker(
    policies_plan: tuple[LabPlan, dict[str, str]],
) -> None:
    plan, _ = policies_plan
    red, blue = host(plan, "r1-red1"), host(plan, "r2-blue1")
    assert [(p.name, p.daemon) for p in red.parts] == [("", "frr"), ("metallb", "gobgp")]
    assert [(p.name, p.daemon) for p in blue.parts] == [("", "frr"), ("calico", "bird")]
    bgpd = next(p for p in red.parts[0].programs if p.name == "bgpd")
    assert bgpd.argv[-4:-2] == ("-p", "0")


def test_without_gobgp_bird_stands_in_and_says_so() -> None:
    plan, _ = plan_of(ROOT / "topologies" / "routed-frr.yaml", frozenset())
    assert {p.daemon for h in plan.hosts for p in h.parts} == {"frr", "bird"}
    assert any("GoBGP is not installed" in r for r in host(plan, "upstream").remarks)
    assert any("GoBGP is not installed" in r for r in host(plan, "r1-worker1").remarks)


@pytest.fixture(scope="module", params=[BOTH, frozenset()], ids=["gobgp", "bird"])
def both_plan(request: pytest.FixtureRequest) -> LabPlan:
    return plan_of(ROOT / "topologies" / "both-families.yaml", request.param)[0]


def test_what_nodes_announce_answers_in_both_families(both_plan: LabPlan) -> None:
    lines = host(both_plan, "r2-worker1").setup.ip
    served = [line.split()[2] for line in lines if line.endswith("dev lab0") and "addr" in line]
    assert served == ["10.65.0.1/32", "203.0.113.129/32", "fd00:65::1/128", "2001:db8:114::1/128"]


def test_a_router_outside_has_sessions_and_a_way_back_in_both_families(both_plan: LabPlan) -> None:
    found = host(both_plan, "isp")
    assert found.setup.ip == (
        "link set eth1 mtu 1500",
        "addr add 192.0.2.0/31 dev eth1",
        "addr add 2001:db8:2::/127 dev eth1",
        "link set eth1 up",
        "addr add 198.18.0.1/32 dev lo",
        "addr add 2001:2::1/128 dev lo",
    )
    back = ("route add default via 192.0.2.1", "route add default via 2001:db8:2::1")
    assert found.setup.late == (back if found.parts[0].daemon == "gobgp" else ())
    text = found.parts[0].files[0].text
    assert "192.0.2.1" in text
    assert "2001:db8:2::1" in text
    assert "198.18.0.1 and 2001:2::1 answer there for the world" in found.remarks[0]


def test_a_leaf_of_a_pair_shares_a_gateway_of_each_family(both_plan: LabPlan) -> None:
    setup = host(both_plan, "r1-leaf1").setup
    assert [line for line in setup.late if line.endswith("vlan100-v0")] == [
        "addr add 10.10.0.1/32 dev vlan100-v0",
        "addr add fd00:10::1/128 dev vlan100-v0",
    ]
    assert "addr add fd00:10::2/64 dev vlan100" in setup.late
    assert any(line.startswith("addr add fd00:255::") and "dev lo" in line for line in setup.ip)


@pytest.mark.needs("bird")
def test_bird_reads_what_it_is_given(both_plan: LabPlan, tmp_path: Path) -> None:
    texts = {f.text for h in both_plan.hosts for p in h.parts for f in p.files
             if p.daemon == "bird"}  # fmt: skip
    assert len(texts) >= 8
    path = tmp_path / "bird.conf"
    for text in texts:
        path.write_text(text)
        done = subprocess.run(["bird", "-p", "-c", str(path)], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), text
        assert text.count("ipv6 {") >= 2
    path.write_text(text.replace("neighbor ", "neighbour ", 1))
    assert subprocess.run(
        ["bird", "-p", "-c", str(path)], capture_output=True, check=False
    ).returncode


@pytest.mark.needs("vtysh")
def test_frr_reads_what_a_node_speaks_with(both_plan: LabPlan, tmp_path: Path) -> None:
    part = next(p for p in host(both_plan, "r1-node1").parts if p.name == "metallb")
    text = next(f.text for f in part.files if f.path == "/etc/frr/frr.conf")
    path = tmp_path / "frr.conf"
    path.write_text(text)
    done = subprocess.run(["vtysh", "-C", "-f", str(path)], capture_output=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")
    for line in ("ipv6 nht resolve-via-default", " match ipv6 address prefix-list SAY",
                 " address-family ipv6 unicast", "  network 2001:db8:113::1/128"):  # fmt: skip
        assert f"\n{line}\n" in text


def test_switches_of_another_network_os_are_marked_as_stand_ins() -> None:
    plan, files = plan_of(ROOT / "topologies" / "quickstart.yaml")
    leaf = host(plan, "r1-leaf1")
    assert leaf.stand_in == "arista_eos"
    assert not any(f.source for p in leaf.parts for f in p.files)
    assert "switches/r1-leaf1/startup-config" in files
    frr = next(f.text for f in leaf.parts[0].files if f.path == "/etc/frr/frr.conf")
    assert "neighbor 10.254.0.0 peer-group SPINES" in frr
    assert "route-map FROM-SPINES permit 10" in frr


@pytest.mark.parametrize(
    ("name", "linux"),
    [
        ("swp1", "swp1"),
        ("Ethernet49/1", "Ethernet49_1"),
        ("GigabitEthernet1/0/48", "Gi1_0_48"),
        ("xe-0/0/1:3", "xe-0_0_1_3"),
    ],
)
def test_ports_get_names_that_linux_takes(name: str, linux: str) -> None:
    assert port(name) == linux
    assert len(linux) <= 15
