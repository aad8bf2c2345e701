"""What a leaf of a pair decides from what it sees of its partner. No input or output.

* While the partner speaks over the peer link, frames from that link are held back from each server
  whose leg at the partner is up, and let through to each whose leg there is down.
* When the partner falls silent there, but is heard on the other path, the peer link is lost: the
  second leaf shuts its servers' ports, so that all of them use the first one, whose addresses and
  sessions go on. Without it half of the flows would reach a leaf that cannot pass them on.
* When the partner is silent on both, it is dead: nothing is shut, and there is nobody to hold for.
  If it dies after the peer link, the second leaf takes over some seconds later.

Leaves with vPC and with Cumulus' clagd do the same (Cisco, "vPC peer-link failure"; NVIDIA, "MLAG,
Peer Link Failure", with a backup address).
"""

from collections.abc import Mapping
from typing import NamedTuple

SAYS_EVERY = 0.2
"""Seconds between what a leaf says over the peer link, and on the other path."""
SILENT = 1.5
"""Seconds without a word after which the partner is silent. The lab's processor may be busy."""
FRESH = 0.5
"""Seconds by which a word on the other path must be younger than the last one over the peer link:
of a partner that dies, the last words on both paths are as old as each other."""
RETURN = 2.0
"""Seconds that the partner must speak again before ports that were shut come back."""

TAKES_OVER = 5.0
"""Seconds of silence on both paths after which a leaf that shut its ports opens them."""


class Sight(NamedTuple):
    """What a leaf sees. Times are seconds of one clock; 0 stands for never.

    ``legs`` are the partner's, by number of the bond, as it last told. ``began`` is when the
    partner began to speak after its last silence.
    """

    now: float
    peer_link: bool
    heard: float
    beside: float
    began: float
    legs: Mapping[str, bool]


class Stand(NamedTuple):
    """What a leaf does: bonds it holds frames back from; whether its servers' ports are shut."""

    held: frozenset[str]
    shut: bool = False


def speaks(sight: Sight) -> bool:
    """Whether the partner is heard over the peer link."""
    return sight.peer_link and sight.heard > 0 and sight.now - sight.heard < SILENT


def decide(first: bool, sight: Sight, stand: Stand) -> Stand:
    """The next stand of the ``first`` or the second leaf of a pair."""
    if speaks(sight):
        held = frozenset(number for number, up in sight.legs.items() if up)
        return Stand(held, stand.shut and sight.now - sight.began < RETURN)
    lost = sight.heard > 0 and sight.beside - sight.heard > FRESH
    fresh = sight.now - sight.beside < SILENT
    dead = sight.now - max(sight.beside, sight.heard) > TAKES_OVER
    return stand._replace(shut=not dead and (stand.shut or (not first and lost and fresh)))
