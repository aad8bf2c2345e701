"""The notebook about failures: it holds no logic, and shows what was recorded."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from barefabric.lab.recorded import costs_table, read_recorded

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "failures.ipynb"
RECORDED = ROOT / "notebooks" / "failures.json"
LOGIC = (ast.FunctionDef, ast.Lambda, ast.For, ast.If, ast.ListComp, ast.BinOp, ast.Compare)


@pytest.fixture(scope="module")
def book() -> Any:
    nbformat = pytest.importorskip("nbformat")
    found = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(found)
    return found


def test_it_is_committed_without_outputs_and_without_logic(book: Any) -> None:
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    text = re.sub(r"^%.*$", "", "\n".join(cell.source for cell in code), flags=re.MULTILINE)
    assert not [ast.unparse(n) for n in ast.walk(ast.parse(text)) if isinstance(n, LOGIC)]


def test_it_shows_what_was_recorded(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    run = client.NotebookClient(book, timeout=120, resources=resources).execute()
    outputs = [o for c in run.cells if c.cell_type == "code" for o in c.outputs]
    assert not [o for o in outputs if o.output_type in ("error", "stream")]
    shown = [o.data for o in outputs if "data" in o]
    assert costs_table(read_recorded(RECORDED)) in [d.get("text/markdown") for d in shown]
    images = [d["image/png"] for d in shown if "image/png" in d]
    assert len(images) == 3
    assert all(len(image) > 4000 for image in images)


def test_what_was_recorded_keeps_the_promises() -> None:
    """With BFD a silent link heals in under a second; without it, it takes the hold time."""
    recorded = read_recorded(RECORDED)
    assert recorded.settings == ("BFD 100 ms x 3", "BFD 300 ms x 3", "no BFD, hold time 9 s")
    assert len(recorded.faults) == 9
    worst = {(s, c.kind): c.broken for s, c in recorded.costs}
    fast, slow = worst["BFD 100 ms x 3", "silent"], worst["no BFD, hold time 9 s", "silent"]
    assert fast.hit > 0
    assert fast.worst < 1000
    assert slow.hit > 0
    assert 5000 < slow.worst < 10000
    assert all(phase.calm for _, c in recorded.costs for phase in (c.broken, c.mended))
