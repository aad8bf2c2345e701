"""The summary as a document: its keys are the same for one of a kind and for many."""

import json
from pathlib import Path

from typer.testing import CliRunner

from barefabric.cli.app import app

TOPOLOGY = """
fabric: few
switch_types:
  spine: {nos: frr, ports: 32 x 100G}
  leaf: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
server_types:
  node: {nics: 1 x 25G, attach: routed}
spines: SPINES
racks:
  - {name: "RACKS", leaves: 1, servers: {node: 1}}
"""


def devices(folder: Path, spines: str, racks: str) -> dict[str, int]:
    path = folder / "few.yaml"
    path.write_text(TOPOLOGY.replace("SPINES", spines).replace("RACKS", racks))
    result = CliRunner().invoke(app, ["check", str(path), "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, int] = json.loads(result.stdout)["devices"]
    return found


def test_keys_do_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    one = devices(tmp_path, "1", "r1")
    assert one == {"spines": 1, "racks": 1, "leaves": 1, "servers": 1}
    assert devices(tmp_path, "2", "r[1-3]").keys() == one.keys()


LONG = """
underlay: {families: [ipv4, ipv6]}
addressing:
  loopbacks: [10.255.0.0/16, "2001:db8:1234:ab00::/56", "2001:db8:2345:ab00::/56"]
  links: [10.254.0.0/16, "2001:db8:1234:cd00::/56"]
  servers: [10.10.0.0/16, "2001:db8:1234:5600::/56"]
clusters:
"""
CLUSTER = """
  - name: a-cluster-of-a-long-name-NUMBER
    servers: [nodeNUMBER]
    pods: [10.NUMBER.0.0/16, "2001:db8:NUMBER:1100::/56"]
    services: [10.9NUMBER.0.0/16, "2001:db8:1234:NUMBER::/112"]
    cni: calico
"""


def test_ipv6_pools_are_readable_in_100_columns(tmp_path: Path) -> None:
    kinds = "".join(f"  node{n}: {{nics: 1 x 25G, attach: routed}}\n" for n in range(1, 6))
    servers = ", ".join(f"node{n}: 1" for n in range(1, 6))
    text = TOPOLOGY.replace("SPINES", "2").replace("RACKS", "r[1-2]")
    text = text.replace("  node: {nics: 1 x 25G, attach: routed}\n", kinds)
    text = text.replace("node: 1", servers)
    text += LONG + "".join(CLUSTER.replace("NUMBER", str(n)) for n in range(1, 6))
    path = tmp_path / "few.yaml"
    path.write_text(text)
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert all(len(line) <= 100 for line in lines), max(lines, key=len)
    (loopbacks,) = [line for line in lines if "loopbacks6" in line]
    assert " 4 of 2^73 " in f"{loopbacks} "
    assert any("2001:db8:1:1100::/56" in line and "2^66 blocks of /122" in line for line in lines)
    assert any("more cluster" in line for line in lines)
    assert not any("1,208" in line for line in lines)
    found = json.loads(CliRunner().invoke(app, ["check", str(path), "--json"]).stdout)
    pools = {pool["name"]: pool["size"] for pool in found["pools"]}
    assert pools["servers6"] == 256
    assert pools["loopbacks6"] == 2 * ((1 << 72) - 1)
    assert len(found["pods"]) == 10


def test_leaves_of_two_models_are_told_apart(tmp_path: Path) -> None:
    other = "  other: {nos: frr, ports: {downlink: 24 x 25G, uplink: 4 x 100G}}\n"
    text = TOPOLOGY.replace("SPINES", "2").replace("RACKS", "r1")
    text = text.replace("server_types:\n", f"{other}server_types:\n")
    text += "  - {name: r2, leaves: {type: other, count: 1}, servers: {node: 1}}\n"
    path = tmp_path / "few.yaml"
    path.write_text(text)
    result = CliRunner().invoke(app, ["check", str(path)])
    (_, rest) = result.stdout.split("  ports ")
    first, second, third = (line.split() for line in rest.splitlines()[:3])
    assert (first[0], second[0], third[0]) == ("leaf", "leaf", "spine")
    assert "48" in first[1:3]
    assert "24" in second[1:3]
    assert first[1:] != second[1:]
    assert third[1] == "32", "a role with one model has no need of it"
