"""Dry runs against real FRR over SSH: our own NAPALM driver, vtysh and frr-reload.py."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from frr_switch import FrrSwitch
from push_fabrics import FabricBuilder

from barefabric.push.answers import FailureKind
from barefabric.push.dry_run import DryRunOptions, DryRunResult, dry_run
from barefabric.push.report import render

pytestmark = pytest.mark.needs("sshd", "ssh-keygen", "vtysh", "zebra", "bgpd", "unshare")

SECRET = "bgp-Pa55word"
CONFIG = """\
frr defaults datacenter
hostname leaf1
no zebra nexthop kernel enable
service integrated-vtysh-config
!
router bgp 65101
 bgp router-id 10.255.1.1
 no bgp default ipv4-unicast
 neighbor SPINES peer-group
 neighbor SPINES remote-as external
 neighbor SPINES password ${secret:fabric-bgp}
 neighbor swp1 interface peer-group SPINES
 !
 address-family ipv4 unicast
  network 10.255.1.1/32
  neighbor SPINES activate
 exit-address-family
exit
!
ip prefix-list DEFAULT seq 10 permit 0.0.0.0/0
!
end
"""
INTERFACES = "# /etc/network/interfaces (ifupdown2)\nauto swp1\niface swp1\n    mtu 9216\n"
DAEMONS = "# /etc/frr/daemons\nbgpd=yes\nbfdd=yes\n"
FILES = {"frr.conf": CONFIG, "interfaces": INTERFACES, "daemons": DAEMONS}


@pytest.fixture(scope="module")
def frr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrrSwitch]:
    """A switch that runs CONFIG with its secret."""
    if os.geteuid() != 0:
        pytest.skip("root is missing: namespaces and FRR's daemons need it")
    sshd = Path(shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin:/bin") or "sshd")
    files = {**FILES, "frr.conf": CONFIG.replace("${secret:fabric-bgp}", SECRET)}
    switch = FrrSwitch(tmp_path_factory.mktemp("frr"), files, sshd)
    yield switch
    switch.close()


Run = Callable[..., DryRunResult]


@pytest.fixture
def run(frr: FrrSwitch, tmp_path: Path) -> Run:
    """Runs a dry run of a one-switch fabric whose build holds the given files."""
    fabric = FabricBuilder(nos="frr")
    fabric.link(fabric.spines(1), fabric.rack("r1", 1, 1))
    fabric.secrets = {"fabric-bgp": "env:LAB_BGP"}
    design = fabric.design()

    def go(files: dict[str, str] | None = None, **options: Any) -> DryRunResult:
        for name, text in {**FILES, **(files or {})}.items():
            path = tmp_path / "build" / "switches" / "r1-leaf1" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        target = f'host = "127.0.0.1"\nport = {frr.port}\nknown_hosts = "{frr.known_hosts}"\n'
        (tmp_path / "targets.toml").write_text(f"[r1-leaf1]\n{target}")
        login = {"FABRIC_USERNAME": "root", "FABRIC_KEY_FILE": str(frr.key), "LAB_BGP": SECRET}
        facts = {
            "topology": tmp_path / "lab.yaml",
            "only": ("r1-leaf1",),
            "environ": {**login, **options.pop("environ", {})},
            "timeout": 20.0,
            **options,
        }
        return dry_run(design, tmp_path / "build", DryRunOptions(**facts))

    return go


def test_a_switch_that_runs_the_build_has_no_diff(run: Run, frr: FrrSwitch) -> None:
    result = run()
    assert result.diffs["r1-leaf1"].failure is None
    assert result.diffs["r1-leaf1"].diff.text == ""
    assert (result.unchanged, result.failures) == (["r1-leaf1"], [])
    assert frr.run("ls /tmp") == "", "the candidate is gone"


def test_the_diff_is_what_frr_would_do(run: Run, frr: FrrSwitch) -> None:
    running = frr.run("vtysh -c 'show running-config'")
    new = CONFIG.replace(
        " network 10.255.1.1/32\n", " network 10.255.1.1/32\n  network 10.255.1.2/32\n"
    )
    new = new.replace(
        "permit 0.0.0.0/0\n!", "permit 0.0.0.0/0\n!\nroute-map X permit 10\n set weight 0\nexit\n!"
    )
    new = new.replace(" no bgp default ipv4-unicast\n", "")
    result = run({"frr.conf": new, "interfaces": INTERFACES.replace("9216", "9000")})
    diff = result.diffs["r1-leaf1"].diff
    assert diff.text.splitlines() == [
        " router bgp 65101",
        "- no bgp default ipv4-unicast",
        "  address-family ipv4 unicast",
        "+  network 10.255.1.2/32",
        "+route-map X permit 10",
        "+ set weight 0",
        "@@ interfaces",
        "@@ -1,3 +1,3 @@",
        " auto swp1",
        " iface swp1",
        "-    mtu 9216",
        "+    mtu 9000",
    ]
    assert (diff.added, diff.removed) == (4, 2)
    assert frr.run("vtysh -c 'show running-config'") == running, "nothing was changed"
    assert frr.run("ls /tmp") == "", "the candidate is gone"


def test_passwords_are_masked_old_and_new(run: Run) -> None:
    result = run(environ={"LAB_BGP": "another-Pa55"})
    assert result.diffs["r1-leaf1"].diff.text.splitlines() == [
        " router bgp 65101",
        "- neighbor SPINES password <hidden>",
        "+ neighbor SPINES password ${secret:fabric-bgp}",
    ]
    assert SECRET not in render(result, diff=True)


def test_without_secrets_the_password_is_not_compared(run: Run) -> None:
    diff = run(secrets=False).diffs["r1-leaf1"].diff
    assert (diff.text, diff.uncompared) == ("", 1)


def test_a_line_that_frr_refuses_is_shown_with_its_place(run: Run, frr: FrrSwitch) -> None:
    result = run({"frr.conf": CONFIG.replace("router bgp 65101", "router bgp lots")})
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, failure.line, failure.command) == (
        FailureKind.REFUSED,
        6,
        "router bgp lots",
    )
    assert frr.run("ls /tmp") == "", "the candidate is gone"


def test_a_host_nobody_knows_is_refused_before_a_password_is_sent(run: Run, frr: FrrSwitch) -> None:
    known = frr.known_hosts.read_text()
    frr.known_hosts.write_text("")
    try:
        failure = run().diffs["r1-leaf1"].failure
    finally:
        frr.known_hosts.write_text(known)
    assert failure is not None
    assert failure.kind is FailureKind.DRIVER
    assert "not found in known_hosts" in failure.detail


def test_a_login_that_is_refused_is_named(run: Run, tmp_path: Path) -> None:
    environ = {"FABRIC_KEY_FILE": "", "FABRIC_PASSWORD": "wrong-Pa55word"}
    result = run(environ=environ)
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, result.exit_status) == (FailureKind.LOGIN, 3)
    assert "wrong-Pa55word" not in render(result)


def test_facts(frr: FrrSwitch) -> None:
    from barefabric.push.frr_driver import FrrDriver

    options = {"port": frr.port, "key_file": str(frr.key), "known_hosts": str(frr.known_hosts)}
    driver = FrrDriver("127.0.0.1", "root", "", timeout=20, optional_args=options)
    assert driver.is_alive() == {"is_alive": False}
    driver.open()
    facts = driver.get_facts()
    assert driver.is_alive() == {"is_alive": True}
    driver.close()
    assert (facts["hostname"], facts["vendor"]) == ("leaf1", "FRRouting")
    assert facts["os_version"][0].isdigit()
    assert facts["uptime"] > 0


def test_a_system_without_a_driver_is_named_and_compared_offline(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from barefabric.push import napalm

    monkeypatch.setattr(napalm, "OWN_DRIVERS", {})
    result = run()
    assert (result.without_driver, result.new) == (("r1-leaf1",), ["r1-leaf1"])
    assert "no driver       r1-leaf1: compared with the last push, not asked" in render(result)
    assert result.failures == []
