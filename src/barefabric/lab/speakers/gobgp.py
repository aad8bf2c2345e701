"""GoBGP: a router outside, and speakers that have no forwarding table (MetalLB's native mode).

Keys are those of osrg/gobgp ``docs/sources/configuration.md``.
"""

from collections.abc import Iterator, Sequence

from barefabric.lab.files import secret
from barefabric.lab.speakers.frr import Speech
from barefabric.lab.types import Installed, Part, Program
from barefabric.model.address import family
from barefabric.model.session import Session

CONFIG = "/run/gobgp.toml"
PORT = 50051
"""Where gobgpd answers its client; parts of one host share its network, so each has its own."""


def node(speech: Speech, index: int) -> Part:
    """A node's speaker: it dials its leaves, listens to nobody and installs nothing."""
    first = speech.sessions[0]
    lines = [*_global(first.b_asn, speech.address, -1)]
    for session in speech.sessions:
        lines += _neighbor(session, session.a_address, session.a_asn, session.b_address)
    return _part(speech.name, lines, speech.prefixes, PORT + index)


def upstream(speech: Speech) -> Part:
    """A router outside: announces what is taken from it."""
    lines = [*_global(speech.sessions[0].b_asn, speech.address, 179)]
    for session in speech.sessions:
        lines += _neighbor(session, session.a_address, session.a_asn, session.b_address)
    return _part(speech.name, lines, speech.prefixes, PORT)


def _part(name: str, lines: list[str], prefixes: Sequence[str], port: int) -> Part:
    file = Installed(CONFIG, "\n".join(lines) + "\n")
    daemon = ("gobgpd", "-f", CONFIG, "--api-hosts", f"127.0.0.1:{port}")
    ask = f"gobgp -p {port} global rib"
    again = "n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.1"
    wait = f"n=0; until {ask} >/dev/null 2>&1; do {again}; done"
    add = (f"{ask} -a {family(prefix)} add {prefix} || exit 1" for prefix in prefixes)
    say = "; ".join([wait, *add])
    return Part(
        name,
        "gobgp",
        (file,),
        (
            Program("gobgpd", daemon, needs=("gobgpd",)),
            Program("gobgp", ("sh", "-c", say), once=True, needs=("gobgp",)),
        ),
    )


def _global(asn: int, router_id: str, port: int) -> Iterator[str]:
    yield "[global.config]"
    yield f"  as = {asn}"
    yield f'  router-id = "{router_id}"'
    yield f"  port = {port}"


def _neighbor(session: Session, peer: str, asn: int, own: str) -> Iterator[str]:
    profile = session.profile
    yield "[[neighbors]]"
    yield "  [neighbors.config]"
    yield f'    neighbor-address = "{peer}"'
    yield f"    peer-as = {asn}"
    if profile.password:
        yield f'    auth-password = "{secret(profile.password)}"'
    yield "  [neighbors.transport.config]"
    yield f'    local-address = "{own}"'
    yield "  [neighbors.timers.config]"
    yield "    connect-retry = 1"
    yield "    idle-hold-time-after-reset = 1"
    yield f"    hold-time = {profile.hold}"
    yield f"    keepalive-interval = {profile.keepalive}"
    yield "  [[neighbors.afi-safis]]"
    yield "    [neighbors.afi-safis.config]"
    yield f'      afi-safi-name = "{family(peer)}-unicast"'
    if profile.hops > 1:
        yield "  [neighbors.ebgp-multihop.config]"
        yield "    enabled = true"
        yield f"    multihop-ttl = {profile.hops}"
