"""The Jinja environments, one per network OS and process.

Templates are compiled once and never looked at again. An undefined name is an error
(``StrictUndefined``): templates lay out views that are complete, and decide nothing.

A large fabric has millions of lines, so the templates are compiled to less code than Jinja's own:
included parts stand where they are included, and each run of text and values is one string.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from barefabric.vendors import catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

_INCLUDE = re.compile(r'^{% include "([^"]+)" %}\n', re.MULTILINE)
"""A line that includes a part."""


@cache
def environment(nos: str) -> "Environment":
    """The environment whose templates are those of one network OS."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.compiler import CodeGenerator
    from jinja2.nodes import TemplateData

    class DirectCode(CodeGenerator):
        """Compiles ``port.name`` to just that, and ``mtu {{ port.mtu }}`` to one formatted string.

        Views are tuples with names, not mappings: Jinja's own code tries the attribute, then the
        item, by two calls, and yields text and values one by one.
        """

        def visit_Getattr(self, node: Any, frame: Any) -> None:  # noqa: N802 (Jinja's name)
            self.visit(node.node, frame)
            self.write(f".{node.attr}")

        def visit_Output(self, node: Any, frame: Any) -> None:  # noqa: N802 (Jinja's name)
            text = ""
            values = []
            for child in node.nodes:
                if isinstance(child, TemplateData):
                    text += child.data.replace("%", "%%")
                else:
                    text += "%s"
                    values.append(child)
            if not values:
                # Python makes an f-string of a pattern, but formats one without values each time.
                self.writeline(f"yield {text.replace('%%', '%')!r}", node)
                return
            self.writeline(f"yield {text!r} % (", node)
            for value in values:
                self.visit(value, frame)
                self.write(", ")
            self.write(")")

    class DirectEnvironment(Environment):
        """An environment whose templates are compiled to direct code."""

        code_generator_class = DirectCode

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


def whole(plain: "Environment") -> "Environment":
    """The same environment, but templates are read with their parts in the place of includes.

    A part that is rendered by itself hands over each piece of text through one more generator.
    """
    from jinja2 import BaseLoader

    parts = plain.loader

    class Whole(BaseLoader):
        """Reads a template and all that it includes as one."""

        def get_source(
            self, environment: "Environment", template: str
        ) -> tuple[str, str | None, Callable[[], bool] | None]:
            assert parts is not None  # noqa: S101 (every environment here has a loader)
            text, file, is_fresh = parts.get_source(environment, template)

            def part(match: re.Match[str]) -> str:
                return self.get_source(environment, match[1])[0]

            return _INCLUDE.sub(part, text), file, is_fresh

    return plain.overlay(loader=Whole())


@cache
def renderer(nos: str, template: str) -> Callable[..., str]:
    """The compiled template's ``render``."""
    return whole(environment(nos)).get_template(template).render
