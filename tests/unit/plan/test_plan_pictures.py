"""The topology as a picture: well-formed, tidy, and summed up where the fabric is large."""

import re
from collections.abc import Callable
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.plan.layout import Layout, Rect, lay_out, text_width
from barefabric.plan.mermaid import mermaid_text
from barefabric.plan.painter import scene, shorten
from barefabric.plan.scene import Box, Scene
from barefabric.plan.svg import svg_text

SVG = "{http://www.w3.org/2000/svg}"
Make = Callable[[str], Design]

LARGE = """
fabric: large
switch_types:
  spine: {nos: arista_eos, ports: 128 x 100G}
  leaf: {nos: arista_eos, ports: {downlink: 48 x 25G, uplink: 24 x 100G}, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
spines: 20
racks:
  - {name: "r[01-40]", leaves: 2, servers: {node: 30}}
"""


def picture(drawn: Scene) -> ET.Element:
    """The SVG as a tree."""
    return ET.fromstring(svg_text(drawn))  # noqa: S314  our own text, written a moment ago


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_the_svg_is_xml_that_refers_to_nothing_outside(any_design: Design) -> None:
    text = svg_text(scene(any_design))
    root = picture(scene(any_design))
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title") is not None
    without_namespace = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"href|url\(|@import|@font-face|<script|https?:", without_namespace)


def test_light_and_dark_colour_the_same_things(any_design: Design) -> None:
    style = picture(scene(any_design)).find(f"{SVG}style")
    assert style is not None
    light, _, dark = (style.text or "").partition("@media (prefers-color-scheme: dark)")
    kinds = ("spine", "leaf", "border", "server", "upstream", "page", "group", "wire-fabric")
    for kind in kinds:
        rule = re.compile(rf"\.{kind} \{{ [^}}]*#")
        assert rule.search(light), kind
        assert rule.search(dark), kind


def test_everything_lies_inside_the_picture(any_design: Design) -> None:
    root = picture(scene(any_design))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for rect in root.iter(f"{SVG}rect"):
        x, y = float(rect.get("x", 0)), float(rect.get("y", 0))
        assert x >= 0
        assert y >= 0
        assert x + float(rect.attrib["width"]) <= width + 0.1
        assert y + float(rect.attrib["height"]) <= height + 0.1
    for label in root.iter(f"{SVG}text"):
        assert 0 < float(label.attrib["y"]) < height


def overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def laid_out(design: Design) -> tuple[Scene, Layout]:
    drawn = scene(design)
    return drawn, lay_out(drawn)


def test_no_two_boxes_overlap_and_texts_fit(any_design: Design) -> None:
    _, layout = laid_out(any_design)
    for (_, one), (_, other) in combinations(layout.boxes.values(), 2):
        assert not overlap(one, other)
    for box, rect in layout.boxes.values():
        assert text_width(box.title, 13) <= rect.width
        assert all(text_width(line, 11) <= rect.width for line in box.lines)
    racks = [frame.rect for frame in layout.frames if frame.kind in ("group", "more")]
    assert not any(overlap(one, other) for one, other in combinations(racks, 2))


def test_wires_begin_and_end_at_boxes(any_design: Design) -> None:
    drawn, layout = laid_out(any_design)
    root = picture(drawn)
    rects = [rect for _, rect in layout.boxes.values()]
    lines = [line for line in root.iter(f"{SVG}line") if float(line.attrib["y1"]) < layout.height]
    assert len(lines) >= len(drawn.wires)
    for line in lines:
        for x, y in (("x1", "y1"), ("x2", "y2")):
            at = float(line.attrib[x]), float(line.attrib[y])
            assert any(
                r.x - 0.1 <= at[0] <= r.right + 0.1 and r.y - 0.1 <= at[1] <= r.bottom + 0.1
                for r in rects
            ), at


def test_tiers_stand_in_rows(any_design: Design) -> None:
    _, layout = laid_out(any_design)
    rows: dict[str, set[float]] = {}
    for box, rect in layout.boxes.values():
        rows.setdefault(box.kind, set()).add(rect.y)
    order = [kind for kind in ("superspine", "spine", "leaf", "server") if kind in rows]
    assert all(len(rows[kind]) == 1 for kind in order)
    heights = [next(iter(rows[kind])) for kind in order]
    assert heights == sorted(heights)
    assert len(set(heights)) == len(order)


