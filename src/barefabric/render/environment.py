"""The Jinja environments, one per network OS and process.

Templates are compiled once and never looked at again. An undefined name is an error
(``StrictUndefined``): templates lay out views that are complete, and decide nothing.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from barefabric.vendors import catalogue

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment(nos: str) -> "Environment":
    """The environment whose templates are those of one network OS."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.compiler import CodeGenerator

    class DirectAttributes(CodeGenerator):
        """Compiles ``port.name`` to just that: views are tuples with names, not mappings.

        Jinja's own code tries the attribute, then the item, by two calls; templates read millions.
        """

        def visit_Getattr(self, node: Any, frame: Any) -> None:  # noqa: N802 (Jinja's name)
            self.visit(node.node, frame)
            self.write(f".{node.attr}")

    class DirectEnvironment(Environment):
        """An environment whose templates read attributes directly."""

        code_generator_class = DirectAttributes

    return DirectEnvironment(
        loader=FileSystemLoader(catalogue.templates_root() / nos),
        undefined=StrictUndefined,
        autoescape=False,  # configurations of switches, not web pages
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def renderer(nos: str, template: str) -> Callable[..., str]:
    """The compiled template's ``render``."""
    return environment(nos).get_template(template).render
