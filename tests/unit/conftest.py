"""Designs for unit tests: the example topologies, and small ones written in the tests."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load

TOPOLOGIES = Path(__file__).parents[2] / "topologies"
EXAMPLES = ("quickstart", "three-racks", "routed-frr", "five-stage")


@cache
def example(name: str) -> Design:
    return design_values(load(TOPOLOGIES / f"{name}.yaml")).design


@pytest.fixture(params=EXAMPLES)
def any_design(request: pytest.FixtureRequest) -> Design:
    """Each example in turn."""
    return example(request.param)


@pytest.fixture
def named() -> Callable[[str], Design]:
    """An example by name."""
    return example


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Design]:
    """The design of a topology given as text."""

    def make(text: str) -> Design:
        path = tmp_path / "written.yaml"
        path.write_text(text, encoding="utf-8")
        return design_values(load(path)).design

    return make
