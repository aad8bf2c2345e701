"""Everything that differs between two designs, and one line that says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from barefabric.compare.delta import Delta, Difference, Moved
from barefabric.compare.groups import grouped, phrases
from barefabric.compare.ranges import counted

NOTHING = "nothing changed"


@dataclass(frozen=True)
class Changes:
    """What changed from an old design to a new one.

    ``policies`` holds, by switch, the routing policies and lists that differ. ``settings`` are
    choices that hold for the whole underlay. ``moved`` are numbers of things that both designs
    have; a design that keeps its promise has none.
    """

    old_name: str
    new_name: str
    devices: Delta
    racks: Delta
    links: Delta
    sessions: Delta
    prefixes: Delta
    clusters: Delta
    policies: Mapping[str, tuple[Difference, ...]]
    settings: tuple[Difference, ...]
    moved: tuple[Moved, ...]

    @property
    def empty(self) -> bool:
        """Whether the two designs are equal in everything that is compared."""
        return self.old_name == self.new_name and not any(
            getattr(self, field.name) for field in fields(self)[2:]
        )

    def summary(self, width: int = 86) -> str:
        """One line: ``+ rack r3: 2 leaves, 14 servers, 35 sessions``; NOTHING where there is none.

        What does not fit into ``width`` columns is counted.
        """
        found = list(self.phrases())
        if not found:
            return NOTHING
        line, more = found[0], len(found) - 1
        for phrase in found[1:]:
            if len(line) + len(phrase) + (20 if more > 1 else 2) > width:
                break
            line, more = f"{line}; {phrase}", more - 1
        return f"{line}; and {counted(more, 'more change')}" if more else line

    def phrases(self) -> Iterator[str]:
        """The changes in short, the largest things first, moved numbers before lesser changes."""
        for sign, new in (("+", True), ("-", False)):
            sides = (self.racks, self.devices, self.links, self.sessions)
            grouping = grouped(*(d.added if new else d.removed for d in sides))
            yield from phrases(sign, grouping)
            names = self.clusters.added if new else self.clusters.removed
            yield from (f"{sign} cluster {name}" for name in names)
        if self.moved:
            yield f"{counted(len(self.moved), 'number')} moved"
        yield from self._lesser()

    def _lesser(self) -> Iterator[str]:
        """What changed without coming or going."""
        if self.settings and self.old_name and self.new_name:
            yield f"~ underlay: {', '.join(d.what for d in self.settings)}"
        for noun, delta in (("device", self.devices), ("link", self.links), ("rack", self.racks)):
            if delta.changed:
                yield f"~ {counted(len(delta.changed), noun)}"
        if self.sessions.changed:
            yield f"~ {counted(len(self.sessions.changed), 'session')}"
        if self.clusters.changed:
            yield f"~ {counted(len(self.clusters.changed), 'cluster')}"
        prefixes = len(self._own_prefixes())
        if prefixes:
            yield f"~ {counted(prefixes, 'prefix')}"
        if self.policies:
            yield f"~ policies of {counted(len(self.policies), 'switch')}"

    def _own_prefixes(self) -> list[str]:
        """Prefixes that changed by themselves: not with a rack or a cluster that came or went."""
        words = {
            name for delta in (self.racks, self.clusters) for name in (*delta.added, *delta.removed)
        }
        names = (*self.prefixes.added, *self.prefixes.removed, *self.prefixes.changed)
        return [name for name in names if words.isdisjoint(name.split(" "))]

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``--json``: names of what came and went, properties of what changed."""
        tables = ("devices", "racks", "links", "sessions", "prefixes", "clusters")
        document: dict[str, Any] = {"old": self.old_name, "new": self.new_name, "empty": self.empty}
        for table in tables:
            delta: Delta = getattr(self, table)
            document[table] = {
                "added": list(delta.added),
                "removed": list(delta.removed),
                "changed": {name: _plain(found) for name, found in delta.changed.items()},
            }
        document["policies"] = {name: _plain(found) for name, found in self.policies.items()}
        document["settings"] = _plain(self.settings)
        document["moved"] = [moved._asdict() for moved in self.moved]
        return document


def _plain(differences: tuple[Difference, ...]) -> list[dict[str, str]]:
    return [difference._asdict() for difference in differences]
