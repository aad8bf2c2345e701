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
from barefabric.model.address import family, host_route, is_ipv4, split, width, written
from barefabric.model.design import Announcement, AnnouncementKind, Design
from barefabric.model.device import Server, Upstream
from barefabric.model.intent import SwitchIntent
from barefabric.model.session import Session, SessionKind, Speaker
from barefabric.render.configs import switch_files

NATIVE = ("frr",)
"""Network OSes whose own files the lab's programs read."""
SEED = "net.ipv4.fib_multipath_hash_seed"
ANSWERS = ("net.ipv4.icmp_ratelimit", "net.ipv6.icmp.ratelimit")
"""Who asks for the way of flows must be answered every time."""
FORWARD = (("net.ipv4.ip_forward", "1"), ("net.ipv6.conf.all.forwarding", "1"))
OUTSIDE = {"ipv4": "198.18.0.1", "ipv6": "2001:2::1"}
"""Addresses of every router outside, for packets to the world (RFC 2544, RFC 5180)."""


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
    own = ((SEED, seed), *((name, "0") for name in ANSWERS))
    return setup._replace(sysctls=(*own, *setup.sysctls))


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
    (network, length), bits = split(prefix), width(prefix)
    return written(network if length == bits else network + 1, bits)


def own_address(server: Server, to: str) -> str:
    """The address from which a server sends to another one: of the same family."""
    return server.address if is_ipv4(to) else server.address6


def world(design: Design) -> dict[str, str]:
    """The addresses outside that some router there answers for, by family."""
    linked = [t for u in design.upstreams.values() for t in (u.theirs, u.theirs6) if t]
    return {carried: OUTSIDE[carried] for carried in map(family, linked)}


def _served(said: Sequence[Announcement]) -> Iterator[str]:
    """What the node announces answers there: a pod, a service.

    On a port of its own, since the network's manager would clean up an address on another one.
    """
    if said:
        yield "link add lab0 type veth peer name lab1"
        yield "link set lab1 up"
        yield "link set lab0 up"
    for prefix in dict.fromkeys(a.prefix for a in said):
        yield f"addr add {host_route(sample(prefix))} dev lab0"


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
        own = next(s.b_address for s in some if is_ipv4(s.b_address))
        speech = Speech(speaker.value, name, own, some, prefixes)
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
    sessions = [session for session in design.sessions if session.b == name]
    links = [(o, t) for o, t in ((upstream.ours, upstream.theirs),
                                 (upstream.ours6, upstream.theirs6)) if t]  # fmt: skip
    outside = [OUTSIDE[family(theirs)] for _, theirs in links]
    lines = (
        f"link set eth1 mtu {upstream.mtu}",
        *(f"addr add {theirs} dev eth1" for _, theirs in links),
        "link set eth1 up",
        *(f"addr add {host_route(address)} dev lo" for address in outside),
    )
    answers = "answers" if len(outside) == 1 else "answer"
    remarks: tuple[str, ...] = (
        f"a router outside: {' and '.join(outside)} {answers} there for the world",
    )
    speech = Speech("", name, _router_id(upstream), sessions, upstream.accept)
    late: tuple[str, ...] = ()
    if "gobgpd" in programs and "gobgp" in programs:
        part = gobgp.upstream(speech)
        late = tuple(f"route add default via {ours.partition('/')[0]}" for ours, _ in links)
        remarks += ("GoBGP has no forwarding table: its way back is a static default",)
    else:
        part = bird.upstream(speech)
        remarks += ("BIRD, because GoBGP is not installed",)
    sysctl = (*FORWARD, *sysctls.QUICK)
    setup = Setup(sysctls=sysctl, ip=lines, late=late, reader="the lab's own", remarks=remarks)
    return Host(name, "upstream", "", setup, (part,), (), remarks)


def _router_id(upstream: Upstream) -> str:
    """A router's identifier is 32 bits (RFC 6286): its IPv4 address, where it has one."""
    return upstream.theirs.partition("/")[0] or OUTSIDE["ipv4"]
