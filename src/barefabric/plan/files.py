"""All plan files of a design: tables as CSV and Markdown, and the topology as a picture."""

from collections.abc import Iterable, Iterator

from barefabric.model.design import Design
from barefabric.plan import asn_plan, bill, cabling, ip_plan, sessions
from barefabric.plan.mermaid import mermaid_text
from barefabric.plan.painter import scene
from barefabric.plan.svg import svg_text
from barefabric.plan.table import files

DOCUMENTS = (
    ip_plan.document,
    asn_plan.document,
    cabling.document,
    sessions.document,
    bill.document,
)
"""What makes each document of a design."""


def plan_files(design: Design) -> Iterator[tuple[str, str | Iterable[str]]]:
    """Paths relative to ``plan/`` and their text, or the pieces of it."""
    for document in DOCUMENTS:
        yield from files(document(design))
    drawn = scene(design)
    yield "topology.svg", svg_text(drawn)
    yield "topology.mmd", mermaid_text(drawn)
