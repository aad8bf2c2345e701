"""The largest fabric of a design's shape, as it is and with more above the leaves."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from barefabric.capacity.bandwidth import switch_ratios
from barefabric.capacity.growth import Extra, Limit, growth, spine_rooms, wide_limits
from barefabric.capacity.load import Load, Room, loads, path_width, room
from barefabric.capacity.needs import RackNeeds, rack_needs
from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role, Switch


class Largest(NamedTuple):
    """The largest fabric of one shape. ``oversubscription`` is the worst leaf's.

    ``bound`` is what stops it: the first resource to run out.
    """

    shape: str
    superspines: int
    pods: int
    spines: int
    racks: int
    leaves: int
    servers: int
    oversubscription: float
    bound: Limit


class Shape(NamedTuple):
    """What the shapes are computed from: the design, its switches by role, and a rack's needs."""

    design: Design
    tiers: dict[Role, list[Switch]]
    pods: int
    needs: RackNeeds

    def count(self, role: Role) -> int:
        """How many switches of a role there are."""
        return len(self.tiers.get(role, ()))


def largest(design: Design) -> tuple[Largest, ...]:
    """The largest fabrics: more racks; more spines; more pods, or superspines where there are none.

    Shapes that add nothing are left out. Empty for a fabric without racks.
    """
    if not design.racks:
        return ()
    tiers: dict[Role, list[Switch]] = {}
    for switch in design.switches.values():
        tiers.setdefault(switch.role, []).append(switch)
    pods = len({rack.pod for rack in design.racks.values() if rack.pod})
    shape = Shape(design, tiers, pods, rack_needs(design))
    taller = _more_pods if Role.SUPERSPINE in tiers else _with_superspines
    tops = (shape.count(Role.SUPERSPINE), pods, shape.count(Role.SPINE))
    limits = growth(design)
    present = [_made(shape, "more racks", tops, limits[0])] if limits else []
    return (*present, *_more_spines(shape), *taller(shape))


def _made(shape: Shape, name: str, tops: tuple[int, int, int], bound: Limit) -> Largest:
    """A shape with ``tops`` superspines, pods and spines, filled with racks up to ``bound``."""
    superspines, pods, spines = tops
    worst = max((r.ratio for r in switch_ratios(shape.design) if r.role == Role.LEAF), default=0.0)
    present = shape.count(Role.SPINE) / max(shape.pods, 1)
    ratio = worst * present / (spines / max(pods, 1)) if spines else worst
    racks, needs = bound.racks, shape.needs
    return Largest(
        name,
        superspines,
        pods,
        spines,
        racks,
        racks * needs.leaves,
        racks * needs.servers,
        ratio,
        bound,
    )


def _bounded(shape: Shape, ports: Limit, extra: Extra) -> Limit:
    """The least of what ports and pools allow."""
    limits = [ports, *wide_limits(shape.design, shape.needs, extra)]
    return min(limits, key=lambda limit: limit.racks)


def _more_spines(shape: Shape) -> Iterator[Largest]:
    """Spines until the leaves' uplink ports are full or their ECMP width is reached."""
    ports = next((limit for limit in growth(shape.design) if limit.resource == "spine ports"), None)
    each, more = _spines_that_fit(shape)
    if more <= 0 or ports is None:
        return
    pods = max(shape.pods, 1)
    links = each * more
    borders = 0 if shape.pods else shape.count(Role.BORDER)
    extra = Extra(more * pods, borders * links, shape.needs.leaves * links)
    tops = (shape.count(Role.SUPERSPINE), shape.pods, shape.count(Role.SPINE) + more * pods)
    yield _made(shape, "more spines and racks", tops, _bounded(shape, ports, extra))


def _spines_that_fit(shape: Shape) -> tuple[int, int]:
    """Cables of a leaf to one spine, and how many more spines a leaf can be cabled to.

    In a fabric of pods that is per pod, and borders have no say: they hang off the superspines.
    """
    lower = list(shape.tiers.get(Role.LEAF, ()))
    if not shape.pods:
        lower += shape.tiers.get(Role.BORDER, ())
    names = {switch.name for switch in lower}
    cables = Counter(
        (c.b, c.a) for c in shape.design.cables if c.kind is CableKind.FABRIC and c.b in names
    )
    each = max(cables.values(), default=0)
    if not each:
        return 0, 0
    paths: Counter[str] = Counter()
    for (name, _), count in cables.items():
        paths[name] += count
    load = loads(shape.design)
    return each, min(
        min(
            _free_uplinks(load[s.name], shape.needs.uplink, s),
            path_width(shape.design, s) - paths[s.name],
        )
        // each
        for s in lower
    )


