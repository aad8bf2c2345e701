"""Everything that was numbered, as integers; the ledger that remembers it comes along."""

from collections.abc import Mapping
from dataclasses import dataclass

from barefabric.model.cable import Cable
from barefabric.model.design import PoolUse
from barefabric.model.ledger import Ledger, Move


@dataclass(frozen=True)
class Numbers:
    """The allocation of one shape.

    ``asns`` is keyed as :mod:`barefabric.ledger.asns` says. ``links`` holds the even address of
    each /31, ``racks`` the network of each rack; names that end in 6 hold IPv6 (/127, /64).
    ``cables`` are complete: ports, and addresses where the link is numbered.
    """

    ids: Mapping[str, int]
    asns: Mapping[str, int]
    loopbacks: Mapping[str, int]
    management: Mapping[str, int]
    racks: Mapping[str, int]
    links: Mapping[str, int]
    nodes: Mapping[str, int]
    cables: tuple[Cable, ...]
    pools: tuple[PoolUse, ...]
    ledger: Ledger
    moves: tuple[Move, ...]
    loopbacks6: Mapping[str, int]
    racks6: Mapping[str, int]
    links6: Mapping[str, int]
