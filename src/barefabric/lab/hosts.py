"""What each host of a lab is: its files, its interfaces, its programs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from zlib import crc32

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.errors import fail
from barefabric.lab.files import VTYSH, daemons, install
from barefabric.lab.names import port
from barefabric.lab.speakers import bird, frr, gobgp
from barefabric.lab.speakers.frr import Speech
from barefabric.lab.types import Host, Part, Setup
from barefabric.lab.wiring import sysctls
from barefabric.lab.wiring.servers import server_setup
from barefabric.lab.wiring.switches import switch_setup
from barefabric.model.address import dotted, split
from barefabric.model.design import Announcement, AnnouncementKind, Design
from barefabric.model.intent import SwitchIntent
from barefabric.model.session import Session, SessionKind, Speaker
from barefabric.render.configs import switch_files

NATIVE = ("frr",)
"""Network OSes whose own files the lab's programs read."""
SEED = "net.ipv4.fib_multipath_hash_seed"
ANSWERS = "net.ipv4.icmp_ratelimit"
"""Who asks for the way of flows must be answered every time."""
OUTSIDE = "198.18.0.1"
"""An address of every router outside, for packets to the world (RFC 2544)."""


def switch_host(design: Design, name: str, files: Mapping[str, str], ports: Sequence[str]) -> Host:
    """A switch: with its own files where it runs FRR, else standing in."""
    intent = switch_intent(design, name)
    stand_in = "" if intent.switch.nos in NATIVE else intent.switch.nos
    folder = f"switches/{name}"
    if stand_in:
        intent = as_frr(intent)
        files, folder = dict(switch_files(design, intent)), ""
    for needed in ("frr.conf", "daemons", "interfaces"):
        if needed not in files:
            raise fail("LAB005", f"the build has no {PurePosixPath(folder, needed)}",
                       mend="fabric design the topology again")  # fmt: skip
    laid = install(files, folder)
    part = Part("", "frr", (*laid.files, VTYSH), frr.programs(daemons(files["daemons"])))
    setup = _seeded(name, switch_setup(design, intent, files, ports))
    changes = () if stand_in else laid.changes
    return Host(name, "switch", stand_in, setup, (part,), changes, setup.remarks)


def _seeded(name: str, setup: Setup) -> Setup:
    """A host that chooses among equal paths in its own way.

    All namespaces of a kernel share one random seed: a flow would be hashed alike at every hop,
    and most paths stay empty. Kernels from 6.12 on have a seed for each network.
    """
    seed = str(crc32(name.encode()) or 1)
    return setup._replace(sysctls=((SEED, seed), (ANSWERS, "0"), *setup.sysctls))


def as_frr(intent: SwitchIntent) -> SwitchIntent:
    """A switch of another network OS as FRR would have it: ports as Linux names them."""
    bgp = replace(intent.bgp, groups=tuple(
        group._replace(neighbors=tuple(
            n._replace(interface=port(n.interface) if n.interface else "")
            for n in group.neighbors
        ))
        for group in intent.bgp.groups
    ))  # fmt: skip
    return replace(
        intent,
        switch=replace(intent.switch, nos="frr"),
        routed=tuple(p._replace(name=port(p.name), forced=False) for p in intent.routed),
        members=tuple(p._replace(name=port(p.name), forced=False) for p in intent.members),
        access=tuple(p._replace(name=port(p.name), forced=False) for p in intent.access),
        unused=tuple(port(name) for name in intent.unused),
        channels=tuple(c._replace(members=tuple(map(port, c.members))) for c in intent.channels),
        bgp=bgp,
        extra=(),
    )


def server_host(
    design: Design,
    name: str,
    files: Mapping[str, str],
    ports: Sequence[str],
    programs: Collection[str],
) -> Host:
    """A server: its own files, and a part for each speaker that Kubernetes would run there."""
    if "01-barefabric.yaml" not in files:
        raise fail("LAB005", f"the build has no nodes/{name}/01-barefabric.yaml",
                   mend="fabric design the topology again")  # fmt: skip
    laid = install(files, f"nodes/{name}")
    own = Part("", "", laid.files, ())
    if "frr.conf" in files:
        own = Part("", "frr", (*laid.files, VTYSH), frr.programs(daemons(files["daemons"])))
    said = _announced(design, name)
    setup = _seeded(name, server_setup(design, server_intent(design, name), files, ports))
    setup = setup._replace(ip=(*setup.ip, *_served(said)))
    parts = list(_speakers(design, name, said, programs))
    remarks = (*setup.remarks, *(r for _, some in parts for r in some))
    return Host(
        name, "server", "", setup, (own, *(part for part, _ in parts)), laid.changes, remarks
    )


