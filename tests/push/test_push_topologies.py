"""Dry runs of the example topologies: what the templates write, taken by the switches' programs."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from eapi_server import EapiServer, EapiSwitch
from frr_switch import FrrSwitch

from barefabric.build import build
from barefabric.model.design import Design
from barefabric.pipeline import design as design_topology
from barefabric.push.dry_run import DryRunOptions, DryRunResult, dry_run
from barefabric.push.report import render
from barefabric.push.running import pushed_folder

TOPOLOGIES = Path(__file__).parents[2] / "topologies"
SECRETS = {"fabric-bgp": "bgp-Pa55word", "wan": "wan-Pa55word"}
LOGIN = {"FABRIC_USERNAME": "fabric", "FABRIC_PASSWORD": "s3cret-login", "FABRIC_TRANSPORT": "http"}


class Site:
    """A copy of a topology with its build; `switches` are the eAPI servers that run a build."""

    def __init__(self, folder: Path, name: str) -> None:
        self.topology = folder / f"{name}.yaml"
        text = (TOPOLOGIES / f"{name}.yaml").read_text()
        self.topology.write_text(text.replace("file:~/.config/barefabric/wan.secret", "file:wan"))
        (folder / "wan").write_text(SECRETS["wan"])
        self.out = folder / "build" / name
        self.servers: dict[str, EapiServer] = {}
        self.design: Design = self.build()

    def build(self) -> Design:
        """Designs the topology anew and writes its tree."""
        designed = design_topology(self.topology)
        build(designed, self.out)
        self.design = designed.design
        return self.design

    def config(self, switch: str) -> str:
        """What the build says, secrets filled in."""
        text = (self.out / "switches" / switch / "startup-config").read_text()
        for name, value in SECRETS.items():
            text = text.replace(f"${{secret:{name}}}", value)
        return text

    def serve(self) -> None:
        """Each switch of the design that is not served yet runs what the build says now."""
        for name in self.design.switches:
            if name not in self.servers:
                switch = EapiSwitch(self.config(name), name)
                switch.password = LOGIN["FABRIC_PASSWORD"]
                self.servers[name] = EapiServer(switch)

    def run(self) -> DryRunResult:
        """A dry run against all of them."""
        ports = tuple(f"{n}=127.0.0.1:{s.port}" for n, s in self.servers.items())
        environ = {**LOGIN, "FABRIC_BGP_PASSWORD": SECRETS["fabric-bgp"]}
        options = DryRunOptions(self.topology, targets=ports, environ=environ, timeout=10)
        return dry_run(self.design, self.out, options)

    def close(self) -> None:
        """Stops the servers."""
        for server in self.servers.values():
            server.close()


@pytest.fixture
def three_racks(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, "three-racks")
    yield site
    site.close()


def test_switches_that_run_the_build_have_nothing_to_change(three_racks: Site) -> None:
    three_racks.serve()
    result = three_racks.run()
    assert result.failures == []
    assert {name: diff.diff.text for name, diff in result.diffs.items() if diff.changes} == {}
    assert len(result.unchanged) == 10


def test_a_new_rack_changes_itself_and_the_spines(three_racks: Site) -> None:
    text = three_racks.topology.read_text()
    three_racks.topology.write_text(text.replace("r[1-3]", "r[1-2]"))
    three_racks.topology.with_suffix(".lock").unlink()
    three_racks.build()
    three_racks.serve()
    shutil.copytree(three_racks.out, pushed_folder(three_racks.topology, "three-racks"))
    three_racks.topology.write_text(text)
    three_racks.build()
    for name in ("r3-leaf1", "r3-leaf2"):
        switch = EapiSwitch("hostname localhost\n", name)
        switch.password = LOGIN["FABRIC_PASSWORD"]
        three_racks.servers[name] = EapiServer(switch)
    result = three_racks.run()
    assert result.failures == []
    assert list(result.plan.wave_of()) == ["r3-leaf2", "r3-leaf1", "spine1", "spine2"]
    assert result.plan.dark == 0
    (cluster,) = result.clusters
    assert (cluster.known, cluster.wave) == (True, 2)
    assert cluster.added["BGPPeer"] > 0
    for secret in SECRETS.values():
        assert secret not in render(result, diff=True)


@pytest.mark.needs("sshd", "ssh-keygen", "vtysh", "zebra", "bgpd", "unshare")
@pytest.mark.parametrize("name", ["r1-leaf1", "spine1", "border1"])
def test_frr_that_booted_the_build_has_nothing_to_change(tmp_path: Path, name: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("root is missing: namespaces and FRR's daemons need it")
    site = Site(tmp_path, "routed-frr")
    folder = site.out / "switches" / name
    files = {path.name: path.read_text() for path in folder.iterdir()}
    lab = tmp_path / "switch"
    lab.mkdir()
    sshd = Path(shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin:/bin") or "sshd")
    frr = FrrSwitch(lab, files, sshd, name)
    try:
        target = f'host = "127.0.0.1"\nport = {frr.port}\nknown_hosts = "{frr.known_hosts}"\n'
        (tmp_path / "targets.toml").write_text(f"[{name}]\n{target}")
        environ = {"FABRIC_USERNAME": "root", "FABRIC_KEY_FILE": str(frr.key)}
        options = DryRunOptions(site.topology, only=(name,), environ=environ, timeout=20)
        result = dry_run(site.design, site.out, options)
    finally:
        frr.close()
    assert result.failures == []
    assert result.diffs[name].diff.text == ""
