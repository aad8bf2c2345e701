"""Who and what a contract's selectors mean. Groups are counted without writing them out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from operator import attrgetter

from barefabric.model.contract import Condition, Selector, selector
from barefabric.model.design import Announcement, AnnouncementKind, Design
from barefabric.model.device import Role, Server, Switch
from barefabric.model.record import fields
from barefabric.verify.cabling import below_each

_NOUN_OF = {
    Role.SUPERSPINE: "superspines",
    Role.SPINE: "spines",
    Role.LEAF: "leaves",
    Role.BORDER: "borders",
}
_NOUNS = tuple(_NOUN_OF.values())
_SERVER: Mapping[str, Callable[[Server], str]] = {
    "pod": attrgetter("pod"),
    "rack": attrgetter("rack"),
    "cluster": attrgetter("cluster"),
    "attach": attrgetter("attach"),
    "control": lambda server: "yes" if server.control_plane else "no",
}
_SWITCH: Mapping[str, Callable[[Switch], str]] = {
    "pod": lambda switch: switch.pod,
    "rack": lambda switch: switch.rack,
    "plane": lambda switch: str(switch.plane),
    "role": lambda switch: switch.role.value,
}
"""How to read each key of a condition."""
_PLACE = attrgetter("cluster", "rack", "pod", "control_plane")
_DUTIES = {False: (), True: ("controls",), "announces": ("announces",)}
_ANNOUNCED = fields(Announcement, "server", "prefix", "kind")


class Roster:
    """Devices and prefixes of a design by selector."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._devices: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}
        self._prefixes: dict[str, tuple[str, ...]] = {}
        self._holders: dict[tuple[str, str, str], frozenset[str]] = {}
        self._by_value: dict[tuple[str, str], dict[str, list[str]]] = {}

    @cached_property
    def nouns(self) -> Mapping[str, list[str]]:
        """All devices of each noun."""
        found: dict[str, list[str]] = {noun: [] for noun in _NOUNS}
        for switch in self.design.switches.values():
            found[_NOUN_OF[switch.role]].append(switch.name)
        found["servers"] = list(self.design.servers)
        return found

    @cached_property
    def serving(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Clusters with nodes (``serves``), control-plane nodes (``controls``), announcing nodes.

        ``announces`` is known only where some nodes of the cluster do not.
        By key, and by rack (``rack r1``) or pod (``pod p1``).
        """
        found: dict[tuple[str, str], set[str]] = {}
        clusters = self.design.clusters.values()
        announcing = {
            name
            for cluster in clusters
            if len(cluster.announcing) < len(cluster.nodes)
            for name in cluster.announcing
        }
        servers = self.design.servers
        kinds = set(map(_PLACE, servers.values()))
        kinds |= {(*_PLACE(servers[name])[:3], "announces") for name in announcing}
        for cluster, rack, pod, duty in kinds:
            for key in ("serves", *_DUTIES[duty]) if cluster else ():
                found.setdefault((key, f"rack {rack}"), set()).add(cluster)
                found.setdefault((key, f"pod {pod}"), set()).add(cluster)
        return {key: frozenset(clusters) for key, clusters in found.items()}

    def values(self, device: str, key: str) -> Collection[str]:
        """The values a device has for a key; most keys have one."""
        switch = self.design.switches.get(device)
        if switch is not None:
            return self._of_switch(switch, key)
        server = self.design.servers.get(device)
        return (_SERVER[key](server),) if server is not None else ()

    def _of_switch(self, switch: Switch, key: str) -> Collection[str]:
        if key in ("serves", "controls", "announces"):
            where = {"leaf": f"rack {switch.rack}", "spine": f"pod {switch.pod}"}
            return self.serving.get((key, where.get(switch.role.value, "")), frozenset())
        return (_SWITCH[key](switch),)

    def fits(self, device: str, conditions: Iterable[Condition]) -> bool:
        """Whether a device meets all conditions."""
        return all((value in self.values(device, key)) == equal for key, equal, value in conditions)

    def _index(self, noun: str, key: str) -> dict[str, list[str]]:
        """The devices of a noun by a value that they have for a key."""
        found = self._by_value.get((noun, key))
        if found is not None:
            return found
        found = self._by_value[noun, key] = {}
        if noun == "servers":
            servers = self.design.servers
            found.update(below_each(zip(map(_SERVER[key], servers.values()), servers, strict=True)))
            return found
        for name in self.nouns[noun]:
            for value in self.values(name, key):
                found.setdefault(str(value), []).append(name)
        return found

    def _holding(self, noun: str, key: str, value: str) -> frozenset[str]:
        """The same devices as a set."""
        found = self._holders.get((noun, key, value))
        if found is None:
            found = frozenset(self._index(noun, key).get(value, ()))
            self._holders[noun, key, value] = found
        return found

    def _select(self, chosen: Selector) -> list[str]:
        """Devices of a selector, starting from the condition that narrows most."""
        noun, conditions = chosen
        first = next((c for c in conditions if c.equal and c.key == "rack"), None)
        first = first or next((c for c in conditions if c.equal), None)
        if first is None:
            names = self.nouns[noun]
        else:
            names = self._index(noun, first.key).get(first.value, [])
        for key, equal, value in (c for c in conditions if c is not first):
            held = self._holding(noun, key, value)
            names = [name for name in names if (name in held) == equal]
        return names

    def switches(self, conditions: str) -> Iterator[str]:
        """All switches that meet conditions, written as in a selector."""
        chosen = selector(f"@leaves:{conditions}") or Selector("leaves")
        for noun in _NOUNS:
            yield from self._select(Selector(noun, chosen.conditions))

    def devices(self, text: str) -> tuple[str, ...]:
        """The devices that a name or a selector means."""
        found = self._devices.get(text)
        if found is None:
            chosen = selector(text)
            found = (text,) if chosen is None else tuple(self._select(chosen))
            if chosen is None or all(c.equal for c in chosen.conditions):
                self._devices[text] = found
        return found

    def count(self, text: str) -> int:
        """How many devices a name or a selector means."""
        found = self._counts.get(text)
        if found is None:
            found = self._counts[text] = self._count(text)
        return found

    def _count(self, text: str) -> int:
        chosen = selector(text)
        without = [c for c in chosen.conditions if not c.equal] if chosen else []
        if chosen is None or len(without) != 1:
            return len(self.devices(text))
        kept = [c for c in chosen.conditions if c.equal]
        both = [*kept, without[0]._replace(equal=True)]
        return len(self.devices(written(chosen.noun, kept))) - len(
            self.devices(written(chosen.noun, both))
        )

    def includes(self, text: str, device: str) -> bool:
        """Whether a name or a selector means a device, among others."""
        chosen = selector(text)
        if chosen is None:
            return text == device
        return self._noun_of(device) == chosen.noun and self.fits(device, chosen.conditions)

    def _noun_of(self, device: str) -> str:
        switch = self.design.switches.get(device)
        if switch is not None:
            return _NOUN_OF[switch.role]
        return "servers" if device in self.design.servers else ""

    def prefixes(self, text: str) -> tuple[str, ...]:
        """The prefixes that a prefix or a selector means."""
        found = self._prefixes.get(text)
        if found is None:
            chosen = selector(text)
            found = (text,) if chosen is None else tuple(self._choose(chosen))
            self._prefixes[text] = found
        return found

    def _choose(self, chosen: Selector) -> Iterable[str]:
        if chosen.noun == "loopbacks":
            names = [n for noun in _NOUNS for n in self._select(chosen._replace(noun=noun))]
            switches = [self.design.switches[name] for name in names]
            own = [f"{switch.loopback}/32" for switch in switches]
            return own + [f"{switch.loopback6}/128" for switch in switches if switch.loopback6]
        if chosen.noun == "racks":
            racks = [r for r in self.design.racks.values() if r.gateway and r.servers]
            return [r.prefix for r in racks] + [r.prefix6 for r in racks if r.prefix6]
        return self._announced(chosen)

    @cached_property
    def _announcements(self) -> Mapping[tuple[str, str, str], list[str]]:
        """Prefixes of single servers by noun, key and value."""
        found: dict[tuple[str, str, str], list[str]] = {}
        servers, announced = self.design.servers, self.design.announcements
        for noun, wanted in (("pods", AnnouncementKind.POD), ("hosts", AnnouncementKind.LOOPBACK)):
            every: list[str] = []
            by_rack: dict[str, list[str]] = {}
            by_cluster: dict[str, list[str]] = {}
            for name, prefix, kind in map(_ANNOUNCED, announced):
                if kind is wanted:
                    server = servers[name]
                    every.append(prefix)
                    by_rack.setdefault(server.rack, []).append(prefix)
                    by_cluster.setdefault(server.cluster, []).append(prefix)
            found[noun, "", ""] = every
            found.update(((noun, "rack", rack), some) for rack, some in by_rack.items())
            found.update(((noun, "cluster", name), some) for name, some in by_cluster.items())
        return found

    def _announced(self, chosen: Selector) -> list[str]:
        key, value = "", ""
        if chosen.conditions:
            key, _, value = chosen.conditions[0]
        return self._announcements.get((chosen.noun, key, value), [])


def written(noun: str, conditions: Iterable[Condition]) -> str:
    """A selector as text."""
    tail = ",".join(f"{c.key}{'=' if c.equal else '!='}{c.value}" for c in conditions)
    return f"@{noun}:{tail}" if tail else f"@{noun}"
