"""BGP sessions: one object for both ends.

A session is its two ends plus a profile. The profile holds everything that is the same for all
sessions of one kind; both ends are rendered from it, so they cannot disagree.
"""

from enum import StrEnum
from typing import NamedTuple


class SessionKind(StrEnum):
    """Where a session runs."""

    FABRIC = "fabric"
    PAIR = "pair"
    HOST = "host"
    NODE = "node"
    UPSTREAM = "upstream"


class Speaker(StrEnum):
    """The program that speaks BGP at one end."""

    SWITCH = "switch"
    HOST = "host"
    CALICO = "calico"
    METALLB = "metallb"
    KUBE_VIP = "kube-vip"
    UPSTREAM = "upstream"


class Source(StrEnum):
    """The address a session runs from: the link itself, an SVI, a loopback, a bond address."""

    LINK = "link"
    SVI = "svi"
    LOOPBACK = "loopback"
    ADDRESS = "address"


class Bfd(NamedTuple):
    """BFD timers: interval in milliseconds (both directions) and detection multiplier."""

    interval: int = 300
    multiplier: int = 3


class Side(NamedTuple):
    """How one end of a kind of session behaves.

    ``group`` is the peer group's name there. Policy names are empty where none applies (the iBGP
    session of a pair, and ends that we do not configure). ``max_prefix`` 0 means no limit.
    ``local_as`` is the ASN shown to these neighbors instead of the device's own; 0 shows that one.
    """

    speaker: Speaker
    group: str
    source: Source
    import_policy: str = ""
    export_policy: str = ""
    passive: bool = False
    max_prefix: int = 0
    next_hop_self: bool = False
    remove_private_as: bool = False
    send_community: bool = False
    local_as: int = 0


class SessionProfile(NamedTuple):
    """What all sessions of one kind share. Times are in seconds; ``hops`` 1 is a direct neighbor.

    ``password`` is the name of a secret, never its value.
    """

    name: str
    kind: SessionKind
    a: Side
    b: Side
    families: tuple[str, ...]
    keepalive: int
    hold: int
    bfd: Bfd | None = None
    password: str = ""
    hops: int = 1
    ttl_security: bool = False
    cluster: str = ""

    @property
    def only_ipv6(self) -> bool:
        """Whether its sessions run over IPv6 and carry nothing else."""
        return self.families == ("ipv6",)

    @property
    def id_parts(self) -> tuple[str, str, str]:
        """What its sessions' ids share: kind, speaker at end ``b``, and what IPv6 alone adds."""
        return self.kind.value, self.b.speaker.value, ":ipv6" if self.only_ipv6 else ""


class Session(NamedTuple):
    """One BGP session. ``a`` is the upper end: spine over leaf, leaf over node, ours over theirs.

    Addresses are text without a prefix length, empty on an unnumbered link; there the interface
    names the neighbor. ``a_interface`` is the port of a session that runs on a link, else empty.
    ``a_import`` replaces the profile's import policy at end ``a`` for this neighbor alone.
    """

    profile: SessionProfile
    a: str
    a_asn: int
    a_address: str
    a_interface: str
    b: str
    b_asn: int
    b_address: str
    b_interface: str
    a_import: str = ""

    @property
    def id(self) -> str:
        """The stable id: kind, both devices, and what tells two sessions of the same pair apart."""
        kind, speaker, family = self.profile.id_parts
        return f"{kind}:{self.a}:{self.b}:{self.a_interface or speaker}{family}"
