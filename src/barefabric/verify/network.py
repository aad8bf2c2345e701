"""The network a judge computes on: BGP processes and the sessions between them.

Free of names of roles and of any assumption about the shape: what is equal in it is found by
:mod:`barefabric.verify.graph` and :mod:`barefabric.verify.classes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from barefabric.verify.policy import Rules
from barefabric.verify.prefixes import ListIndex

LOCAL_WEIGHT = 32768
"""Weight of a route that a router originates itself (FRR and EOS alike)."""
PREFERENCE = 100
"""Local preference of a route learned by eBGP, unless a policy sets another."""


class GroupRules(NamedTuple):
    """How a process treats its neighbors of one kind of session.

    ``imports`` and ``exports`` name policies; empty lets everything through.
    """

    imports: str
    exports: str
    next_hop_self: bool
    remove_private: bool
    send_community: bool


class Config(NamedTuple):
    """What a process does with routes.

    ``signature`` numbers what is equal for all prefixes but those that a private list names. A
    ``mute`` process (a node's speaker, an upstream) announces only what it originates;
    a ``deaf`` one takes nothing. ``groups`` is keyed by the name of a session profile.
    """

    signature: int
    ecmp: int
    groups: Mapping[str, GroupRules]
    policies: Mapping[str, Rules]
    mute: bool = False
    deaf: bool = False


class Label(NamedTuple):
    """What kind of session an edge is. ``ordinal`` tells parallel links apart.

    ``shape`` numbers the import policy that end ``a`` has for this neighbor alone (0: none).
    ``symmetric`` says that both ends are alike. ``rank`` is 1 where ``a`` is one tier above ``b``.
    ``families`` are those whose routes it carries, ``meant`` those that it should carry: they
    differ for a cable without a session that is up.
    """

    profile: str
    families: tuple[str, ...]
    ordinal: int = 1
    shape: int = 0
    symmetric: bool = False
    rank: int = 0
    meant: tuple[str, ...] = ()


class Attributes(NamedTuple):
    """What an originated route starts with. ``discards``: packets that match it go nowhere."""

    weight: int = LOCAL_WEIGHT
    preference: int = PREFERENCE
    communities: frozenset[str] = frozenset()
    discards: bool = False


PLAIN = Attributes()
DISCARD = Attributes(discards=True)


class Use(NamedTuple):
    """Where a private list decides: at ``process``, in slot ``slot``.

    ``neighbor`` is -1 where the policy holds for a whole group of neighbors.
    """

    process: int
    slot: str
    neighbor: int = -1


class Crowd(NamedTuple):
    """Processes that were added together and have equal sessions, as the speakers of a rack.

    ``edges`` are all their sessions, end ``a`` and label of each; every member is end ``b``.
    """

    members: Sequence[int]
    edges: Sequence[tuple[int, int]]


@dataclass
class Network:
    """Processes by number, and the sessions that are up between them.

    Sessions stand in ``edges``, those of most speakers on servers in ``crowds``.

    ``expectations`` is whatever must be equal for two processes to stand in one class beside
    their configuration (the builder puts there what contracts count). ``own_imports`` are import
    policies of end ``a`` for one neighbor. ``uses`` maps a private list's contents to its places;
    ``public`` are the contents that stand in signatures.
    """

    index: ListIndex = field(default_factory=ListIndex)
    names: list[str] = field(default_factory=list)
    asns: list[int] = field(default_factory=list)
    configs: list[Config] = field(default_factory=list)
    expectations: list[object] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    edges: list[tuple[int, int, int]] = field(default_factory=list)
    crowds: list[Crowd] = field(default_factory=list)
    own_imports: dict[tuple[int, int], str] = field(default_factory=dict)
    uses: dict[int, list[Use]] = field(default_factory=dict)
    public: set[int] = field(default_factory=set)

    def add(self, name: str, asn: int, config: Config, expectation: object = 0) -> int:
        """Add a process; its number."""
        return self.add_alike((name,), (asn,), config, expectation)[0]

    def add_alike(
        self, names: Sequence[str], asns: Sequence[int], config: Config, expectation: object
    ) -> range:
        """Add processes of one configuration; their numbers."""
        first = len(self.names)
        self.names += names
        self.asns += asns
        self.configs += [config] * len(names)
        self.expectations += [expectation] * len(names)
        return range(first, len(self.names))


PRIVATE_TWO_BYTE = range(64512, 65535)
PRIVATE_FOUR_BYTE = range(4_200_000_000, 4_294_967_295)
"""Private AS numbers (RFC 6996)."""


def is_private(asn: int) -> bool:
    """Whether an AS number is for private use."""
    return asn in PRIVATE_TWO_BYTE or asn in PRIVATE_FOUR_BYTE
