"""Starting topologies load, design, and say the truth about defaults."""

import re
from pathlib import Path

import pytest

from barefabric.errors import UsageError
from barefabric.pipeline import design_values
from barefabric.starters import SHAPES, starter
from barefabric.topology.load import load

FOLDER = Path(__file__).parents[3] / "src" / "barefabric" / "starters"
OPTIONAL = re.compile(r"# (underlay|borders|settings|secrets|external):")


def test_shapes() -> None:
    assert SHAPES[0] == "mlag"
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(SHAPES)
    assert starter() == starter("mlag")


def test_unknown_shape() -> None:
    with pytest.raises(UsageError) as caught:
        starter("ring")
    assert caught.value.diagnostics[0].code == "GE006"


@pytest.mark.parametrize("shape", SHAPES)
def test_designs(shape: str, tmp_path: Path) -> None:
    path = tmp_path / "topology.yaml"
    path.write_text(starter(shape), encoding="utf-8")
    design = design_values(load(path)).design
    assert design.switches
    assert design.servers
    assert all(cluster.nodes for cluster in design.clusters.values())


def taken_in(text: str) -> str:
    """The starter with its optional blocks: the "# " before them is taken away."""
    lines = []
    inside = False
    for line in text.splitlines():
        inside = bool(OPTIONAL.match(line)) or (inside and line.startswith("#  "))
        lines.append(line[2:] if inside else line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("shape", SHAPES)
def test_optional_blocks_load_and_change_nothing_but_what_they_say(
    shape: str, tmp_path: Path
) -> None:
    path = tmp_path / "topology.yaml"
    path.write_text(starter(shape), encoding="utf-8")
    plain = load(path).topology
    path.write_text(taken_in(starter(shape)), encoding="utf-8")
    full = load(path).topology
    assert full.external
    assert full.borders is not None
    assert full.secrets
    # What the comments call a default is one.
    assert full.underlay.model_copy(update={"password": ""}) == plain.underlay
    assert full.addressing == plain.addressing


@pytest.mark.parametrize("shape", SHAPES)
def test_comments_are_for_beginners(shape: str) -> None:
    text = starter(shape)
    assert all(len(line) <= 100 for line in text.splitlines())
    keys = re.findall(r"^([a-z_]+):", text, re.MULTILINE)
    for key in keys:
        before = text[: text.index(f"\n{key}:")].splitlines()
        assert any(line.startswith("#") for line in before[-4:]), f"{key} is not explained"
