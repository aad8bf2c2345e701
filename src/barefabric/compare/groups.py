"""Devices that came or went, in groups a person thinks in, with the sessions they brought along."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from barefabric.compare.delta import Record
from barefabric.compare.ranges import counted, listed

_ORDER = ("superspine", "spine", "leaf", "border", "server")


@dataclass
class Group:
    """Devices that belong together: whole racks, switches of a tier, or servers in old racks."""

    kind: str
    names: list[str] = field(default_factory=list)
    racks: dict[str, None] = field(default_factory=dict)
    roles: Counter[str] = field(default_factory=Counter)
    links: int = 0
    sessions: int = 0

    @property
    def title(self) -> str:
        """``rack r3``, ``racks r[3-5]``, ``spine3``, ``4 servers in rack r1``."""
        if self.kind == "rack":
            return f"{'rack' if len(self.racks) == 1 else 'racks'} {listed(self.racks, 3)}"
        if len(self.names) == 1:
            return self.names[0]
        if self.kind == "server":
            where = "rack" if len(self.racks) == 1 else "racks"
            return f"{counted(len(self.names), 'server')} in {where} {listed(self.racks, 2)}"
        return f"{counted(len(self.names), self.kind)} {listed(self.names, 2)}"

    @property
    def content(self) -> list[str]:
        """What the group brings: devices by role where it is a rack, then sessions."""
        roles = [counted(self.roles[r], r) for r in _ORDER if self.kind == "rack" and self.roles[r]]
        return [*roles, *([counted(self.sessions, "session")] if self.sessions else [])]


class Grouping:
    """The groups of one side of a change, with the links and sessions that belong to none."""

    def __init__(self, racks: Iterable[str], devices: Mapping[str, Record]) -> None:
        whole = set(racks)
        self.groups: dict[str, Group] = {}
        self.links: list[str] = []
        self.sessions: list[str] = []
        self._owner: dict[str, Group] = {}
        for name, record in devices.items():
            kind = "rack" if record["rack"] in whole else record["role"]
            group = self.groups.setdefault(kind, Group(kind))
            group.names.append(name)
            group.roles[record["role"]] += 1
            if record["rack"]:
                group.racks[record["rack"]] = None
            self._owner[name] = group

    def owner(self, record: Record) -> Group | None:
        """The group that a link or a session came with: its lower end's, else its upper end's."""
        lower, upper = record["b"]["device"], record["a"]["device"]
        return self._owner.get(lower) or self._owner.get(upper)

    def add_links(self, links: Mapping[str, Record]) -> None:
        """Count links into their groups."""
        for name, record in links.items():
            group = self.owner(record)
            if group:
                group.links += 1
            else:
                self.links.append(name)

    def add_sessions(self, sessions: Mapping[str, Record]) -> None:
        """Count sessions into their groups."""
        for name, record in sessions.items():
            group = self.owner(record)
            if group:
                group.sessions += 1
            else:
                self.sessions.append(name)

    def __iter__(self) -> Iterator[Group]:
        """Racks first, then tiers from the top, then servers."""
        order = ("rack", *_ORDER)
        return iter(sorted(self.groups.values(), key=lambda group: order.index(group.kind)))


def grouped(
    racks: Mapping[str, Record],
    devices: Mapping[str, Record],
    links: Mapping[str, Record],
    sessions: Mapping[str, Record],
) -> Grouping:
    """Group what came, or what went."""
    grouping = Grouping(racks, devices)
    grouping.add_links(links)
    grouping.add_sessions(sessions)
    return grouping


def phrases(sign: str, grouping: Grouping) -> Iterator[str]:
    """``+ rack r3: 2 leaves, 14 servers, 35 sessions``, one for each group and for the rest."""
    for group in grouping:
        content = ", ".join(group.content)
        yield f"{sign} {group.title}{': ' if content else ''}{content}"
    rest = []
    if grouping.links:
        rest.append(counted(len(grouping.links), "link"))
    if grouping.sessions:
        rest.append(counted(len(grouping.sessions), "session"))
    if rest:
        yield f"{sign} {', '.join(rest)}"


def kinds(records: Iterable[Record]) -> str:
    """``4 fabric, 2 peer, 28 server``: how many of each kind, in order of appearance."""
    found = Counter(record["kind"] for record in records)
    return ", ".join(f"{count:,} {kind}" for kind, count in found.items())
