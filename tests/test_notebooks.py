"""Notebooks: run as they stand, hold no logic, and show what the functions say."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from barefabric.capacity import report
from barefabric.capacity.graph import bisection
from barefabric.capacity.growth import growth
from barefabric.model.design import Design
from barefabric.pipeline import design

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "notebooks" / "capacity.ipynb"
PAGE = ROOT / "docs" / "capacity.md"
PLOTS = 8

LOGIC = (
    ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.IfExp, ast.Try,
    ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.BinOp, ast.Compare,
)  # fmt: skip

TABLES = (
    report.devices_line, report.ports_table, report.addresses_table, report.asns_table,
    report.routes_table, report.oversubscription_table, report.losses_table, report.growth_table,
    report.largest_table, report.power_table,
)  # fmt: skip


def notebook() -> Any:
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


def source(book: Any) -> str:
    """All code, without what only IPython understands."""
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    return re.sub(r"^%.*$", "", code, flags=re.MULTILINE)


def test_it_is_valid_and_committed_without_outputs() -> None:
    book = notebook()
    pytest.importorskip("nbformat").validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


def test_it_has_no_logic_of_its_own() -> None:
    tree = ast.parse(source(notebook()))
    assert not [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, LOGIC)]


def executed(book: Any, topology: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook after a run on a topology, in a kernel that finds this source tree."""
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("TOPOLOGY", str(topology))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    folder = {"metadata": {"path": str(NOTEBOOK.parent)}}
    return client.NotebookClient(book, timeout=300, resources=folder).execute()


def shown(book: Any, kind: str) -> list[str]:
    """Everything of one MIME type that the notebook shows."""
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    assert not [out for out in outputs if out.output_type in ("error", "stream")]
    return [out.data[kind] for out in outputs if kind in out.get("data", {})]


@pytest.mark.parametrize("name", ["three-racks", "five-stage"])
def test_it_shows_what_the_functions_say(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    topology = ROOT / "topologies" / f"{name}.yaml"
    book = executed(notebook(), topology, monkeypatch)
    fabric = design(topology).design
    tables = shown(book, "text/markdown")
    assert {table(fabric) for table in TABLES} <= set(tables)
    assert f"Bisection: {bisection(fabric):,} Gbit/s" in tables
    images = shown(book, "image/png")
    assert len(images) == PLOTS
    assert all(len(image) > 4000 for image in images), "a plot with something in it"
    assert any(expected(fabric) in table for table in tables)


def expected(fabric: Design) -> str:
    """The line that answers the notebook's title."""
    first = growth(fabric)[0]
    assert first.racks == {"three-racks": 15, "five-stage": 62}[fabric.name]
    return f"{first.racks:,} | {first.resource}"


def test_the_example_on_the_page_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102  our own page
    assert capsys.readouterr().out == "15 racks: 32 ports on each, 2 per rack, 2 for other links\n"
