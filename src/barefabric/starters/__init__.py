"""Commented topologies to start from: ``fabric init`` writes one of them."""

from importlib.resources import files

from barefabric.errors import Diagnostic, UsageError

SHAPES = ("mlag", "routed", "five-stage")
"""The shapes there is a starter for; the first one is the default."""


def starter(shape: str = SHAPES[0]) -> str:
    """The text of a starting topology. ``shape`` is one of SHAPES; UsageError GE006 otherwise."""
    if shape not in SHAPES:
        allowed = f"shapes: {', '.join(SHAPES)}"
        raise UsageError([Diagnostic("GE006", f'there is no shape "{shape}"', allowed=allowed)])
    return (files("barefabric.starters") / f"{shape}.yaml").read_text(encoding="utf-8")
