"""The rules of ARCHITECTURE.md that a machine can hold."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "barefabric"
TEMPLATES = sorted((ROOT / "vendor_templates").glob("*/*.j2")) + sorted(SOURCE.rglob("*.j2"))

# A module may import its own layer and the layers after it.
LAYERS = (
    ("cli",),
    ("push",),
    ("inquire", "compare"),
    ("lab",),
    ("verify",),
    ("build",),
    ("pipeline",),
    ("capacity",),
    ("plan", "hosts", "kubernetes", "render"),
    ("derive",),
    ("ledger",),
    ("topology", "starters"),
    ("vendors",),
    ("diagnostics",),
    ("model",),
    ("errors", "__init__"),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

# The table of contents of ARCHITECTURE.md: heavy libraries stay out of the way until needed.
HEAVY = ("pydantic", "jinja2", "napalm", "networkx", "netaddr", "orjson", "pybatfish", "yaml")


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def layer_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "barefabric":
                yield from ((f"barefabric.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module, node.lineno
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)


def test_every_package_has_a_layer() -> None:
    assert {layer_of(path) for path in modules()} <= set(RANK)


def test_imports_point_one_way() -> None:
    wrong = []
    for path in modules():
        mine = RANK[layer_of(path)]
        for name, line in imports_of(path):
            parts = name.split(".")
            if parts[0] == "barefabric" and len(parts) > 1 and RANK.get(parts[1], mine) < mine:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong, "\n".join(wrong)


def lab_imports() -> dict[str, set[str]]:
    """Which modules of the lab each module of the lab imports."""
    folder = SOURCE / "lab"
    names = {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path
        for path in folder.rglob("*.py")
    }
    found: dict[str, set[str]] = {name: set() for name in names}
    for name, path in names.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                targets = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                found[name] |= targets & set(names)
    return found


def test_modules_of_the_lab_import_in_no_circle() -> None:
    graph = lab_imports()
    assert sum(map(len, graph.values())) > 100
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*above, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_the_inside_of_a_lab_needs_nothing_of_the_outside() -> None:
    """It runs where nothing but Python is installed."""
    inside = SOURCE / "lab" / "inside"
    wrong = [
        f"{path.name}:{line} imports {name}"
        for path in inside.glob("*.py")
        for name, line in imports_of(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith(("barefabric.lab.inside", "barefabric.lab.types"))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_model_has_no_input_or_output() -> None:
    banned = {"os", "pathlib", "io", "json", "subprocess", "tempfile", "shutil"}
    wrong = [
        f"{path.name}:{line} imports {name}"
        for path in (SOURCE / "model").glob("*.py")
        for name, line in imports_of(path)
        if name.split(".")[0] in banned
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_templates_only_lay_out(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"is (not )?defined|default\(|namespace\(", text)
    assert len(text.splitlines()) <= 60
    assert not re.search(r"{{[^}]*[+*/][^}]*}}", text), "arithmetic belongs into Python"


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from barefabric.cli.guard import guarded; guarded(['--help']);"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def raised_codes() -> set[str]:
    """Codes written in the source as string literals."""
    found: set[str] = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9]{1,3}\d{3}", value):
                found.add(value)
    internal = "GE001"
    return found | {internal}


def explained_codes() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in (SOURCE / "explanations").glob("*.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not set(table) & set(found)
        found.update(table)
    return found


def test_every_code_is_explained_and_every_explanation_is_used() -> None:
    raised, explained = raised_codes(), explained_codes()
    assert sorted(raised - set(explained)) == []
    assert sorted(set(explained) - raised) == []
    assert all(e["title"] and len(e["text"]) > 40 for e in explained.values())


def test_no_unfinished_places() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in modules()
        for word in ("NotImplementedError", "TODO", "FIXME", "XXX")
        if word in path.read_text(encoding="utf-8")
    ]
    assert not wrong