def _announced(design: Design, name: str) -> list[Announcement]:
    return [
        a
        for a in design.announcements
        if a.server == name and a.kind is not AnnouncementKind.LOOPBACK
    ]


def sample(prefix: str) -> str:
    """An address that stands for what a node announces: itself, or the first one of a block."""
    network, length = split(prefix)
    return dotted(network if length == 32 else network + 1)


def _served(said: Sequence[Announcement]) -> Iterator[str]:
    """What the node announces answers there: a pod, a service.

    On a port of its own, since the network's manager would clean up an address on another one.
    """
    if said:
        yield "link add lab0 type veth peer name lab1"
        yield "link set lab1 up"
        yield "link set lab0 up"
    for prefix in dict.fromkeys(a.prefix for a in said):
        yield f"addr add {sample(prefix)}/32 dev lab0"


def _speakers(
    design: Design, name: str, said: Sequence[Announcement], programs: Collection[str]
) -> Iterator[tuple[Part, tuple[str, ...]]]:
    """One part for each speaker, with what is to be said about it."""
    sessions: dict[Speaker, list[Session]] = {}
    for session in design.sessions_by_device[name]:
        if session.profile.kind is SessionKind.NODE:
            sessions.setdefault(session.profile.b.speaker, []).append(session)
    for index, (speaker, some) in enumerate(sessions.items()):
        profiles = {s.profile.name for s in some}
        prefixes = [*dict.fromkeys(a.prefix for a in said if a.profile in profiles)]
        speech = Speech(speaker.value, name, some[0].b_address, some, prefixes)
        yield _part(speaker, speech, index, programs)


def _part(
    speaker: Speaker, speech: Speech, index: int, programs: Collection[str]
) -> tuple[Part, tuple[str, ...]]:
    """The program that speaks as this component would."""
    name = speech.name
    if speaker is Speaker.CALICO:
        return bird.node(speech), (f"{name}: BIRD, as Calico runs it",)
    if any(session.profile.bfd for session in speech.sessions):
        return frr.part(speech), (f"{name}: FRR, as frr-k8s runs it",)
    if "gobgpd" in programs and "gobgp" in programs:
        return gobgp.node(speech, index), (f"{name}: GoBGP stands in for its own BGP",)
    return bird.node(speech), (f"{name}: BIRD stands in, because GoBGP is not installed",)


def upstream_host(design: Design, name: str, programs: Collection[str]) -> Host:
    """A router outside: GoBGP, or BIRD where that is not installed."""
    upstream = design.upstreams[name]
    session = next(s for s in design.sessions if s.b == name)
    own, ours = upstream.theirs.partition("/")[0], upstream.ours.partition("/")[0]
    lines = (
        f"link set eth1 mtu {upstream.mtu}",
        f"addr add {upstream.theirs} dev eth1",
        "link set eth1 up",
        f"addr add {OUTSIDE}/32 dev lo",
    )
    remarks: tuple[str, ...] = (f"a router outside: {OUTSIDE} answers there for the world",)
    late: tuple[str, ...] = ()
    if "gobgpd" in programs and "gobgp" in programs:
        part = gobgp.upstream("", own, upstream.asn, session, upstream.accept)
        late = (f"route add default via {ours}",)
        remarks += ("GoBGP has no forwarding table: its way back is a static default",)
    else:
        part = bird.upstream("", own, upstream.asn, session, upstream.accept)
        remarks += ("BIRD, because GoBGP is not installed",)
    forward = (("net.ipv4.ip_forward", "1"), *sysctls.QUICK)
    setup = Setup(sysctls=forward, ip=lines, late=late, reader="the lab's own", remarks=remarks)
    return Host(name, "upstream", "", setup, (part,), (), remarks)
