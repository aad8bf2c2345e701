"""Cables, addresses and AS numbers as sessions need them, with a failure taken out."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from barefabric.model.cable import Cable, CableKind
from barefabric.model.device import Attach
from barefabric.model.session import Session, SessionKind
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
        self.links6: dict[LinkKey, int] = {}
        self.served: set[tuple[str, str]] = set()
        self.peered: set[tuple[str, str]] = set()
        self.ranked, self.parallel = 0, False
        self._shown: dict[str, dict[str, int]] = {}
        self._lay(self.design.cables)

    def _lay(self, cables: Iterable[Cable]) -> None:
        dead, gone = self.failure.cables, self.failure.devices
        if dead or gone:
            cables = [
                c for c in cables if c.key not in dead and c.a not in gone and c.b not in gone
            ]
        every = list(cables)
        peers = [(c.a, c.b) for c in every if c.kind is CableKind.PEER]
        self.peered = {*peers, *((b, a) for a, b in peers)}
        self.served = {(c.a, c.b) for c in every if c.kind is CableKind.SERVER}
        ranked = [c for c in every if c.kind is CableKind.FABRIC]
        if any(p.kind is SessionKind.HOST for p in self.design.profiles.values()):
            servers, server = self.design.servers, CableKind.SERVER
            routed = Attach.ROUTED
            ranked += [c for c in every if c.kind is server and servers[c.b].attach is routed]
        self.ranked, self.parallel = len(ranked), any(c.index > 1 for c in ranked)
        self.links = {
            (a, a_port, a_address.partition("/")[0], b, b_port, b_address.partition("/")[0]): index
            for _, a, a_port, b, b_port, _, index, a_address, b_address, _, _ in ranked
        }
        self.links6 = {
            (c.a, c.a_port, bare(c.a_address6), c.b, c.b_port, bare(c.b_address6)): c.index
            for c in ranked
            if c.a_address6
        }

    def ordinal(self, session: Session) -> int:
        """Which of several parallel cables a link session runs over, from 1."""
        profile, a, _, a_address, a_port, b, _, b_address, b_port, _ = session
        links = self.links6 if profile.only_ipv6 else self.links
        return links[a, a_port, a_address, b, b_port, b_address]

    @cached_property
    def leaf_of_pair(self) -> Mapping[str, str]:
        """The other leaf of each leaf in a pair."""
        pairs = self.design.pairs.values()
        return {
            one: other for p in pairs for one, other in ((p.first, p.second), (p.second, p.first))
        }

    @cached_property
    def routing(self) -> frozenset[tuple[str, str, str, str]]:
        """Both leaves and both addresses of the iBGP sessions of each pair."""
        return frozenset(
            (p.first, p.second, bare(first), bare(second))
            for p in self.design.pairs.values()
            for first, second in (p.routing, p.routing6)
        )

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
