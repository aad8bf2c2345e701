"""What a picture of the fabric shows: every device of a small fabric, the ends of a large one.

Rows too long to draw keep their first devices and their last one; a box that counts stands for the
rest. Servers become one box for each type where they are many. Both pictures draw the same scene.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from barefabric.model.design import Design
from barefabric.model.device import Attach, Rack, Role, Server, Switch
from barefabric.plan.runs import A, B, cable_runs
from barefabric.plan.scene import Box, Group, Pod, Scene, Wire

DRAWN_SERVERS = 12
"""So many servers are drawn one by one: those of a rack, or of up to three racks together."""

DRAWN_SPINES = 8
"""Longer rows of switches are shortened to four boxes."""

DRAWN_RACKS = 6
DRAWN_RACKS_OF_A_POD = 3
DRAWN_PODS = 3
DRAWN_BORDERS = 4

T = TypeVar("T")


def shorten(items: Sequence[T], most: int) -> tuple[Sequence[T], Sequence[T], Sequence[T]]:
    """First items, those left out, and the last one; nothing is left out of a short sequence."""
    if len(items) <= most:
        return items, (), ()
    kept = max(most // 2 - 1, 1)
    return items[:kept], items[kept:-1], items[-1:]


def plural(count: int, noun: str) -> str:
    """``1 leaf``, ``1,920 servers``."""
    nouns = {"leaf": "leaves"}
    return f"{count:,} {noun if count == 1 else nouns.get(noun, noun + 's')}"


class Painter:
    """Makes the scene of one design. ``box_of`` says which box shows a device."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.box_of: dict[str, str] = {}
        spines = (s.pod for s in design.switches.values() if s.role is Role.SPINE)
        racks = (rack.pod for rack in design.racks.values())
        self.pods = list(dict.fromkeys((*spines, *racks)))
        self.racks_drawn = DRAWN_RACKS if len(self.pods) <= 1 else DRAWN_RACKS_OF_A_POD
        most = max((len(rack.servers) for rack in design.racks.values()), default=0)
        self.one_by_one = most * min(len(design.racks), 3) <= DRAWN_SERVERS

    def switch_box(self, switch: Switch) -> Box:
        """A switch by itself."""
        self.box_of[switch.name] = switch.name
        lines = (f"AS {switch.asn}", switch.loopback)
        return Box(switch.name, switch.role.value, switch.name, lines)

    def row(self, switches: Sequence[Switch], most: int) -> tuple[Box, ...]:
        """A row of switches, shortened in the middle."""
        first, left_out, last = shorten(switches, most)
        boxes = [self.switch_box(switch) for switch in first]
        if left_out:
            boxes.append(self.more(left_out))
        boxes.extend(self.switch_box(switch) for switch in last)
        return tuple(boxes)

    def more(self, switches: Sequence[Switch]) -> Box:
        """One box for the switches that are left out of a row."""
        one = f"more {switches[0].name}"
        for switch in switches:
            self.box_of[switch.name] = one
        title = plural(len(switches), f"more {switches[0].role.value}")
        names = f"{switches[0].name} to {switches[-1].name}"
        return Box(one, "more", title, (names,), len(switches))

    def rack(self, rack: Rack) -> Group:
        """A rack with everything in it."""
        switches = [self.design.switches[name] for name in rack.leaves]
        pairs = tuple((s.name, s.peer) for s in switches if s.peer and s.index % 2 == 1)
        leaves = tuple(self.switch_box(switch) for switch in switches)
        servers = tuple(self._servers([self.design.servers[name] for name in rack.servers]))
        return Group(rack.name, f"rack {rack.name}", rack.prefix, leaves, pairs, servers)

    def _servers(self, servers: Sequence[Server]) -> Iterator[Box]:
        if self.one_by_one:
            for server in servers:
                self.box_of[server.name] = server.name
                yield Box(server.name, "server", server.name, (server.address,))
            return
        types = dict.fromkeys(server.type for server in servers)
        for kind in types:
            alike = [server for server in servers if server.type == kind]
            box = f"{alike[0].rack} {kind}"
            self.box_of.update((server.name, box) for server in alike)
            yield Box(box, "server", f"{len(alike)} x {kind}", (_links(alike[0]),), len(alike))

    def racks(self, racks: Sequence[Rack]) -> Iterator[Group]:
        """The racks of a pod, shortened in the middle."""
        first, left_out, last = shorten(racks, self.racks_drawn)
        yield from map(self.rack, first)
        if left_out:
            yield self.more_racks(left_out)
        yield from map(self.rack, last)

    def more_racks(self, racks: Sequence[Rack]) -> Group:
        """One group for the racks that are left out."""
        leaves = [name for rack in racks for name in rack.leaves]
        servers = [name for rack in racks for name in rack.servers]
        one = f"more {racks[0].name}"
        top, bottom = f"{one} leaves", f"{one} servers"
        self.box_of.update(dict.fromkeys(leaves, top))
        self.box_of.update(dict.fromkeys(servers, bottom))
        return Group(
            one,
            plural(len(racks), "more rack"),
            f"{racks[0].name} to {racks[-1].name}",
            (Box(top, "more", plural(len(leaves), "leaf"), (), len(leaves)),),
            (),
            (Box(bottom, "more", plural(len(servers), "server"), (), len(servers)),),
            several=True,
        )