@pytest.mark.parametrize("name", ["quickstart", "routed-frr"])
def test_a_small_fabric_is_drawn_whole(named: Make, name: str) -> None:
    design = named(name)
    drawn, layout = laid_out(design)
    devices = {*design.switches, *design.servers, *design.upstreams}
    assert set(layout.boxes) == devices
    assert len(drawn.wires) == len({(c.a, c.b) for c in design.cables})
    shown = texts(picture(drawn))
    assert devices <= set(shown)
    assert "10.255.0.1" in shown
    assert "AS 4200020001" in shown


def test_pairs_are_framed_and_their_peer_link_has_its_speed(named: Make) -> None:
    drawn, layout = laid_out(named("three-racks"))
    pairs = [frame.rect for frame in layout.frames if frame.kind == "pair"]
    assert len(pairs) == 3
    inside = {
        box.id
        for box, rect in layout.boxes.values()
        if any(p.x < rect.x and rect.right < p.right and p.y < rect.y for p in pairs)
        and box.kind == "leaf"
    }
    assert inside == {f"r{rack}-leaf{leaf}" for rack in (1, 2, 3) for leaf in (1, 2)}
    assert texts(picture(drawn)).count("2 x 100G") == 3
    assert not [f for f in laid_out(named("routed-frr"))[1].frames if f.kind == "pair"]


def test_many_servers_become_counts(named: Make) -> None:
    shown = texts(picture(scene(named("three-racks"))))
    assert shown.count("12 x worker") == 3
    assert "r1-worker1" not in shown
    assert "2 x 100G, bond" in shown


def boxes(drawn: Scene) -> list[Box]:
    groups = [group for pod in drawn.pods for group in pod.racks]
    groups += [drawn.borders] if drawn.borders else []
    return [
        *drawn.superspines,
        *(box for pod in drawn.pods for box in pod.spines),
        *(box for group in groups for box in (*group.top, *group.bottom)),
    ]


def test_every_device_and_cable_is_counted_once(any_design: Design) -> None:
    drawn = scene(any_design)
    everything = len(any_design.switches) + len(any_design.servers) + len(any_design.upstreams)
    assert sum(box.stands_for for box in boxes(drawn)) == everything
    hidden = {wire.kind for wire in drawn.wires} ^ {cable.kind for cable in any_design.cables}
    assert not hidden
    between = [cable for cable in any_design.cables if cable.kind is not CableKind.PEER]
    counted = sum(wire.cables for wire in drawn.wires if wire.kind is not CableKind.PEER)
    assert counted == len(between)


def test_a_large_fabric_is_summed_up(written: Make) -> None:
    design = written(LARGE)
    drawn, layout = laid_out(design)
    assert sum(box.stands_for for box in boxes(drawn)) == len(design.switches) + 1200
    assert len(layout.boxes) < 40
    shown = texts(picture(drawn))
    assert "16 more spines" in shown
    assert "37 more racks" in shown
    assert "r03 to r39" in shown
    assert {"spine1", "spine20", "r01-leaf1", "r40-leaf2"} <= set(shown)


@pytest.mark.parametrize(
    ("count", "first", "left_out", "last"),
    [(8, 8, 0, 0), (9, 3, 5, 1), (64, 3, 60, 1)],
)
def test_rows_are_shortened_in_the_middle(count: int, first: int, left_out: int, last: int) -> None:
    parts = shorten(range(count), 8)
    assert [len(part) for part in parts] == [first, left_out, last]
    assert [n for part in parts for n in part] == list(range(count))


def test_the_flowchart_joins_only_nodes_it_has(any_design: Design) -> None:
    text = mermaid_text(scene(any_design))
    nodes = re.findall(r'^ +(n\d+)\["', text, re.MULTILINE)
    edges = re.findall(r"^ +(n\d+) (?:---|===\|.*\||-\.-) (n\d+)$", text, re.MULTILINE)
    assert len(nodes) == len(set(nodes)) == len(boxes(scene(any_design)))
    assert {end for edge in edges for end in edge} <= set(nodes)
    assert len(edges) == len(scene(any_design).wires)
    assert text.count("subgraph") == len(re.findall(r"^ +end$", text, re.MULTILINE))
    assert len(edges) <= 450, "Mermaid draws 500 edges at most unless told otherwise"


