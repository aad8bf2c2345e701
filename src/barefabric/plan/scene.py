"""What a picture of the fabric is made of: boxes in groups, and wires between them."""

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
