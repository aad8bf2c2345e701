"""What a picture of the fabric is made of: boxes in groups, and wires between them."""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.model.cable import CableKind


class Box(NamedTuple):
    """A device, or several of a kind. ``kind`` is a role, ``server``, ``upstream`` or ``more``."""

    id: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    stands_for: int = 1


class Group(NamedTuple):
    """Boxes that stand together: a rack with leaves above servers, or the borders."""

    id: str
    title: str
    note: str
    top: tuple[Box, ...]
    pairs: tuple[tuple[str, str], ...] = ()
    bottom: tuple[Box, ...] = ()
    several: bool = False


class Pod(NamedTuple):
    """Spines above racks; a fabric without pods is one pod without a name."""

    id: str
    title: str
    spines: tuple[Box, ...]
    racks: tuple[Group, ...]


class Wire(NamedTuple):
    """Cables between two boxes, ``a`` above ``b``."""

    a: str
    b: str
    kind: CableKind
    speed: int
    cables: int


class Scene(NamedTuple):
    """Everything that is drawn."""

    title: str
    subtitle: str
    superspines: tuple[Box, ...]
    pods: tuple[Pod, ...]
    borders: Group | None
    wires: tuple[Wire, ...]

    def boxes(self) -> Iterator[Box]:
        """Every box."""
        yield from self.superspines
        for pod in self.pods:
            yield from pod.spines
            for rack in pod.racks:
                yield from (*rack.top, *rack.bottom)
        if self.borders:
            yield from (*self.borders.top, *self.borders.bottom)

    def parallel(self) -> tuple[Wire, ...]:
        """Wires that are several cables between the same two devices."""
        single = {box.id for box in self.boxes() if box.stands_for == 1 and box.kind != "more"}
        return tuple(w for w in self.wires if w.cables > 1 and {w.a, w.b} <= single)
