"""The legend of a picture: what its lines and frames mean."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.plan.layout import LINE_SIZE, Layout, text_width
from barefabric.plan.scene import Scene, Wire

LEFT = 28.0
"""Where titles, row labels and the legend begin."""

_NAMES = {
    CableKind.FABRIC: "fabric link",
    CableKind.PEER: "peer link",
    CableKind.SERVER: "server link",
    CableKind.UPSTREAM: "to a router outside",
}


def thickness(speed: int) -> float:
    """Stroke width for a speed in Gbit/s."""
    return 1.1 if speed <= 25 else 1.7 if speed <= 100 else 2.6


def stands_for_many(wire: Wire, layout: Layout) -> bool:
    """Whether a wire is drawn for links of several devices."""
    return any(layout.boxes[end][0].kind == "more" for end in (wire.a, wire.b))


class Entry(NamedTuple):
    """A line of the legend: CSS classes, stroke width (0: a frame), text, and where it goes."""

    kind: str
    stroke: float
    text: str
    x: float = 0.0
    y: float = 0.0


def _meanings(drawn: Scene, layout: Layout) -> Iterator[Entry]:
    """What lines and frames mean; only those that were drawn."""
    order = list(CableKind)
    seen = {(order.index(wire.kind), -wire.speed) for wire in drawn.wires}
    parallel = drawn.parallel()
    for number, speed in sorted(seen):
        kind = order[number]
        each = _cables_each(w for w in parallel if (w.kind, w.speed) == (kind, -speed))
        text = f"{-speed}G {_NAMES[kind]}{each}"
        yield Entry(f"wire wire-{kind.value}", thickness(-speed), text)
    if any(stands_for_many(wire, layout) for wire in drawn.wires):
        yield Entry("wire wire-fabric bundle", 2.0, "several links, drawn as one")
    if any(frame.kind == "pair" for frame in layout.frames):
        yield Entry("pair", 0.0, "pair with shared bonds")


def _cables_each(parallel: Iterable[Wire]) -> str:
    """How many cables a line stands for where it is several; peer links say so beside the line."""
    counts = {wire.cables for wire in parallel if wire.kind is not CableKind.PEER}
    if not counts:
        return ""
    return f", {max(counts)} cables each" if len(counts) == 1 else ", several cables each"


def legend_of(drawn: Scene, layout: Layout) -> list[Entry]:
    """The legend's lines with their places, side by side as far as the picture is wide."""
    x, y = LEFT, layout.height + 18
    placed = []
    for entry in _meanings(drawn, layout):
        width = 64 + text_width(entry.text, LINE_SIZE)
        if x > LEFT and x + width > layout.width:
            x, y = LEFT, y + 22
        placed.append(entry._replace(x=x, y=y))
        x += width
    return placed