def test_the_flowchart_quotes_what_it_does_not_choose(named: Make) -> None:
    drawn = scene(named("quickstart"))
    group = drawn.pods[0].racks[0]._replace(title='rack "1" <b> & co')
    pod = drawn.pods[0]._replace(racks=(group,))
    text = mermaid_text(drawn._replace(pods=(pod,)))
    assert 'subgraph g100["rack #quot;1#quot; #lt;b> #amp; co, 10.10.0.0/24"]' in text
    root = picture(drawn._replace(pods=(pod,)))
    assert 'rack "1" <b> & co' in texts(root)


FIVE_STAGE = """
fabric: pods
switch_types:
  superspine: {nos: arista_eos, ports: 32 x 400G}
  spine: {nos: arista_eos, ports: 32 x 400G}
  leaf: {nos: arista_eos, ports: {downlink: 48 x 25G, uplink: 8 x 100G}, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
superspines: {count: 4, planes: 2}
pods:
"""
POD = "  - {name: p1, spines: 2, racks: [{name: p1r1, leaves: 2, servers: {node: 2}}]}\n"


@pytest.mark.parametrize(
    ("pods", "frames"),
    [
        (1, ["pod p1"]),
        (2, ["pod p1", "pod p2"]),
        (3, ["pod p1", "pod p2", "pod p3"]),
        (5, ["pod p1", "3 more pods: p2 to p4", "pod p5"]),
    ],
)
def test_pods_are_framed_and_shortened(written: Make, pods: int, frames: list[str]) -> None:
    each = (POD.replace("p1", f"p{number}") for number in range(1, pods + 1))
    design = written(FIVE_STAGE + "".join(each))
    drawn, layout = laid_out(design)
    everything = len(design.switches) + len(design.servers)
    assert sum(box.stands_for for box in boxes(drawn)) == everything
    assert [frame.title for frame in layout.frames if frame.kind == "pod"] == frames


def test_pictures_say_where_a_line_is_several_cables(written: Make) -> None:
    racks = '  - {name: "r[01-40]", leaves: 2, servers: {node: 30}}'
    text = LARGE.replace("spines: 20", "spines: 2\nunderlay: {links_per_spine: 2}")
    many = text.replace("r[01-40]", "r[01-20]")
    small = scene(written(text.replace(racks, "  - {name: r1, leaves: 2, servers: {node: 1}}")))
    assert "100G fabric link, 2 cables each" in texts(picture(small))
    assert {"25G server link", "100G peer link"} <= set(texts(picture(small)))
    assert mermaid_text(small).count('---|"2 x 100G"|') == 4
    assert "100G fabric link, 2 cables each" in texts(picture(scene(written(many))))
    assert not any("each" in text for text in texts(picture(scene(written(LARGE)))))


PODS_AND_BORDERS = """
fabric: five
switch_types:
  superspine: {nos: frr, ports: 16 x 100G}
  spine: {nos: frr, ports: 16 x 100G}
  leaf: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
superspines: {count: 4, planes: 2}
pods:
  - {name: p1, spines: 2, racks: [{name: p1r1, leaves: 2}]}
  - {name: p2, spines: 2, racks: [{name: "p2r[1-2]", leaves: 2}]}
borders: {type: leaf, count: 2}
"""


def test_no_wire_passes_behind_another_box(written: Make) -> None:
    drawn = scene(written(PODS_AND_BORDERS))
    boxes = {name: rect for name, (_, rect) in lay_out(drawn).boxes.items()}
    for wire in drawn.wires:
        a, b = boxes[wire.a], boxes[wire.b]
        between = (rect for name, rect in boxes.items() if name not in (wire.a, wire.b))
        for rect in between:
            assert not (a.bottom < rect.y and rect.bottom < b.y and _in_the_way(a, b, rect)), wire


def _in_the_way(a: Rect, b: Rect, rect: Rect) -> bool:
    """Whether the line from the middle of ``a`` to that of ``b`` meets a box between them."""

    def x(y: float) -> float:
        return a.middle + (b.middle - a.middle) * (y - a.bottom) / (b.y - a.bottom)

    left, right = sorted((x(rect.y), x(rect.bottom)))
    return left < rect.right and rect.x < right
