"""Contracts: statements about the network that each judge can decide on its own."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class ContractKind(StrEnum):
    """What a contract states."""

    SESSION = "session"
    ROUTE = "route"
    ABSENT = "absent"
    REFUSED = "refused"
    REACH = "reach"
    SURVIVES = "survives"
    CHECK = "check"


class Contract(NamedTuple):
    """One statement. It covers ``subjects`` x ``prefixes``: each pair is one row to decide.

    ``subjects`` are device names or selectors (``@leaves:rack=r1``); ``prefixes`` are written out
    or selected (``@pods:rack=r1``); see :class:`Selector`. ``expected`` depends on the kind, and
    ``over`` names a session profile:

    * ``session``: each subject has, over ``over``, one session with each expected device (``@up``:
      one for each cable to the tier above), and it is up.
    * ``route``: each subject has each prefix with exactly the expected next hops: devices by name,
      or a relation (see below). Rows whose subject originates the prefix itself are left out.
    * ``absent``: no subject has any of the prefixes; with ``over``, none is sent over those
      sessions. ``@all`` stands for every prefix but those in ``expected``. Without subjects: no
      device originates anything inside the prefixes.
    * ``refused``: subjects refuse the prefixes from every neighbor of ``over``, whatever it sends;
      without prefixes they accept nothing but what is in ``expected``, written as in prefix lists.
    * ``reach``: packets from each subject to each prefix arrive at a device that originates it.
      ``expected`` may hold ``@never`` (they must not arrive) or ``@within:3`` (links at most).
    * ``survives``: with any one thing of the kind ``over`` gone (``links``, ``leaves``, ``racks``;
      a number: that many links and switches), the subjects that are left still reach the prefixes
      that are left; ``@all`` stands for everything that a ``reach`` contract names.
    * ``check``: a check of the design itself; ``over`` names it.

    Relations: ``@up`` all cables to the tier above, ``@down:KEY=VALUE`` those cabled below that
    match, ``@origin`` the device that originates the prefix, ``@local`` every server of the own
    rack that announces it, ``@peer`` the other leaf of the pair, ``@discard`` a discard route.
    ``sentence`` says it in plain English.
    """

    id: str
    kind: ContractKind
    sentence: str
    subjects: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    over: str = ""


class Condition(NamedTuple):
    """``key=value``, or ``key!=value`` where ``equal`` is false."""

    key: str
    equal: bool
    value: str


class Selector(NamedTuple):
    """A group in words: ``@leaves:pod=p1,rack!=r1``; all conditions hold.

    Nouns of devices: ``superspines``, ``spines``, ``leaves``, ``borders``, ``servers``. Nouns of
    prefixes: ``loopbacks`` (of switches), ``racks`` (of racks with a VLAN), ``pods`` and ``hosts``
    (announced by servers). Keys: ``pod``, ``rack``, ``plane``, ``role``, ``cluster``, ``attach``,
    ``control``; ``serves``, ``controls`` and ``announces`` name a cluster with nodes, with
    control-plane nodes, or with nodes that announce its addresses where not all of them do, in a
    leaf's rack or below a spine.
    """

    noun: str
    conditions: tuple[Condition, ...] = ()


@lru_cache(maxsize=65536)
def selector(text: str) -> Selector | None:
    """Read a selector; None where ``text`` is a plain name. Raises ``ValueError``."""
    if not text.startswith("@"):
        return None
    noun, _, tail = text[1:].partition(":")
    conditions = []
    for part in tail.split(",") if tail else ():
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"{text}: {part!r} is no condition")
        conditions.append(Condition(key.removesuffix("!"), not key.endswith("!"), value))
    return Selector(noun, tuple(conditions))
