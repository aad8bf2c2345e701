"""Commented topologies to start from: ``fabric init`` writes one of them."""

from importlib.resources import files

SHAPES = ("mlag", "routed", "five-stage")
"""The shapes there is a starter for; the first one is the default."""


def starter(shape: str = SHAPES[0]) -> str:
    """The text of a starting topology. ``shape`` is one of SHAPES; KeyError otherwise."""
    if shape not in SHAPES:
        raise KeyError(shape)
    return (files("barefabric.starters") / f"{shape}.yaml").read_text(encoding="utf-8")
