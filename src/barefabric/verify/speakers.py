"""The BGP speakers on servers, as processes of a network.

A fabric has tens of thousands of them, and those of a rack differ in nothing but name and address.
They enter the network as crowds: all that have the same sessions with the same leaves together.
"""

from collections.abc import Iterable, Mapping, Sequence

from barefabric.model.design import Design
from barefabric.model.record import fields
from barefabric.model.session import Session, Speaker
from barefabric.verify.cabling import below_each
from barefabric.verify.network import Config, Crowd, Network

NODE = Config(1, 1, {}, {}, mute=True, deaf=True)
"""A node's speaker: announces what it originates, and nothing it hears is used for forwarding."""

_LOWER = fields(Session, "b")
_ENDS = fields(Session, "a", "b")
_Edge = tuple[int, int]
"""A session as a speaker has it: the process at the other end, and the label."""


class Speakers:
    """Adds speakers to a network, and their sessions once all are known."""

    def __init__(self, design: Design, network: Network) -> None:
        self.design, self.network = design, network
        self.known: dict[Speaker, dict[str, int]] = {}
        self._below: dict[Speaker, dict[tuple[str, ...], list[_Edge]]] = {}

    def numbers(self, speaker: Speaker, servers: Iterable[str]) -> dict[str, int]:
        """Processes of a kind of speaker, by server; those of ``servers`` among them."""
        known, servers_of = self.known.setdefault(speaker, {}), self.design.servers
        new = [name for name in dict.fromkeys(servers) if name not in known]
        if new:
            asns = [servers_of[name].asn for name in new]
            added = self.network.add_alike(new, asns, NODE, ("speaker", speaker))
            known.update(zip(new, added, strict=True))
        return known

    def hang(self, label: int, sessions: Sequence[Session], switches: Mapping[str, int]) -> None:
        """Take sessions of one profile in. Their speakers are those of each switch together."""
        speaker = sessions[0].profile.b.speaker
        self.numbers(speaker, map(_LOWER, sessions))
        found = self._below.setdefault(speaker, {})
        for a, servers in below_each(map(_ENDS, sessions)).items():
            found.setdefault(tuple(dict.fromkeys(servers)), []).append((switches[a], label))

    def settle(self) -> None:
        """Add the sessions to the network. Call once, after the last ones were taken in."""
        for speaker, below in self._below.items():
            known = self.known[speaker]
            for servers, edges in _disjoint(below).items():
                members = sorted(map(known.__getitem__, servers))
                self.network.crowds.append(Crowd(members, edges))


def _disjoint(below: dict[tuple[str, ...], list[_Edge]]) -> dict[tuple[str, ...], list[_Edge]]:
    """Groups of servers that share no server: what many have in common is theirs alone.

    Both leaves of a rack have the same servers, so the groups are disjoint as they come, unless
    a server lacks a session or has one more.
    """
    if sum(map(len, below)) == len(set[str]().union(*below)):
        return below
    edges_of: dict[str, list[_Edge]] = {}
    for servers, edges in below.items():
        for server in servers:
            edges_of.setdefault(server, []).extend(edges)
    alike: dict[tuple[_Edge, ...], list[str]] = {}
    for server, edges in edges_of.items():
        alike.setdefault(tuple(sorted(edges)), []).append(server)
    return {tuple(servers): list(edges) for edges, servers in alike.items()}
