"""Small fabrics as data, designed with a ledger. For the tests of the ledger and of growth."""

import copy
from pathlib import Path
from typing import Any

import yaml

from barefabric.errors import Diagnostic, FabricError
from barefabric.model.ledger import Kind, Ledger
from barefabric.pipeline import Designed, design_values
from barefabric.topology.load import load

Lab = dict[str, Any]

MLAG: Lab = {
    "fabric": "lab",
    "switch_types": {
        "spine": {"nos": "arista_eos", "ports": "32 x 100G"},
        "leaf": {
            "nos": "arista_eos",
            "ports": {"downlink": "48 x 25G", "uplink": "8 x 100G"},
            "pair": "mlag",
        },
    },
    "server_types": {"node": {"nics": "2 x 25G", "attach": "bond"}},
    "spines": 2,
    "racks": [{"name": "r1", "leaves": 2, "servers": {"node": 4}}],
}

ROUTED: Lab = {
    "fabric": "lab",
    "switch_types": {
        "spine": {"nos": "frr", "ports": "32 x 100G"},
        "leaf": {"nos": "frr", "ports": {"downlink": "48 x 25G", "uplink": "8 x 100G"}},
    },
    "server_types": {"node": {"nics": "2 x 25G", "attach": "routed"}},
    "underlay": {"links": "numbered"},
    "spines": 2,
    "racks": [{"name": "r1", "leaves": 2, "servers": {"node": 4}}],
}


def lab(base: Lab = MLAG, **changes: Any) -> Lab:
    """A copy of a lab with some of its keys replaced."""
    return {**copy.deepcopy(base), **copy.deepcopy(changes)}


def write(folder: Path, topology: Lab) -> Path:
    """The lab as a file."""
    path = folder / "lab.yaml"
    path.write_text(yaml.safe_dump(topology, sort_keys=False), encoding="utf-8")
    return path


def designed(folder: Path, topology: Lab, ledger: Ledger | None = None) -> Designed:
    """Design a lab, with the values of a ledger."""
    return design_values(load(write(folder, topology)), ledger)


def grown(folder: Path, *topologies: Lab) -> Designed:
    """Design one lab after the other, each with the ledger of the one before."""
    ledger = None
    for topology in topologies:
        last = designed(folder, topology, ledger)
        ledger = last.numbers.ledger
    return last


def faults(folder: Path, topology: Lab, ledger: Ledger | None = None) -> tuple[Diagnostic, ...]:
    """What is wrong with a lab."""
    try:
        designed(folder, topology, ledger)
    except FabricError as fault:
        return fault.diagnostics
    raise AssertionError("nothing is wrong with it")


def live(ledger: Ledger) -> dict[tuple[Kind, str], str]:
    """What a ledger has given to things that are there."""
    return {(kind, key): entry.value for kind, key, entry in ledger if not entry.retired}


def retired(ledger: Ledger) -> dict[tuple[Kind, str], str]:
    """What a ledger keeps for things that are gone."""
    return {(kind, key): entry.value for kind, key, entry in ledger if entry.retired}
