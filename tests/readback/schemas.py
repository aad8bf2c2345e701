"""Upstream's schemas of custom resources, as strict as an API server that drops nothing."""

from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import jsonschema
import yaml

CRDS = Path(__file__).parents[1] / "crds"
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("int32")
def fits_int32(value: object) -> bool:
    """API servers from Kubernetes 1.36 on hold integers to their format."""
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def fits_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@FORMATS.checks("cidr", raises=ValueError)
def is_prefix(value: object) -> bool:
    return not isinstance(value, str) or bool(ip_network(value))


def strict(schema: Any) -> Any:
    """The schema with unknown fields refused: an API server would drop them in silence."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        whole.setdefault("additionalProperties", False)
    return whole


@cache
def validators() -> dict[tuple[str, str], jsonschema.Draft202012Validator]:
    """A validator for each served version of each kind."""
    found = {}
    for path in sorted(CRDS.glob("*/*.yaml")):
        crd = yaml.safe_load(path.read_text())
        for version in crd["spec"]["versions"]:
            key = f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]
            schema = strict(version["schema"]["openAPIV3Schema"])
            found[key] = jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
    return found


def faults(resource: dict[str, Any]) -> list[str]:
    """What a schema finds wrong with a resource."""
    key = resource["apiVersion"], resource["kind"]
    return [error.message for error in validators()[key].iter_errors(resource)]
