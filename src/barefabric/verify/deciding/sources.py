"""Where packets start: the devices that a contract means, and who routes their packets first."""

from collections.abc import Collection, Iterable
from functools import cached_property

from barefabric.model.device import Attach
from barefabric.verify.deciding.case import Case

Start = tuple[str, tuple[int, ...], int]
"""A kind of source: one device of it, the processes that take its packets first, and the links
up to there."""


class Sources:
    """Kinds of source in one case. ``without`` are devices that send nothing."""

    def __init__(self, case: Case, without: Collection[str] = frozenset()) -> None:
        self.case, self.without = case, without
        self._starts: dict[str, list[tuple[Start, int]]] = {}

    def starts(self, subject: str) -> list[tuple[Start, int]]:
        """Kinds of source of a subject, with how many devices each stands for.

        A bonded server's packets go to its gateway, hence to either leaf of its rack; a routed
        server forwards by its own routes.
        """
        found = self._starts.get(subject)
        if found is None:
            counts: dict[tuple[int, ...], tuple[str, int]] = {}
            for some in self._alike(self.case.roster.devices(subject)):
                processes = self._first(some[0])
                name, count = counts.get(processes, (some[0], 0))
                counts[processes] = (name, count + len(some))
            found = [
                ((name, processes, int(self.bridged(name))), count)
                for processes, (name, count) in counts.items()
            ]
            self._starts[subject] = found
        return found

    def _alike(self, devices: Iterable[str]) -> Iterable[list[str]]:
        """Devices that send, in the order of the first of each kind: bonds of a rack together."""
        servers, cut = self.case.design.servers, self.case.wiring.failure.cables
        found: dict[str, list[str]] = {}
        for device in devices:
            if device in self.without:
                continue
            server = servers.get(device)
            key = device
            if server is not None and server.attach is Attach.BOND and not cut:
                key = f"rack {server.rack}"
            known = found.get(key)
            if known is None:
                found[key] = [device]
            else:
                known.append(device)
        return found.values()

    def bridged(self, device: str) -> bool:
        """Whether a device's packets cross a link before anything routes them."""
        server = self.case.design.servers.get(device)
        return server is not None and server.attach is not Attach.ROUTED

    def _first(self, device: str) -> tuple[int, ...]:
        built = self.case.built
        server = self.case.design.servers.get(device)
        if server is None:
            return (built.of(device),) if built.of(device) >= 0 else ()
        if server.attach is Attach.ROUTED:
            return (built.hosts[device],) if device in built.hosts else ()
        leaves = self._leaves_of.get(server.rack, ())
        wiring, names = self.case.wiring, self.case.names
        if server.attach is Attach.BOND and not wiring.failure.cables:
            return leaves
        return tuple(leaf for leaf in leaves if wiring.served(names[leaf], device))

    @cached_property
    def _leaves_of(self) -> dict[str, tuple[int, ...]]:
        switches = self.case.built.switches
        return {
            rack.name: tuple(switches[leaf] for leaf in rack.leaves if leaf in switches)
            for rack in self.case.design.racks.values()
        }
