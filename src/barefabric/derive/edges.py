"""Policies at the fabric's edge: towards nodes, routed hosts and upstream routers."""

from collections.abc import Iterable

from barefabric.derive import names
from barefabric.derive.prefixes import endpoint_matches, pod_matches, service_matches
from barefabric.derive.tiers import lists_of, permits
from barefabric.model.address import host_route
from barefabric.model.design import Design
from barefabric.model.device import Switch
from barefabric.model.policy import (
    FROM_NODE,
    FROM_UPSTREAM,
    Policy,
    PrefixList,
    PrefixMatch,
    Term,
)
from barefabric.model.session import Session, SessionKind, SessionProfile, Speaker


def upstream_policy(
    design: Design, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a border towards its upstreams: what is agreed, both ways."""
    lists, policies = [], []
    for name in dict.fromkeys(session.b for session in sessions):
        upstream, group = design.upstreams[name], names.upper(name)
        accept = lists_of(names.upstream_accept(name), map(PrefixMatch, upstream.accept))
        announce = lists_of(names.upstream_announce(name), map(PrefixMatch, upstream.announce))
        lists += [*accept, *announce]
        policies.append(Policy(names.import_of(group), marked(accept, FROM_UPSTREAM)))
        policies.append(
            Policy(names.export_of(group), permits(*(a.name for a in announce)) or NOTHING)
        )
    return lists, policies


NOTHING = (Term(10, False),)
"""What a policy says that permits nothing: an empty one permits everything on some switches."""


def marked(lists: Iterable[PrefixList], community: str) -> tuple[Term, ...]:
    """Terms that permit lists and replace the communities of their routes."""
    terms = tuple(
        Term(10 * number, True, entry.name, set_community=community)
        for number, entry in enumerate(lists, 1)
    )
    return terms or NOTHING


def speaker_matches(design: Design, profile: SessionProfile) -> tuple[PrefixMatch, ...]:
    """What a leaf takes from one kind of speaker, and nothing else."""
    cluster = design.clusters[profile.cluster]
    speaker = profile.b.speaker
    if speaker is Speaker.KUBE_VIP:
        return endpoint_matches(cluster)
    services = service_matches(cluster) if speaker.value == cluster.announcer else ()
    return (pod_matches(cluster) if speaker is Speaker.CALICO else ()) + services


def node_policy(
    design: Design, kinds: Iterable[SessionProfile]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a leaf towards its nodes: their own prefixes in, nothing out.

    A speaker that has nothing to announce yet gets no list: what a switch makes of an empty one
    differs, and some take everything.
    """
    lists: list[PrefixList] = []
    policies: list[Policy] = []
    profiles = {profile.a.import_policy: profile for profile in kinds}
    for policy, profile in profiles.items():
        group = names.speaker_group(profile.cluster, profile.b.speaker)
        own = lists_of(group, speaker_matches(design, profile))
        lists += own
        policies.append(Policy(policy, marked(own, FROM_NODE)))
    if profiles:
        policies.append(Policy(names.TO_NODES, NOTHING))
    return lists, policies


def host_policy(
    design: Design, switch: Switch, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a leaf towards routed hosts: own loopbacks in; default and ours out."""
    lists: list[PrefixList] = []
    policies: list[Policy] = []
    for name in dict.fromkeys(s.b for s in sessions if s.profile.kind is SessionKind.HOST):
        own = design.servers[name].own_addresses
        owned = lists_of(names.host_list(name), map(PrefixMatch, map(host_route, own)))
        lists += owned
        policies.append(Policy(names.host_import(name), marked(owned, FROM_NODE)))
    if lists:
        mine = [host_route(a) for a in (switch.loopback, switch.loopback6) if a]
        itself = lists_of(names.SELF_LIST, map(PrefixMatch, mine))
        lists += itself
        default = names.each(design.underlay.families, names.DEFAULT_LIST)
        policies.append(Policy(names.import_of(names.HOSTS), NOTHING))
        policies.append(
            Policy(
                names.export_of(names.HOSTS), permits(*default, *(entry.name for entry in itself))
            )
        )
    return lists, policies
