"""The JSON Schema describes what is written, short forms included."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from barefabric.topology.schema_json import topology_schema

ROOT = Path(__file__).parents[3]
FILES = [
    *sorted((ROOT / "topologies").glob("*.yaml")),
    *sorted((ROOT / "src" / "barefabric" / "starters").glob("*.yaml")),
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return topology_schema()


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read(path: Path) -> Any:
    """As an editor reads it."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples_and_starters_fit(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(read(path))] == []


WRONG = [
    (("switch_types", "leaf", "modle"), "x"),
    (("switch_types", "leaf", "pair"), "mlga"),
    (("switch_types", "leaf", "nos"), "arista"),
    (("switch_types", "leaf", "ports"), "48 times 25G"),
    (("server_types", "worker", "nics"), 2),
    (("racks", 0, "name"), "1r"),
    (("racks", 0, "leaves"), 0),
    (("racks", 0, "servers", "worker"), -1),
    (("spines", "planes"), 2),
    (("superspines",), None),
    (("underlay", "mtu"), "9000"),
    (("underlay", "password"), "hunter2"),
    (("underlay", "families"), ["ipv5"]),
    (("addressing", "loopbacks"), "10.255.0.0"),
    (("asn",), {"leaf": 0}),
    (("clusters", 0, "cni"), "flannel"),
    (("clusters", 0, "load_balancer", "pools", "public"), 5),
    (("external", 0, "attach", "ours"), "192.0.2.0"),
    (("contracts",), [{"name": "a", "reach": {"from": "r1"}}]),
    (("contracts",), [{"name": "a", "kind": "reach"}]),
    (("secrets", "wan"), "hunter2"),
    (("fabric",), True),
]


@pytest.mark.parametrize(
    ("keys", "value"), WRONG, ids=lambda x: ".".join(map(str, x)) if isinstance(x, tuple) else ""
)
def test_slips_do_not_fit(
    keys: tuple[str | int, ...], value: Any, validator: jsonschema.Draft202012Validator
) -> None:
    document = copy.deepcopy(read(ROOT / "topologies" / "three-racks.yaml"))
    inner = document
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    assert not validator.is_valid(document)


@pytest.mark.parametrize("key", ["fabric", "switch_types"])
def test_required_keys(key: str, validator: jsonschema.Draft202012Validator) -> None:
    document = read(ROOT / "topologies" / "quickstart.yaml")
    del document[key]
    assert not validator.is_valid(document)


def test_every_key_is_described(schema: dict[str, Any]) -> None:
    blocks = {"Topology": schema, **schema["$defs"]}
    for name, block in blocks.items():
        for key, found in block.get("properties", {}).items():
            assert found.get("description"), f"{name}.{key} has no description"


def test_every_key_completes_and_is_checked(schema: dict[str, Any]) -> None:
    for block in (schema, *schema["$defs"].values()):
        if block.get("type") == "object":
            assert block["additionalProperties"] is False


def test_it_is_plain_json(schema: dict[str, Any]) -> None:
    assert json.loads(json.dumps(schema)) == schema
    assert '"null"' not in json.dumps(schema)
