"""The snapshot that Batfish is given: the rendered files, dressed, and the cables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from barefabric.derive.server import server_intent
from barefabric.derive.sessions import leaf_address
from barefabric.derive.switch import switch_intent
from barefabric.errors import fail
from barefabric.hosts.files import server_files
from barefabric.hosts.frr import NOS as HOST_NOS
from barefabric.model.address import dotted, number
from barefabric.model.cable import CableKind
from barefabric.model.design import Announcement, Design
from barefabric.model.device import Attach, Server
from barefabric.model.session import Session, SessionKind
from barefabric.render.configs import switch_files
from barefabric.verify.batfish.half import ipv4_half
from barefabric.verify.batfish.rules import Dressing, dress, dressing, rewritten
from barefabric.verify.batfish.stations import Around, Edge, Station, server_stations
from barefabric.verify.batfish.upstreams import upstream_station

Rendered = Mapping[str, Mapping[str, str]]
"""Files by device and path, as the rendered tree has them."""


@dataclass(frozen=True)
class Snapshot:
    """A network as Batfish reads it. ``configs`` is keyed by node name.

    ``devices`` leads from Batfish's node names (lower case) back to the design's, ``nodes`` from a
    session's lower end to the node that stands for it. ``rewrites`` names the rules that changed
    something, as ``nos: rule``.
    """

    configs: Mapping[str, str]
    edges: tuple[Edge, ...]
    devices: Mapping[str, str]
    nodes: Mapping[str, str]
    dressings: Mapping[str, Dressing]
    rewrites: tuple[str, ...]

    def files(self) -> Iterator[tuple[str, str]]:
        """Path inside the snapshot, and text."""
        import json

        for name, text in self.configs.items():
            yield f"configs/{name}.cfg", text
        edges = [
            {
                "node1": {"hostname": a, "interfaceName": a_port},
                "node2": {"hostname": b, "interfaceName": b_port},
            }
            for a, a_port, b, b_port in self.edges
        ]
        yield "batfish/layer1_topology.json", json.dumps({"edges": edges})

    def write(self, folder: Path) -> None:
        """Write all files under ``folder``, which must be empty."""
        for path, text in self.files():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


Said = dict[str, list[Announcement]]
"""What a server announces, by session profile."""

HIDDEN = number("240.128.0.0")
"""Where addresses under unnumbered links come from: reserved, so that no plan has them."""


def _hidden_addresses(design: Design) -> dict[str, dict[str, str]]:
    """Addresses by device and port for unnumbered links over which Batfish would lose packets.

    A /29 each: FRR takes the neighbor on a port with a /30 or a /31 for a numbered one.
    """
    found: dict[str, dict[str, str]] = {}
    network = HIDDEN
    for cable in design.cables:
        server = design.servers.get(cable.b)
        if cable.a_address or not (
            cable.kind is CableKind.FABRIC or (server and server.attach is Attach.ROUTED)
        ):
            continue
        nos = [design.switches[end].nos for end in (cable.a, cable.b) if end in design.switches]
        if any((rules := dressing(n)) is not None and rules.hidden.needed for n in nos):
            found.setdefault(cable.a, {})[cable.a_port] = f"{dotted(network + 1)}/29"
            found.setdefault(cable.b, {})[cable.b_port] = f"{dotted(network + 2)}/29"
            network += 8
    return found


class _Maker:
    """Collects the parts of a snapshot."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.configs: dict[str, str] = {}
        self.edges: list[Edge] = []
        self.devices: dict[str, str] = {}
        self.nodes: dict[str, str] = {}
        self.dressings: dict[str, Dressing] = {}
        self.used: dict[str, None] = {}
        self.hidden = _hidden_addresses(design)

    def switches(self, rendered: Rendered) -> None:
        for name, switch in self.design.switches.items():
            rules = self._rules(switch.nos)
            changed = dress(rules, name, rendered[name], self.hidden.get(name, {}))
            self._use(rules, changed.used)
            self.configs[name] = changed.text
            self.devices[name.lower()] = name
            self.dressings[name] = rules

    def servers(self, rendered: Rendered) -> None:
        rules = self._rules(HOST_NOS)
        said: dict[str, Said] = {}
        for announcement in self.design.announcements:
            of_server = said.setdefault(announcement.server, {})
            of_server.setdefault(announcement.profile, []).append(announcement)
        for name in self.design.servers:
            changed = rewritten(rules, rendered[name].get("frr.conf", ""))
            self._use(rules, changed.used)
            intent = server_intent(self.design, name)
            around = self._around(intent.server, said.get(name, {}), changed.text)
            for station in server_stations(self.design, intent, around):
                self._station(station, rules)

    def _around(self, server: Server, said: Said, frr: str) -> Around:
        design, rack = self.design, self.design.racks[server.rack]
        leaves = [leaf_address(rack, design.switches[leaf]) for leaf in rack.leaves]
        return Around(said, leaves, frr, self.hidden.get(server.name, {}))

    def upstreams(self) -> None:
        rules = self._rules(HOST_NOS)
        sessions: dict[str, list[Session]] = {}
        for session in self.design.sessions:
            if session.profile.kind is SessionKind.UPSTREAM:
                sessions.setdefault(session.b, []).append(session)
        for upstream in self.design.upstreams.values():
            self._station(upstream_station(upstream, sessions.get(upstream.name, ())), rules)

    def _station(self, station: Station, rules: Dressing) -> None:
        self.configs[station.node] = station.text
        self.devices[station.node.lower()] = station.device
        self.dressings[station.node] = rules
        self.edges += station.edges
        for session in station.sessions:
            self.nodes[session.id] = station.node

    def cables(self) -> None:
        """Cables between switches; those of servers and upstreams came with their stations."""
        for cable in self.design.cables:
            if cable.kind in (CableKind.FABRIC, CableKind.PEER):
                self.edges.append((cable.a, cable.a_port, cable.b, cable.b_port))

    def _use(self, rules: Dressing, names: tuple[str, ...]) -> None:
        self.used.update(dict.fromkeys(f"{rules.nos}: {name}" for name in names))

    def _rules(self, nos: str) -> Dressing:
        rules = dressing(nos)
        if rules is None:
            raise fail("BF004", f"Batfish has not been taught {nos}")
        return rules

    def done(self) -> Snapshot:
        return Snapshot(
            self.configs,
            tuple(self.edges),
            self.devices,
            self.nodes,
            self.dressings,
            tuple(self.used),
        )


def render(design: Design, servers: Iterable[str]) -> dict[str, dict[str, str]]:
    """Every file that switches and some servers load, by device and path."""
    found = {
        name: dict(switch_files(design, switch_intent(design, name))) for name in design.switches
    }
    for name in servers:
        found[name] = dict(server_files(design, server_intent(design, name)))
    return found


def snapshot(design: Design, rendered: Rendered) -> Snapshot:
    """The snapshot of a design from its rendered files, as far as they are IPv4.

    Raises BF004 where a network OS has no rules for Batfish.
    """
    maker = _Maker(ipv4_half(design))
    maker.switches(rendered)
    maker.servers(rendered)
    maker.upstreams()
    maker.cables()
    return maker.done()
