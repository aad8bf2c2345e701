"""Every next hop of a route is used, and no other: the ways that flows really take."""

from collections.abc import Iterator

from barefabric.lab.hosts import SEED, own_address, world
from barefabric.lab.judging.case import LabCase, finding
from barefabric.lab.judging.tables import DEFAULTS, OWN
from barefabric.model.address import family, host_route
from barefabric.model.device import Attach
from barefabric.verify.deciding.case import Outcome

MOST_SERVERS = 32
"""Servers that flows start from; of more, every n-th."""
FLOWS = 32
"""Flows of each pair, by their ports."""
ENOUGH = 12
"""Flows for each next hop that must pass before an unused one counts as a fault.

With two next hops, 24 flows leave one of them empty once in sixteen million times.
"""


class Paths:
    """Traces flows from servers across the fabric and lays them beside the kernels' tables."""

    def __init__(self, case: LabCase) -> None:
        self.case = case
        self.passed: dict[tuple[str, str, str], list[str]] = {}
        self.wrong: list[str] = []

    def decide(self) -> Iterator[Outcome]:
        """One outcome for all of them; none where no server routes."""
        flows = list(self._flows())
        if not flows:
            return
        steps = self.case.client.ask("trace", flows=flows)
        ways: dict[int, dict[int, str]] = {}
        for number, distance, address in steps:
            device = self.case.names.who(address) or address
            ways.setdefault(number, {})[distance] = device
        for number, flow in enumerate(flows):
            self._follow(flow, ways.get(number, {}))
        yield self._judged()

    def _flows(self) -> Iterator[list[object]]:
        """From each server to one in another rack, and to the world, in each family."""
        servers = [s for s in self.case.design.servers.values() if s.attach is Attach.ROUTED]
        step = -(-len(servers) // MOST_SERVERS) or 1
        outside = list(world(self.case.design).values())
        for index, server in enumerate(servers[::step]):
            others = [other for other in servers if other.rack != server.rack]
            far = others[index % len(others)] if others else None
            towards = [far.address, far.address6] if far else []
            for to in filter(None, (*towards, *outside)):
                own = own_address(server, to)
                yield from ([server.name, own, to, port] for port in range(FLOWS))

    def _follow(self, flow: list[object], way: dict[int, str]) -> None:
        """Each step of a flow must be a next hop of the route that the device before has."""
        here, to = str(flow[0]), str(flow[2])
        for distance in sorted(way):
            if distance != 1 and distance - 1 not in way:
                return
            prefix, hops = self._route(here, to)
            if way[distance] not in hops:
                self.wrong.append(f"{here} sends to {to} by {way[distance]}, not {hops}")
                return
            about = to if distance == 1 else ""
            self.passed.setdefault((here, prefix, about), []).append(way[distance])
            here = way[distance]

    def _route(self, device: str, to: str) -> tuple[str, tuple[str, ...]]:
        """The most specific route of a device to an address: host routes, then the default."""
        default = DEFAULTS[family(to)]
        for prefix in (host_route(to), default):
            hops = self.case.table.get((device, prefix))
            if hops is not None and hops != (OWN,):
                return prefix, hops
        return default, ()

    def _judged(self) -> Outcome:
        """Rows with flows enough, and next hops of them that carried none."""
        outcome, lines = Outcome(), list(dict.fromkeys(self.wrong))
        alike = any(SEED in line for line in self.case.client.ask("status")["remarks"])
        for (device, prefix, to), used in sorted(self.passed.items()):
            hops = set(self.case.table[device, prefix])
            if len(used) < ENOUGH * len(hops) or (alike and device in self.case.design.switches):
                continue
            outcome.rows += 1
            idle = sorted(hops - set(used))
            if idle:
                some = f"{len(used)} flows, none of them by {', '.join(idle)}"
                lines.append(f"{device} to {to or prefix}: {some}")
        outcome.failed = len(lines)
        outcome.rows = max(outcome.rows, len(lines))
        if lines:
            sentence = "flows take every next hop of a route, and no other"
            outcome.findings.append(finding("LAB037", "lab/paths", sentence, lines))
        return outcome
