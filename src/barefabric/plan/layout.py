"""Where everything in the picture goes. Units are SVG user units; y grows downwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from barefabric.plan.scene import Box, Group, Pod, Scene

MARGIN = 28
HEAD = 84
"""Height of title and subtitle."""

LABELS = 92
"""Width of the row labels on the left."""

GAP = 18
PAIR_GAP = 74
"""Between the leaves of a pair: room for the peer link and its speed."""

PAD = 16
FOOT = 28
"""Height of a frame's heading, which stands at its foot, where no wire passes."""

TITLE_SIZE, LINE_SIZE = 13.0, 11.0
SERVER_DROP = 86
"""From the lower edge of the leaves to the upper edge of the servers."""


class Rect(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.x + self.width


class Frame(NamedTuple):
    """A frame round a group, with its heading."""

    rect: Rect
    title: str
    note: str
    kind: str


@dataclass
class Layout:
    """Rectangles of all boxes by id, frames in drawing order, row labels, and the whole size."""

    boxes: dict[str, tuple[Box, Rect]] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    labels: list[tuple[str, float]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif face; rather too wide than too narrow."""
    return len(text) * size * 0.6


def box_size(box: Box) -> tuple[float, float]:
    """Width and height of a box around its text."""
    widest = max(
        text_width(box.title, TITLE_SIZE), *(text_width(line, LINE_SIZE) for line in box.lines), 0.0
    )
    least = 84 if box.kind == "server" else 104
    return max(least, widest + 22), 28 + 15 * len(box.lines)


def _row_width(
    boxes: Sequence[Box], pairs: Iterable[tuple[str, str]] = (), gap: float = GAP
) -> float:
    if not boxes:
        return 0.0
    paired = {second for _, second in pairs}
    gaps = sum(PAIR_GAP if box.id in paired else gap for box in boxes[1:])
    return sum(box_size(box)[0] for box in boxes) + gaps


def _spread(boxes: Sequence[Box], width: float) -> float:
    """The gap that spreads a row of spines over half of the width below it, within reason."""
    room = width / 2 - _row_width(boxes, (), 0)
    return min(max(GAP, room / max(len(boxes) - 1, 1)), 150.0)


def _group_width(group: Group) -> float:
    heading = text_width(group.title, TITLE_SIZE) + text_width(group.note, LINE_SIZE) + GAP
    inner = max(_row_width(group.top, group.pairs), _row_width(group.bottom), heading)
    return inner + 2 * PAD


def _groups_width(groups: Sequence[Group]) -> float:
    return sum(map(_group_width, groups)) + GAP * max(len(groups) - 1, 0)


def _pod_width(pod: Pod) -> float:
    inner = max(_groups_width(pod.racks), _row_width(pod.spines))
    return inner + (2 * PAD if pod.title else 0)


class _Placer:
    """Places a scene row by row."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.layout = Layout()
        widths = [_pod_width(pod) for pod in scene.pods]
        if scene.borders:
            widths.append(_group_width(scene.borders))
        taken = sum(widths) + 2 * GAP * (len(widths) - 1)
        self.inner = max(taken, _row_width(scene.superspines))
        self.slack = self.inner - taken
        self.drop = min(max(self.inner / 9, 100.0), 190.0)
        self.groups = [rack for pod in scene.pods for rack in pod.racks]
        if scene.borders:
            self.groups.append(scene.borders)
        self.leaf_height = max(
            (box_size(box)[1] for group in self.groups for box in group.top), default=0.0
        )
        self.server_height = max(
            (box_size(box)[1] for group in self.groups for box in group.bottom), default=0.0
        )

    def row(
        self,
        boxes: Sequence[Box],
        middle: float,
        y: float,
        pairs: Iterable[tuple[str, str]] = (),
        gap: float = GAP,
    ) -> None:
        """Place boxes side by side around ``middle``, with their upper edges at ``y``."""
        pairs = tuple(pairs)
        paired = {second for _, second in pairs}
        x = middle - _row_width(boxes, pairs, gap) / 2
        for number, box in enumerate(boxes):
            if number:
                x += PAIR_GAP if box.id in paired else gap
            width, height = box_size(box)
            self.layout.boxes[box.id] = (box, Rect(x, y, width, height))
            x += width

    def group_height(self) -> float:
        """The height of every rack: the tallest leaf and the tallest server decide."""
        servers = SERVER_DROP + self.server_height if self.server_height else 0.0
        return PAD + self.leaf_height + servers + PAD + FOOT

    def group(self, group: Group, x: float, y: float) -> None:
        """Place a rack, or the borders."""
        width = _group_width(group)
        rect = Rect(x, y, width, self.group_height())
        kind = "more" if group.several else "group"
        self.layout.frames.append(Frame(rect, group.title, group.note, kind))
        self.row(group.top, rect.middle, y + PAD, group.pairs)
        self.row(group.bottom, rect.middle, self.servers_y(y))
        for first, second in group.pairs:
            if first in self.layout.boxes and second in self.layout.boxes:
                a, b = self.layout.boxes[first][1], self.layout.boxes[second][1]
                around = Rect(a.x - 7, a.y - 7, b.right - a.x + 14, a.height + 14)
                self.layout.frames.append(Frame(around, "", "", "pair"))

    def servers_y(self, y: float) -> float:
        """Where servers begin in groups that begin at ``y``."""
        return y + PAD + self.leaf_height + SERVER_DROP

    def pod(self, pod: Pod, x: float, spines_y: float, racks_y: float) -> None:
        """Place a pod: its spines, its racks and, where it has a name, a frame round them."""
        width = _pod_width(pod)
        if pod.title:
            bottom = racks_y + self.group_height() + FOOT
            rect = Rect(x, spines_y - PAD, width, bottom - spines_y + PAD)
            self.layout.frames.append(Frame(rect, pod.title, "", "pod"))
        self.row(pod.spines, x + width / 2, spines_y, (), _spread(pod.spines, width))
        at = x + (width - _groups_width(pod.racks)) / 2
        for rack in pod.racks:
            self.group(rack, at, racks_y)
            at += _group_width(rack) + GAP

    def place(self) -> Layout:
        """Place everything."""
        scene, layout = self.scene, self.layout
        left, y = MARGIN + LABELS, float(MARGIN + HEAD)
        if scene.superspines:
            layout.labels.append(("superspines", y + 26))
            gap = _spread(scene.superspines, self.inner)
            self.row(scene.superspines, left + self.inner / 2, y, (), gap)
            y += box_size(scene.superspines[0])[1] + self.drop
        spines_y = y
        spine_height = max((box_size(b)[1] for p in scene.pods for b in p.spines), default=0.0)
        racks_y = spines_y + spine_height + self.drop
        x = left + self.slack / 2
        for pod in scene.pods:
            self.pod(pod, x, spines_y, racks_y)
            x += _pod_width(pod) + 2 * GAP
        if scene.borders:  # below what they are cabled to, so that no wire passes a spine
            self.group(scene.borders, x, spines_y - PAD if scene.superspines else racks_y)
        layout.labels += [("spines", spines_y + 26), ("leaves", racks_y + PAD + 26)]
        if self.server_height:
            layout.labels.append(("servers", self.servers_y(racks_y) + 24))
        layout.width = left + self.inner + MARGIN
        framed = any(pod.title for pod in scene.pods)
        layout.height = racks_y + self.group_height() + (FOOT if framed else 0) + PAD
        return layout


def lay_out(scene: Scene) -> Layout:
    """Give everything in a scene its place."""
    return _Placer(scene).place()
