"""YAML text to nodes, event by event: no recursion, and never more memory than the limits allow."""

from collections.abc import Iterator
from typing import Any

from barefabric.errors import FabricError
from barefabric.topology.nodes import Node
from barefabric.topology.source import Source
from barefabric.topology.yaml_builder import Builder
from barefabric.topology.yaml_faults import syntax_fault


def parse(source: Source) -> Node:
    """The one document of a file. Raises FabricError (IN008 to IN019) with every fault found."""
    import yaml

    builder = Builder(source)
    try:
        for event in _events(source.text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise FabricError([*builder.faults, syntax_fault(source, error)]) from None
    return builder.finished()


def _events(text: str) -> Iterator[Any]:
    """PyYAML's events, from libyaml where PyYAML was built with it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))
