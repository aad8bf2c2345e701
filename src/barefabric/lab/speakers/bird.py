"""BIRD: as Calico runs it on a node, and as a router outside where GoBGP is not installed."""

from collections.abc import Iterator

from barefabric.lab.files import secret
from barefabric.lab.speakers.frr import Speech, families
from barefabric.lab.types import Installed, Part, Program
from barefabric.model.address import family
from barefabric.model.session import Session

SAID = {"ipv4": "said", "ipv6": "said6"}
"""Protocols that hold what is announced, by family."""
CONFIG = "/etc/bird/bird.conf"
PROGRAM = Program("bird", ("bird", "-c", CONFIG, "-s", "/run/bird/bird.ctl",
                           "-P", "/run/bird/bird.pid"), once=True, needs=("bird",))  # fmt: skip


def node(speech: Speech) -> Part:
    """A node's speaker as Calico configures its own BIRD.

    Blocks of the node's pods are blackholes that its pods' routes stand out of; the session waits
    two seconds and tries again every five (projectcalico/calico ``confd/etc/calico/confd/
    templates/bird.cfg.template``). What it hears goes into the kernel as there.
    """
    return _part(speech.name, [*_frame(speech), *_own(speech), *_node_sessions(speech)])


def upstream(speech: Speech) -> Part:
    """A router outside: announces what is taken from it, and takes whatever comes."""
    lines = [*_frame(speech), *_static(speech)]
    for session in speech.sessions:
        lines += [
            f"protocol bgp {_word(session)} {{",
            f"  local {session.b_address} as {session.b_asn};",
            f"  neighbor {session.a_address} as {session.a_asn};",
            *_password(session),
            f"  hold time {session.profile.hold};",
            "  connect delay time 1;",
            "  connect retry time 5;",
            f"  {_channel(session, ' next hop self;')}",
            "}",
        ]
    return _part(speech.name, lines)


def _part(name: str, lines: list[str]) -> Part:
    file = Installed(CONFIG, "\n".join(lines) + "\n", "", "bird", 0o640)
    return Part(name, "bird", (file,), (PROGRAM,))


def _frame(speech: Speech) -> Iterator[str]:
    yield f"router id {speech.address};"
    yield "log \"/run/bird/bird.log\" all;"  # fmt: skip
    yield "protocol device { scan time 2; }"
    for carried in families(speech):
        yield "protocol kernel {"
        yield "  persist; scan time 2; merge paths on;"
        yield f"  {carried} {{ import none; export where source != RTS_DEVICE; }};"
        yield "}"


def _own(speech: Speech) -> Iterator[str]:
    """What the node announces: blocks as blackholes; single addresses are the node's own."""
    yield from _static(speech)
    if any(session.profile.bfd for session in speech.sessions):
        yield "protocol bfd {}"


def _static(speech: Speech) -> Iterator[str]:
    for carried in families(speech):
        yield f"protocol static {SAID[carried]} {{"
        yield f"  {carried};"
        for prefix in speech.prefixes:
            if family(prefix) == carried:
                yield f"  route {prefix} blackhole;"
        yield "}"


def _channel(session: Session, more: str = "") -> str:
    """What a session carries: the family that it runs over."""
    carried = family(session.a_address)
    return f'{carried} {{ import all; export where proto = "{SAID[carried]}";{more} }};'


def _node_sessions(speech: Speech) -> Iterator[str]:
    for session in speech.sessions:
        yield f"protocol bgp {_word(session)} {{"
        yield f"  local {session.b_address} as {session.b_asn};"
        yield f"  neighbor {session.a_address} as {session.a_asn};"
        yield f"  multihop{f' {session.profile.hops}' if session.profile.hops > 1 else ''};"
        yield from _password(session)
        yield f"  hold time {session.profile.hold};"
        yield "  connect delay time 2;"
        yield "  connect retry time 5;"
        yield "  error wait time 5, 30;"
        if session.profile.bfd:
            bfd = session.profile.bfd
            yield f"  bfd {{ interval {bfd.interval} ms; multiplier {bfd.multiplier}; }};"
        yield f"  {_channel(session)}"
        yield "}"


def _password(session: Session) -> Iterator[str]:
    if session.profile.password:
        yield f'  password "{secret(session.profile.password)}";'


def _word(session: Session) -> str:
    """A session's name as BIRD's grammar takes it."""
    end = "_ipv6" if family(session.a_address) == "ipv6" else ""
    return "to_" + "".join(c if c.isalnum() else "_" for c in session.a) + end