def _links(server: Server) -> str:
    how = {Attach.BOND: "bond", Attach.ROUTED: "routed", Attach.SINGLE: "one link"}
    return f"{server.nics} x {server.nic_speed}G, {how[server.attach]}"


def _tier(design: Design, role: Role, pod: str | None = None) -> list[Switch]:
    return [s for s in design.switches.values() if s.role is role and (pod is None or s.pod == pod)]


def _pods(painter: Painter) -> Iterator[Pod]:
    """Pods with their spines; of many pods the first ones and the last one are drawn."""
    design = painter.design
    racks: dict[str, list[Rack]] = {}
    for rack in design.racks.values():
        racks.setdefault(rack.pod, []).append(rack)
    first, left_out, last = shorten(painter.pods, DRAWN_PODS)
    spines_drawn = DRAWN_SPINES if len(painter.pods) < DRAWN_PODS else DRAWN_SPINES // 2
    for name in (*first, *last):
        if last and name == last[0]:
            yield _more_pods(painter, left_out, racks)
        spines = painter.row(_tier(design, Role.SPINE, name), spines_drawn)
        title = f"pod {name}" if name else ""
        yield Pod(f"pod {name}", title, spines, tuple(painter.racks(racks.get(name, []))))


def _more_pods(painter: Painter, pods: Sequence[str], racks: Mapping[str, list[Rack]]) -> Pod:
    spines = [s for pod in pods for s in _tier(painter.design, Role.SPINE, pod)]
    inside = [rack for pod in pods for rack in racks.get(pod, ())]
    title = plural(len(pods), "more pod")
    return Pod(
        f"more {pods[0]}",
        f"{title}: {pods[0]} to {pods[-1]}",
        (painter.more(spines),) if spines else (),
        (painter.more_racks(inside),) if inside else (),
    )


def _borders(painter: Painter) -> Group | None:
    """The borders with the routers outside, which stand where the servers stand in a rack."""
    design = painter.design
    borders = _tier(design, Role.BORDER)
    outside = []
    for upstream in design.upstreams.values():
        painter.box_of[upstream.name] = upstream.name
        outside.append(
            Box(upstream.name, "upstream", upstream.name, (f"AS {upstream.asn}", "outside"))
        )
    if not borders and not outside:
        return None
    pairs = tuple((s.name, s.peer) for s in borders if s.peer and s.index % 2 == 1)
    row = painter.row(borders, DRAWN_BORDERS)
    return Group("borders", "borders" if row else "outside", "", row, pairs, tuple(outside))


def _wires(painter: Painter) -> tuple[Wire, ...]:
    """Cables between boxes, counted in runs of one kind and speed."""
    box = painter.box_of.__getitem__
    counts: Counter[Wire] = Counter()
    for kind, speed, cables in cable_runs(painter.design):
        ends = Counter(zip(map(box, map(A, cables)), map(box, map(B, cables)), strict=True))
        for (a, b), count in ends.items():
            counts[Wire(a, b, kind, speed, 0)] += count
    return tuple(wire._replace(cables=count) for wire, count in counts.items() if wire.a != wire.b)


def subtitle(design: Design) -> str:
    """The fabric in one line: what it has, and how many."""
    roles = [switch.role for switch in design.switches.values()]
    pods = {rack.pod for rack in design.racks.values() if rack.pod}
    parts = [
        (roles.count(Role.SUPERSPINE), "superspine"),
        (len(pods), "pod"),
        (roles.count(Role.SPINE), "spine"),
        (len(design.racks), "rack"),
        (roles.count(Role.LEAF), "leaf"),
        (roles.count(Role.BORDER), "border"),
        (len(design.servers), "server"),
        (len(design.clusters), "cluster"),
    ]
    return " · ".join(plural(count, noun) for count, noun in parts if count)


def scene(design: Design) -> Scene:
    """What to draw of a design."""
    painter = Painter(design)
    superspines = painter.row(_tier(design, Role.SUPERSPINE), DRAWN_SPINES)
    pods = tuple(_pods(painter))
    borders = _borders(painter)
    return Scene(design.name, subtitle(design), superspines, pods, borders, _wires(painter))
