"""The vocabulary as a JSON Schema, so that editors complete and check a topology.

It describes the forms that stand in a file, short forms included. Checks across the parts of a
topology are beyond a JSON Schema: ``fabric check`` makes them.
"""

from typing import Any

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def topology_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a topology file, as plain values."""
    from barefabric.topology.schema import Topology
    from barefabric.vendors.catalogue import models, vendors

    written = _tidied(Topology.model_json_schema(mode="validation"))
    schema: dict[str, Any] = {"$schema": _DIALECT, **written, "title": "barefabric topology"}
    switch_type = schema["$defs"]["SwitchType"]["properties"]
    switch_type["nos"] = {
        "description": switch_type["nos"]["description"],
        "type": "string",
        "enum": list(vendors()),
    }
    switch_type["model"]["examples"] = [model for nos in vendors() for model in models(nos)]
    return schema


def _tidied(value: Any) -> Any:
    """A schema without generated titles, and without null, which is never written."""
    if isinstance(value, list):
        return [_tidied(item) for item in value if item != {"type": "null"}]
    if not isinstance(value, dict):
        return value
    if value.get("default", ...) is None:
        value = {key: item for key, item in value.items() if key != "default"}
    tidy = {
        key: {name: _tidied(item) for name, item in found.items()}
        if key in {"properties", "$defs"}
        else found
        if key in {"default", "examples", "enum"}
        else _tidied(found)
        for key, found in value.items()
        if key != "title"
    }
    options = tidy.get("anyOf")
    if isinstance(options, list) and len(options) == 1:
        return {**{k: v for k, v in tidy.items() if k != "anyOf"}, **options[0]}
    return tidy
