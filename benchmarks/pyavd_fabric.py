"""Renders a whole fabric with pyavd, in one process. Run by run.py in pyavd's own environment.

    python benchmarks/pyavd_fabric.py group|rack INPUTS.json FOLDER

`group`: every device gets the inputs of the whole fabric, as AVD's own documentation does it.
`rack`: every device gets only its own rack, which is the best case; the caller must cut the inputs.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pyavd
from pyavd.api.schemas import AVDDesign


def fabric_inputs(
    inputs: dict[str, Any], racks: list[dict[str, Any]], hostname: str, kind: str
) -> dict[str, Any]:
    """What one device is given: the shared part and these racks."""
    shared: dict[str, Any] = inputs["common"]
    return {
        **shared,
        "inventory_hostname": hostname,
        "type": kind,
        "l3leaf": {
            "defaults": inputs["leaf_defaults"],
            "node_groups": [rack["group"] for rack in racks],
        },
        "tenants": [
            {
                "name": "SERVERS",
                "vrfs": [{"name": "default", "vrf_id": 1, "svis": [rack["svi"] for rack in racks]}],
            }
        ],
        "servers": [server for rack in racks for server in rack["servers"]],
    }


def device_inputs(inputs: dict[str, Any], layout: str) -> dict[str, dict[str, Any]]:
    """Inputs by hostname. A spine reads no rack, so in the layout `rack` it is given none."""
    racks: list[dict[str, Any]] = inputs["racks"]
    whole = layout == "group"
    by_host = {
        node["name"]: fabric_inputs(inputs, racks if whole else [], node["name"], "spine")
        for node in inputs["common"]["spine"]["nodes"]
    }
    for rack in racks:
        given = racks if whole else [rack]
        for node in rack["group"]["nodes"]:
            by_host[node["name"]] = fabric_inputs(inputs, given, node["name"], "l3leaf")
    return by_host


def main() -> int:
    """Validates, derives and renders each device; writes one file per device."""
    layout, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    validated = {}
    by_host = device_inputs(json.loads(source.read_text()), layout)
    for hostname, given in by_host.items():
        result = pyavd.validate_inputs(given)
        if result.validated_data is None:
            print(hostname, result.validation_result, file=sys.stderr)
            return 1
        validated[hostname] = AVDDesign._from_dict(result.validated_data)  # noqa: SLF001 - the public functions do the same to a dict, twice
    facts = pyavd.get_avd_facts(validated)
    for hostname, design in validated.items():
        structured = pyavd.get_device_structured_config(hostname, design, facts)
        (target / f"{hostname}.cfg").write_text(pyavd.get_device_config(structured))
    return 0


if __name__ == "__main__":
    # Without the interpreter's shutdown, which would add about 1.2 CPU seconds to pyavd's figures.
    status = main()
    sys.stderr.flush()
    os._exit(status)
