"""What a fabric of several tiers and of longer names says of itself fits 100 columns."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from barefabric.cli.app import app

TOPOLOGY = """
fabric: datacenter-one
switch_types:
  superspine: {nos: arista_eos, model: 7050CX3-32S}
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050CX3-32S, pair: mlag}
  linux: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
server_types:
  storage: {nics: 4 x 100G}
  old: {nics: 2 x 10G, attach: single}
  worker: {nics: 2 x 25G, attach: routed}
superspines: 2
pods:
  - name: p1
    spines: 2
    racks:
      - {name: row12-rack3, leaves: {type: linux, count: 2}, servers: {worker: 1}}
      - {name: r2, leaves: 2, servers: {storage: 3, old: 2}}
  - name: p2
    spines: 2
    racks: [{name: r3, leaves: 2, servers: {storage: 1}}]
borders: {type: spine, count: 2}
clusters:
  - {name: c, servers: [worker], pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico}
"""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["check", "FILE"], ["datacenter-one", "2 borders", "7050CX3-32S", "2 x 10G: 0-1 used"]),
        (
            ["show", "session", "row12-rack3-leaf1", "row12-rack3-worker1", "--topology", "FILE"],
            ["host:row12-rack3-leaf1:row12-rack3-worker1:swp1", "on its cable, IPv4"],
        ),
    ],
)
def test_lines_fit(command: list[str], said: list[str], tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(TOPOLOGY)
    result = CliRunner().invoke(app, [str(path) if word == "FILE" else word for word in command])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100, max(lines, key=len)
    text = " ".join(result.stdout.split())
    for word in said:
        assert word in text
