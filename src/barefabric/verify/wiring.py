"""Cables, addresses and AS numbers as sessions need them, with a failure taken out."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.device import Attach
from barefabric.model.session import SessionKind
from barefabric.verify.survey import Survey


class Failure(NamedTuple):
    """What is gone: devices by name, cables by key."""

    devices: frozenset[str] = frozenset()
    cables: frozenset[str] = frozenset()


INTACT = Failure()


LinkKey = tuple[str, str, str, str, str, str]


class Wiring:
    """Cables and addresses as sessions need them, with a failure taken out."""

    def __init__(self, survey: Survey, failure: Failure = INTACT) -> None:
        self.design = survey.design
        self.survey = survey
        self.failure = failure
        self.asns: dict[str, int] = {name: f.asn for name, f in survey.switches.items()}
        self.asns.update((name, s.asn) for name, s in self.design.servers.items())
        self.asns.update((name, f.asn) for name, f in survey.hosts.items())
        self.asns.update((name, u.asn) for name, u in self.design.upstreams.items())
        self.links: dict[LinkKey, int] = {}
        self.served: set[tuple[str, str]] = set()
        self.peered: set[tuple[str, str]] = set()
        self.ranked = 0
        self._shown: dict[str, dict[str, int]] = {}
        self._lay(self.design.cables)

    def _lay(self, cables: Iterable[Cable]) -> None:
        dead, gone = self.failure.cables, self.failure.devices
        links, served = self.links, self.served
        hosts = any(p.kind is SessionKind.HOST for p in self.design.profiles.values())
        for cable in cables:
            kind, a, a_port, b, b_port, _, index, a_address, b_address = cable
            if (dead and cable.key in dead) or (gone and (a in gone or b in gone)):
                continue
            if kind is CableKind.PEER:
                self.peered.add((a, b))
                self.peered.add((b, a))
                continue
            self.ranked += kind is CableKind.FABRIC
            if kind is CableKind.SERVER:
                served.add((a, b))
                if not hosts:
                    continue
                self.ranked += self.design.servers[b].attach is Attach.ROUTED
            if a_address or b_address:
                a_address = a_address.partition("/")[0]
                b_address = b_address.partition("/")[0]
            links[a, a_port, a_address, b, b_port, b_address] = index

    @cached_property
    def leaf_of_pair(self) -> Mapping[str, str]:
        """The other leaf of each leaf in a pair."""
        pairs = self.design.pairs.values()
        return {
            one: other for p in pairs for one, other in ((p.first, p.second), (p.second, p.first))
        }

    @cached_property
    def routing(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """Addresses of the iBGP session of each pair."""
        return {
            (p.first, p.second): (bare(p.routing[0]), bare(p.routing[1]))
            for p in self.design.pairs.values()
        }

    def shown(self, profile: str) -> Mapping[str, int]:
        """The AS number each switch shows to its neighbors of a profile."""
        known = self._shown.get(profile)
        if known is None:
            known = self._shown[profile] = {
                name: (group.local_as if (group := facts.groups.get(profile)) else 0) or facts.asn
                for name, facts in self.survey.switches.items()
            }
        return known

    def on_vlan(self, leaf: str, server: str) -> bool:
        """Whether a server's frames reach a leaf: by its own cable, or over the peer link."""
        if (leaf, server) in self.served:
            return True
        other = self.leaf_of_pair.get(leaf, "")
        return (leaf, other) in self.peered and (other, server) in self.served


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]
