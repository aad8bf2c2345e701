"""A speaker of BGP on a server, as FRR: what Batfish can read in place of its own manifest."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from barefabric.model.design import Announcement
from barefabric.model.session import Session


class Plan(NamedTuple):
    """What one device of a server is: its name, its address, and who it talks to.

    ``said`` is what the server announces, by session profile.
    """

    node: str
    address: str
    sessions: tuple[Session, ...]
    said: Mapping[str, Sequence[Announcement]]

    @property
    def announcements(self) -> list[Announcement]:
        """What its own sessions announce."""
        profiles = dict.fromkeys(s.profile.name for s in self.sessions)
        return [a for name in profiles for a in self.said.get(name, ())]


def speaker(plan: Plan) -> str:
    """FRR that stands for the speakers of one address."""
    if not plan.sessions:
        return f"hostname {plan.node}\n"
    lines = [f"hostname {plan.node}", *_policies(plan)]
    lines += [
        f"router bgp {plan.sessions[0].b_asn}",
        f" bgp router-id {plan.address}",
        " no bgp default ipv4-unicast",
        " bgp bestpath as-path multipath-relax",
    ]
    lines += [*_neighbors(plan), " address-family ipv4 unicast", *_activations(plan)]
    return "\n".join([*lines, " exit-address-family", ""])


def merged(frr: str, plan: Plan, networks: Sequence[str]) -> str:
    """A host's own FRR with the neighbors of its node speakers in the same process."""
    family = " address-family ipv4 unicast\n"
    before, mark, after = frr.partition(family)
    neighbors = "".join(f"{line}\n" for line in _neighbors(plan))
    own = "".join(f"  network {network}\n" for network in networks)
    active = "".join(f"{line}\n" for line in _activations(plan))
    policies = "".join(f"{line}\n" for line in _policies(plan))
    return f"{before}{neighbors}{mark}{own}{active}{after}{policies}"


def _policies(plan: Plan) -> Iterator[str]:
    """What each kind of speaker announces; it takes whatever it is sent, so that it shows."""
    for profile in dict.fromkeys(s.profile.name for s in plan.sessions):
        name = profile.upper()
        for sequence, announcement in enumerate(plan.said.get(profile, ()), 1):
            yield f"ip prefix-list SAY-{name} seq {sequence} permit {announcement.prefix}"
        yield f"route-map SAY-{name} permit 10"
        yield f" match ip address prefix-list SAY-{name}"
        if profile not in plan.said:
            yield f"ip prefix-list SAY-{name} seq 1 deny any"


def _neighbors(plan: Plan) -> Iterator[str]:
    for session in plan.sessions:
        yield f" neighbor {session.a_address} remote-as {session.a_asn}"
        yield f" neighbor {session.a_address} update-source {session.b_address}"
        if session.profile.hops > 1:
            yield f" neighbor {session.a_address} ebgp-multihop {session.profile.hops}"


def _activations(plan: Plan) -> Iterator[str]:
    for prefix in dict.fromkeys(a.prefix for a in plan.announcements):
        yield f"  network {prefix}"
    for session in plan.sessions:
        yield f"  neighbor {session.a_address} activate"
        yield f"  neighbor {session.a_address} route-map SAY-{session.profile.name.upper()} out"
