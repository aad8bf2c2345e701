"""Addresses and AS numbers: how much of each pool is handed out."""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.derive.prefixes import block_length, blocks_per_node
from barefabric.model.address import FAMILIES, family, split
from barefabric.model.design import Design
from barefabric.model.kubernetes import Cluster
from barefabric.plan.asn_plan import pool_use
from barefabric.plan.ip_plan import never_handed_out


class Fill(NamedTuple):
    """How full a pool is, counted in what it hands out.

    ``unit`` names that: ``/31``, ``AS numbers``. ``held`` is what is kept for things that are gone.
    """

    name: str
    prefixes: tuple[str, ...]
    unit: str
    used: int
    held: int
    size: int

    @property
    def free(self) -> int:
        """What can still be handed out."""
        return self.size - self.used - self.held

    @property
    def share(self) -> float:
        """How full it is, from 0 to 1."""
        return (self.used + self.held) / self.size if self.size else 0.0


class PodRoom(NamedTuple):
    """The pod addresses of a cluster in one family, in blocks.

    ``needed`` is what a full node takes: enough blocks for its pods and one more.
    """

    cluster: str
    prefixes: tuple[str, ...]
    block_size: int
    blocks: int
    nodes: int
    needed: int

    @property
    def per_node(self) -> int:
        """How many blocks there are for each node."""
        return self.blocks // self.nodes if self.nodes else 0


def pools(design: Design) -> tuple[Fill, ...]:
    """The fabric's own address pools. Addresses that are never handed out do not count."""
    return tuple(
        Fill(
            pool.name,
            pool.prefixes,
            f"/{pool.unit}",
            pool.used,
            pool.retired,
            max(pool.size - never_handed_out(design, pool), 0),
        )
        for pool in design.pools
    )


def asns(design: Design) -> tuple[Fill, ...]:
    """The ranges of AS numbers."""
    return tuple(
        Fill(
            pool.name,
            (f"{pool.first}-{pool.last}",),
            "AS numbers",
            used,
            0,
            pool.last - pool.first + 1,
        )
        for pool, used in pool_use(design)
    )


def _room(cluster: Cluster, of: str) -> PodRoom:
    prefixes = tuple(prefix for prefix in cluster.pods if family(prefix) == of)
    block = block_length(cluster, prefixes[0]) if prefixes else cluster.block_size
    blocks = sum(1 << max(block - split(prefix)[1], 0) for prefix in prefixes)
    needed = blocks_per_node(cluster, of)
    return PodRoom(cluster.name, prefixes, block, blocks, len(cluster.nodes), needed)


def _rooms(design: Design) -> Iterator[PodRoom]:
    for cluster in design.clusters.values():
        rooms = [_room(cluster, of) for of in FAMILIES]
        yield from [room for room in rooms if room.prefixes] or rooms[:1]


def pod_rooms(design: Design) -> tuple[PodRoom, ...]:
    """Room for pods, cluster by cluster."""
    return tuple(_rooms(design))
