"""The state of one run that plugs cables in."""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from barefabric.ledger.panel import panel_for
from barefabric.model.address import colons, dotted
from barefabric.model.cable import Cable, CableKind
from barefabric.model.ledger import Entry, Kind, Ledger, Move
from barefabric.model.shape import Shape, Want
from barefabric.topology.load import Loaded

if TYPE_CHECKING:
    from barefabric.errors import Diagnostic


def link6(base: int) -> tuple[str, str]:
    """Both addresses of a /127, with the length."""
    return f"{colons(base)}/127", f"{colons(base + 1)}/127"


def owner_text(owner: str) -> str:
    """Who has a port, in words: a cable by its ends, anything else as it is called."""
    words = owner.split(" ")
    if len(words) == 3 and words[2].isdigit():
        return f"the cable from {words[0]} to {words[1]}"
    return owner


class Patching:
    """Panels with what is taken on them, cables that are laid, and what went wrong.

    ``kept`` are the recorded cables that are gone and whose ports nothing else has taken; ``wrong``
    holds one diagnostic for each kind of fault.
    """

    def __init__(
        self,
        loaded: Loaded,
        shape: Shape,
        ledger: Ledger,
        links: Mapping[str, int],
        links6: Mapping[str, int],
    ) -> None:
        self.loaded = loaded
        self.shape = shape
        self.links = links
        self.links6 = links6
        self.recorded = ledger.of(Kind.CABLE)
        self.panels = {s.name: panel_for(s.model, s.nos) for s in shape.switches.values()}
        self.done: dict[str, Cable] = {}
        self.kept: dict[str, Entry] = {}
        self.moves: list[Move] = []
        self.wrong: dict[tuple[str, ...], Diagnostic] = {}
        self._obstacles: dict[str, str] = {}

    def lay(self, want: Want, a_port: str, b_port: str, speed: int) -> None:
        """Record a cable whose ports are already marked as taken."""
        kind, a, b, index, _, _, _, key = want
        base = self.links.get(key)
        if base is None:
            a_address = b_address = ""
        else:
            a_address, b_address = f"{dotted(base)}/31", f"{dotted(base + 1)}/31"
        base = self.links6.get(key)
        a_address6, b_address6 = ("", "") if base is None else link6(base)
        self.done[key] = Cable(
            kind, a, a_port, b, b_port, speed, index, a_address, b_address, a_address6, b_address6
        )
        if self.recorded:
            before = self.recorded.get(key)
            if before is not None and not before.retired and before.value != f"{a_port} {b_port}":
                self._moved(want, before.value, a_port, b_port)

    def has_nic(self, server: str, port: str) -> bool:
        """Whether a server has a port of this name."""
        return (server, port) in self._nics

    @cached_property
    def _nics(self) -> set[tuple[str, str]]:
        wants = (want for want in self.shape.wants if want.kind is CableKind.SERVER)
        return {(want.b, want.b_port) for want in wants}

    def _moved(self, want: Want, before: str, a_port: str, b_port: str) -> None:
        reason = self._obstacles.get(want.key, "")
        if not reason:
            hand = "it is laid by hand"
            reason = hand if want.a_port else f"the server's port is called {b_port} now"
        self.moves.append(Move(Kind.CABLE, want.key, before, f"{a_port} {b_port}", reason))

    def note_obstacle(self, want: Want, device: str, port: str) -> None:
        """Remember why a cable cannot stay where it was recorded."""
        owner = self.panels[device].taken.get(port)
        self._obstacles[want.key] = (
            f"{device} {port} belongs to {owner_text(owner)} now" if owner
            else f"{device} has no port {port} that could carry it now"
        )  # fmt: skip

    def reserve(self, wanted: Collection[str]) -> None:
        """Keep the ports of cables that are gone, so that what comes back finds them free.

        A recorded cable of which a port is taken by now is forgotten: it cannot come back there.
        """
        for key, entry in self.recorded.items():
            if key in wanted:
                continue
            lower, upper, _ = key.split(" ")
            a_port, _, b_port = entry.value.partition(" ")
            ends = [
                (panel, port)
                for device, port in ((upper, a_port), (lower, b_port))
                if (panel := self.panels.get(device)) is not None
            ]
            if any(port in panel.taken for panel, port in ends):
                continue
            for panel, port in ends:
                panel.keep(port, f"{key}, which is gone")
            self.kept[key] = entry if entry.retired else Entry(entry.value, retired=True)

    def entries(self) -> dict[str, Entry]:
        """What the ledger must hold of cables."""
        plugged: dict[tuple[str, str], Entry] = {}
        found: dict[str, Entry] = {}
        for key, (_, _, a_port, _, b_port, *_) in self.done.items():
            ports = (a_port, b_port)
            entry = plugged.get(ports)
            if entry is None:
                entry = plugged[ports] = Entry(f"{a_port} {b_port}")
            found[key] = entry
        found.update(self.kept)
        return found
