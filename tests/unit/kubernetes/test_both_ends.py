"""What manifests and host files say of a session is what the design says of it."""

import pytest

from barefabric.model.session import Session, SessionKind, Speaker
from readback.designs import SITUATIONS, clusters_of, server_files_of, situation
from readback.end import End
from readback.hosts import read_server
from readback.manifests import read_cluster

SILENT = ("dual, l2",)
"""Situations in which nobody but the switches speaks BGP."""

NODE_SIDE = (SessionKind.NODE, SessionKind.HOST)


def planned(session: Session) -> End:
    """The lower end of a session as its files must state it.

    Calico has no hold time (the leaf's wins), and takes a peer at any distance; MetalLB and
    kube-vip know one hop or any.
    """
    profile = session.profile
    speaker = profile.b.speaker
    calico = speaker is Speaker.CALICO
    hops = 0 if calico or (profile.hops > 1 and speaker is not Speaker.HOST) else profile.hops
    bfd = tuple(profile.bfd) if profile.bfd else None
    return End(
        session.b, session.b_address or session.b_interface, session.a_address, session.b_asn,
        session.a_asn, profile.password, bfd, profile.keepalive, 0 if calico else profile.hold,
        profile.families, hops, profile.b.passive,
    )  # fmt: skip


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_session_is_written_once_and_as_designed(name):
    design = situation(name)
    plan = [planned(s) for s in design.sessions if s.profile.kind in NODE_SIDE]
    found = [end for files in clusters_of(design) for end in read_cluster(files)]
    for server in design.servers:
        found += read_server(server, server_files_of(design, server))
    assert sorted(found, key=repr) == sorted(plan, key=repr)
    assert plan or name in SILENT


def test_a_thousand_sessions_of_a_large_cluster():
    design = situation("five-stage")
    plan = {planned(s) for s in design.sessions if s.profile.kind in NODE_SIDE}
    found = {end for files in clusters_of(design) for end in read_cluster(files)}
    assert len(plan) == 3840
    assert found == plan
