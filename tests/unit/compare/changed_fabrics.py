"""Designs of small fabrics, from the topologies of the repository with a few words changed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barefabric.model.ledger import Ledger
from barefabric.pipeline import Designed, design_values
from barefabric.render.document import design_document
from barefabric.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


@dataclass(frozen=True)
class Fabric:
    designed: Designed
    document: dict[str, Any]

    @property
    def ledger(self) -> Ledger:
        return self.designed.numbers.ledger


Make = Callable[..., Fabric]


def maker(folder: Path) -> Make:
    """`make("three-racks", ("count: 2", "count: 3"), ledger=...)` designs a changed topology."""

    def run(name: str, *changes: tuple[str, str], ledger: Ledger | None = None) -> Fabric:
        text = (TOPOLOGIES / f"{name}.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        designed = design_values(load(path), ledger)
        return Fabric(designed, json.loads("".join(design_document(designed.design))))

    return run
