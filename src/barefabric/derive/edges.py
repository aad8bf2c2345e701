"""Policies at the fabric's edge: towards nodes, routed hosts and upstream routers."""

from collections.abc import Iterable

from barefabric.derive import names
from barefabric.derive.prefixes import endpoint_matches, pod_matches, service_matches
from barefabric.derive.tiers import permits
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
    for session in sessions:
        upstream = design.upstreams[session.b]
        group = names.upper(upstream.name)
        accept, announce = names.upstream_accept(session.b), names.upstream_announce(session.b)
        taken = Term(10, True, accept, set_community=FROM_UPSTREAM)
        if upstream.accept:
            lists.append(PrefixList(accept, tuple(PrefixMatch(p) for p in upstream.accept)))
            policies.append(Policy(names.import_of(group), (taken,)))
        else:
            policies.append(Policy(names.import_of(group), (Term(10, False),)))
        if upstream.announce:
            lists.append(PrefixList(announce, tuple(PrefixMatch(p) for p in upstream.announce)))
            policies.append(Policy(names.export_of(group), permits(announce)))
        else:
            policies.append(Policy(names.export_of(group), (Term(10, False),)))
    return lists, policies


def speaker_matches(design: Design, profile: SessionProfile) -> tuple[PrefixMatch, ...]:
    """What a leaf takes from one kind of speaker, and nothing else."""
    cluster = design.clusters[profile.cluster]
    speaker = profile.b.speaker
    if speaker is Speaker.KUBE_VIP:
        return endpoint_matches(cluster)
    services = service_matches(cluster) if speaker.value == cluster.announcer else ()
    return (pod_matches(cluster) if speaker is Speaker.CALICO else ()) + services


def node_policy(
    design: Design, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a leaf towards its nodes: their own prefixes in, nothing out.

    A speaker that has nothing to announce yet gets no list: what a switch makes of an empty one
    differs, and some take everything.
    """
    lists: list[PrefixList] = []
    policies: list[Policy] = []
    profiles = {
        s.profile.a.group: s.profile for s in sessions if s.profile.kind is SessionKind.NODE
    }
    for group, profile in profiles.items():
        matches = speaker_matches(design, profile)
        term = Term(10, True, group, set_community=FROM_NODE) if matches else Term(10, False)
        if matches:
            lists.append(PrefixList(group, matches))
        policies.append(Policy(profile.a.import_policy, (term,)))
    if profiles:
        policies.append(Policy(names.TO_NODES, (Term(10, False),)))
    return lists, policies


def host_policy(
    design: Design, switch: Switch, sessions: Iterable[Session]
) -> tuple[list[PrefixList], list[Policy]]:
    """Lists and policies of a leaf towards routed hosts: own loopbacks in; default and ours out."""
    lists: list[PrefixList] = []
    policies: list[Policy] = []
    for name in dict.fromkeys(s.b for s in sessions if s.profile.kind is SessionKind.HOST):
        server = design.servers[name]
        own = [server.address, *([server.second_address] if server.uses_second else [])]
        owned = tuple(PrefixMatch(f"{address}/32") for address in own)
        lists.append(PrefixList(names.host_list(name), owned))
        term = Term(10, True, names.host_list(name), set_community=FROM_NODE)
        policies.append(Policy(names.host_import(name), (term,)))
    if lists:
        lists.append(PrefixList(names.SELF_LIST, (PrefixMatch(f"{switch.loopback}/32"),)))
        policies.append(Policy(names.import_of(names.HOSTS), (Term(10, False),)))
        policies.append(
            Policy(names.export_of(names.HOSTS), permits(names.DEFAULT_LIST, names.SELF_LIST))
        )
    return lists, policies
