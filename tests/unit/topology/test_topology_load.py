"""The examples mean what they say, and what they do not say has its default."""

from pathlib import Path

import pytest

from barefabric.errors import FabricError
from barefabric.model.device import Attach
from barefabric.topology.load import Loaded, load
from barefabric.topology.schema import (
    AddressPool,
    AsnRange,
    Bfd,
    PortBlock,
    ServerSelector,
    Tier,
    Timers,
    Topology,
    UserContract,
)

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "topologies").glob("*.yaml"))


def example(name: str) -> Topology:
    return load(ROOT / "topologies" / f"{name}.yaml").topology


def loaded(tmp_path: Path, more: str, base: str = "") -> Loaded:
    text = base or (ROOT / "topologies" / "quickstart.yaml").read_text(encoding="utf-8")
    path = tmp_path / "lab.yaml"
    path.write_text(text + more, encoding="utf-8")
    return load(path)


def test_there_are_seven_examples() -> None:
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_loads(path: Path) -> None:
    assert load(path).topology.fabric == path.stem


def test_quickstart() -> None:
    topology = example("quickstart")
    assert topology.spines == Tier(type="spine", count=2)
    (rack,) = topology.racks
    assert rack.leaves == Tier(type="leaf", count=2)
    assert rack.servers == {"node": 4}
    (cluster,) = topology.clusters
    assert cluster.servers == ServerSelector(types=("node",))
    assert (cluster.cni.mode, cluster.cni.node_asn, cluster.cni.block_size) == (
        "bgp",
        "per_cluster",
        26,
    )
    assert cluster.load_balancer is not None
    assert cluster.load_balancer.announce == "metallb"
    assert cluster.load_balancer.pools == {"public": AddressPool(addresses=("203.0.113.0/24",))}
    assert topology.underlay.bfd == Bfd(interval=300, multiplier=3)
    assert topology.underlay.timers == Timers(keepalive=3, hold=9)
    assert topology.underlay.families == ("ipv4",)
    assert topology.addressing.servers.pool == ("10.10.0.0/16",)
    assert topology.asn.node.first == 64512
    assert topology.asn.spine == AsnRange(first=4200000001, last=4200009999)


def test_three_racks() -> None:
    topology = example("three-racks")
    (cluster,) = topology.clusters
    assert topology.racks[0].name == "r[1-3]"
    assert cluster.kubernetes == "1.36"
    assert cluster.load_balancer is not None
    assert cluster.load_balancer.announce == "cni"
    assert cluster.control_plane is not None
    assert cluster.control_plane.servers == ServerSelector(types=("control",))
    assert cluster.control_plane.endpoint is not None
    assert cluster.control_plane.endpoint.address == "10.112.0.10"
    assert topology.underlay.password == "fabric-bgp"
    assert [external.password for external in topology.external] == ["wan", "wan"]
    assert topology.addressing.management.pool == "172.20.0.0/22"
    assert topology.secrets["wan"] == "file:~/.config/barefabric/wan.secret"


def test_five_stage() -> None:
    topology = example("five-stage")
    assert topology.superspines is not None
    assert (topology.superspines.count, topology.superspines.planes) == (8, 4)
    assert topology.superspines.type == "superspine"
    assert topology.switch_types["leaf"].ports == (
        PortBlock(count=48, speed=25, group="downlink"),
        PortBlock(count=8, speed=100, group="uplink"),
    )
    assert topology.switch_types["spine"].ports == (PortBlock(count=64, speed=400),)
    assert topology.clusters[1].servers == ServerSelector(pods=("p2",))


def test_the_other_examples() -> None:
    frr, mixed, dual = example("routed-frr"), example("mixed-vendors"), example("dual-stack")
    assert frr.clusters[0].load_balancer is not None
    assert frr.clusters[0].load_balancer.announce == "metallb"
    assert frr.server_types["worker"].attach is Attach.ROUTED
    assert frr.borders == Tier(type="leaf", count=1)
    assert mixed.racks[1].leaves == Tier(type="leaf-nxos", count=2)
    assert [c.cni.mode for c in mixed.clusters] == ["bgp", "native"]
    assert dual.addressing.servers.pool == ("10.10.0.0/16", "fd00:10::/40")
    assert dual.clusters[0].services == ("10.96.0.0/16", "fd00:96::/112")
    assert dual.clusters[0].load_balancer is not None
    assert dual.clusters[0].load_balancer.announce == "cni"


def test_borders_without_a_type_of_their_own_are_built_like_leaves(tmp_path: Path) -> None:
    borders = loaded(tmp_path, "borders: 1\n").topology.borders
    assert borders == Tier(type="leaf", count=1)


START = """fabric: lab
switch_types:
  spine: {nos: frr, ports: 8 x 100G}
  leaf:
    nos: frr
    ports: """
