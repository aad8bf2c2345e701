"""What Batfish's word was given on: digests of every file that it judged, beside the verdict.

A proof is kept with the tests, so that a changed configuration is noticed where no Batfish runs.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from barefabric.model.design import Design
from barefabric.vendors import catalogue
from barefabric.verify.batfish.sample import sample
from barefabric.verify.batfish.snapshot import Rendered, render
from barefabric.verify.verdict import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "barefabric.batfish-proof/1"


def judged_files(design: Design) -> dict[str, dict[str, str]]:
    """The rendered files that Batfish judges: those of all switches, and of the servers shown."""
    return render(design, sample(design).design.servers)


def digests(design: Design, rendered: Rendered) -> dict[str, str]:
    """SHA-256 of each file by its path in the build, and of the rules for Batfish by theirs."""
    found = {
        f"{'switches' if device in design.switches else 'nodes'}/{device}/{path}": _digest(text)
        for device, files in rendered.items()
        for path, text in files.items()
    }
    return dict(sorted({**found, **_rules(design)}.items()))


def _rules(design: Design) -> dict[str, str]:
    """Digests of the rules by which the files were dressed."""
    root = catalogue.templates_root()
    every: Iterable[str] = {"frr", *(switch.nos for switch in design.switches.values())}
    paths = {f"vendor_templates/{nos}/batfish.toml": root / nos / "batfish.toml" for nos in every}
    return {
        name: _digest(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if path.is_file()
    }


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def proof(design: Design, rendered: Rendered, judgement: Judgement) -> dict[str, Any]:
    """The proof as a document: no times and no places, so that it changes only with its subject."""
    settings = {k: v for k, v in judgement.settings.items() if k != "service"}
    return {
        "schema": SCHEMA,
        "fabric": design.name,
        "batfish": judgement.version,
        "settings": settings,
        "held": {kind.value: count.held for kind, count in judgement.counts.items()},
        "failed": judgement.total.failed,
        "undecided": judgement.total.undecided,
        "findings": [f"{f.code} {f.sentence}: {f.lines[0]}" for f in judgement.findings],
        "files": digests(design, rendered),
    }
