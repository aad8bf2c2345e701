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