def _free_uplinks(load: Load, speed: int, switch: Switch) -> int:
    """Free ports that may carry an uplink; a leaf's ports for servers are not among them."""
    return sum(
        speed in port.speeds and (port.group != "downlink" or switch.role is Role.BORDER)
        for position, port in enumerate(load.panel.ports)
        if position not in load.ports
    )


def _more_pods(shape: Shape) -> Iterator[Largest]:
    """Pods like the present ones, each filled with racks, until the superspines are full."""
    each, links, speed = _pod_uplinks(shape)
    if not each:
        return
    load = loads(shape.design)
    rooms = [room(load[s.name], speed) for s in shape.tiers[Role.SUPERSPINE]]
    more = min(r.free for r in rooms) // each
    per_pod = _racks_per_pod(shape)
    if more <= 0 or not per_pod:
        return
    spines = shape.count(Role.SPINE) // shape.pods
    extra = Extra(more * spines, more * links, 0, more)
    pods = shape.pods + more
    why = f"{min(r.ports for r in rooms)} ports on each, {each} per pod of {per_pod} racks"
    ports = Limit("superspine ports", pods * per_pod, why)
    bound = _bounded(shape, ports, extra)
    pods = min(pods, -(-bound.racks // per_pod))
    tops = (shape.count(Role.SUPERSPINE), pods, pods * spines)
    yield _made(shape, "more pods and racks", tops, bound)


def _pod_uplinks(shape: Shape) -> tuple[int, int, int]:
    """What a pod takes: ports on one superspine, cables in all, and their speed."""
    pod_of = {s.name: s.pod for s in shape.tiers.get(Role.SPINE, ())}
    cables = [c for c in shape.design.cables if c.kind is CableKind.FABRIC and c.b in pod_of]
    ports = Counter((pod_of[c.b], c.a) for c in cables)
    links = Counter(pod_of[c.b] for c in cables)
    return (
        max(ports.values(), default=0),
        max(links.values(), default=0),
        max((c.speed for c in cables), default=0),
    )


def _racks_per_pod(shape: Shape) -> int:
    """Racks of a full pod: the present ones of the fullest pod and those its spines still take."""
    if not shape.needs.spine_ports:
        return 0
    here = Counter(rack.pod for rack in shape.design.racks.values())
    rooms = spine_rooms(shape.design, shape.needs.uplink)
    return max(
        here[pod] + min(r.free for r in its) // shape.needs.spine_ports
        for pod, its in rooms.items()
    )


def _with_superspines(shape: Shape) -> Iterator[Largest]:
    """Five stages out of three: half of each spine's ports go up to superspines of its own model.

    The present fabric becomes the first pod and keeps its patching, so the upper half of the spines
    must be free but for borders, which move up. Each spine has superspines of its own (a plane).
    """
    spines, need = shape.count(Role.SPINE), shape.needs.spine_ports
    if not spines or not need:
        return
    rooms = spine_rooms(shape.design, shape.needs.uplink).get("", [])
    smallest = min(rooms, key=lambda r: r.free, default=Room(0, 0))
    up = smallest.ports // 2
    per_pod = (smallest.ports - up) // need
    if not up or per_pod < len(shape.design.racks):
        return
    pods = smallest.ports
    why = f"{pods} ports on each superspine, one per pod of {per_pod} racks"
    ports = Limit("superspine ports", pods * per_pod, why)
    extra = Extra(spines * up + (pods - 1) * spines, pods * spines * up, 0, pods - 1)
    bound = _bounded(shape, ports, extra)
    pods = min(pods, -(-bound.racks // per_pod))
    tops = (spines * up, pods, pods * spines)
    yield _made(shape, "superspines, pods and racks", tops, bound)
