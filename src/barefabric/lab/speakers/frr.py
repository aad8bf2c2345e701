"""FRR as a host runs it, and FRR as MetalLB's frr-k8s runs it on a node."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from barefabric.lab.files import VTYSH, Daemon, secret
from barefabric.lab.types import Installed, Part, Program
from barefabric.model.address import FAMILIES, family
from barefabric.model.session import Bfd, Session

FOLDER = "/usr/lib/frr"
CONFIG = "/etc/frr/frr.conf"
KEYWORDS = {"ipv4": "ip", "ipv6": "ipv6"}
"""What FRR calls each family in lists and matches."""
CHECK = (
    f'said=$(vtysh -C -f {CONFIG} 2>&1); [ -z "$said" ] || {{ echo "$said" | head -n 3; exit 1; }}'
)
"""What vtysh says counts: its status is that of the last line alone."""


class Speech(NamedTuple):
    """A speaker: its name, the address it speaks from, its sessions, what it announces."""

    name: str
    host: str
    address: str
    sessions: Sequence[Session]
    prefixes: Sequence[str]


def families(speech: Speech) -> list[str]:
    """Families that a speaker's sessions run over: each carries its own."""
    over = {family(session.a_address) for session in speech.sessions}
    return [one for one in FAMILIES if one in over]


def programs(daemons: Iterable[Daemon]) -> tuple[Program, ...]:
    """Start daemons in the background, then have ``vtysh`` read the one file for all of them.

    Given by ``-f`` to each daemon, that file would silently lose the lines of the others. At
    boot FRR skips lines that it does not know; here they are a fault, found before it starts.
    """
    started = tuple(
        Program(
            daemon.name,
            (f"{FOLDER}/{daemon.name}", "-d", *daemon.options, "--log",
             f"file:/var/log/frr/{daemon.name}.log"),
            once=True,
            needs=(f"{FOLDER}/{daemon.name}",),
        )
        for daemon in daemons
    )  # fmt: skip
    check = Program("vtysh", ("sh", "-c", CHECK), once=True, needs=("vtysh",))
    return (check, *started, Program("vtysh", ("vtysh", "-b"), once=True, needs=("vtysh",)))


def part(speech: Speech) -> Part:
    """A speaker as frr-k8s runs it: it dials, and listens to nobody."""
    config = Installed(CONFIG, "\n".join(_lines(speech)) + "\n", "", "frr", 0o640)
    named = [
        Daemon("zebra", ("-A", "127.0.0.1", "-s", "90000000")),
        Daemon("staticd", ("-A", "127.0.0.1")),
        Daemon("bgpd", ("-A", "127.0.0.1", "-p", "0")),
    ]
    if any(session.profile.bfd for session in speech.sessions):
        named.append(Daemon("bfdd", ("-A", "127.0.0.1")))
    return Part(speech.name, "frr", (config, VTYSH), programs(named))


def _lines(speech: Speech) -> Iterator[str]:
    """The configuration: as many sessions as BGPPeers select this node, nothing is taken in."""
    yield "frr defaults traditional"
    yield f"hostname {speech.host}"
    yield "service integrated-vtysh-config"
    carried = families(speech)
    yield from (f"{KEYWORDS[one]} nht resolve-via-default" for one in carried)
    for number, prefix in enumerate(speech.prefixes, 1):
        yield f"{KEYWORDS[family(prefix)]} prefix-list SAY seq {number} permit {prefix}"
    for number, one in enumerate(carried, 1):
        yield f"route-map SAY permit {10 * number}"
        yield f" match {KEYWORDS[one]} address prefix-list SAY"
        yield "exit"
    yield "route-map HEAR deny 10"
    yield "exit"
    yield from _bgp(speech)
    for bfd in dict.fromkeys(s.profile.bfd for s in speech.sessions if s.profile.bfd):
        yield from _profile(bfd)


def _bgp(speech: Speech) -> Iterator[str]:
    yield f"router bgp {speech.sessions[0].b_asn}"
    yield f" bgp router-id {speech.address}"
    yield " no bgp ebgp-requires-policy"
    yield " no bgp network import-check"
    yield " no bgp default ipv4-unicast"
    for session in speech.sessions:
        yield from _neighbor(session)
    for carried in families(speech):
        yield from _family(speech, carried)
    yield "exit"


def _family(speech: Speech, carried: str) -> Iterator[str]:
    yield f" address-family {carried} unicast"
    for prefix in speech.prefixes:
        if family(prefix) == carried:
            yield f"  network {prefix}"
    for session in speech.sessions:
        if family(session.a_address) == carried:
            yield f"  neighbor {session.a_address} activate"
            yield f"  neighbor {session.a_address} route-map HEAR in"
            yield f"  neighbor {session.a_address} route-map SAY out"
    yield " exit-address-family"


def _neighbor(session: Session) -> Iterator[str]:
    profile, leaf = session.profile, session.a_address
    yield f" neighbor {leaf} remote-as {session.a_asn}"
    yield f" neighbor {leaf} update-source {session.b_address}"
    yield f" neighbor {leaf} timers {profile.keepalive} {profile.hold}"
    yield f" neighbor {leaf} timers connect 5"
    if profile.hops > 1:
        yield f" neighbor {leaf} ebgp-multihop {profile.hops}"
    if profile.password:
        yield f" neighbor {leaf} password {secret(profile.password)}"
    if profile.bfd:
        yield f" neighbor {leaf} bfd profile {_profile_name(profile.bfd)}"


def _profile_name(bfd: Bfd) -> str:
    return f"bfd-{bfd.interval}ms-x{bfd.multiplier}"


def _profile(bfd: Bfd) -> Iterator[str]:
    yield "bfd"
    yield f" profile {_profile_name(bfd)}"
    yield f"  receive-interval {bfd.interval}"
    yield f"  transmit-interval {bfd.interval}"
    yield f"  detect-multiplier {bfd.multiplier}"
    yield " exit"
    yield "exit"
