"""Which template, and which line of it, wrote a line of a generated file."""

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from barefabric.model.design import Design
from barefabric.vendors import catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Around a mark. Private characters: no configuration has them."""


class Origin(NamedTuple):
    """A template's path, as the repository has it, and the line in it."""

    template: str
    line: int


def origin_of(design: Design, path: str, text: str, line: int) -> str:
    """``vendor_templates/arista_eos/prefix_lists.j2:6``, a module's name, or nothing.

    ``path`` is the file's path in the build and ``text`` its content as it stands there.
    """
    found = template_origin(design, path, text, line)
    if found is not None:
        return f"{found.template}:{found.line}"
    written = ((name, files) for name, files in _writers(design, path) if files.get(path) == text)
    return next((name for name, _ in written), "")


def _writers(design: Design, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Modules that write files as data, with the files that they write into the path's folder."""
    top, _, rest = path.partition("/")
    owner = rest.partition("/")[0]
    if top == "plan":
        from barefabric.plan.files import plan_files
        from barefabric.render.content import whole

        yield (
            "barefabric.plan",
            {f"plan/{name}": whole(content) for name, content in plan_files(design)},
        )
    elif top == "clusters" and owner in design.clusters:
        yield from _cluster_writers(design, owner)
    elif top == "nodes" and owner in design.servers:
        yield from _node_writers(design, owner)


def _cluster_writers(design: Design, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    from barefabric.kubernetes import calico, files, metallb, nodes
    from barefabric.kubernetes.view import cluster_view

    view = cluster_view(design, design.clusters[name])
    for module in (calico, metallb, nodes):
        yield module.__name__, {f"clusters/{name}/{p}": t for p, t in module.files(view)}
    every = files.cluster_files(design, design.clusters[name])
    yield "barefabric.kubernetes", {f"clusters/{name}/{p}": t for p, t in every}


def _node_writers(design: Design, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    from barefabric.derive.server import server_intent
    from barefabric.hosts import files, frr, netplan

    intent = server_intent(design, name)
    yield netplan.__name__, {f"nodes/{name}/{netplan.PATH}": netplan.text(intent)}
    yield frr.__name__, {f"nodes/{name}/{p}": t for p, t in frr.files(intent)}
    every = files.server_files(design, intent)
    yield "barefabric.hosts", {f"nodes/{name}/{p}": t for p, t in every}


def template_origin(design: Design, path: str, text: str, line: int) -> Origin | None:
    """The template's line that wrote a line of a file; None where it cannot be told.

    The file is rendered anew with every piece of every template marked. Only if that gives the
    very text of the file is anything said, so that an edited or older file is not explained by
    templates that did not write it.
    """
    top, _, rest = path.partition("/")
    device, _, name = rest.partition("/")
    if top == "switches" and device in design.switches:
        nos, rendered = design.switches[device].nos, _switch_text(design, device, name)
    elif top == "nodes" and device in design.servers and name == "frr.conf":
        nos, rendered = "frr", _host_text(design, device)
    else:
        return None
    lines = rendered.split("\n")
    if "\n".join(map(_plain, lines)) != text or line > len(lines):
        return None
    return _origin(nos, lines[line - 1])


@lru_cache(maxsize=4)
def _switch_text(design: Design, device: str, name: str) -> str:
    """A file of a switch with marks; empty for a file that no template writes."""
    from barefabric.derive.switch import switch_intent
    from barefabric.render.configs import switch_view

    nos = design.switches[device].nos
    vendor = catalogue.vendor(nos)
    if vendor is None or vendor.dialect is None or name not in vendor.dialect.files:
        return ""
    view = switch_view(design, switch_intent(design, device), vendor.dialect)
    return _marking(nos).get_template(vendor.dialect.files[name]).render(switch=view)


@lru_cache(maxsize=4)
def _host_text(design: Design, device: str) -> str:
    """The routing of a server with marks; empty for a server that does not route."""
    from barefabric.derive.server import server_intent
    from barefabric.hosts.frr import host_view

    intent = server_intent(design, device)
    if intent.bgp is None:
        return ""
    return _marking("frr").get_template("host.j2").render(switch=host_view(intent, intent.bgp))


def _plain(line: str) -> str:
    """A line without its marks."""
    first, *pieces = line.split(_OPEN)
    return first + "".join(piece.partition(_CLOSE)[2] for piece in pieces)


def _origin(nos: str, line: str) -> Origin | None:
    """What the first mark of a line says."""
    name, _, number = line.partition(_OPEN)[2].partition(_CLOSE)[0].rpartition(":")
    if not name:
        return None
    shared = (catalogue.templates_root() / nos / name).is_file()
    folder = f"vendor_templates/{nos}" if shared else "src/barefabric/hosts/templates"
    return Origin(f"{folder}/{name}", int(number))


def _host_templates() -> Path:
    import barefabric.hosts

    return Path(barefabric.hosts.__file__).parent / "templates"


@cache
def _marking(nos: str) -> "Environment":
    """The environment of a network OS, with an extension that marks all that templates put out."""
    from jinja2 import ChoiceLoader, FileSystemLoader
    from jinja2.ext import Extension
    from jinja2.lexer import Token, TokenStream

    from barefabric.render.environment import environment

    class Marks(Extension):
        """Puts a mark before each line of plain text and before each value."""

        def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
            for token in stream:
                if token.type == "data":
                    yield Token(token.lineno, "data", _marked(stream.name, token))
                    continue
                if token.type == "variable_begin":
                    yield Token(token.lineno, "data", _mark(stream.name, token.lineno))
                yield token

    plain = environment(nos)
    loaders = [*([plain.loader] if plain.loader else []), FileSystemLoader(_host_templates())]
    return plain.overlay(extensions=[Marks], cache_size=0, loader=ChoiceLoader(loaders))


def _marked(name: str | None, token: Any) -> str:
    """A piece of plain text with a mark before each of its lines."""
    lines = token.value.splitlines(keepends=True)
    return "".join(_mark(name, token.lineno + n) + line for n, line in enumerate(lines))


def _mark(template: str | None, line: int) -> str:
    return f"{_OPEN}{template}:{line}{_CLOSE}"
