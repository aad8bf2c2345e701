"""The topologies of the repository, designed and built once for all tests of this folder."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

from barefabric.build import build
from barefabric.pipeline import Designed, design

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
_FOLDERS: list[TemporaryDirectory[str]] = []
"""Removed when the tests end."""

NAMES = ("quickstart", "three-racks", "routed-frr", "both-families")


@dataclass(frozen=True)
class Built:
    """A design with its build and its ledger, in a folder of its own."""

    designed: Designed
    out: Path
    topology: Path


@cache
def built(name: str) -> Built:
    _FOLDERS.append(TemporaryDirectory(prefix="barefabric-inquire-"))
    folder = Path(_FOLDERS[-1].name)
    topology = folder / f"{name}.yaml"
    copy(TOPOLOGIES / f"{name}.yaml", topology)
    out = folder / "build" / name
    build(design(topology), out)
    return Built(design(topology), out, topology)
