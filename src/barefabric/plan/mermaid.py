"""The topology as a Mermaid flowchart, which many wikis and code hosts draw in place.

It shows the same scene as the SVG. Mermaid draws at most 500 edges by default (``maxEdges`` in its
configuration schema), which is why scenes are small.
"""

import json
from collections.abc import Iterator

from barefabric.model.cable import CableKind
from barefabric.plan.scene import Box, Group, Pod, Scene

_LINKS = {
    CableKind.FABRIC: "---",
    CableKind.PEER: "===",
    CableKind.SERVER: "---",
    CableKind.UPSTREAM: "-.-",
}
_CLASSES = (
    "classDef superspine fill:#ede9fe,stroke:#7c3aed,color:#1f2937",
    "classDef spine fill:#dbeafe,stroke:#2563eb,color:#1f2937",
    "classDef leaf fill:#d5f5ef,stroke:#0d9488,color:#1f2937",
    "classDef border fill:#fef3c7,stroke:#d97706,color:#1f2937",
    "classDef server fill:#ffffff,stroke:#64748b,color:#1f2937",
    "classDef upstream fill:#fce7f3,stroke:#db2777,color:#1f2937",
    "classDef more fill:#ffffff,stroke:#9ca3af,color:#1f2937,stroke-dasharray:5 4",
)


class _Names:
    """Short node ids: names of devices may hold characters that Mermaid reads as syntax."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def __getitem__(self, box: str) -> str:
        return self._ids.setdefault(box, f"n{len(self._ids) + 1}")


def _quoted(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;")


def _node(box: Box, names: _Names) -> str:
    text = "<br>".join(_quoted(line) for line in (box.title, *box.lines))
    return f'{names[box.id]}["{text}"]:::{box.kind}'


def _group(group: Group, number: int, names: _Names) -> Iterator[str]:
    title = f"{group.title}, {group.note}" if group.note else group.title
    yield f'subgraph g{number}["{_quoted(title)}"]'
    for box in (*group.top, *group.bottom):
        yield f"  {_node(box, names)}"
    yield "end"


def _pod(pod: Pod, number: int, names: _Names) -> Iterator[str]:
    inner = [_node(box, names) for box in pod.spines]
    for place, rack in enumerate(pod.racks):
        inner.extend(_group(rack, 100 * number + place, names))
    if not pod.title:
        yield from inner
        return
    yield f'subgraph p{number}["{_quoted(pod.title)}"]'
    yield from (f"  {line}" for line in inner)
    yield "end"


def _body(drawn: Scene, names: _Names) -> Iterator[str]:
    yield from (_node(box, names) for box in drawn.superspines)
    for number, pod in enumerate(drawn.pods, 1):
        yield from _pod(pod, number, names)
    if drawn.borders:
        yield from _group(drawn.borders, 0, names)
    parallel = set(drawn.parallel())
    for wire in drawn.wires:
        link = _LINKS[wire.kind]
        if wire.kind is CableKind.PEER or wire in parallel:
            link = f'{link}|"{wire.cables} x {wire.speed}G"|'
        yield f"{names[wire.a]} {link} {names[wire.b]}"
    yield from _CLASSES


def mermaid_text(drawn: Scene) -> str:
    """The flowchart of a scene."""
    title = f"{drawn.title}: {drawn.subtitle}"
    head = ["---", f"title: {json.dumps(title, ensure_ascii=False)}", "---", "flowchart TB"]
    return "\n".join([*head, *(f"  {line}" for line in _body(drawn, _Names())), ""])
