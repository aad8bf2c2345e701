"""Cables, addresses and AS numbers as sessions need them, with a failure taken out."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from barefabric.model.address import bare
from barefabric.model.session import Session
from barefabric.verify.cabling import Cabling, LinkKey, left
from barefabric.verify.survey import Survey


class Failure(NamedTuple):
    """What is gone: devices by name, cables by key."""

    devices: frozenset[str] = frozenset()
    cables: frozenset[str] = frozenset()


INTACT = Failure()


class Wiring:
    """Cables and addresses as sessions need them, with a failure taken out."""

    def __init__(self, survey: Survey, failure: Failure = INTACT) -> None:
        self.design = survey.design
        self.survey = survey
        self.failure = failure
        self.cabling = survey.cabling
        if failure.devices or failure.cables:
            self.cabling = Cabling(self.design, left(self.design, *failure))
        self._shown: dict[str, dict[str, int]] = {}

    @cached_property
    def asns(self) -> Mapping[str, int]:
        """The AS number of each device."""
        found = {name: facts.asn for name, facts in self.survey.switches.items()}
        found.update((name, server.asn) for name, server in self.design.servers.items())
        found.update((name, facts.asn) for name, facts in self.survey.hosts.items())
        found.update((name, upstream.asn) for name, upstream in self.design.upstreams.items())
        return found

    def links(self, *, only_ipv6: bool) -> Mapping[LinkKey, int]:
        """Which of several parallel cables a link is, by its ends as sessions of a kind say it."""
        return self.cabling.links6 if only_ipv6 else self.cabling.links

    def ordinal(self, session: Session) -> int:
        """Which of several parallel cables a link session runs over, from 1."""
        profile, a, _, a_address, a_port, b, _, b_address, b_port, _ = session
        links = self.links(only_ipv6=profile.only_ipv6)
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

    def served(self, leaf: str, server: str) -> bool:
        """Whether a cable joins a leaf and a server."""
        return server in self.cabling.servers_at.get(leaf, ())

    def on_vlan(self, leaf: str, server: str) -> bool:
        """Whether a server's frames reach a leaf: by its own cable, or over the peer link."""
        if self.served(leaf, server):
            return True
        other = self.leaf_of_pair.get(leaf, "")
        return (leaf, other) in self.cabling.peered and self.served(other, server)
