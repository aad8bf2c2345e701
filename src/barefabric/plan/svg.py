"""The topology as an SVG picture: plain shapes, no scripts, no fonts of its own, light and dark."""

from collections.abc import Iterator
from html import escape

from barefabric.model.cable import CableKind
from barefabric.plan.layout import Frame, Layout, Rect, lay_out
from barefabric.plan.legend import LEFT, Entry, legend_of, stands_for_many, thickness
from barefabric.plan.scene import Box, Scene, Wire

STYLE = """\
text { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans",
  sans-serif; fill: #1f2937; font-size: 11px; }
.page { fill: #ffffff; }
.title { font-size: 21px; font-weight: 600; }
.sub { font-size: 13px; fill: #6b7280; }
.row { fill: #9ca3af; font-size: 11px; letter-spacing: 0.6px; }
.name { font-size: 13px; font-weight: 600; }
.fact { fill: #4b5563; }
.speed { fill: #6b7280; font-size: 10px; }
.pod { fill: #f8fafc; stroke: #e2e8f0; }
.group { fill: #f3f4f6; stroke: #d1d5db; }
.more { fill: none; stroke: #9ca3af; stroke-dasharray: 5 4; }
.pair { fill: none; stroke: #0d9488; stroke-dasharray: 2 3; }
.superspine { fill: #ede9fe; stroke: #7c3aed; }
.spine { fill: #dbeafe; stroke: #2563eb; }
.leaf { fill: #d5f5ef; stroke: #0d9488; }
.border { fill: #fef3c7; stroke: #d97706; }
.server { fill: #ffffff; stroke: #64748b; }
.upstream { fill: #fce7f3; stroke: #db2777; }
.wire { fill: none; stroke-linecap: round; stroke-opacity: 0.85; }
.wire-fabric { stroke: #7c8aa0; }
.wire-peer { stroke: #0d9488; }
.wire-server { stroke: #94a3b8; }
.wire-upstream { stroke: #db2777; }
.bundle { stroke-dasharray: 1 6; }
@media (prefers-color-scheme: dark) {
text { fill: #e5e7eb; }
.page { fill: #0d1117; }
.sub, .speed { fill: #9ca3af; }
.row { fill: #6b7280; }
.fact { fill: #c3cad5; }
.pod { fill: #11161f; stroke: #273042; }
.group { fill: #161d29; stroke: #334155; }
.more { stroke: #64748b; }
.pair { stroke: #2dd4bf; }
.superspine { fill: #2a1f52; stroke: #a78bfa; }
.spine { fill: #16294f; stroke: #60a5fa; }
.leaf { fill: #0c3a37; stroke: #2dd4bf; }
.border { fill: #46300c; stroke: #fbbf24; }
.server { fill: #1b2230; stroke: #94a3b8; }
.upstream { fill: #4a1533; stroke: #f472b6; }
.wire-fabric { stroke: #8b9bb4; }
.wire-peer { stroke: #2dd4bf; }
.wire-server { stroke: #7f8da5; }
.wire-upstream { stroke: #f472b6; }
}
"""


def svg_text(drawn: Scene) -> str:
    """The picture of a scene."""
    layout = lay_out(drawn)
    legend = legend_of(drawn, layout)
    width, height = layout.width, max((entry.y for entry in legend), default=layout.height) + 28
    size = f'width="{width:.0f}" height="{height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"',
        f'  {size} role="img" aria-labelledby="title facts">',
        f'<title id="title">Topology of {escape(drawn.title)}</title>',
        f'<desc id="facts">{escape(drawn.subtitle)}</desc>',
        f"<style>\n{STYLE}</style>",
        f'<rect class="page" {size}/>',
        f'<text class="title" x="{LEFT:.0f}" y="50">{escape(drawn.title)}</text>',
        f'<text class="sub" x="{LEFT:.0f}" y="74">{escape(drawn.subtitle)}</text>',
        *(
            f'<text class="row" x="{LEFT:.0f}" y="{y:.1f}">{label}</text>'
            for label, y in layout.labels
        ),
        *(line for frame in layout.frames for line in _frame(frame)),
        *_wires(drawn, layout),
        *(line for box, rect in layout.boxes.values() for line in _box(box, rect)),
        *(line for entry in legend for line in _legend_line(entry)),
        "</svg>",
        "",
    ]
    return "\n".join(lines)


def _rect(rect: Rect, kind: str, radius: int) -> str:
    return (
        f'<rect class="{kind}" x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" '
        f'height="{rect.height:.1f}" rx="{radius}"/>'
    )


