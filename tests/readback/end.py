"""One end of a BGP session, as a file states it. Readers of every kind of file give these."""

from typing import NamedTuple


def family_of(address: str) -> tuple[str, ...]:
    """What a session over an address carries, with speakers that have a family for each."""
    return ("ipv6",) if ":" in address else ("ipv4",)


class End(NamedTuple):
    """One end of a session, read back from a generated file.

    ``local`` and ``peer`` are addresses without a length; on an unnumbered link ``local`` is the
    device's own interface and ``peer`` is empty. ``password`` is the name of a secret. ``hold``
    and ``keepalive`` are in seconds, 0 where the file leaves them to the other end. ``bfd`` is
    (interval in ms, multiplier), None for off. ``hops`` is how far the other end may be: 1 a
    direct neighbor, 0 any distance. ``families`` are those that the session carries.
    """

    device: str
    local: str
    peer: str
    local_asn: int
    peer_asn: int
    password: str
    bfd: tuple[int, int] | None
    keepalive: int
    hold: int
    families: tuple[str, ...]
    hops: int
    passive: bool
