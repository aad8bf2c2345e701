"""From a design to the network that routes are computed on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from barefabric.model.cable import CableKind
from barefabric.model.device import Role
from barefabric.model.session import Session, SessionKind, SessionProfile, Speaker
from barefabric.verify.cabling import Cabling
from barefabric.verify.labels import Labels
from barefabric.verify.network import Config, Network, Use
from barefabric.verify.origins import Origins
from barefabric.verify.sessions import Sessions
from barefabric.verify.speakers import Speakers
from barefabric.verify.survey import Facts, Survey
from barefabric.verify.wiring import Wiring

UPSTREAM = Config(2, 1024, {}, {}, mute=True)
"""A router outside: takes whatever it is sent, and sends what it is said to send."""


@dataclass
class Built:
    """A network with the way back to names.

    ``speakers`` is keyed by speaker and server. ``pending`` are private contents of policies for
    one neighbor, by process and policy: they become uses with the session.
    """

    network: Network
    switches: dict[str, int] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    upstreams: dict[str, int] = field(default_factory=dict)
    speakers: dict[Speaker, dict[str, int]] = field(default_factory=dict)
    origins: Origins = field(default_factory=Origins)
    aggregates: dict[str, list[int]] = field(default_factory=dict)
    pending: dict[tuple[int, str], list[tuple[int, str]]] = field(default_factory=dict)

    def of(self, device: str) -> int:
        """The process of a switch, a routed host or an upstream; -1 where there is none."""
        for known in (self.switches, self.hosts, self.upstreams):
            if device in known:
                return known[device]
        return -1


class Fabric:
    """What networks of one survey share: settled lists, and what contracts will count."""

    def __init__(self, survey: Survey) -> None:
        survey.reader.settle()
        self.survey = survey
        self.design = survey.design
        self.expectations = _expectations(survey.cabling)
        self.index = survey.index

    def build(self, wiring: Wiring, sessions: Sessions, *, multihop: bool = True) -> Built:
        """The network of the sessions that are up."""
        built = Built(Network(index=self.index, public=self.survey.reader.public()))
        gone = wiring.failure.devices
        self._add_routers(built, gone)
        labels, speakers = Labels(built.network), Speakers(self.design, built.network)
        built.speakers = speakers.known
        for name, up in sessions.up.items():
            profile = self.design.profiles.get(name) or up[0].profile if up else None
            if profile is None or (not multihop and profile.hops > 1):
                continue
            lower = _lower(built, up[0].profile)
            if lower is None:
                speakers.hang(labels.number(up[0].profile), up, built.switches)
            else:
                self._connect(built, labels, lower, up, wiring)
        speakers.settle()
        self._add_dead(built, labels, wiring)
        self._originate(built)
        built.origins.announce(self._announced(speakers, gone))
        return built

    def _add_dead(self, built: Built, labels: Labels, wiring: Wiring) -> None:
        """Add cables without a session that is up, as edges that carry no route.

        What contracts expect of a cable then shows as missing in the classes that have it.
        """
        network = built.network
        alone = self.design.underlay.numbered
        families = self.design.underlay.families
        for meant in ((family,) for family in families) if alone else (families,):
            ranked = {
                n
                for n, label in enumerate(network.labels)
                if label.rank and set(meant) <= set(label.families)
            }
            used = {(a, b, network.labels[n].ordinal) for a, b, n in network.edges if n in ranked}
            if len(used) == len(wiring.cabling.ranked):
                continue
            for (a, _, _, b, _, _), index in wiring.cabling.links.items():
                lower = built.switches.get(b, built.hosts.get(b, -1))
                upper = built.switches.get(a, -1)
                if min(lower, upper) >= 0 and (upper, lower, index) not in used:
                    network.edges.append((upper, lower, labels.dead(index, meant)))

    def _add_routers(self, built: Built, gone: frozenset[str]) -> None:
        network, reader = built.network, self.survey.reader
        for found, numbers in (
            (self.survey.switches, built.switches),
            (self.survey.hosts, built.hosts),
        ):
            for name, facts in found.items():
                if name in gone:
                    continue
                config = reader.config(facts.router)
                number = network.add(name, facts.asn, config, self.expectations.get(name, 0))
                numbers[name] = number
                for contents, slot, policy in reader.private_uses(facts.router):
                    if not slot.policy.endswith("*"):
                        use = Use(number, slot.name)
                        network.uses.setdefault(contents, []).append(use)
                    else:
                        built.pending.setdefault((number, policy), []).append((contents, slot.name))
        for upstream in self.design.upstreams.values():
            if upstream.name not in gone:
                built.upstreams[upstream.name] = network.add(
                    upstream.name, upstream.asn, UPSTREAM, ("upstream", upstream.accept)
                )

    def _connect(
        self,
        built: Built,
        labels: Labels,
        lower: Mapping[str, int],
        sessions: list[Session],
        wiring: Wiring,
    ) -> None:
        switches, profile = built.switches, sessions[0].profile
        plain = labels.number(profile)
        ranked = profile.kind in (SessionKind.FABRIC, SessionKind.HOST)
        if sessions[0].a_import or (ranked and wiring.cabling.parallel):
            edges = [
                (switches[s.a], lower[s.b], self._label(built, labels, s, wiring, ranked=ranked))
                for s in sessions
            ]
        else:
            edges = [(switches[s.a], lower[s.b], plain) for s in sessions]
        if len(set(edges)) != len(edges):
            edges = list(dict.fromkeys(edges))
        built.network.edges += edges

    def _label(
        self, built: Built, labels: Labels, session: Session, wiring: Wiring, *, ranked: bool
    ) -> int:
        """The label of a session that is not like all others of its profile."""
        ordinal, shape = wiring.ordinal(session) if ranked else 1, 0
        if session.a_import:
            network = built.network
            a, b = built.switches[session.a], built.of(session.b)
            network.own_imports[a, b] = session.a_import
            router = self.survey.switches[session.a].router
            name = session.profile.name
            shape = self.survey.reader.single_shape(router, name, session.a_import)
            for contents, slot in built.pending.get((a, session.a_import), ()):
                network.uses.setdefault(contents, []).append(Use(a, slot, b))
        return labels.number(session.profile, ordinal, shape)

    def _originate(self, built: Built) -> None:
        origins = built.origins
        for found, numbers in (
            (self.survey.switches, built.switches),
            (self.survey.hosts, built.hosts),
        ):
            for name, number in numbers.items():
                self._own_prefixes(built, found[name], number)
        for upstream in self.design.upstreams.values():
            if upstream.name in built.upstreams:
                for prefix in upstream.accept:
                    origins.add(prefix, built.upstreams[upstream.name])

    def _own_prefixes(self, built: Built, facts: Facts, number: int) -> None:
        for prefix in facts.networks:
            built.origins.add(prefix, number)
        for prefix in facts.aggregates:
            built.aggregates.setdefault(prefix, []).append(number)
        for prefix, attributes in facts.last_resort.items():
            built.origins.add(prefix, number, attributes)

    def _announced(self, speakers: Speakers, gone: frozenset[str]) -> Iterator[tuple[str, int]]:
        """What the nodes' speakers announce. A host's own loopbacks come from its intent."""
        known = {
            name: (speakers.numbers(profile.b.speaker, ()), profile.b.speaker)
            for name, profile in self.design.profiles.items()
            if profile.kind is SessionKind.NODE
        }
        for server, name, prefix, _ in self.design.announcements:
            if name not in known or (gone and server in gone):
                continue
            processes, speaker = known[name]
            if server not in processes:
                speakers.numbers(speaker, (server,))
            yield prefix, processes[server]


def _lower(built: Built, profile: SessionProfile) -> Mapping[str, int] | None:
    """Processes of ours, or outside, at end ``b``; None where that is a speaker on a server."""
    if profile.kind is SessionKind.UPSTREAM:
        return built.upstreams
    ours = {Speaker.HOST: built.hosts, Speaker.SWITCH: built.switches}
    return ours.get(profile.b.speaker)


def _expectations(cabling: Cabling) -> Mapping[str, object]:
    """What must be equal for two switches to stand in one class beside their configuration.

    Role, and how many cables lead up and down, by pod below: contracts count these.
    """
    design, up = cabling.design, cabling.above
    down: dict[str, Counter[str]] = {}
    switches = design.switches
    tiers = {name for name, switch in switches.items() if switch.role is not Role.LEAF}
    for cable in cabling.by_kind[CableKind.FABRIC]:
        if cable.b in tiers:
            down.setdefault(cable.a, Counter())[switches[cable.b].pod] += 1
    served = frozenset(server.rack for server in design.servers.values())
    return {
        name: (
            switch.role.value,
            up[name],
            tuple(sorted(down.get(name, {}).items())),
            switch.rack in served,
        )
        for name, switch in switches.items()
    }