def _frame(frame: Frame) -> Iterator[str]:
    rect = frame.rect
    yield _rect(rect, frame.kind, 12 if frame.kind == "pair" else 10)
    y = rect.bottom - 11
    if frame.title:
        yield f'<text class="name" x="{rect.x + 14:.1f}" y="{y:.1f}">{escape(frame.title)}</text>'
    if frame.note:
        yield (
            f'<text class="fact" x="{rect.right - 14:.1f}" y="{y:.1f}" text-anchor="end">'
            f"{escape(frame.note)}</text>"
        )


def _box(box: Box, rect: Rect) -> Iterator[str]:
    """A box with its text; one that stands for several has a second edge behind it."""
    if box.stands_for > 1:
        yield _rect(Rect(rect.x + 4, rect.y + 4, rect.width, rect.height), box.kind, 7)
    yield _rect(rect, "page", 7)
    yield _rect(rect, box.kind, 7)
    y = rect.y + (18 if box.lines else rect.height / 2 + 5)
    yield _centred(rect.middle, y, "name", box.title)
    for number, line in enumerate(box.lines):
        yield _centred(rect.middle, rect.y + 34 + 15 * number, "fact", line)


def _centred(x: float, y: float, kind: str, text: str) -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'
    )


def _wires(drawn: Scene, layout: Layout) -> Iterator[str]:
    """All wires: peer links level, the others from lower to upper edges, fanned out."""
    level = [wire for wire in drawn.wires if wire.kind is CableKind.PEER]
    falling = [wire for wire in drawn.wires if wire.kind is not CableKind.PEER]
    yield from _falling(falling, layout)
    for wire in level:
        yield from _level(wire, layout)


def _falling(wires: list[Wire], layout: Layout) -> Iterator[str]:
    starts = _fan(wires, layout, upper=True)
    ends = _fan(wires, layout, upper=False)
    for number, wire in enumerate(wires):
        a, b = layout.boxes[wire.a][1], layout.boxes[wire.b][1]
        bundle = stands_for_many(wire, layout)
        kind = f"wire wire-{wire.kind.value}{' bundle' if bundle else ''}"
        width = thickness(wire.speed) + (0.8 if bundle else 0)
        yield (
            f'<line class="{kind}" x1="{starts[number]:.1f}" y1="{a.bottom:.1f}" '
            f'x2="{ends[number]:.1f}" y2="{b.y:.1f}" stroke-width="{width:.1f}"/>'
        )


def _fan(wires: list[Wire], layout: Layout, *, upper: bool) -> dict[int, float]:
    """The x where each wire meets a box, spread along the edge in the order of the far ends."""
    at: dict[str, list[int]] = {}
    for number, wire in enumerate(wires):
        at.setdefault(wire.a if upper else wire.b, []).append(number)
    found = {}
    for box, numbers in at.items():
        rect = layout.boxes[box][1]
        far = {n: wires[n].b if upper else wires[n].a for n in numbers}
        numbers.sort(key=lambda n, far=far: layout.boxes[far[n]][1].middle)  # type: ignore[misc]
        step = rect.width * 0.76 / len(numbers)
        for place, number in enumerate(numbers):
            found[number] = rect.middle + step * (place - (len(numbers) - 1) / 2)
    return found


def _level(wire: Wire, layout: Layout) -> Iterator[str]:
    """A peer link: up to three parallel lines, with its speed above them."""
    a, b = layout.boxes[wire.a][1], layout.boxes[wire.b][1]
    middle = a.y + a.height / 2
    drawn = min(wire.cables, 3)
    for number in range(drawn):
        y = middle + 5 * (number - (drawn - 1) / 2) + 3
        yield (
            f'<line class="wire wire-peer" x1="{a.right:.1f}" y1="{y:.1f}" x2="{b.x:.1f}" '
            f'y2="{y:.1f}" stroke-width="{thickness(wire.speed):.1f}"/>'
        )
    text = f"{wire.cables} x {wire.speed}G"
    yield _centred((a.right + b.x) / 2, middle - 6, "speed", text)


def _legend_line(entry: Entry) -> Iterator[str]:
    x, y = entry.x, entry.y
    if entry.stroke:
        yield (
            f'<line class="{entry.kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{x + 30:.1f}" '
            f'y2="{y:.1f}" stroke-width="{entry.stroke:.1f}"/>'
        )
    else:
        yield _rect(Rect(x, y - 7, 30, 14), entry.kind, 5)
    yield f'<text class="fact" x="{x + 38:.1f}" y="{y + 4:.1f}">{entry.text}</text>'
