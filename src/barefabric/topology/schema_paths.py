"""Paths through a topology: how a person says them, and which block of the schema stands there."""

from collections.abc import Sequence
from typing import Any, get_args

Keys = tuple[str | int, ...]


def _holds(values: Any, key: str | int) -> bool:
    """Whether a value has something under a key or at an index."""
    if isinstance(values, list):
        return isinstance(key, int) and 0 <= key < len(values)
    return isinstance(values, dict) and key in values


def dotted(values: Any, keys: Sequence[str | int]) -> str:
    """A path as a person says it: list items by their name, else counted from 1.

    Keys that a short form stands for, and that are not written, are left out.
    """
    text = ""
    for depth, key in enumerate(keys):
        if not _holds(values, key):
            return text
        values = values[key]
        if isinstance(key, str):
            text = f"{text}.{key}".lstrip(".")
            continue
        named = values.get("name") if isinstance(values, dict) else None
        by_name = isinstance(named, str) and tuple(keys[depth + 1 :]) != ("name",)
        text += f".{named}" if by_name else f"[{key + 1}]"
    return text


def block_at(keys: Keys) -> Any:
    """The schema's block at a path, or None."""
    from barefabric.topology.schema import Block, Topology

    block: Any = Topology
    annotation: Any = Topology
    for key in keys:
        if isinstance(annotation, type) and issubclass(annotation, Block):
            field = annotation.model_fields.get(str(key))
            annotation = _core(field.annotation) if field else None
        else:
            annotation = _core(_element(annotation))
    block = annotation
    return block if isinstance(block, type) and issubclass(block, Block) else None


def _core(annotation: Any) -> Any:
    """An annotation without Annotated and without None."""
    while annotation is not None and hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    options = [a for a in get_args(annotation) if a is not type(None)]
    if type(None) in get_args(annotation) and len(options) == 1:
        return _core(options[0])
    return annotation


def _element(annotation: Any) -> Any:
    """What a list or a mapping holds."""
    options = [a for a in get_args(annotation) if a is not Ellipsis]
    return options[-1] if options else None