SHORT = """{downlink: 48 x 25G, uplink: 8 x 100G}
server_types: {node: {nics: 2 x 25G, attach: routed, interfaces: [a, b]}}
spines: [spine1, spine2]
racks: [{name: r1, leaves: 2, servers: {node: 4}}]
addressing: {servers: 10.10.0.0/16, management: 172.20.0.0/16}
underlay: {families: ipv4, bfd: on, timers: {keepalive: 3, hold: 9}}
asn: {leaf: 65000.1-65000.9, spine: 4200000001}
clusters:
  - {name: c, servers: node, pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico,
     control_plane: {servers: [r1-node1], endpoint: 10.112.0.10},
     load_balancer: {use: metallb, pools: {web: 203.0.113.0/24}}}
cables: ["spine1:swp1 - r1-leaf1:swp49"]
"""
LONG = """[{count: 48, speed: 25G, group: downlink}, {count: 8, speed: 100, group: uplink}]
server_types: {node: {nics: {count: 2, speed: 25G}, attach: routed, interfaces: [a, b]}}
spines: {type: spine, names: ["spine[1-2]"]}
racks: [{name: r1, leaves: {type: leaf, count: 2}, servers: {node: 4}}]
addressing:
  servers: {pool: [10.10.0.0/16], per_rack: 24, vlan: 100}
  management: {pool: 172.20.0.0/16}
underlay:
  families: [ipv4]
  bfd: {interval: 300, multiplier: 3}
  timers: {keepalive: 3s, hold: 9000ms}
asn: {leaf: {first: 4259840001, last: 65000.9}, spine: 4200000001-4200000001}
clusters:
  - name: c
    servers: {types: [node]}
    pods: [10.64.0.0/16]
    services: [10.96.0.0/16]
    cni: {use: calico, mode: bgp}
    control_plane: {servers: {names: [r1-node1]}, endpoint: {address: 10.112.0.10, use: kube-vip}}
    load_balancer: {use: metallb, announce: cni, pools: {web: {addresses: [203.0.113.0/24]}}}
cables: [{a: spine1:swp1, b: {device: r1-leaf1, port: swp49}}]
"""


def test_short_and_long_forms_mean_the_same(tmp_path: Path) -> None:
    short = loaded(tmp_path, SHORT, START).topology
    assert loaded(tmp_path, LONG, START).topology == short


def test_order_of_keys_does_not_matter(tmp_path: Path) -> None:
    first = loaded(tmp_path, "underlay: {mtu: 9100, ecmp: 4}\n").topology
    assert loaded(tmp_path, "underlay: {ecmp: 4, mtu: 9100}\n").topology == first


@pytest.mark.parametrize("word", ["off", "false", "no", "none"])
def test_bfd_off(tmp_path: Path, word: str) -> None:
    assert loaded(tmp_path, f"underlay: {{bfd: {word}}}\n").topology.underlay.bfd is None


def test_words_of_a_list_of_servers(tmp_path: Path) -> None:
    def chosen(servers: str) -> ServerSelector:
        text = (ROOT / "topologies" / "quickstart.yaml").read_text(encoding="utf-8")
        return loaded(tmp_path, "", text.replace("[node]", servers)).topology.clusters[0].servers

    assert chosen("[r1]") == ServerSelector(racks=("r1",))
    assert chosen("node") == ServerSelector(types=("node",))
    assert chosen('["r1-node[1-2]"]') == ServerSelector(names=("r1-node1", "r1-node2"))
    assert chosen("[node, r1-node1]") == ServerSelector(types=("node",), names=("r1-node1",))
    assert chosen("{types: [node], racks: [r1]}") == ServerSelector(types=("node",), racks=("r1",))
    assert chosen("{}") == ServerSelector()


def test_contracts_users_and_settings(tmp_path: Path) -> None:
    more = """
contracts:
  - {name: a, reach: {from: r1, to: 10.64.0.0/16}}
  - {name: b, survives: {from: r1-node1, to: demo, failures: 2}}
  - {name: c, max-path-length: {from: r1, to: spine1, length: 3}}
settings: {ntp: 192.0.2.1, users: [{name: admin, secret: admin-hash}]}
secrets: {admin-hash: env:ADMIN_HASH}
extra:
  leaf: |
    alias ll show interfaces status
    alias x y
pins: {r1-leaf1: {asn: 65000.1}, r1-leaf1 spine1: {prefix: 10.254.0.8/31}}
"""
    topology = loaded(tmp_path, more).topology
    assert topology.contracts[1] == UserContract(
        name="b", kind="survives", source="r1-node1", target="demo", failures=2
    )
    assert topology.contracts[2].length == 3
    assert topology.settings.ntp == ("192.0.2.1",)
    assert topology.settings.users[0].secret == "admin-hash"
    assert topology.extra["leaf"].splitlines()[0] == "alias ll show interfaces status"
    assert topology.pins["r1-leaf1"].asn == 65000 * 65536 + 1


def test_places() -> None:
    found = load(ROOT / "topologies" / "three-racks.yaml")
    place = found.place("clusters", 0, "pods")
    assert place[1:] == (40, 11, 12, "    pods: 10.64.0.0/14")
    assert place.path == str(ROOT / "topologies" / "three-racks.yaml")
    assert found.place("asn", "leaf").line == 0
    assert found.place("racks", 0, "name").line == 17
    assert found.key_place("clusters", 0, "pods").column == 5
    assert found.written("clusters", 0, "pods")
    assert not found.written("asn")


def test_the_path_is_shown_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("sub/lab.yaml").write_text("fabric: 1x\n", encoding="utf-8")
    with pytest.raises(FabricError) as caught:
        load(Path("sub/../sub/lab.yaml"))
    assert {p.path for d in caught.value.diagnostics for p in d.places} == {"sub/../sub/lab.yaml"}
