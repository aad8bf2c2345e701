"""Where in the topology a finding belongs: the line that a reader would look at first."""

import re
from collections.abc import Iterator, Mapping

from barefabric.errors import Place
from barefabric.topology.load import Loaded
from barefabric.topology.roster import Keys, Roster
from barefabric.verify.verdict import FILES, Finding

_SIGNS = re.compile("[:,/]")
"""What stands between words of evidence: names are parts of paths too."""
_OF_CHECK: Mapping[str, Keys] = {
    "addresses": ("addressing",),
    "pools": ("addressing",),
    "asns": ("asn",),
    "router-ids": ("addressing", "loopbacks"),
    "links": ("addressing", "links"),
    "mtu": ("underlay", "mtu"),
    "ecmp": ("underlay", "ecmp"),
    "timers": ("underlay", "timers"),
    "settings": ("underlay",),
    "max-prefix": ("clusters",),
    "kubernetes": ("clusters",),
    "gateways": ("addressing", "servers"),
    "bonds": ("server_types",),
    "ports": ("racks",),
    "tables": ("switch_types",),
    "policies": ("switch_types",),
    "neighbors": ("switch_types",),
    "peer-links": ("switch_types",),
}  # fmt: skip
"""What each check of the design looks at."""

_OF_WORD: Mapping[str, Keys] = {
    "spines": ("spines",),
    "superspines": ("superspines",),
    "planes": ("superspines",),
    "borders": ("borders",),
    "upstreams": ("external",),
    "upstream": ("external",),
    "out": ("external",),
    "leaves": ("racks",),
    "racks": ("racks",),
    "host": ("racks",),
    "links": ("spines",),
    "peer-links": ("racks",),
    "server-links": ("racks",),
}
"""What other words of a contract's id mean."""


class Finder:
    """Finds places in one topology."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        topology = loaded.topology
        roster = Roster(topology)
        self.names: dict[str, Keys] = {}
        for index, cluster in enumerate(topology.clusters):
            self.names[cluster.name] = ("clusters", index)
        for index, upstream in enumerate(topology.external):
            self.names[upstream.name] = ("external", index)
        self.names.update((pod.name, pod.keys) for pod in roster.pods)
        self.names.update(roster.switches())
        self.names.update((rack.name, rack.keys) for rack in roster.racks)
        self.users = {one.name: ("contracts", n) for n, one in enumerate(topology.contracts)}
        self.servers = {name: rack.keys for name, (_, rack) in roster.server_names.items()}

    def place(self, found: Finding) -> Place:
        """The place of a finding: its own line where the user wrote the contract.

        Else what its id names (a rack, a cluster, an upstream router), else the first device that
        its evidence names, else the file as a whole.
        """
        kind, _, rest = found.contract.partition("/")
        if kind == "user" and rest in self.users:
            return self.loaded.place(*self.users[rest])
        for keys in self._keys(kind, rest, found):
            if self.loaded.written(*keys):
                named = (*keys, "name")
                return self.loaded.place(*(named if self.loaded.written(*named) else keys))
        return self.loaded.place("fabric")

    def _keys(self, kind: str, rest: str, found: Finding) -> Iterator[Keys]:
        if kind == "check" and rest in _OF_CHECK:
            keys = _OF_CHECK[rest]
            yield from (keys[:length] for length in range(len(keys), 0, -1))
        if kind == FILES:
            yield from self._of_evidence(found)
            return
        parts = rest.split("/")
        for part in reversed(parts):
            known = self.names.get(part) or self.names.get(part.rpartition("-")[0])
            if known is not None:
                yield known
        if kind in ("batfish", "judges"):
            yield from self._of_evidence(found)
        yield from (_OF_WORD[part] for part in parts if part in _OF_WORD)
        yield from self._of_evidence(found)

    def _of_evidence(self, found: Finding) -> Iterator[Keys]:
        for line in found.lines:
            for word in _SIGNS.sub(" ", line).split():
                keys = self.names.get(word) or self.servers.get(word)
                if keys is not None:
                    yield keys
